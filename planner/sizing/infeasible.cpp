#include "planner/sizing/infeasible.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiles/gpu_card.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

Infeasible without_candidates(const Candidates& candidates, const PlanQuestion& question) {
  const std::vector<const InstanceType*>& types = question.types;
  const auto runs_on = [&](const InstanceType& type) {
    return std::ranges::any_of(question.reports, [&](const MeasuredReport& measured) {
      return is_on_gpu(measured.report) == type.gpu.has_value();
    });
  };
  Infeasible why{.constraint = "compute"};
  if (candidates.least_memory) {
    std::int64_t most = 0;
    const InstanceType* largest = nullptr;
    for (const InstanceType* type : types) {
      if (runs_on(*type) && type->memory_bytes.value_or(0) > most) {
        most = *type->memory_bytes;
        largest = type;
      }
    }
    why.constraint = "memory";
    why.because = fmt::format("a worker needs an instance of {}", format_bytes(*candidates.least_memory));
    if (largest != nullptr)
      why.because += fmt::format("; the largest that may be bought, {}, has {}", largest->name,
                                 format_bytes(static_cast<double>(most)));
  } else {
    // That a type is of the other kind says nothing of what is in the way of the rest.
    const auto telling = std::ranges::find_if(
        candidates.left_out, [](const LeftOut& left) { return left.why != kNoGpu && left.why != kHasGpu; });
    const bool none = candidates.left_out.empty();
    const LeftOut* const left = none                                   ? nullptr
                                : telling != candidates.left_out.end() ? &*telling
                                                                       : &candidates.left_out.front();
    why.because = none ? "there is no instance type to choose from" : "no instance type can be used: " + left->why;
  }
  return why;
}

Infeasible beyond_latency(const Ranking& ranking, const PlanQuestion& question) {
  const LatencyObjective& objective = question.slo.latency.front();
  Infeasible why{.constraint = "latency"};
  why.because =
      fmt::format("even idle, no instance type answers {}: the fastest, {}, needs {} for {}",
                  format_latency_objective(objective), ranking.fastest == nullptr ? "none" : name_of(*ranking.fastest),
                  format_duration(1e9 * ranking.fastest_response_s), percentile_name(ranking.hardest_quantile));
  return why;
}

Infeasible beyond_limits(const std::vector<Solution>& solutions, const PlanQuestion& question,
                         const std::function<Deployment(const Solution&)>& explained) {
  const PlanLimits& limits = question.limits;
  Infeasible why;
  if (solutions.empty()) {
    why.constraint = question.state.bytes > 0 ? "memory" : "compute";
    why.because = question.state.bytes > 0
                      ? "no candidate has room for the sessions that live at once and keeps the objectives"
                      : "none of the candidates that were simulated keeps the objectives";
  } else {
    const Solution* nearest = &solutions.front();
    if (limits.budget_usd_per_hour && nearest->usd_per_hour() > *limits.budget_usd_per_hour) {
      why.constraint = "budget";
      why.because = fmt::format("the cheapest that keeps the objectives costs ${:.2f} an hour, the budget is ${:.2f}",
                                nearest->usd_per_hour(), *limits.budget_usd_per_hour);
      why.nearest_misses =
          fmt::format("${:.2f} an hour more than the budget of ${:.2f}",
                      nearest->usd_per_hour() - *limits.budget_usd_per_hour, *limits.budget_usd_per_hour);
    } else {
      nearest = &*std::ranges::min_element(solutions, {}, &Solution::instances);
      why.constraint = "maximum";
      why.because = fmt::format("the smallest that keeps the objectives has {} instances, the maximum is {}",
                                nearest->instances(), limits.max_instances.value_or(0));
      why.nearest_misses =
          fmt::format("{} more than the maximum", nearest->instances() - limits.max_instances.value_or(0));
    }
    why.nearest = explained(*nearest);
  }
  return why;
}

}  // namespace mlplan::planner
