#include "planner/sizing/what_if.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "planner/sizing/follow_load.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

constexpr Effort kEffort = {.fewest_replications = 2, .most_replications = 4};
constexpr std::array kStartUpFactors = {1.5, 2.0, 3.0, 4.0, 6.0, 8.0};

Objectives objectives_of(const Solution& solution, const Explaining& with) {
  return {with.question->slo.latency, solution.live ? with.question->slo.exposure : std::nullopt};
}

Scaling scaling_of(const Solution& solution, std::int64_t fewer = 0) {
  if (solution.live) return follow_scaling(solution.policy);
  return fixed_scaling(std::max<std::int64_t>(1, solution.instances() - fewer));
}

// A fleet in which everything that starts takes longer.
Candidate starting_slower(Candidate candidate, double factor) {
  candidate.load_factor *= factor;
  candidate.load_more_s *= factor;
  if (candidate.node_s) candidate.node_s = *candidate.node_s * factor;
  if (candidate.image_s) candidate.image_s = *candidate.image_s * factor;
  return candidate;
}

// Twice as many requests at the same times.
void double_arrivals(std::vector<double>& times_s) {
  std::vector<double> twice;
  for (const double time : times_s) twice.insert(twice.end(), {time, time});
  times_s = std::move(twice);
}

void double_rates(RateSeries& series) {
  for (double& rate : series.rate_per_s) rate *= 2;
}

Window doubled(Window window) {
  if (auto* listed = std::get_if<ListedArrivals>(&window.arrivals)) double_arrivals(listed->times_s);
  if (auto* rates = std::get_if<RateArrivals>(&window.arrivals)) double_rates(rates->series);
  window.requests *= 2;
  window.first_rate_per_s *= 2;
  return window;
}

Demand doubled(Demand demand) {
  double_rates(demand.rates);
  double_arrivals(demand.arrivals);
  demand.mean_per_s *= 2;
  demand.peak_per_s *= 2;
  return demand;
}

Estimate estimate(const Interval& interval) {
  Estimate out{.value = interval.mean};
  if (std::isfinite(interval.low)) out.low = std::clamp(interval.low, 0.0, interval.mean);
  if (std::isfinite(interval.high)) out.high = std::clamp(interval.high, interval.mean, 1.0);
  return out;
}

class Asking {
 public:
  Asking(const Solution& solution, const Explaining& with, const WindowsForStartUp& windows)
      : solution_(solution),
        with_(with),
        windows_(windows),
        slow_(slower(solution.candidate, 1 + solution.candidate.error)),
        objectives_(objectives_of(solution, with)) {}

  WhatIf traffic_doubles() const {
    std::vector<Window> windows;
    for (const Window& window : *with_.windows) windows.push_back(doubled(window));
    WhatIf out = judged("traffic_doubles", {slow_, scaling_of(solution_)}, windows);
    if (solution_.live) {
      FollowSettings policy = solution_.policy;
      const Demand twice = doubled(*with_.demand);
      if (policy.forecast) policy.forecast = twice.rates;
      const double peak = twice.peak_per_s;
      out.instances = ordered_for(policy, peak) + solution_.spares;
      out.usd_per_hour =
          solution_.candidate.usd_per_hour * (mean_ordered(policy, twice) + static_cast<double>(solution_.spares)) +
          solution_.usd_per_hour_of_stopped();
      out.sentence = fmt::format("the policy orders up to {}, ${:.2f} an hour in the mean",
                                 format_count(*out.instances, "instance"), *out.usd_per_hour);
      if (!out.holds) out.sentence += "; " + shortfall(out);
      return out;
    }
    const std::int64_t for_state = 2 * solution_.for_state;  // sessions come twice as often, too
    if (for_state > solution_.serving) {
      out.holds = false;
      out.instances = for_state + solution_.spares;
      out.sentence = fmt::format("memory for the sessions would take {} instances", *out.instances);
    } else if (out.holds) {
      out.sentence = "the plan still keeps the objectives";
      out.instances = solution_.instances();
    } else {
      const std::int64_t most = 100'000 + 4 * solution_.serving;
      const std::optional<Sized> sized =
          smallest_fixed(solution_.candidate, 2 * solution_.serving, solution_.serving, most, windows,
                         {with_.question->slo.latency, std::nullopt}, kEffort, with_.question->seed);
      out.sentence = shortfall(out);
      if (sized) {
        out.instances = sized->instances + solution_.spares;
        out.sentence += fmt::format("; it would take {}", format_count(*out.instances, "instance"));
      }
    }
    if (out.instances) out.usd_per_hour = solution_.candidate.usd_per_hour * static_cast<double>(*out.instances);
    return out;
  }

  WhatIf instance_fails() const {
    WhatIf out = judged("instance_fails", {slow_, scaling_of(solution_, 1)}, *with_.windows);
    const std::string until =
        fmt::format("until another is ready, {} later", format_duration(1e9 * slow_.start_up_s()));
    if (solution_.instances() == 1) {
      out = WhatIf{.name = "instance_fails",
                   .sentence = fmt::format("nothing is served {}; a spare costs ${:.2f} an hour (--survive 1)", until,
                                           solution_.candidate.usd_per_hour)};
      return out;
    }
    out.sentence = out.holds ? fmt::format("the others keep the objectives {}", until)
                             : fmt::format("at the highest rate {} {}; a spare costs ${:.2f} an hour (--survive 1)",
                                           shortfall(out), until, solution_.candidate.usd_per_hour);
    return out;
  }

  std::vector<WhatIf> start_ups() const {
    const double start_up = slow_.start_up_s();
    if (!solution_.live) {
      return {
          WhatIf{.name = "start_up_doubles",
                 .sentence = fmt::format("a fixed fleet does not notice, until an instance has to be replaced: that "
                                         "takes {} instead of {}",
                                         format_duration(2e9 * start_up), format_duration(1e9 * start_up)),
                 .holds = true}};
    }
    WhatIf twice = with_start_up("start_up_doubles", 2);
    twice.sentence = twice.holds ? "the plan still keeps the objectives" : shortfall(twice);
    // The first factor that misses, found by halving: longer starts are never better.
    std::size_t kept = twice.holds ? 1 : 0;
    std::size_t missed = twice.holds ? kStartUpFactors.size() : 1;
    WhatIf first_missed = twice;
    if (!twice.holds) {
      const WhatIf half_more = with_start_up("", kStartUpFactors[0]);
      if (!half_more.holds) {
        missed = 0;
        first_missed = half_more;
      }
    }
    while (missed > kept + 1) {
      const std::size_t middle = (kept + missed) / 2;
      WhatIf tried = with_start_up("", kStartUpFactors[middle]);
      if (tried.holds) {
        kept = middle;
      } else {
        missed = middle;
        first_missed = std::move(tried);
      }
    }
    WhatIf cliff{.name = "start_up_cliff"};
    if (missed == kStartUpFactors.size()) {
      cliff.holds = true;
      cliff.sentence = fmt::format("the plan keeps the objectives up to a start-up of {} at least",
                                   format_duration(1e9 * start_up * kStartUpFactors.back()));
    } else {
      cliff = std::move(first_missed);
      cliff.name = "start_up_cliff";
      cliff.at = start_up * kStartUpFactors[missed];
      cliff.sentence = fmt::format("from a start-up of {} on it does not hold: {}", format_duration(1e9 * *cliff.at),
                                   shortfall(cliff));
    }
    return {std::move(twice), std::move(cliff)};
  }

 private:
  WhatIf with_start_up(const char* name, double factor) const {
    return judged(name, {starting_slower(slow_, factor), scaling_of(solution_)}, windows_(factor));
  }

  WhatIf judged(const char* name, const Deployed& deployed, const std::vector<Window>& windows) const {
    const Judged result = judge(deployed, windows, objectives_, kEffort, with_.question->seed);
    WhatIf out{.name = name, .holds = result.kept};
    out.attainment = estimate(result.trial.within(0));
    out.exposure = estimate(result.trial.exposure());
    const double response = result.trial.response_quantile(objectives_.latency.back().quantile);
    if (std::isfinite(response)) out.response_ns = 1e9 * response;
    return out;
  }

  // "p99 would be 210 ms, 3.1 % of requests would meet a cold start"
  std::string shortfall(const WhatIf& what) const {
    const LatencyObjective& objective = objectives_.latency.back();
    std::vector<std::string> parts;
    if (!what.response_ns) {
      parts.push_back(fmt::format("{} would not be answered at all", percentile_name(objective.quantile)));
    } else if (*what.response_ns > objective.at_most_ns) {
      parts.push_back(
          fmt::format("{} would be {}", percentile_name(objective.quantile), format_duration(*what.response_ns)));
    }
    if (objectives_.exposure && what.exposure) {
      const double most = what.exposure->high.value_or(what.exposure->value);
      if (most > *objectives_.exposure)
        parts.push_back(fmt::format("up to {} of requests could meet a cold start", format_percentage(most)));
    }
    return parts.empty() ? "too close to the objectives to tell" : fmt::format("{}", fmt::join(parts, ", "));
  }

  const Solution& solution_;
  const Explaining& with_;
  const WindowsForStartUp& windows_;
  Candidate slow_;
  Objectives objectives_;
};

}  // namespace

std::vector<WhatIf> what_ifs(const Solution& solution, const Explaining& with, const WindowsForStartUp& windows) {
  const Asking asking(solution, with, windows);
  std::vector<WhatIf> out = {asking.traffic_doubles()};
  for (WhatIf& what : asking.start_ups()) out.push_back(std::move(what));
  if (!solution.live) out.push_back(asking.instance_fails());
  return out;
}

}  // namespace mlplan::planner
