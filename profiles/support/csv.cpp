#include "profiles/support/csv.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <utility>

namespace mlplan {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;
constexpr std::size_t kLongestRow = std::size_t{1} << 20;

char delimiter_of(std::string_view first_line) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', ';', '\t'}) {
    bool quoted = false;
    std::ptrdiff_t count = 0;
    for (const char c : first_line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++count;
    }
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

}  // namespace

Result<CsvReader> CsvReader::open(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return fail(ErrorKind::bad_input, "is a folder, not a CSV file", path);
  auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!stream->is_open()) {
    const bool exists = std::filesystem::exists(path, ignored);
    return fail(ErrorKind::bad_input, exists ? "cannot be read" : "there is no such file", path);
  }
  return CsvReader(std::move(stream), path);
}

CsvReader::CsvReader(std::unique_ptr<std::istream> stream, std::string name)
    : stream_(std::move(stream)), name_(std::move(name)), buffer_(kBuffer) {}

std::string CsvReader::where() const { return name_ + ":" + std::to_string(row_line_); }

tl::unexpected<Error> CsvReader::wrong(std::string message, std::int64_t line, std::string hint) const {
  return fail(ErrorKind::bad_input, std::move(message), name_ + ":" + std::to_string(line), std::move(hint));
}

int CsvReader::peek() {
  if (at_ == end_) {
    if (!stream_->good()) return -1;
    stream_->read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    at_ = 0;
    end_ = static_cast<std::size_t>(stream_->gcount());
    if (end_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

void CsvReader::begin() {
  begun_ = true;
  if (peek() < 0) return;
  const std::string_view start(buffer_.data(), end_);
  if (start.starts_with("\xef\xbb\xbf")) at_ = 3;
  const std::size_t from = std::min(start.find_first_not_of("\r\n", at_), start.size());
  delimiter_ = delimiter_of(start.substr(from, start.find_first_of("\r\n", from) - from));
}

bool CsvReader::begins_with_brace() {
  if (peek() < 0) return false;
  const std::size_t first = std::string_view(buffer_.data(), end_).find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && buffer_[first] == '{';
}

Result<std::string> CsvReader::whole_text() {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  std::string text;
  while (peek() >= 0) {
    text.append(buffer_.data() + at_, end_ - at_);
    at_ = end_;
    if (text.size() > kMost) return fail(ErrorKind::bad_input, "is larger than 1 GiB", name_);
  }
  if (stream_->bad()) return fail(ErrorKind::bad_input, "cannot be read to its end", name_);
  return text;
}

// CR LF counts once.
void CsvReader::end_line(int character) {
  take();
  ++line_;
  if (character == '\r' && peek() == '\n') take();
}

void CsvReader::end_field() { ends_.push_back(text_.size()); }

Status CsvReader::read_quoted() {
  const std::int64_t opened = line_;
  take();
  for (;;) {
    const int c = peek();
    if (c < 0) return wrong("a quote is opened here and never closed", opened, "write a quote inside of text as \"\"");
    if (text_.size() > kLongestRow)
      return wrong("a quoted field goes on for more than 1 MiB", opened, "is its closing quote missing?");
    if (c == '"') {
      take();
      if (peek() != '"') break;
      text_ += '"';
      take();
    } else if (c == '\r' || c == '\n') {
      text_ += '\n';
      end_line(c);
    } else {
      text_ += static_cast<char>(c);
      take();
    }
  }
  const int next = peek();
  if (next < 0 || next == '\r' || next == '\n' || next == static_cast<unsigned char>(delimiter_)) return {};
  return wrong("there is text behind a closing quote", line_, "write a quote inside of text as \"\"");
}

Status CsvReader::read_plain() {
  for (;;) {
    if (peek() < 0) return {};
    const std::size_t start = at_;
    while (at_ < end_) {
      const char c = buffer_[at_];
      if (c == delimiter_ || c == '\n' || c == '\r') break;
      if (c == '\0') {
        return wrong("holds a zero byte: this is no CSV text", line_, "save it as UTF-8, not as UTF-16");
      }
      ++at_;
    }
    text_.append(buffer_.data() + start, at_ - start);
    if (text_.size() > kLongestRow) return wrong("a row is longer than 1 MiB: this is no CSV text", row_line_);
    if (at_ < end_) return {};
  }
}

Result<bool> CsvReader::next() {
  if (!begun_) begin();
  while (peek() == '\n' || peek() == '\r') end_line(peek());
  row_line_ = line_;
  text_.clear();
  ends_.clear();
  fields_.clear();
  if (peek() < 0) {
    if (stream_->bad()) return wrong("cannot be read to its end", line_);
    return false;
  }
  for (;;) {
    const Status field = peek() == '"' ? read_quoted() : read_plain();
    if (!field) return fail(field.error());
    end_field();
    const int c = peek();
    if (c != static_cast<unsigned char>(delimiter_)) {
      if (c >= 0) end_line(c);
      break;
    }
    take();
  }
  std::size_t start = 0;
  for (const std::size_t end : ends_) {
    fields_.push_back(std::string_view(text_).substr(start, end - start));
    start = end;
  }
  return true;
}

std::string plain_name(std::string_view column) {
  std::string result;
  for (const char c : column) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

std::optional<std::size_t> find_column(std::span<const std::string> header, std::span<const char* const> names) {
  for (const char* name : names) {
    const std::string wanted = plain_name(name);
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (plain_name(header[i]) == wanted) return i;
    }
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

std::optional<double> number_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::string csv_field(std::string_view text) {
  const bool plain = text.find_first_of(",;\t\"\r\n") == std::string_view::npos && text == trimmed(text);
  if (plain) return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace mlplan
