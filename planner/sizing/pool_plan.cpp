#include "planner/sizing/pool_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/pool/growth.h"
#include "planner/pool/spare_count.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

double detection_s(const FollowSettings& policy) { return policy.interval_s + policy.short_window_s; }

std::vector<PoolTier> tiers_of(const Solution& solution, const WarmPool& pool, const Explaining& with) {
  const Candidate& candidate = solution.candidate;
  const PoolCosts& costs = with.question->pool;
  std::vector<PoolTier> out;
  out.push_back({.name = "running",
                 .ready_in_s = 0,
                 .usd_per_hour = candidate.usd_per_hour,
                 .count = pool.count,
                 .note = "serves with the others: nothing has to be noticed or moved"});
  PoolTier stopped{.name = "stopped",
                   .ready_in_s = costs.stopped_ready_in_s,
                   .usd_per_hour = costs.stopped_usd_per_hour,
                   .count = pool.count};
  if (!stopped.ready_in_s || !stopped.usd_per_hour) {
    stopped.note = "not known how long it takes, or what it costs: --stopped-start 40s --stopped-price 0.01";
  }
  out.push_back(std::move(stopped));
  const Report& report = with.question->reports[candidate.report].report;
  const auto warm = std::ranges::find(report.cold_start.states, "warm", &ColdStartState::name);
  if (warm != report.cold_start.states.end() && warm->achieved && warm->time_to_first_result.n > 0) {
    out.push_back({.name = "page_cache_warm",
                   .ready_in_s = candidate.load_factor * warm->time_to_first_result.median / 1e9,
                   .usd_per_hour = candidate.usd_per_hour,
                   .count = pool.count,
                   .note = "a machine that runs, with the model's file in memory and no process"});
  }
  return out;
}

}  // namespace

Growth growth_of(const Solution& solution, const Demand& demand) {
  if (!demand.varies()) return {};
  NeedSeries needs{
      .step_s = demand.rates.interval_s, .starts_at_unix_s = demand.starts_at_unix_s, .repeats = demand.rates.repeats};
  for (std::size_t i = 0; i < demand.rates.rate_per_s.size(); ++i)
    needs.needs.push_back(demand.is_gap(i) ? -1 : instances_for(solution.policy.rates, demand.rates.rate_per_s[i]));
  return growth_within(needs, solution.candidate.start_up_quantile(0.95) + detection_s(solution.policy));
}

WarmPool pool_of(const Solution& solution, const Prediction& predicted, const Explaining& with) {
  const PlanQuestion& question = *with.question;
  const Demand& demand = *with.demand;
  WarmPool pool;
  pool.by_failures = solution.spares;
  pool.count = solution.spares + (solution.live ? solution.policy.spares : 0);
  pool.start_up_s = solution.candidate.start_up_quantile(0.95);
  pool.decided_by = pool.count == 0                               ? "none needed"
                    : solution.live && solution.policy.spares > 0 ? "growth"
                                                                  : "failures";
  if (!solution.live) {
    pool.tiers = pool.count > 0 ? tiers_of(solution, pool, with) : std::vector<PoolTier>{};
    return pool;
  }

  pool.detection_lag_s = detection_s(solution.policy);
  pool.exposure_simulated = predicted.exposure;
  const Growth growth = growth_of(solution, demand);
  double starts = 0;
  double time = 0;
  for (const Totals& one : solution.judged.trial.replications) {
    starts += one.starts;
    time += one.time_s;
  }
  // A day that was stated is taken for what it is; it is not a sample of anything.
  const bool observed = demand.kind != "diurnal";
  const SpareCount spares = count_spares(
      growth, {.exposure = question.slo.exposure,
               .start_up_s = *pool.start_up_s,
               .draws_per_s = time > 0 ? starts / time : 0,
               .spare_usd_per_hour = solution.candidate.usd_per_hour,
               .missing_usd_per_hour = question.pool.miss_usd ? std::optional(*question.pool.miss_usd * 3600 *
                                                                              solution.policy.rates.front())
                                                              : std::nullopt});
  pool.by_growth = spares.by_growth;
  pool.by_refill = spares.by_refill;
  pool.by_money = spares.by_money;
  pool.exposure_by_formula = growth.all.share_above(solution.policy.spares);
  pool.windows = spares.windows;
  pool.windows_needed = observed ? spares.windows_needed : 0;
  pool.supported = spares.supported || !observed;
  if (!pool.supported) pool.refusal = spares.refusal;
  if (question.slo.exposure) {
    for (const GrowthLaw& hour : growth.by_hour) pool.by_hour.push_back(hour.quantile(1 - *question.slo.exposure));
  }
  pool.tiers = tiers_of(solution, pool, with);
  return pool;
}

}  // namespace mlplan::planner
