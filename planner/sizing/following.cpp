#include "planner/sizing/following.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "planner/sizing/pool_plan.h"

namespace mlplan::planner {

namespace {

// Instances a step, and seconds that it is held.
constexpr std::array<std::pair<std::int64_t, double>, 5> kOrders = {{{1, 300}, {1, 900}, {2, 600}, {3, 300}, {3, 900}}};
constexpr std::int64_t kFewestSteps = 4;  // to the highest rate
constexpr Effort kWindowsEffort = {.fewest_replications = 1, .most_replications = 3};
constexpr Effort kFollowEffort = {.fewest_replications = 2, .most_replications = 4};
constexpr double kExposureAimedAt = 1.0 / 3;  // of what was asked for

Effort effort_for(const std::vector<Window>& windows) {
  return windows.size() < kFewestWindows ? kFollowEffort : kWindowsEffort;
}

}  // namespace

void Following::prepare(const Sized& sized, Solution& solution) const {
  const Candidate& candidate = solution.candidate;
  FollowSettings& policy = solution.policy;
  policy.capacity_per_s = candidate.capacity_per_s() / (1 + candidate.error);
  policy.rates = rates_for_instances(sized, demand_.peak_per_s, question_.slo.latency);
  policy.lowest = std::max(question_.limits.min_instances, solution.for_state);
  policy.lead_s = candidate.start_up_s() + detection_s(policy);
  if (demand_.kind == "diurnal") policy.forecast = demand_.rates;
  solution.ordered = mean_ordered(policy, demand_) + static_cast<double>(solution.spares);
}

std::vector<Window> Following::windows_for(const FollowSettings& policy, const Depth& depth) const {
  return windows_of(demand_, {.warm_up_s = policy.long_window_s + policy.lead_s,
                              .requests = depth.requests,
                              .fewest_drawn = depth.fewest_drawn,
                              .horizon_s = policy.lead_s,
                              .seed = question_.seed});
}

Objectives Following::objectives_aimed_at() const {
  Objectives objectives{question_.slo.latency, question_.slo.exposure};
  if (objectives.exposure && demand_.is_observed()) *objectives.exposure *= kExposureAimedAt;
  return objectives;
}

std::optional<Followed> Following::fewest_spares_of(const Solution& solution, const std::vector<Window>& windows) {
  if (!guess_spares_)
    guess_spares_ = growth_of(solution, demand_).all.quantile(1 - question_.slo.exposure.value_or(kUsualExposure));
  const std::int64_t most = std::max<std::int64_t>(20, 3 * solution.serving);
  const std::int64_t fewest = std::min(most, spares_by_money(solution, demand_, question_).value_or(0));
  std::optional<Followed> followed = fewest_spares(solution.candidate, solution.policy, {fewest, *guess_spares_, most},
                                                   windows, objectives_aimed_at(), effort_for(windows), question_.seed);
  if (followed) guess_spares_ = followed->policy.spares;
  return followed;
}

// The windows' mean, brought to all of the traffic by what the policy orders there and there; spares included.
double Following::mean_instances(const Solution& solution, const FollowSettings& policy, const Judged& judged,
                                 const std::vector<Window>& windows) const {
  const double of_windows = mean_ordered(policy, demand_, windows);
  const double extended = of_windows > 0 ? mean_ordered(policy, demand_) / of_windows : 1;
  return judged.trial.instances().mean * extended + static_cast<double>(solution.spares);
}

void Following::choose_orders(Solution solution) {
  const std::vector<Window> windows = windows_for(solution.policy, kSearchDepth);
  FollowSettings best = solution.policy;
  double least = INFINITY;
  for (const auto& [step, hold_s] : kOrders) {
    if (step > 1 && kFewestSteps * step > solution.serving) continue;
    solution.policy.step = step;
    solution.policy.hold_s = hold_s;
    const std::optional<Followed> followed = fewest_spares_of(solution, windows);
    if (!followed) continue;
    const double mean = mean_instances(solution, followed->policy, followed->judged, windows);
    if (mean >= least) continue;
    least = mean;
    best = followed->policy;
  }
  step_ = best.step;
  hold_s_ = best.hold_s;
  guess_spares_ = best.spares;
}

Solution Following::made_live(Solution solution, const Followed& followed, const std::vector<Window>& windows) const {
  const FollowSettings& policy = followed.policy;
  const TrialResult& trial = followed.judged.trial;
  solution.mean_instances = mean_instances(solution, policy, followed.judged, windows);
  solution.mean_stopped = policy.stopped > 0 ? trial.stopped() : 0;
  solution.stopped_usd_per_hour = policy.stopped > 0 ? question_.pool.stopped_usd_per_hour.value_or(0) : 0;
  solution.following = ordered_for(policy, demand_.peak_per_s) - policy.spares;
  solution.most = std::max(solution.following + policy.spares + policy.stopped, trial.most_instances);
  solution.live = true;
  solution.windows = windows;
  solution.policy = policy;
  solution.judged = followed.judged;
  return solution;
}

// As few as can be run: those that bridge the time until a stopped one is ready, or more. Of stopped ones as many as
// then keep the objectives, up to twice those they are in place of and two.
std::optional<Solution> Following::with_stopped(const Solution& running, const std::vector<Window>& windows) {
  const PoolCosts& costs = question_.pool;
  const std::int64_t spares = running.policy.spares;
  if (!costs.stopped_ready_in_s || !costs.stopped_usd_per_hour || spares == 0) return std::nullopt;
  FollowSettings policy = running.policy;
  policy.stopped_ready_in_s = *costs.stopped_ready_in_s;
  const std::int64_t by_money = spares_by_money(running, demand_, question_).value_or(0);
  const auto search_beside = [&](std::int64_t that_run) {
    const std::int64_t fewest = std::max<std::int64_t>(1, by_money - that_run);
    const std::int64_t instead = spares - that_run;
    return SpareSearch{fewest, instead, std::max(fewest, 2 * instead + 2)};
  };
  const auto stopped_beside = [&](std::int64_t that_run, const SpareSearch& search) {
    policy.spares = that_run;
    return fewest_stopped(running.candidate, policy, search, windows, objectives_aimed_at(), effort_for(windows),
                          question_.seed);
  };
  const auto is_kept = [&](std::int64_t that_run) {
    const std::int64_t most = search_beside(that_run).most;
    return stopped_beside(that_run, {most, most, most}).has_value();
  };
  const std::int64_t fewest = std::min(spares - 1, spares_until_ready(running, demand_, question_));
  const std::optional<std::int64_t> that_run =
      smallest_kept(guess_running_.value_or(fewest), fewest, spares - 1, 1, is_kept);
  guess_running_ = that_run.value_or(spares - 1);
  if (!that_run) return std::nullopt;
  const std::optional<Followed> found = stopped_beside(*that_run, search_beside(*that_run));
  if (!found) return std::nullopt;
  Solution stopped = made_live(running, *found, windows);
  return stopped.usd_per_hour() < running.usd_per_hour() ? std::optional(std::move(stopped)) : std::nullopt;
}

bool Following::follow(Solution& solution, const Depth& depth) {
  Solution followed_by = solution;
  followed_by.policy.step = step_;
  followed_by.policy.hold_s = hold_s_;
  followed_by.policy.stopped = 0;
  if (solution.live) guess_spares_ = solution.policy.spares + solution.policy.stopped;
  const std::vector<Window> windows = windows_for(followed_by.policy, depth);
  const std::optional<Followed> followed = fewest_spares_of(followed_by, windows);
  if (!followed) return false;
  const bool promised = is_promised(followed_by, true, demand_, question_);
  const auto fixed = static_cast<double>(solution.serving + solution.spares) * solution.candidate.usd_per_hour;
  const double worth = promised && !is_promised(followed_by, false, demand_, question_) ? kPromiseWorth : 1;
  followed_by = made_live(std::move(followed_by), *followed, windows);
  followed_by.promised = promised;
  followed_by.by_spares.clear();
  for (const auto& [spares, judged] : followed->tried) {
    FollowSettings with = followed->policy;
    with.spares = spares;
    const double mean = mean_instances(followed_by, with, judged, windows);
    followed_by.by_spares[spares] = {mean * solution.candidate.usd_per_hour, judged.trial.exposure().mean};
  }
  if (std::optional<Solution> stopped = with_stopped(followed_by, windows)) followed_by = *std::move(stopped);
  if (question_.scaling == ScalingChoice::cheapest && followed_by.usd_per_hour() >= worth * fixed) return false;
  solution = std::move(followed_by);
  return true;
}

}  // namespace mlplan::planner
