// CSV (RFC 4180), streamed: one row at a time in bounded memory, whatever the size of the file. Fields may be quoted,
// quotes doubled, and quoted fields may span lines; lines end in LF, CRLF or CR; a UTF-8 byte-order mark is skipped and
// blank lines are no rows. The delimiter is the one of comma, semicolon and tab that the first line has most of.
//
// Errors are ErrorKind::bad_input with "FILE:LINE" in `where`: no such file, UTF-16, a quote that is never closed, text
// behind a closing quote, a row above 1 MiB.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

class CsvReader {
 public:
  static Result<CsvReader> open(const std::string& path);
  CsvReader(std::unique_ptr<std::istream> stream, std::string name);

  // Before the first row: whether the text begins with a brace, as JSON does, and then all of it. So a pipe, which can
  // be read only once, may hold either.
  bool begins_with_brace();
  Result<std::string> whole_text();

  // false at the end. The fields are valid until the next call.
  Result<bool> next();
  const std::vector<std::string_view>& fields() const { return fields_; }
  std::int64_t line() const { return row_line_; }  // of the row's beginning, from 1
  std::string where() const;                       // "FILE:LINE" of that row
  const std::string& name() const { return name_; }

 private:
  int peek();  // -1 at the end
  void take() { ++at_; }
  void begin();
  void end_line(int character);
  void end_field();
  Status read_quoted();
  Status read_plain();
  tl::unexpected<Error> wrong(std::string message, std::int64_t line, std::string hint = {}) const;

  std::unique_ptr<std::istream> stream_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 0;
  char delimiter_ = ',';
  bool begun_ = false;
  std::string text_;  // of the row, all fields behind each other
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> fields_;
};

// Column of a header whose name is one of `names` (earlier names first), case, spaces and punctuation apart.
std::optional<std::size_t> find_column(std::span<const std::string> header, std::span<const char* const> names);
std::string plain_name(std::string_view column);  // "On-Demand (USD)" -> "ondemandusd"

std::string_view trimmed(std::string_view text);
// A decimal number, with an exponent or not, and nothing else; never an infinity or NaN.
std::optional<double> number_of(std::string_view text);

// As a field is written: quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace mlplan
