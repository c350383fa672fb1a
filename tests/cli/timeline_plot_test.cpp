#include "cli/views/timeline_plot.h"

#include <doctest/doctest.h>

#include <numeric>
#include <sstream>

using namespace mlplan::cli;

namespace {

constexpr int kColumns = 60;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string repeated(const char* symbol) {
  std::string line;
  for (int i = 0; i < kColumns; ++i) line += symbol;
  return line;
}

std::vector<double> rising(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

}  // namespace

TEST_CASE("a column shows the mean of its values, and fewer values than columns are repeated") {
  CHECK(columns_of_values({1, 3, 5, 7}, 2) == std::vector<double>{2, 6});
  CHECK(columns_of_values({1, 2, 3}, 2) == std::vector<double>{1, 2.5});
  CHECK(columns_of_values({4, 8}, 4) == std::vector<double>{4, 4, 8, 8});
  CHECK(columns_of_values({}, 2) == std::vector<double>{0, 0});
}

TEST_CASE("a curve from 0 to its highest value fills its lines from the bottom") {
  const auto lines = lines_of(timeline_plot({{"load", rising(kColumns), "60", 1, Ink::plain}}, 0, 60, Style{}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("  load           60│▁▁"));
  CHECK(lines[0].ends_with("▇████"));
  CHECK(lines[1] == "                   └┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────");
  CHECK(lines[2] == "                    0         10s       20s       30s       40s       50s     1m");
}

TEST_CASE("nothing at all is one line, and the least there is is seen") {
  std::vector<double> values(kColumns, 0);
  CHECK(lines_of(timeline_plot({{"queued", values, "0", 3, Ink::plain}}, 0, 60, Style{})).front() ==
        "  queued          0│");
  values[0] = 1e-9;
  values[59] = 1;
  const auto lines = lines_of(timeline_plot({{"queued", values, "1", 2, Ink::plain}}, 0, 60, Style{}));
  CHECK(lines[1] == "                  0│▁" + std::string(58, ' ') + "█");
}

TEST_CASE("bands of one scale can be compared") {
  const std::vector<double> half(kColumns, 5);
  Band band{"p99", half, "10", 1, Ink::plain, 10};
  CHECK(lines_of(timeline_plot({band}, 0, 60, Style{})).front().ends_with("│" + repeated("▄")));
  band.full = 1;  // never less than what is shown
  CHECK(lines_of(timeline_plot({band}, 0, 60, Style{})).front().ends_with("│" + repeated("█")));
}

TEST_CASE("times are written in two units at most") {
  const auto axis = [](double from, double to) { return lines_of(timeline_plot({}, from, to, Style{})).back(); };
  CHECK(axis(8 * 3600, 9 * 3600) == "                    8h        8h10      8h20      8h30      8h40      8h50    9h");
  CHECK(axis(0, 2 * 86'400).find("1d12h") != std::string::npos);
  CHECK(axis(0, 120).find("1m30") != std::string::npos);
  CHECK(axis(0, 1).find("0.2s") != std::string::npos);
}

TEST_CASE("a narrow terminal has shorter curves") {
  Style narrow;
  narrow.width = 60;
  for (const auto& line : lines_of(timeline_plot({{"load", rising(240), "240", 2, Ink::plain}}, 0, 3600, narrow)))
    CHECK_MESSAGE(columns_of(line) <= 60, line);
}

TEST_CASE("no line is wider than 80 columns, and without Unicode all is ASCII") {
  Style ascii;
  ascii.unicode = false;
  const std::vector<Band> bands = {{"arrivals/s", rising(240), "1.20k", 4, Ink::cyan},
                                   {"late", rising(7), "100 %", 2, Ink::red}};
  for (const double span : {0.5, 59.0, 3600.0, 86'400.0, 5e6, 1e9}) {
    for (const auto& line : lines_of(timeline_plot(bands, span / 3, span, Style{})))
      CHECK_MESSAGE(columns_of(line) <= 80, line);
    for (const auto& line : lines_of(timeline_plot(bands, span / 3, span, ascii))) {
      CHECK_MESSAGE(columns_of(line) <= 80, line);
      for (const char c : line) CHECK_MESSAGE(static_cast<unsigned char>(c) < 0x80, line);
    }
  }
}
