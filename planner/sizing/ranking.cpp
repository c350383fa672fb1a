#include "planner/sizing/ranking.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "planner/sizing/screen.h"

namespace mlplan::planner {

namespace {

constexpr double kGuard = 2;        // candidates are looked at closer up to so many times the best likely cost
constexpr std::size_t kRates = 16;  // quantiles of the traffic's rates that stand for all of them

std::vector<double> rates_that_stand_for(const Demand& demand) {
  std::vector<double> rates;
  for (std::size_t i = 0; i < demand.rates.rate_per_s.size(); ++i) {
    if (!demand.is_gap(i)) rates.push_back(demand.rates.rate_per_s[i]);
  }
  std::ranges::sort(rates);
  std::vector<double> out;
  const std::size_t count = std::min(kRates, rates.size());
  for (std::size_t k = 0; k < count; ++k) {
    const double rank = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
    out.push_back(rates[static_cast<std::size_t>(rank * static_cast<double>(rates.size()))]);
  }
  return out;
}

struct Bounded {
  const Candidate* candidate = nullptr;
  double least = 0;
};

}  // namespace

Ranking rank(const Candidates& candidates, const Demand& demand, const std::vector<LatencyObjective>& objectives,
             const PlanLimits& limits, bool follows_load) {
  Ranking out;
  std::vector<Bounded> order;
  out.fastest_response_s = INFINITY;
  double hardest = INFINITY;  // room for the service time
  for (const LatencyObjective& objective : objectives) {
    if (objective.at_most_ns / objective.quantile < hardest) {
      hardest = objective.at_most_ns / objective.quantile;
      out.hardest_quantile = objective.quantile;
    }
  }
  for (const Candidate& candidate : candidates.all) {
    const double pessimistic = 1 + candidate.error;
    const double load =
        (follows_load ? demand.mean_per_s : demand.peak_per_s) * pessimistic / candidate.capacity_per_s();
    order.push_back({&candidate, candidate.usd_per_hour * std::max(1.0, follows_load ? load : std::ceil(load))});
  }
  const auto key = [](const Candidate& c) {
    return std::tie(c.type->cloud, c.type->name, c.threads, c.workers, c.max_batch);
  };
  std::ranges::stable_sort(order, [&](const Bounded& a, const Bounded& b) {
    return a.least != b.least ? a.least < b.least : key(*a.candidate) < key(*b.candidate);
  });

  const std::vector<double> rates = follows_load ? rates_that_stand_for(demand) : std::vector<double>{};
  const bool by_latency = limits.objective == "latency" && limits.budget_usd_per_hour;
  double best = INFINITY;
  for (const Bounded& bounded : order) {
    if (bounded.least > (by_latency ? *limits.budget_usd_per_hour : kGuard * best)) break;
    ++out.screened;
    const Candidate slow = slower(*bounded.candidate, 1 + bounded.candidate->error);
    const Screen screen(slow, objectives);
    const double idle = screen.idle_response(out.hardest_quantile);
    if (idle < out.fastest_response_s) {
      out.fastest_response_s = idle;
      out.fastest = bounded.candidate;
    }
    const std::optional<std::int64_t> guess = screen.instances_for(demand.peak_per_s);
    if (!guess) continue;
    Ranked ranked{
        .candidate = bounded.candidate, .guess = *guess, .least_usd_per_hour = bounded.least, .idle_response_s = idle};
    double instances = static_cast<double>(*guess);
    if (follows_load) {
      instances = 0;
      for (const double rate : rates)
        instances += static_cast<double>(screen.instances_for(std::max(rate, 1e-9)).value_or(*guess)) /
                     static_cast<double>(rates.size());
    }
    ranked.likely_usd_per_hour = bounded.candidate->usd_per_hour * instances;
    ranked.too_many = (limits.max_instances && *guess > *limits.max_instances) ||
                      (by_latency && ranked.likely_usd_per_hour > *limits.budget_usd_per_hour);
    if (!ranked.too_many) best = std::min(best, ranked.likely_usd_per_hour);
    out.by_cost.push_back(ranked);
  }
  std::ranges::stable_sort(out.by_cost, [&](const Ranked& a, const Ranked& b) {
    if (a.too_many != b.too_many) return b.too_many;
    if (by_latency && a.idle_response_s != b.idle_response_s) return a.idle_response_s < b.idle_response_s;
    if (a.likely_usd_per_hour != b.likely_usd_per_hour) return a.likely_usd_per_hour < b.likely_usd_per_hour;
    // For the same money what serves more: it keeps the objectives where the formulas were too hopeful.
    const double a_serves = static_cast<double>(a.guess) * a.candidate->capacity_per_s();
    const double b_serves = static_cast<double>(b.guess) * b.candidate->capacity_per_s();
    return a_serves != b_serves ? a_serves > b_serves : key(*a.candidate) < key(*b.candidate);
  });
  return out;
}

}  // namespace mlplan::planner
