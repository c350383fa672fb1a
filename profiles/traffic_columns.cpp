#include "profiles/traffic_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "profiles/support/timestamp.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

constexpr std::array kTimes = {"timestamp",
                               "time",
                               "ts",
                               "datetime",
                               "date",
                               "t_s",
                               "t",
                               "time_s",
                               "t_ms",
                               "time_ms",
                               "arrival",
                               "arrival_time",
                               "arrival_timestamp",
                               "arrived_at",
                               "start",
                               "start_time",
                               "start_timestamp",
                               "interval_start",
                               "seconds",
                               "arrival_s"};
constexpr std::array kEnds = {"end_timestamp", "end_time", "end", "finished_at", "completed_at"};
constexpr std::array kDurations = {"duration", "duration_s", "duration_ms", "latency", "latency_ms", "execution_time"};
constexpr std::array kRates = {"rate",       "rate_rps",       "rps",        "qps",  "requests_per_second", "req_s",
                               "rate_per_s", "requests_per_s", "requests_s", "per_s"};
constexpr std::array kRatesPerMinute = {"rpm", "requests_per_minute", "rate_per_min"};
constexpr std::array kCounts = {"count", "requests",     "request_count", "invocations", "calls",
                                "hits",  "num_requests", "sum",           "value"};
constexpr std::array kModels = {"model", "model_name", "model_id"};
constexpr std::array kSizeWords = {"tokens", "bytes", "size", "length"};

std::string lower_plain(const std::string& name) { return plain_name(name); }

class Finder {
 public:
  Finder(FoundColumns& found, const CsvReader& reader) : found_(found), reader_(reader) {}

  Status given(const std::string& name, std::optional<std::size_t>& index) {
    if (name.empty()) return {};
    index = find_column(found_.header, std::array{name.c_str()});
    if (index) return {};
    return fail(ErrorKind::bad_input, fmt::format("there is no column '{}'", name), reader_.where(),
                fmt::format("the columns are {}", fmt::join(found_.header, ", ")));
  }
  template <std::size_t N>
  void usual(const std::array<const char*, N>& names, std::optional<std::size_t>& index, std::string& name) {
    if (index) return;
    index = find_column(found_.header, names);
    if (index) name = found_.header[*index];
  }

 private:
  FoundColumns& found_;
  const CsvReader& reader_;
};

void find_sizes(FoundColumns& found) {
  for (std::size_t i = 0; i < found.header.size() && found.sizes.size() < kMostSizes; ++i) {
    const bool is_other = found.time == i || found.end == i || found.select == i || found.model == i;
    const std::string plain = lower_plain(found.header[i]);
    const bool named = std::any_of(kSizeWords.begin(), kSizeWords.end(),
                                   [&](const char* word) { return plain.find(word) != std::string::npos; });
    if (is_other || (!named && found.duration != i)) continue;
    found.sizes.push_back(i);
    found.names.sizes.push_back(found.header[i]);
  }
}

}  // namespace

Status parse_traffic_map(const std::string& text, TrafficColumns& columns) {
  constexpr const char* kHint =
      "write time=when,rate=load; names: time, end, duration, rate, count, size, model, step, only";
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string item = text.substr(start, end - start);
    start = end + 1;
    const std::size_t equals = item.find('=');
    const std::string value(equals == std::string::npos ? "" : trimmed(item.substr(equals + 1)));
    if (value.empty()) return fail(ErrorKind::usage, fmt::format("'{}' maps nothing", item), {}, kHint);
    const std::string key(trimmed(item.substr(0, equals)));
    const std::pair<std::string_view, std::string*> texts[] = {
        {"time", &columns.time}, {"end", &columns.end},     {"duration", &columns.duration},
        {"rate", &columns.rate}, {"count", &columns.count}, {"model", &columns.model}};
    const auto found = std::find_if(std::begin(texts), std::end(texts), [&](const auto& t) { return t.first == key; });
    if (found != std::end(texts)) {
      *found->second = value;
    } else if (key == "size") {
      columns.sizes.push_back(value);
    } else if (key == "step") {
      const Result<Nanoseconds> step = parse_duration(value);
      if (!step) return fail(step.error());
      columns.step_s = std::chrono::duration<double>(*step).count();
    } else if (key == "only") {
      const std::size_t colon = value.find(':');
      if (colon == std::string::npos)
        return fail(ErrorKind::usage, fmt::format("'{}' has no value", item), {}, "write only=COLUMN:VALUE");
      columns.select = value.substr(0, colon);
      columns.selected = value.substr(colon + 1);
    } else {
      return fail(ErrorKind::usage, fmt::format("there is no column '{}' to map", key), {}, kHint);
    }
  }
  return {};
}

bool FoundColumns::is_selected(const std::vector<std::string_view>& fields) const {
  return !select || (*select < fields.size() && trimmed(fields[*select]) == names.selected);
}

Result<FoundColumns> find_traffic_columns(CsvReader& reader, const TrafficColumns& given) {
  const Result<bool> header = reader.next();
  if (!header) return fail(header.error());
  if (!*header) return fail(ErrorKind::bad_input, "the file is empty", reader.name());
  FoundColumns found;
  found.names = given;
  bool all_numbers = true;
  for (const std::string_view field : reader.fields()) {
    found.header.emplace_back(trimmed(field));
    all_numbers = all_numbers && parse_time(field, {});
  }
  if (all_numbers)
    return fail(ErrorKind::bad_input, "has no header", reader.where(),
                "write the names of the columns first: timestamp,count");

  Finder find(found, reader);
  std::optional<std::size_t> rate;
  std::optional<std::size_t> count;
  const std::pair<const std::string&, std::optional<std::size_t>&> wanted[] = {
      {given.time, found.time}, {given.end, found.end},       {given.duration, found.duration}, {given.rate, rate},
      {given.count, count},     {given.select, found.select}, {given.model, found.model}};
  for (const auto& [name, index] : wanted) {
    if (const Status status = find.given(name, index); !status) return fail(status.error());
  }
  for (const std::string& name : given.sizes) {
    std::optional<std::size_t> index;
    if (const Status status = find.given(name, index); !status) return fail(status.error());
    if (found.sizes.size() == kMostSizes)
      return fail(ErrorKind::usage, fmt::format("a request has at most {} sizes", kMostSizes));
    found.sizes.push_back(*index);
  }
  if (!found.end) find.usual(kTimes, found.time, found.names.time);
  if (!found.time) find.usual(kEnds, found.end, found.names.end);
  find.usual(kDurations, found.duration, found.names.duration);
  if (!rate && !count) find.usual(kRates, rate, found.names.rate);
  if (!rate && !count) {
    find.usual(kRatesPerMinute, rate, found.names.rate);
    if (rate) found.rate_scale = 1.0 / 60;
  }
  if (!rate && !count) {
    find.usual(kCounts, count, found.names.count);
    if (count && lower_plain(found.names.count) == "value")
      found.notes.push_back("column 'value' is taken as requests in each interval, not as a rate");
  }
  found.value = rate ? rate : count;
  found.is_trace = !found.value;
  if (!found.is_trace) return found;
  if (!found.time && !found.end) {
    return fail(ErrorKind::bad_input, "no column has times, and none rates or counts", reader.where(),
                fmt::format("name one of {}", fmt::join(found.header, ", ")));
  }
  if (found.end && !found.duration)
    found.notes.push_back(fmt::format("column '{}' is taken as the arrival: there is no duration", found.names.end));
  find.usual(kModels, found.model, found.names.model);
  if (given.sizes.empty()) find_sizes(found);
  return found;
}

std::string select_hint(const FoundColumns& columns, const std::vector<std::string>& first,
                        const std::vector<std::string_view>& fields) {
  for (std::size_t i = 0; i < std::min(first.size(), fields.size()); ++i) {
    const bool is_text = !parse_time(fields[i], {}) && i != columns.time && !trimmed(fields[i]).empty();
    if (is_text && i < columns.header.size() && first[i] != fields[i] && !columns.select)
      return fmt::format("choose one of its series: only={}:{}", columns.header[i], first[i]);
  }
  return "sort the file by its time";
}

}  // namespace mlplan
