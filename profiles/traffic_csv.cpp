#include "profiles/traffic_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "profiles/arrivals.h"
#include "profiles/burstiness.h"
#include "profiles/support/quantile_sketch.h"
#include "profiles/support/timestamp.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

constexpr double kMostValue = 1e12;  // of a rate or count: more is a mistake
constexpr std::size_t kMostSteps = std::size_t{1} << 17;

std::string seconds_text(double seconds) { return format_duration(seconds * 1e9); }

// Means over steps; steps double when there are too many.
class Bins {
 public:
  // Adds `amount` to the step; a step's value is the mean of `weight` of them.
  void add(std::int64_t step, double amount, double weight) {
    while (static_cast<std::size_t>(step >> shift_) >= kMostSteps) fold();
    const auto at = static_cast<std::size_t>(step >> shift_);
    if (at >= sums_.size()) {
      sums_.resize(at + 1, 0);
      weights_.resize(at + 1, 0);
    }
    sums_[at] += amount;
    weights_[at] += weight;
  }
  std::int64_t steps_each() const { return std::int64_t{1} << shift_; }
  const std::vector<double>& sums() const { return sums_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  void fold() {
    ++shift_;
    for (std::vector<double>* values : {&sums_, &weights_}) {
      const std::size_t n = (values->size() + 1) / 2;
      for (std::size_t i = 0; i < n; ++i)
        (*values)[i] = (*values)[2 * i] + (2 * i + 1 < values->size() ? (*values)[2 * i + 1] : 0);
      values->resize(n);
    }
  }

  int shift_ = 0;
  std::vector<double> sums_;
  std::vector<double> weights_;
};

class SeriesReader {
 public:
  SeriesReader(CsvReader& reader, FoundColumns columns) : reader_(reader), columns_(std::move(columns)) {}

  Result<Traffic> read() {
    if (const Status status = read_rows(); !status) return fail(status.error());
    if (const Status status = settle(); !status) return fail(status.error());  // a file shorter than the first rows
    if (used_ == 0) return fail(ErrorKind::bad_input, "has no row with a value", reader_.name());
    Traffic traffic;
    traffic.source = reader_.name();
    traffic.notes = columns_.notes;
    traffic.burstiness = burstiness();
    traffic.shape = series();
    add_notes(traffic.notes);
    return traffic;
  }

 private:
  struct Row {
    std::int64_t at_ns = 0;
    std::optional<double> value;
    std::int64_t line = 0;
  };
  static constexpr std::size_t kFirstRows = 1000;

  tl::unexpected<Error> wrong(std::string message, std::int64_t line, std::string hint = {}) const {
    return fail(ErrorKind::bad_input, std::move(message), reader_.name() + ":" + std::to_string(line), std::move(hint));
  }

  Status read_rows() {
    std::int64_t previous_ns = 0;
    for (;;) {
      const Result<bool> more = reader_.next();
      if (!more) return fail(more.error());
      if (!*more) return {};
      const auto& fields = reader_.fields();
      if (fields.size() != columns_.header.size())
        return wrong(fmt::format("the row has {} fields, the header {}", fields.size(), columns_.header.size()),
                     reader_.line());
      if (!columns_.is_selected(fields)) continue;
      if (rows_ == 0) first_row_.assign(fields.begin(), fields.end());
      Row row;
      row.line = reader_.line();
      if (const Status status = read_value(row); !status) return status;
      if (columns_.time) {
        if (const Status status = read_time(row); !status) return status;
        if (rows_ > 0 && row.at_ns <= previous_ns) {
          const bool same = row.at_ns == previous_ns;
          return wrong(same ? "has the time of the row before" : "goes back in time", row.line,
                       select_hint(columns_, first_row_, fields));
        }
        previous_ns = row.at_ns;
      }
      ++rows_;
      if (step_ns_ == 0 && first_rows_.size() < kFirstRows) {
        first_rows_.push_back(row);
        continue;
      }
      if (const Status status = settle(); !status) return status;
      if (const Status status = use(row); !status) return status;
    }
  }

  Status read_value(Row& row) const {
    const std::string_view text = trimmed(reader_.fields()[*columns_.value]);
    const std::string& name = columns_.header[*columns_.value];
    if (text.empty() || plain_name(text) == "nan" || plain_name(text) == "null") return {};
    row.value = number_of(text);
    if (!row.value) return wrong(fmt::format("{} '{}' is not a number", name, text), row.line);
    if (*row.value < 0) return wrong(fmt::format("{} {} is negative", name, *row.value), row.line);
    if (*row.value > kMostValue) return wrong(fmt::format("{} {} is beyond any traffic", name, *row.value), row.line);
    return {};
  }

  Status read_time(Row& row) {
    const std::string_view text = reader_.fields()[*columns_.time];
    if (!unit_) unit_ = time_unit_of(columns_.header[*columns_.time], number_of(text));
    const std::optional<std::int64_t> at = parse_time(text, *unit_);
    if (!at) {
      return wrong(fmt::format("{} '{}' is not a time", columns_.header[*columns_.time], text), row.line,
                   "write 2026-07-20T18:15:00Z, or seconds");
    }
    row.at_ns = *at;
    return {};
  }

  // Once there are enough rows: the step, and the rows that waited for it.
  Status settle() {
    if (first_rows_.empty()) return {};
    if (columns_.names.step_s) {
      step_ns_ = std::llround(*columns_.names.step_s * 1e9);
    } else if (!columns_.time) {
      return wrong("no column has times", 1, "say what one row covers: a step of 1min");
    } else {
      std::vector<std::int64_t> steps;
      for (std::size_t i = 1; i < first_rows_.size(); ++i)
        steps.push_back(first_rows_[i].at_ns - first_rows_[i - 1].at_ns);
      if (steps.empty()) return wrong("has one row only: its step cannot be told", first_rows_[0].line);
      std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
      step_ns_ = steps[steps.size() / 2];
    }
    if (step_ns_ <= 0) return wrong("the step must be above 0", first_rows_[0].line);
    start_ns_ = first_rows_[0].at_ns;
    std::vector<Row> rows;
    rows.swap(first_rows_);
    for (const Row& row : rows) {
      if (const Status status = use(row); !status) return status;
    }
    return {};
  }

  double step_s() const { return static_cast<double>(step_ns_) / 1e9; }

  Status use(const Row& row) {
    std::int64_t slot = last_slot_ + 1;
    if (columns_.time) {
      std::int64_t since = 0;
      if (__builtin_sub_overflow(row.at_ns, start_ns_, &since))
        return wrong("is centuries from the first row", row.line);
      slot = (since + step_ns_ / 2) / step_ns_;
      const std::int64_t away = std::abs(since - slot * step_ns_);
      if (away > step_ns_ / 10) ++off_grid_;
      if (slot <= last_slot_) {
        ++crowded_;
        slot = last_slot_;
      }
    }
    const bool is_gap = slot > last_slot_ + 1;
    if (is_gap || !row.value) {
      if (gaps_ == 0) first_gap_line_ = row.line;
      ++gaps_;
      missing_ += slot - last_slot_ - 1 + (row.value ? 0 : 1);
    }
    constexpr std::int64_t kFarthest = std::int64_t{1} << 40;
    if (slot > kFarthest)
      return wrong(fmt::format("jumps {} steps ahead: is its time right?", slot - last_slot_), row.line);
    last_slot_ = slot;
    if (!row.value) return {};
    ++used_;
    const bool is_count = columns_.names.rate.empty();
    const double rate = is_count ? *row.value / step_s() : *row.value * columns_.rate_scale;
    bins_.add(slot, rate, 1);
    if (is_count) {
      each_.add(*row.value);
      ten_ = is_gap || ten_rows_ == 0 ? *row.value : ten_ + *row.value;
      ten_rows_ = is_gap ? 1 : ten_rows_ + 1;
      if (ten_rows_ == 10) {
        tens_.add(ten_);
        ten_rows_ = 0;
      }
    }
    return {};
  }

  Burstiness burstiness() const {
    constexpr std::int64_t kLeastWindows = 10;
    Burstiness result;
    if (each_.windows() >= kLeastWindows) result.dispersion.push_back({step_s(), each_.index(), each_.windows()});
    if (tens_.windows() >= kLeastWindows) result.dispersion.push_back({10 * step_s(), tens_.index(), tens_.windows()});
    return result;
  }

  RateSeries series() const {
    RateSeries result;
    if (columns_.time && is_calendar_time(start_ns_)) result.starts_at_unix_s = static_cast<double>(start_ns_) / 1e9;
    result.step_s = step_s() * static_cast<double>(bins_.steps_each());
    for (std::size_t i = 0; i < bins_.sums().size(); ++i) {
      const double weight = bins_.weights()[i];
      result.per_s.push_back(weight > 0 ? bins_.sums()[i] / weight : std::numeric_limits<double>::quiet_NaN());
    }
    return result;
  }

  void add_notes(std::vector<std::string>& notes) const {
    const auto& names = columns_.names;
    notes.push_back(fmt::format("{} rows of '{}', one every {}", used_, names.rate.empty() ? names.count : names.rate,
                                seconds_text(step_s())));
    if (gaps_ > 0) {
      notes.push_back(fmt::format("{} gap{}, {} step{} without a value of {} ({:.1f} %); the first before line {}",
                                  gaps_, gaps_ == 1 ? "" : "s", missing_, missing_ == 1 ? "" : "s", last_slot_ + 1,
                                  100.0 * static_cast<double>(missing_) / static_cast<double>(last_slot_ + 1),
                                  first_gap_line_));
    }
    if (off_grid_ > 0)
      notes.push_back(fmt::format("{} rows are more than a tenth of a step off their time", off_grid_));
    if (crowded_ > 0)
      notes.push_back(fmt::format("{} rows share a step with the row before: the mean counts", crowded_));
    if (bins_.steps_each() > 1)
      notes.push_back(fmt::format("{} steps were put together into one, to keep the series short", bins_.steps_each()));
    if (!names.rate.empty()) notes.push_back("a rate says nothing about bursts within its step");
  }

  CsvReader& reader_;
  FoundColumns columns_;
  std::vector<std::string> first_row_;
  std::vector<Row> first_rows_;
  std::optional<TimeUnit> unit_;
  std::int64_t rows_ = 0;
  std::int64_t used_ = 0;
  std::int64_t step_ns_ = 0;
  std::int64_t start_ns_ = 0;
  std::int64_t last_slot_ = -1;
  std::int64_t gaps_ = 0;
  std::int64_t missing_ = 0;
  std::int64_t first_gap_line_ = 0;
  std::int64_t off_grid_ = 0;
  std::int64_t crowded_ = 0;
  Bins bins_;
  DispersionMeter each_;
  DispersionMeter tens_;
  double ten_ = 0;
  int ten_rows_ = 0;
};

struct SizeMeter {
  double sum = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = 0;
  QuantileSketch sketch;

  void add(double value) {
    sum += value;
    min = std::min(min, value);
    max = std::max(max, value);
    sketch.add(value);
  }
  RequestSize result(const std::string& name) const {
    const auto quantile = [this](double q) { return std::clamp(sketch.quantile(q), min, max); };
    return {name,          sketch.count(), sum / static_cast<double>(sketch.count()), min, max, quantile(0.5),
            quantile(0.9), quantile(0.99)};
  }
};

Result<Traffic> read_trace(CsvReader csv, FoundColumns columns) {
  constexpr double kStep = 0.125;
  const std::string path = csv.name();
  ArrivalReader reader(std::move(csv), std::move(columns));
  RequestTrace trace;
  trace.path = path;
  trace.columns = reader.columns();
  BurstinessMeter burstiness;
  std::vector<SizeMeter> sizes(trace.columns.sizes.size());
  Bins bins;
  Arrival arrival;
  for (;;) {
    const Result<bool> more = reader.next(arrival);
    if (!more) return fail(more.error());
    if (!*more) break;
    ++trace.requests;
    burstiness.add(arrival.at_s);
    const auto step = static_cast<std::int64_t>(arrival.at_s / kStep);
    bins.add(step, 1.0, 0.0);
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i].add(arrival.sizes[i]);
  }
  trace.span_s = arrival.at_s;
  if (trace.requests == 0) return fail(ErrorKind::bad_input, "has no request", path);
  if (!(trace.span_s > 0)) return fail(ErrorKind::bad_input, "all requests come at one moment: there is no rate", path);
  for (std::size_t i = 0; i < sizes.size(); ++i) trace.sizes.push_back(sizes[i].result(trace.columns.sizes[i]));
  trace.rates.starts_at_unix_s = reader.starts_at_unix_s();
  trace.rates.step_s = kStep * static_cast<double>(bins.steps_each());
  for (const double count : bins.sums()) trace.rates.per_s.push_back(count / trace.rates.step_s);
  if (trace.rates.per_s.size() > 1) trace.rates.per_s.pop_back();  // cut off by the end of the trace
  Traffic traffic;
  traffic.source = path;
  traffic.burstiness = burstiness.result();
  traffic.notes = reader.notes();
  traffic.notes.push_back(fmt::format("{} requests in {}", trace.requests, seconds_text(trace.span_s)));
  traffic.shape = std::move(trace);
  return traffic;
}

}  // namespace

Result<Traffic> read_traffic_csv(CsvReader reader, const TrafficColumns& columns) {
  Result<FoundColumns> found = find_traffic_columns(reader, columns);
  if (!found) return fail(found.error());
  if (found->is_trace) return read_trace(std::move(reader), std::move(*found));
  return SeriesReader(reader, std::move(*found)).read();
}

Result<Traffic> read_traffic_file(const std::string& path, const TrafficColumns& columns) {
  Result<CsvReader> reader = CsvReader::open(path);
  if (!reader) return fail(reader.error());
  if (!reader->begins_with_brace()) return read_traffic_csv(std::move(*reader), columns);
  const Result<std::string> text = reader->whole_text();
  if (!text) return fail(text.error());
  return read_traffic(*text, path);
}

}  // namespace mlplan
