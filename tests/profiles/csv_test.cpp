#include "profiles/support/csv.h"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include "tests/temporary_folder.h"

using namespace mlplan;

namespace {

using Rows = std::vector<std::vector<std::string>>;

CsvReader reader_of(const std::string& text) { return {std::make_unique<std::istringstream>(text), "t.csv"}; }

Result<Rows> read(const std::string& text) {
  CsvReader reader = reader_of(text);
  Rows rows;
  for (;;) {
    const Result<bool> more = reader.next();
    if (!more) return fail(more.error());
    if (!*more) return rows;
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
  }
}

Rows rows_of(const std::string& text) {
  const Result<Rows> rows = read(text);
  REQUIRE_MESSAGE(rows, (rows ? "" : rows.error().message));
  return *rows;
}

Error error_of(const std::string& text) {
  const Result<Rows> rows = read(text);
  REQUIRE_FALSE(rows);
  CHECK(rows.error().kind == ErrorKind::bad_input);
  return rows.error();
}

}  // namespace

TEST_CASE("lines end in LF, CRLF or CR, the last one in nothing, and blank lines are no rows") {
  const Rows expected = {{"a", "b"}, {"1", "2"}};
  CHECK(rows_of("a,b\n1,2\n") == expected);
  CHECK(rows_of("a,b\r\n1,2\r\n") == expected);
  CHECK(rows_of("a,b\r1,2") == expected);
  CHECK(rows_of("\n\na,b\n\r\n1,2\n\n\n") == expected);
  CHECK(rows_of("\xef\xbb\xbf"
                "a,b\n1,2") == expected);
  CHECK(rows_of("").empty());
  CHECK(rows_of("\xef\xbb\xbf").empty());
}

TEST_CASE("quoted fields hold delimiters, doubled quotes and line breaks") {
  CHECK(rows_of("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\nx,,\n") ==
        Rows{{"a,b", "say \"hi\"", "two\nlines"}, {"x", "", ""}});
  CHECK(rows_of("\"\"\n") == Rows{{""}});
  CHECK(rows_of("5\" disk,b\n") == Rows{{"5\" disk", "b"}});  // a quote within a plain field is a character
}

TEST_CASE("semicolons and tabs delimit where the first line has more of them") {
  CHECK(rows_of("a;b;c\n1,5;2;3\n") == Rows{{"a", "b", "c"}, {"1,5", "2", "3"}});
  CHECK(rows_of("a\tb\n1\t2\n") == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(rows_of("\"x;y;z\",b\n") == Rows{{"x;y;z", "b"}});
}

TEST_CASE("lines are counted through quoted line breaks") {
  CsvReader reader = reader_of("a,b\n\"1\n2\n3\",x\n\n4,5\n");
  REQUIRE(*reader.next());
  CHECK(reader.where() == "t.csv:1");
  REQUIRE(*reader.next());
  CHECK(reader.line() == 2);
  REQUIRE(*reader.next());
  CHECK(reader.line() == 6);
}

TEST_CASE("what is no CSV is told with its line") {
  CHECK(error_of("a,b\n1,\"2\n3\n").where == "t.csv:2");
  CHECK(error_of("a,b\n1,\"2\n3\n").message == "a quote is opened here and never closed");
  CHECK(error_of("a,b\n1,\"2\"3\n").message == "there is text behind a closing quote");
  CHECK(error_of(std::string("a\0b\n", 4)).hint == "save it as UTF-8, not as UTF-16");
  CHECK(error_of("a\n" + std::string(2'000'000, 'x')).where == "t.csv:2");
  CHECK(error_of("a\n\"" + std::string(2'000'000, 'x')).message == "a quoted field goes on for more than 1 MiB");
}

TEST_CASE("files that cannot be read are told apart") {
  const tests::TemporaryFolder folder;
  CHECK(CsvReader::open(folder.path() + "/none.csv").error().message == "there is no such file");
  CHECK(CsvReader::open(folder.path()).error().message == "is a folder, not a CSV file");
}

TEST_CASE("JSON is told by its brace, and is read whole though a part of it was looked at") {
  const std::string text = " \n{\"a\": [" + std::string(1'000'000, '1') + "]}\n";
  CsvReader reader = reader_of(text);
  CHECK(reader.begins_with_brace());
  CHECK(*reader.whole_text() == text);
  CsvReader table = reader_of("a,b\n1,2\n");
  CHECK_FALSE(table.begins_with_brace());
  REQUIRE(*table.next());
  CHECK(table.fields()[0] == "a");
  CHECK_FALSE(reader_of("").begins_with_brace());
}

TEST_CASE("any table comes back from its text, across the borders of the buffer") {
  std::mt19937_64 engine(7);
  static const std::vector<std::string> kPieces = {"a", "7", ",", "\"", "\n", " ", ";", "\t", "größe", "", "-1.5e3"};
  for (int round = 0; round < 40; ++round) {
    Rows rows(1 + engine() % 400);
    const std::size_t columns = 2 + engine() % 5;
    std::string text;
    for (auto& row : rows) {
      row.resize(columns);
      for (std::size_t i = 0; i < columns; ++i) {
        for (auto n = engine() % (round % 10 == 0 ? 900 : 5); n > 0; --n) row[i] += kPieces[engine() % kPieces.size()];
        text += (i == 0 ? "" : ",") + csv_field(row[i]);
      }
      text += '\n';
    }
    // A first line of plain names settles the delimiter.
    std::string header = "h";
    for (std::size_t i = 1; i < columns; ++i) header += ",h";
    Rows expected = rows;
    expected.insert(expected.begin(), std::vector<std::string>(columns, "h"));
    CHECK(rows_of(header + "\n" + text) == expected);
  }
}

TEST_CASE("random bytes are read or refused, never worse") {
  std::mt19937_64 engine(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    static constexpr std::string_view kLikely = "a1,\"\n\r;\t\xff";
    for (auto n = engine() % 60; n > 0; --n)
      text += engine() % 4 == 0 ? static_cast<char>(engine()) : kLikely[engine() % kLikely.size()];
    const Result<Rows> rows = read(text);
    if (!rows) CHECK(rows.error().where.find("t.csv:") == 0);
  }
}

TEST_CASE("numbers are whole texts") {
  CHECK(number_of(" 1.5 ") == 1.5);
  CHECK(number_of("+2e3") == 2000);
  CHECK_FALSE(number_of("1.5x"));
  CHECK_FALSE(number_of("inf"));
  CHECK_FALSE(number_of("nan"));
  CHECK_FALSE(number_of("+-5"));
  CHECK_FALSE(number_of(""));
}

TEST_CASE("columns are found whatever their case and punctuation, the first name first") {
  const std::vector<std::string> header = {"Instance Type", "On-Demand (USD)", "price"};
  static constexpr const char* kNames[] = {"on_demand_usd", "price"};
  CHECK(find_column(header, kNames) == 1);
  static constexpr const char* kNone[] = {"memory"};
  CHECK_FALSE(find_column(header, kNone));
}
