#include "cli/commands/verify_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <pcg_random.hpp>

#include "cli/commands/trace_arrivals.h"
#include "planner/simulation/sampler.h"
#include "planner/simulation/traffic_arrivals.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::uint64_t kArrivalsStream = 0x766572;  // apart from the simulator's own
constexpr std::size_t kMostRequests = 20'000'000;
constexpr double kBefore_s = 60;  // of the run, whose load the instances are there for that it begins with
constexpr double kFirst_s = 15;   // of the run, where the traffic has not so much before it

double seconds_of(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

// Where a stretch of that length has most requests.
double busiest_from(const Traffic& traffic, double length_s) {
  const RateSeries rates = rates_of(traffic);
  if (std::holds_alternative<ConstantRate>(traffic.shape) || rates.per_s.empty()) return 0;
  const auto steps = std::max<std::size_t>(1, static_cast<std::size_t>(length_s / rates.step_s));
  if (steps >= rates.per_s.size()) return 0;
  const auto rate = [&](std::size_t i) { return std::isnan(rates.per_s[i]) ? 0 : rates.per_s[i]; };
  double sum = 0;
  for (std::size_t i = 0; i < steps; ++i) sum += rate(i);
  double most = sum;
  std::size_t best = 0;
  for (std::size_t i = steps; i < rates.per_s.size(); ++i) {
    sum += rate(i) - rate(i - steps);
    if (sum > most) {
      most = sum;
      best = i - steps + 1;
    }
  }
  const double span_s = rates.step_s * static_cast<double>(rates.per_s.size());
  return std::min(static_cast<double>(best) * rates.step_s, std::max(0.0, span_s - length_s));
}

// Of what is known between; nullopt: nothing. A rate and a day that were stated go on for ever.
std::optional<double> mean_between(const Traffic& traffic, double from_s, double to_s) {
  const RateSeries rates = rates_of(traffic);
  const bool repeats = !(planner::span_s(traffic) > 0);
  const auto count = static_cast<std::int64_t>(rates.per_s.size());
  double requests = 0;
  double known_s = 0;
  for (auto i = static_cast<std::int64_t>(std::floor(from_s / rates.step_s)); count > 0; ++i) {
    const double begin_s = std::max(from_s, static_cast<double>(i) * rates.step_s);
    const double length_s = std::min(to_s, static_cast<double>(i + 1) * rates.step_s) - begin_s;
    if (!(length_s > 0) || (!repeats && i >= count)) break;
    const double rate = rates.per_s[static_cast<std::size_t>((i % count + count) % count)];
    if ((!repeats && i < 0) || std::isnan(rate)) continue;
    requests += rate * length_s;
    known_s += length_s;
  }
  return known_s > 0 ? std::optional(requests / known_s) : std::nullopt;
}

// Per second of the traffic, in the minute of the run before it begins or, where the traffic has none, in its first
// seconds.
std::optional<double> rate_before(const Traffic& traffic, double from_s, double time_scale) {
  const bool repeats = !(planner::span_s(traffic) > 0);
  const double begin_s = repeats ? from_s - kBefore_s * time_scale : std::max(0.0, from_s - kBefore_s * time_scale);
  return mean_between(traffic, begin_s, std::max(from_s, begin_s + kFirst_s * time_scale));
}

std::vector<double> times_of(const planner::Arrivals& arrivals, double duration_s, std::uint64_t seed) {
  const auto source = planner::make_source(arrivals, pcg64(seed, kArrivalsStream));
  std::vector<double> times;
  std::array<double, 512> chunk{};
  while (times.size() < kMostRequests) {
    const std::size_t count = source->fill(chunk);
    for (std::size_t i = 0; i < count; ++i) {
      if (chunk[i] >= duration_s) return times;
      times.push_back(chunk[i]);
    }
    if (count < chunk.size()) break;
  }
  return times;
}

}  // namespace

Result<Traffic> traffic_to_verify(const VerifyRequest& request, const Plan& plan) {
  if (request.traffic_given) return open_traffic(request.traffic);
  TrafficChoice choice = request.traffic;
  if (plan.traffic.kind == "constant") {
    choice.rate_per_s = plan.traffic.mean_per_s;
    choice.source = plan.traffic.source;
    return open_traffic(choice);
  }
  std::error_code ignored;
  if (plan.traffic.kind == "diurnal" || !std::filesystem::is_regular_file(plan.traffic.source, ignored))
    return fail(ErrorKind::usage,
                fmt::format("the traffic that {} was made for is not here: {}", request.plan, plan.traffic.source),
                "--traffic", "name its file, or state a rate with --rate");
  choice.path = plan.traffic.source;
  return open_traffic(choice);
}

std::optional<planner::Bursts> bursts_to_verify(const VerifyRequest& request, const Plan& plan) {
  if (request.traffic.bursts || request.traffic_given || !plan.traffic.bursts) return request.traffic.bursts;
  return planner::Bursts{.scv = plan.traffic.bursts->variance, .interval_s = plan.traffic.bursts->interval_s};
}

Result<VerifySchedule> make_schedule(const VerifyRequest& request, const Traffic& traffic,
                                     const std::optional<planner::Bursts>& bursts, double rate_factor) {
  VerifySchedule out;
  out.duration_s = seconds_of(request.duration);
  out.rate_factor = rate_factor;
  const double length_s = out.duration_s * request.time_scale;
  const double span_s = planner::span_s(traffic);
  out.from_s = request.from ? seconds_of(*request.from) : busiest_from(traffic, length_s);
  if (span_s > 0 && out.from_s >= span_s)
    return fail(ErrorKind::usage, fmt::format("the traffic is {} long", format_duration(span_s * 1e9)), "--from",
                "begin before its end");
  if (span_s > 0 && out.from_s + length_s > span_s * (1 + 1e-9)) {
    const double left = span_s - out.from_s;
    if (left / request.time_scale < 1)
      return fail(ErrorKind::usage, "less than a second of the traffic is left from there", "--from",
                  "begin earlier, or a smaller --time-scale");
    out.duration_s = left / request.time_scale;
    out.why.push_back(
        fmt::format("The run is {} long: the traffic ends there.", format_duration(out.duration_s * 1e9)));
  }
  const planner::TrafficWindow window{.from_s = out.from_s, .duration_s = out.duration_s * request.time_scale};
  if (const auto* trace = std::get_if<RequestTrace>(&traffic.shape)) {
    Result<OpenedArrivals> opened = open_arrivals(traffic, window, {}, trace->requests);
    if (!opened) return fail(opened.error());
    // Of the trace's requests, as many as come in real time at the wanted rate.
    const double kept = std::min(1.0, rate_factor / request.time_scale);
    if (rate_factor / request.time_scale > 1 + 1e-9) {
      out.rate_factor = request.time_scale;
      out.why.push_back(fmt::format(
          "A trace has no more requests than it has: they come at {:.3g} times its rate, not at {:.3g} times.",
          out.rate_factor, rate_factor));
    }
    pcg64 random(request.seed, kArrivalsStream);
    for (const double time : std::get<planner::ListedArrivals>(opened->arrivals).times_s) {
      if (planner::draw_uniform(random) < kept) out.times_s.push_back(time / request.time_scale);
    }
  } else {
    planner::RateArrivals arrivals = planner::arrivals_of(traffic, window, bursts);
    for (double& rate : arrivals.series.rate_per_s) rate *= rate_factor;
    arrivals.series.interval_s /= request.time_scale;
    arrivals.burst_interval_s /= request.time_scale;
    out.times_s = times_of(arrivals, out.duration_s, request.seed);
  }
  if (request.time_scale > 1)
    out.why.push_back(
        fmt::format("The traffic's shape passes {:.3g} times as fast as it was; starts do not.", request.time_scale));
  if (out.times_s.empty())
    return fail(ErrorKind::usage, "no request comes in the time that is played", "--duration", "a longer one");
  if (out.times_s.size() >= kMostRequests)
    return fail(ErrorKind::usage, "more than twenty million requests", "--duration", "a shorter one");
  out.mean_per_s = static_cast<double>(out.times_s.size()) / out.duration_s;
  const std::optional<double> before = rate_before(traffic, out.from_s, request.time_scale);
  out.rate_before_per_s = before ? *before * out.rate_factor : out.mean_per_s;
  return out;
}

}  // namespace mlplan::cli
