#include "cli/views/terminal_report.h"

#include <doctest/doctest.h>

#include <sstream>

#include "cli/terminal.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

std::string render(const Report& report, Style style) {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  Closing closing;
  closing.written_to = "report.json";
  closing.next = "mlplan inspect " + shell_quoted(report.model.path);
  closing.next_why = "shows what is inside";
  return terminal_report(report, closing, style);
}

Style wide(int width) {
  Style style;
  style.width = width;
  return style;
}

std::string without(std::string text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what)) text.erase(at, what.size());
  return text;
}

}  // namespace

TEST_CASE("a complete report reads as it should at 100 and at 80 columns") {
  check_golden("small_fast_100.txt", render(examples::small_fast_model(), wide(100)));
  check_golden("small_fast_80.txt", render(examples::small_fast_model(), wide(80)));
}

TEST_CASE("a report of single samples claims no interval, no second digit too many, and shows what failed") {
  check_golden("huge_slow_100.txt", render(examples::huge_slow_model(), wide(100)));
}

TEST_CASE("an interrupted report says so on top and shows what there is") {
  check_golden("interrupted_100.txt", render(examples::interrupted_run(), wide(100)));
}

TEST_CASE("nothing is left out of the verbose view") {
  Style style = wide(140);
  style.verbose = true;
  const std::string text = render(examples::small_fast_model(), style);
  for (const char* part : {"make input", "op libraries", "major", "with huge pages", "baseline", "6.1.0-18-amd64"}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  }
}

TEST_CASE("no line is wider than the screen, from 80 columns on, but for the command to copy") {
  for (const int width : {80, 100, 140}) {
    for (const Report& report :
         {examples::small_fast_model(), examples::huge_slow_model(), examples::interrupted_run()}) {
      std::istringstream lines(render(report, wide(width)));
      for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("  next ")) CHECK_MESSAGE(columns_of(line) <= width, line);
      }
    }
  }
}

TEST_CASE("a locale without UTF-8 gets plain ASCII in the same columns") {
  Style style = wide(100);
  style.unicode = false;
  const std::string text = render(examples::small_fast_model(), style);
  for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 100, line);
}

TEST_CASE("colour adds nothing but escape sequences") {
  Style style = wide(100);
  const std::string plain = render(examples::small_fast_model(), style);
  style.colour = true;
  std::string coloured = render(examples::small_fast_model(), style);
  CHECK(coloured != plain);
  for (const Ink ink : {Ink::bold, Ink::dim, Ink::red, Ink::yellow, Ink::green, Ink::cyan}) {
    coloured = without(coloured, std::string(escape_of(ink)));
  }
  coloured = without(coloured, "\033[0m");
  CHECK(coloured.find('\033') == std::string::npos);
  // libsmartcols may pad inside a coloured cell, so only the words are compared.
  CHECK(without(without(coloured, " "), "\n") == without(without(plain, " "), "\n"));
}

TEST_CASE("a program is shown by its command and by how exactly its time is known") {
  Report report = examples::small_fast_model();
  report.model = {};
  report.model.path = "/usr/bin/python3";
  report.model.format = "command";
  report.command = CommandInfo{{"python3", "my serve.py", "{port}"}, "url:http://127.0.0.1:{port}/", 1.2e6, {}, 1};
  const std::string text = render(report, wide(100));
  CHECK(text.find("/usr/bin/python3  a program\n") != std::string::npos);
  CHECK(text.find("python3 'my serve.py' '{port}'") != std::string::npos);
  CHECK(without(without(text, " "), "\n").find("timesaretoolongbyatmost1.2ms") != std::string::npos);
}

TEST_CASE("an empty report does not crash the view") {
  const std::string text = render(Report{}, wide(100));
  CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("the command to type next is one line, however long") {
  const std::string text = next_line("mlplan bench " + std::string(200, 'x') + ".pt", "why not", wide(80));
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find("why not") == std::string::npos);
}
