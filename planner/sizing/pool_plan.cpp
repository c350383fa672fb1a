#include "planner/sizing/pool_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/pool/growth.h"
#include "planner/pool/spare_count.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

Growth growth_over(const Solution& solution, const Demand& demand, double horizon_s) {
  if (!demand.varies()) return {};
  NeedSeries needs{
      .step_s = demand.rates.interval_s, .starts_at_unix_s = demand.starts_at_unix_s, .repeats = demand.rates.repeats};
  for (std::size_t i = 0; i < demand.rates.rate_per_s.size(); ++i)
    needs.needs.push_back(demand.is_gap(i) ? -1 : instances_for(solution.policy.rates, demand.rates.rate_per_s[i]));
  return growth_within(needs, horizon_s);
}

// What an instance that is missing costs an hour: the requests it would serve, at the price of a miss.
std::optional<double> missing_usd_per_hour(const Solution& solution, const PlanQuestion& question) {
  if (!question.pool.miss_usd) return std::nullopt;
  return *question.pool.miss_usd * 3600 * solution.policy.rates.front();
}

// Growth within the time until a spare is ready that is not at once.
std::int64_t running_beside(const Solution& solution, const Demand& demand, const PlanQuestion& question,
                            double ready_in_s) {
  return growth_over(solution, demand, ready_in_s + detection_s(solution.policy))
      .all.quantile(1 - question.slo.exposure.value_or(kUsualExposure));
}

// A spare that takes some time to be ready bridges the start-up only from then on.
std::string until_ready(const Solution& solution, const Explaining& with, double ready_in_s) {
  if (!solution.live || !with.question->slo.exposure) return "";
  const std::int64_t running = running_beside(solution, *with.demand, *with.question, ready_in_s);
  return running == 0 ? "" : fmt::format("{} must run beside them until they are ready", running);
}

std::vector<PoolTier> tiers_of(const Solution& solution, const WarmPool& pool, const Explaining& with) {
  const Candidate& candidate = solution.candidate;
  const PoolCosts& costs = with.question->pool;
  std::vector<PoolTier> out;
  out.push_back({.name = "running",
                 .ready_in_s = 0,
                 .usd_per_hour = candidate.usd_per_hour,
                 .count = pool.count - pool.stopped,
                 .note = "serves with the others: nothing has to be noticed or moved"});
  PoolTier stopped{.name = "stopped",
                   .ready_in_s = costs.stopped_ready_in_s,
                   .usd_per_hour = costs.stopped_usd_per_hour,
                   .count = pool.stopped > 0 ? pool.stopped : pool.count};
  const bool known = stopped.ready_in_s && stopped.usd_per_hour;
  stopped.note = pool.stopped > 0 ? "draws serve growth first, and are refilled by a whole start-up"
                 : known ? until_ready(solution, with, *stopped.ready_in_s)
                         : "not known how long it takes, or what it costs: --stopped-start 40s --stopped-price 0.01";
  out.push_back(std::move(stopped));
  const Report& report = with.question->reports[candidate.report].report;
  if (const ColdStartState* warm = find_state(report, "warm"); warm != nullptr && pool.stopped == 0) {
    const double ready_in = candidate.load_factor * warm->time_to_first_result.median / 1e9;
    const std::string beside = until_ready(solution, with, ready_in);
    out.push_back({.name = "page_cache_warm",
                   .ready_in_s = ready_in,
                   .usd_per_hour = candidate.usd_per_hour,
                   .count = pool.count,
                   .note = "a machine that runs, with the model's file in memory and no process" +
                           (beside.empty() ? "" : "; " + beside)});
  }
  return out;
}

}  // namespace

Growth growth_of(const Solution& solution, const Demand& demand) {
  return growth_over(solution, demand, solution.candidate.start_up_s() + detection_s(solution.policy));
}

std::int64_t spares_until_ready(const Solution& solution, const Demand& demand, const PlanQuestion& question) {
  return running_beside(solution, demand, question, *question.pool.stopped_ready_in_s);
}

std::optional<std::int64_t> spares_by_money(const Solution& solution, const Demand& demand,
                                            const PlanQuestion& question) {
  const std::optional<double> missing = missing_usd_per_hour(solution, question);
  if (!missing) return std::nullopt;
  return count_spares(growth_of(solution, demand), {.start_up_s = solution.candidate.start_up_s(),
                                                    .spare_usd_per_hour = solution.candidate.usd_per_hour,
                                                    .missing_usd_per_hour = missing})
      .by_money;
}

bool is_promised(const Solution& solution, bool follows, const Demand& demand, const PlanQuestion& question) {
  if (!demand.is_observed()) return true;
  if (!follows) return days_of(demand) >= kDaysThatBound;
  const double quantile = 1 - question.slo.exposure.value_or(1 - question.slo.latency.back().quantile);
  const auto windows = static_cast<std::int64_t>(growth_of(solution, demand).all.windows.size());
  return windows >= windows_needed(quantile, kPlanConfidence);
}

WarmPool pool_of(const Solution& solution, const Prediction& predicted, const Explaining& with) {
  const PlanQuestion& question = *with.question;
  const Demand& demand = *with.demand;
  WarmPool pool;
  pool.by_failures = solution.spares;
  pool.stopped = solution.live ? solution.policy.stopped : 0;
  pool.count = solution.spares + (solution.live ? solution.policy.spares : 0) + pool.stopped;
  pool.start_up_s = solution.candidate.start_up_s();
  pool.decided_by = pool.count == 0 ? "none needed" : "failures";
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
  const bool observed = demand.is_observed();
  const SpareCount spares = count_spares(growth, {.exposure = question.slo.exposure,
                                                  .start_up_s = *pool.start_up_s,
                                                  .draws_per_s = time > 0 ? starts / time : 0,
                                                  .spare_usd_per_hour = solution.candidate.usd_per_hour,
                                                  .missing_usd_per_hour = missing_usd_per_hour(solution, question)});
  const std::int64_t for_growth = solution.policy.spares + solution.policy.stopped;
  if (for_growth > 0) pool.decided_by = spares.by_money == for_growth ? "money" : "growth";
  pool.by_growth = spares.by_growth;
  pool.by_refill = spares.by_refill;
  pool.by_money = spares.by_money;
  // The formula knows none that are ready later.
  if (pool.stopped == 0) pool.exposure_by_formula = growth.all.share_above(pool.count);
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
