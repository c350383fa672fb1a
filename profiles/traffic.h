// Traffic: how many requests come, and when. A constant rate, a day's curve, a series of rates, or a trace of single
// requests; with what was found out about its burstiness, which decides how many spares a plan needs. Rates are
// requests per second, times seconds. docs/formats.md explains the files; the JSON Schema is
// profiles/schemas/traffic.schema.json.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiles/support/result.h"
#include "profiles/traffic_columns.h"

namespace mlplan {

inline constexpr const char* kTrafficSchema = "mlplan.traffic";
inline constexpr const char* kTrafficSchemaVersion = "1.0";

struct ConstantRate {
  double per_s = 0;
};

// The same every day. Within an hour the rate is constant.
struct DiurnalRate {
  double mean_per_s = 0;
  std::vector<double> hourly;  // 24 factors with a mean of 1, from midnight
};

struct RateSeries {
  std::optional<double> starts_at_unix_s;  // absent: the file has no calendar time
  double step_s = 0;
  std::vector<double> per_s;  // NaN: a gap
};

// Of one number that each request has: tokens, bytes, seconds.
struct RequestSize {
  std::string name;  // of its column
  std::int64_t n = 0;
  double mean = 0;
  double min = 0;
  double max = 0;
  double p50 = 0;  // quantiles to 1 %
  double p90 = 0;
  double p99 = 0;
};

// A file of single requests. It stays on disk: ArrivalReader (profiles/arrivals.h) reads it again, one by one.
struct RequestTrace {
  std::string path;
  TrafficColumns columns;  // as they were found, for ArrivalReader
  std::int64_t requests = 0;
  double span_s = 0;  // from the first to the last
  RateSeries rates;   // requests counted in steps of 1/8 s, doubled until there are at most 131,072
  std::vector<RequestSize> sizes;
};

// Variance over mean of the requests in windows of one length: 1 for a Poisson process, more for bursts. It holds what
// is slow (the day's curve) as well as what is fast.
struct Dispersion {
  double window_s = 0;
  double index = 0;
  std::int64_t windows = 0;  // how many there were: below some 30 the index says little
};

struct Burstiness {
  std::optional<double> interarrival_scv;  // squared coefficient of variation; 1 for Poisson
  std::vector<Dispersion> dispersion;      // empty: not known, a plan has to assume something
};

struct Traffic {
  std::variant<ConstantRate, DiurnalRate, RateSeries, RequestTrace> shape;
  std::string source;  // file, or flag, as given
  Burstiness burstiness;
  std::vector<std::string> notes;  // what was assumed, and gaps: sentences for the user
};

// `mean` above 0; `peak` at least `mean` and below 24 times it, in the hour `peak_hour` (0..23): factors follow
// exp(k cos), the positive curve of that mean and peak. ErrorKind::usage.
Result<DiurnalRate> diurnal_of_peak(double mean_per_s, double peak_per_s, int peak_hour);
// 24 rates or factors of any scale, none negative, not all 0.
Result<DiurnalRate> diurnal_of_hours(double mean_per_s, const std::vector<double>& hours);

// As a series: a constant is one step of an hour, a day has 24.
RateSeries rates_of(const Traffic& traffic);
double mean_per_s(const Traffic& traffic);  // over what is known
double peak_per_s(const Traffic& traffic);  // of the highest step of rates_of
double mean_per_s(const RateSeries& series);
double peak_per_s(const RateSeries& series);

nlohmann::ordered_json to_ordered_json(const Traffic& traffic);
std::string write_traffic(const Traffic& traffic);  // pretty, with a final newline; equal traffics give equal bytes
// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer".
Result<Traffic> read_traffic(const std::string& text, const std::string& file_name);

std::string_view traffic_schema();

}  // namespace mlplan
