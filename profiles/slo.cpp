#include "profiles/slo.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

constexpr const char* kLatencyHint = "write p99=80ms, or several as p50=20ms,p99=80ms";

Result<LatencyObjective> parse_one(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return fail(ErrorKind::usage, fmt::format("'{}' has no '='", text), {}, kLatencyHint);
  const std::string_view name = trimmed(text.substr(0, equals));
  const std::optional<double> percent = name.starts_with('p') ? number_of(name.substr(1)) : std::nullopt;
  if (!percent) return fail(ErrorKind::usage, fmt::format("'{}' is no percentile", name), {}, kLatencyHint);
  constexpr double kLowest = 50;
  constexpr double kHighest = 99.99;
  if (*percent < kLowest || *percent > kHighest) {
    return fail(ErrorKind::usage, fmt::format("'{}' is not from p50 to p99.99", name), {},
                *percent > kHighest ? "no run is long enough to hold a plan to more than p99.99" : kLatencyHint);
  }
  const Result<Nanoseconds> limit = parse_duration(text.substr(equals + 1));
  if (!limit) return fail(limit.error());
  if (limit->count() <= 0)
    return fail(ErrorKind::usage, fmt::format("'{}' leaves no time at all", text), {}, kLatencyHint);
  return LatencyObjective{*percent / 100, static_cast<double>(limit->count())};
}

}  // namespace

bool Slo::is_empty() const {
  return latency.empty() && !exposure && !availability && survive.instances == 0 && survive.zones == 0;
}

std::string percentile_name(double quantile) {
  // 0.999 * 100 is 99.9 but for the last bits.
  std::string digits = fmt::format("{:.4f}", quantile * 100);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return "p" + digits;
}

std::string format_latency_objective(const LatencyObjective& objective) {
  return percentile_name(objective.quantile) + " within " + format_duration(objective.at_most_ns);
}

Result<std::vector<LatencyObjective>> parse_latency_objectives(std::string_view text) {
  std::vector<LatencyObjective> objectives;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const Result<LatencyObjective> one = parse_one(text.substr(start, end - start));
    if (!one) return fail(one.error());
    objectives.push_back(*one);
    start = end + 1;
  }
  std::sort(objectives.begin(), objectives.end(),
            [](const LatencyObjective& a, const LatencyObjective& b) { return a.quantile < b.quantile; });
  for (std::size_t i = 1; i < objectives.size(); ++i) {
    const LatencyObjective& below = objectives[i - 1];
    const LatencyObjective& above = objectives[i];
    if (below.quantile == above.quantile)
      return fail(ErrorKind::usage, percentile_name(above.quantile) + " stands twice", {}, kLatencyHint);
    if (above.at_most_ns < below.at_most_ns) {
      return fail(
          ErrorKind::usage,
          fmt::format("{} leaves more time than {}", percentile_name(below.quantile), percentile_name(above.quantile)),
          {}, "a higher percentile needs the longer time");
    }
  }
  return objectives;
}

Result<double> parse_exposure(std::string_view text) {
  const Result<double> share = parse_percentage(text);
  if (!share) return fail(share.error());
  if (*share > 0 && *share < 1) return *share;
  return fail(ErrorKind::usage, fmt::format("'{}' is not above 0 and below 100 %", text), {},
              *share > 0 ? "0.1% of the requests may meet a cold start"
                         : "a share of 0 needs endless spares: 0.01% is one request in ten thousand");
}

Result<double> parse_availability(std::string_view text) {
  const Result<double> share = parse_percentage(text);
  if (!share) return fail(share.error());
  if (*share >= 0.5 && *share < 1) return *share;
  return fail(ErrorKind::usage, fmt::format("'{}' is not from 50 % to below 100 %", text), {}, "99.9% or 99.95%");
}

Result<Survival> parse_survival(std::string_view text) {
  constexpr const char* kHint = "write 1 (instance), zone, or 2,zone";
  constexpr std::int64_t kMost = 1000;
  Survival survival;
  bool any_number = false;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string_view item = trimmed(text.substr(start, end - start));
    start = end + 1;
    if (item == "zone" && survival.zones == 0) {
      survival.zones = 1;
      continue;
    }
    const auto [last, error] = std::from_chars(item.data(), item.data() + item.size(), survival.instances);
    const bool whole = !item.empty() && error == std::errc() && last == item.data() + item.size();
    if (!whole || any_number || survival.instances < 0 || survival.instances > kMost)
      return fail(ErrorKind::usage, fmt::format("'{}' is no number of failures", text), {}, kHint);
    any_number = true;
  }
  return survival;
}

}  // namespace mlplan
