#include "profiles/arrivals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace mlplan {
namespace {

constexpr std::size_t kWindow = 1'000'000;  // rows, 56 MB
constexpr std::size_t kMostModels = 1'000'000;

}  // namespace

Result<ArrivalReader> ArrivalReader::open(const std::string& path, const TrafficColumns& columns) {
  Result<CsvReader> reader = CsvReader::open(path);
  if (!reader) return fail(reader.error());
  return over(std::move(*reader), columns);
}

Result<ArrivalReader> ArrivalReader::over(CsvReader reader, const TrafficColumns& columns) {
  Result<FoundColumns> found = find_traffic_columns(reader, columns);
  if (!found) return fail(found.error());
  if (!found->is_trace) {
    return fail(
        ErrorKind::bad_input,
        fmt::format("column '{}' makes it a series of rates, not a trace of requests", found->header[*found->value]),
        reader.where());
  }
  return ArrivalReader(std::move(reader), std::move(*found));
}

ArrivalReader::ArrivalReader(CsvReader reader, FoundColumns columns)
    : reader_(std::move(reader)), columns_(std::move(columns)) {}

Status ArrivalReader::read_models() {
  if (!columns_.model) {
    return fail(ErrorKind::bad_input, "no column says which model a request is for", reader_.where(),
                fmt::format("map one of {}: model=COLUMN", fmt::join(columns_.header, ", ")));
  }
  reads_models_ = true;
  return {};
}

std::optional<double> ArrivalReader::starts_at_unix_s() const {
  if (!first_ns_ || !is_calendar_time(*first_ns_)) return std::nullopt;
  return static_cast<double>(*first_ns_) / 1e9;
}

Result<double> ArrivalReader::number(std::size_t column) const {
  const std::optional<double> value = number_of(reader_.fields()[column]);
  if (!value) {
    return fail(ErrorKind::bad_input,
                fmt::format("{} '{}' is not a number", columns_.header[column], reader_.fields()[column]),
                reader_.where());
  }
  if (*value < 0)
    return fail(ErrorKind::bad_input, fmt::format("{} {} is negative", columns_.header[column], *value),
                reader_.where());
  return *value;
}

Result<std::int64_t> ArrivalReader::time(std::size_t column) {
  const std::string_view text = reader_.fields()[column];
  if (!unit_) unit_ = time_unit_of(columns_.header[column], number_of(text));
  if (const std::optional<std::int64_t> at = parse_time(text, *unit_)) return *at;
  return fail(ErrorKind::bad_input, fmt::format("{} '{}' is not a time", columns_.header[column], text),
              reader_.where(), "write 2026-07-20T18:17:03.5Z, or seconds");
}

Result<std::size_t> ArrivalReader::model() {
  const std::string& column = columns_.header[*columns_.model];
  const std::string name(trimmed(reader_.fields()[*columns_.model]));
  if (name.empty()) return fail(ErrorKind::bad_input, fmt::format("{} is empty", column), reader_.where());
  const auto [known, is_new] = model_numbers_.try_emplace(name, models_.size());
  if (is_new) {
    if (models_.size() == kMostModels)
      return fail(ErrorKind::bad_input, fmt::format("more than a million models: does '{}' name them?", column),
                  reader_.where());
    models_.push_back({name, reader_.line()});
  }
  return known->second;
}

Result<bool> ArrivalReader::read_row(Pending& row) {
  for (;;) {
    Result<bool> more = reader_.next();
    if (!more || !*more) return more;
    const auto& fields = reader_.fields();
    if (fields.size() != columns_.header.size()) {
      return fail(ErrorKind::bad_input,
                  fmt::format("the row has {} fields, the header {}", fields.size(), columns_.header.size()),
                  reader_.where());
    }
    if (columns_.is_selected(fields)) break;
  }
  const auto& fields = reader_.fields();
  if (rows_ == 0) first_row_.assign(fields.begin(), fields.end());
  Result<std::int64_t> at = time(columns_.time ? *columns_.time : *columns_.end);
  if (!at) return fail(at.error());
  row = {};
  if (!columns_.time && columns_.duration) {
    const Result<double> duration = number(*columns_.duration);
    if (!duration) return fail(duration.error());
    const double seconds = *duration * time_unit_of(columns_.header[*columns_.duration], std::nullopt).seconds;
    *at -= static_cast<std::int64_t>(std::llround(std::min(seconds, 1e9) * 1e9));
  }
  row.at_ns = *at;
  row.order = rows_++;
  for (std::size_t i = 0; i < columns_.sizes.size(); ++i) {
    const Result<double> size = number(columns_.sizes[i]);
    if (!size) return fail(size.error());
    row.sizes[i] = *size;
  }
  if (reads_models_) {
    const Result<std::size_t> number = model();
    if (!number) return fail(number.error());
    row.model = *number;
  }
  return true;
}

Result<bool> ArrivalReader::read_in_order(Pending& row) {
  while (!at_end_ && heap_.size() < kWindow) {
    Pending next;
    Result<bool> more = read_row(next);
    if (!more) return more;
    at_end_ = !*more;
    if (at_end_) break;
    heap_.push_back(next);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  row = heap_.back();
  heap_.pop_back();
  return true;
}

Result<bool> ArrivalReader::next(Arrival& arrival) {
  Pending row;
  Result<bool> more = columns_.time ? read_row(row) : read_in_order(row);
  if (!more || !*more) return more;
  if (!first_ns_) {
    first_ns_ = row.at_ns;
  } else if (row.at_ns < last_ns_) {
    return fail(ErrorKind::bad_input,
                fmt::format("time goes back by {} s", static_cast<double>(last_ns_ - row.at_ns) / 1e9), reader_.where(),
                reads_models_ ? "sort the file by its time" : select_hint(columns_, first_row_, reader_.fields()));
  }
  last_ns_ = row.at_ns;
  std::int64_t since = 0;
  if (__builtin_sub_overflow(row.at_ns, *first_ns_, &since))
    return fail(ErrorKind::bad_input, "is centuries from the first row", reader_.where());
  arrival.at_s = static_cast<double>(since) / 1e9;
  arrival.sizes = row.sizes;
  arrival.model = row.model;
  return true;
}

}  // namespace mlplan
