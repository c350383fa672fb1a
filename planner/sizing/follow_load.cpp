#include "planner/sizing/follow_load.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "planner/sizing/screen.h"

namespace mlplan::planner {

namespace {

// The highest rate that the formulas give to `instances`; `above` is one they do not.
double highest_rate(const Screen& screen, std::int64_t instances, double below, double above) {
  for (int i = 0; i < 30 && above - below > 1e-4 * above; ++i) {
    const double middle = (below + above) / 2;
    const std::optional<std::int64_t> needed = screen.instances_for(middle);
    (needed && *needed <= instances ? below : above) = middle;
  }
  return below;
}

double requests_between(const Demand& demand, double from_s, double to_s) {
  if (!demand.arrivals.empty()) {
    return static_cast<double>(std::ranges::lower_bound(demand.arrivals, to_s) -
                               std::ranges::lower_bound(demand.arrivals, from_s));
  }
  return rate_at(demand.rates, (from_s + to_s) / 2) * (to_s - from_s);
}

struct OrderedTime {
  double instance_s = 0;
  double time_s = 0;
};

// From `from_s` on, counted after the warm-up. What was ordered in gaps is not: nobody knows what came in them.
OrderedTime ordered_between(FollowSettings settings, const Demand& demand, double from_s, double warm_up_s,
                            double counted_s) {
  settings.forecast_from_s = from_s;
  const double step = std::clamp(demand.rates.interval_s / 16, settings.interval_s, 6 * settings.interval_s);
  FollowPolicy policy(settings);
  double requests = 0;
  OrderedTime out;
  for (double at = step; at <= warm_up_s + counted_s + 1e-9; at += step) {
    requests += requests_between(demand, from_s + at - step, from_s + at);
    const auto whole = static_cast<std::int64_t>(std::llround(requests));
    const Orders orders = policy.decide({.time_s = at, .totals = {.arrivals = whole}});
    const double middle = from_s + at - step / 2;
    if (at <= warm_up_s || (middle > 0 && demand.is_gap(static_cast<std::size_t>(middle / demand.rates.interval_s))))
      continue;
    out.instance_s += static_cast<double>(orders.desired) * step;
    out.time_s += step;
  }
  return out;
}

}  // namespace

std::vector<double> rates_for_instances(const Sized& sized, double peak_rate_per_s,
                                        const std::vector<LatencyObjective>& objectives) {
  const Candidate slow = slower(sized.candidate, 1 + sized.candidate.error);
  const Screen screen(slow, objectives);
  const double capacity = slow.capacity_per_s();
  // The formulas' rate at the count the simulator found; what they promise too much there, they promise everywhere.
  const auto rate_of = [&](double instances) {
    const auto count = static_cast<std::int64_t>(instances);
    const auto low = static_cast<double>(count);
    const double least = count < 1 ? 0 : highest_rate(screen, count, 0.0, low * capacity);
    if (low == instances) return least;
    const double most = highest_rate(screen, count + 1, least, (low + 1) * capacity);
    return least + (most - least) * (instances - low);
  };
  const double promised = sized.exact > 0 ? rate_of(std::max(sized.exact, 1.0)) : 0;
  const double correction = promised > 0 ? peak_rate_per_s / promised : 1;

  std::vector<double> rates;
  double step = 1;
  // Each count up to 64, from there on every 64th part more, with a line between.
  for (double n = 1; n <= static_cast<double>(sized.instances) + step; n += step) {
    const double promises = highest_rate(screen, static_cast<std::int64_t>(n),
                                         rates.empty() ? 0 : 0.5 * rates.back() / correction, n * capacity);
    const double rate = std::min(correction * promises, kMostUtilisation * n * capacity);
    const double before = rates.empty() ? 0 : rates.back();
    const auto missing = static_cast<std::int64_t>(n) - static_cast<std::int64_t>(rates.size());
    for (std::int64_t i = 1; i <= missing; ++i)
      rates.push_back(
          std::max(before, before + (rate - before) * static_cast<double>(i) / static_cast<double>(missing)));
    step = std::max(1.0, std::floor(n / 64));
  }
  // What was simulated is known: that count serves the highest rate.
  const auto sized_at = static_cast<std::size_t>(sized.instances) - 1;
  for (std::size_t i = sized_at; i < rates.size(); ++i) rates[i] = std::max(rates[i], peak_rate_per_s);
  return rates;
}

Scaling follow_scaling(const FollowSettings& settings) {
  return {.policy =
              [settings](const Window& window) {
                FollowSettings here = settings;
                here.forecast_from_s = window.from_s;
                return std::make_unique<FollowPolicy>(here);
              },
          .initial_instances =
              [settings](const Window& window) {
                const std::int64_t wanted = ordered_for(settings, window.first_rate_per_s);
                return std::clamp(wanted, settings.lowest, settings.highest);
              },
          .initial_pool = settings.stopped,
          .pool_exit_s = settings.stopped_ready_in_s};
}

double mean_ordered(const FollowSettings& settings, const Demand& demand) {
  const OrderedTime all = ordered_between(settings, demand, 0, 0, std::max(demand.span_s, settings.interval_s));
  return all.time_s > 0 ? all.instance_s / all.time_s : 0;
}

double mean_ordered(const FollowSettings& settings, const Demand& demand, const std::vector<Window>& windows) {
  OrderedTime all;
  for (const Window& window : windows) {
    const OrderedTime one = ordered_between(settings, demand, window.from_s, window.warm_up_s, window.counted_s);
    all.instance_s += window.weight * one.instance_s;
    all.time_s += window.weight * one.time_s;
  }
  return all.time_s > 0 ? all.instance_s / all.time_s : 0;
}

namespace {

std::optional<Followed> fewest(const Candidate& candidate, FollowSettings policy,
                               std::int64_t FollowSettings::* searched, const SpareSearch& search,
                               const std::vector<Window>& windows, const Objectives& objectives, const Effort& effort,
                               std::uint64_t seed) {
  const Candidate slow = slower(candidate, 1 + candidate.error);
  std::map<std::int64_t, Judged> tried;
  const auto kept_with = [&](std::int64_t spares) {
    policy.*searched = spares;
    const auto known = tried.find(spares);
    if (known != tried.end()) return known->second.kept;
    const Deployed deployed{slow, follow_scaling(policy)};
    Judged judged = judge(deployed, windows, objectives, effort, seed);
    // Faster instances make a smaller fleet, which is not always the better one.
    if (judged.kept && candidate.error > 0)
      judged.kept = judge({candidate, follow_scaling(policy)}, windows, objectives, effort, seed).kept;
    return tried.emplace(spares, std::move(judged)).first->second.kept;
  };
  const std::optional<std::int64_t> kept =
      smallest_kept(search.guess, search.fewest, search.most, std::max<std::int64_t>(1, search.guess / 4), kept_with);
  if (!kept) return std::nullopt;
  policy.*searched = *kept;
  Followed out{policy, tried.at(*kept)};
  out.tried = std::move(tried);
  return out;
}

}  // namespace

std::optional<Followed> fewest_spares(const Candidate& candidate, const FollowSettings& policy,
                                      const SpareSearch& search, const std::vector<Window>& windows,
                                      const Objectives& objectives, const Effort& effort, std::uint64_t seed) {
  return fewest(candidate, policy, &FollowSettings::spares, search, windows, objectives, effort, seed);
}

std::optional<Followed> fewest_stopped(const Candidate& candidate, const FollowSettings& policy,
                                       const SpareSearch& search, const std::vector<Window>& windows,
                                       const Objectives& objectives, const Effort& effort, std::uint64_t seed) {
  return fewest(candidate, policy, &FollowSettings::stopped, search, windows, objectives, effort, seed);
}

}  // namespace mlplan::planner
