#include "profiles/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "profiles/support/document.h"
#include "profiles/traffic_fields.h"

namespace mlplan {

namespace embedded {
std::string_view traffic_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr int kHours = 24;

constexpr DocumentKind kKind = {"a traffic", kTrafficSchema, kTrafficSchemaVersion,
                                "give a CSV file of rates or requests, or a traffic document",
                                "make it again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(traffic_schema());
  return instance;
}

// exp(k cos) over the hours, scaled to a mean of 1.
std::vector<double> curve(double k, int peak_hour) {
  std::vector<double> factors(kHours);
  for (int hour = 0; hour < kHours; ++hour)
    factors[static_cast<std::size_t>(hour)] =
        std::exp(k * (std::cos(2 * std::numbers::pi * (hour - peak_hour) / kHours) - 1));
  const double mean = std::accumulate(factors.begin(), factors.end(), 0.0) / kHours;
  for (double& factor : factors) factor /= mean;
  return factors;
}

TrafficDocument document_of(const Traffic& traffic) {
  TrafficDocument document;
  document.source = traffic.source;
  document.burstiness = traffic.burstiness;
  document.notes = traffic.notes;
  if (const auto* constant = std::get_if<ConstantRate>(&traffic.shape)) {
    document.kind = "constant";
    document.constant = *constant;
  } else if (const auto* diurnal = std::get_if<DiurnalRate>(&traffic.shape)) {
    document.kind = "diurnal";
    document.diurnal = *diurnal;
  } else if (const auto* series = std::get_if<RateSeries>(&traffic.shape)) {
    document.kind = "series";
    document.series = *series;
  } else {
    document.kind = "trace";
    document.trace = std::get<RequestTrace>(traffic.shape);
  }
  return document;
}

Status check_series(const RateSeries& series, const std::string& where) {
  if (!(series.step_s > 0)) return fail(ErrorKind::bad_input, "must be above 0", where + "/step_s");
  if (std::none_of(series.per_s.begin(), series.per_s.end(), [](double rate) { return rate >= 0; }))
    return fail(ErrorKind::bad_input, "has no rate", where + "/per_s");
  return {};
}

}  // namespace

Result<DiurnalRate> diurnal_of_peak(double mean, double peak, int peak_hour) {
  if (!(mean > 0) || !std::isfinite(mean)) return fail(ErrorKind::usage, "the mean rate must be above 0");
  if (peak_hour < 0 || peak_hour >= kHours)
    return fail(ErrorKind::usage, fmt::format("{} is no hour of a day", peak_hour), {}, "0 to 23");
  const double ratio = peak / mean;
  if (!(ratio >= 1)) return fail(ErrorKind::usage, "the peak rate is below the mean rate");
  constexpr double kSharpest = 23.9;  // all in one hour would be 24
  if (ratio > kSharpest)
    return fail(ErrorKind::usage, "a day whose busiest hour has almost all requests has no curve", {},
                "give the 24 hours, or a file of rates");
  double low = 0;
  double high = 1000;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    const bool above = curve(middle, peak_hour)[static_cast<std::size_t>(peak_hour)] > ratio;
    (above ? high : low) = middle;
  }
  return DiurnalRate{mean, curve((low + high) / 2, peak_hour)};
}

Result<DiurnalRate> diurnal_of_hours(double mean, const std::vector<double>& hours) {
  if (!(mean > 0) || !std::isfinite(mean)) return fail(ErrorKind::usage, "the mean rate must be above 0");
  if (hours.size() != kHours) return fail(ErrorKind::usage, fmt::format("a day has 24 hours, not {}", hours.size()));
  double sum = 0;
  for (const double hour : hours) {
    if (!(hour >= 0) || !std::isfinite(hour)) return fail(ErrorKind::usage, "an hour's factor must be at least 0");
    sum += hour;
  }
  if (!(sum > 0) || !std::isfinite(sum)) return fail(ErrorKind::usage, "no hour has any requests");
  DiurnalRate rate{mean, hours};
  for (double& factor : rate.hourly) factor *= kHours / sum;
  return rate;
}

double mean_per_s(const RateSeries& series) {
  double sum = 0;
  std::int64_t n = 0;
  for (const double rate : series.per_s) {
    if (std::isnan(rate)) continue;
    sum += rate;
    ++n;
  }
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

double peak_per_s(const RateSeries& series) {
  double peak = 0;
  for (const double rate : series.per_s) {
    if (rate > peak) peak = rate;
  }
  return peak;
}

RateSeries rates_of(const Traffic& traffic) {
  constexpr double kHour = 3600;
  if (const auto* constant = std::get_if<ConstantRate>(&traffic.shape)) return {{}, kHour, {constant->per_s}};
  if (const auto* diurnal = std::get_if<DiurnalRate>(&traffic.shape)) {
    RateSeries series{{}, kHour, diurnal->hourly};
    for (double& rate : series.per_s) rate *= diurnal->mean_per_s;
    return series;
  }
  if (const auto* series = std::get_if<RateSeries>(&traffic.shape)) return *series;
  return std::get<RequestTrace>(traffic.shape).rates;
}

double mean_per_s(const Traffic& traffic) {
  if (const auto* trace = std::get_if<RequestTrace>(&traffic.shape)) {
    return trace->span_s > 0 ? static_cast<double>(trace->requests - 1) / trace->span_s : 0;
  }
  return mean_per_s(rates_of(traffic));
}

double peak_per_s(const Traffic& traffic) { return peak_per_s(rates_of(traffic)); }

nlohmann::ordered_json to_ordered_json(const Traffic& traffic) { return document_json(kKind, document_of(traffic)); }

std::string write_traffic(const Traffic& traffic) { return pretty_json(to_ordered_json(traffic)); }

std::string_view traffic_schema() { return embedded::traffic_schema(); }

Result<Traffic> read_traffic(const std::string& text, const std::string& file_name) {
  const Result<TrafficDocument> document = read_document<TrafficDocument>(text, file_name, kKind, validator());
  if (!document) return fail(document.error());
  Traffic traffic;
  traffic.source = document->source;
  traffic.burstiness = document->burstiness;
  traffic.notes = document->notes;
  const std::string where = file_name + ": /" + document->kind;
  Status status;
  if (document->kind == "constant" && document->constant) {
    traffic.shape = *document->constant;
  } else if (document->kind == "diurnal" && document->diurnal) {
    const Result<DiurnalRate> same = diurnal_of_hours(document->diurnal->mean_per_s, document->diurnal->hourly);
    if (!same) return fail(ErrorKind::bad_input, same.error().message, where);
    traffic.shape = *document->diurnal;
  } else if (document->kind == "series" && document->series) {
    status = check_series(*document->series, where);
    traffic.shape = *document->series;
  } else if (document->kind == "trace" && document->trace) {
    status = check_series(document->trace->rates, where + "/rates");
    traffic.shape = *document->trace;
  } else {
    return fail(ErrorKind::bad_input, "lacks what \"kind\" says it is", where);
  }
  if (!status) return fail(status.error());
  return traffic;
}

}  // namespace mlplan
