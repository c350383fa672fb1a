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
constexpr double kUsualExposure = 0.01;       // where none is asked for, only to begin the search with

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

std::optional<Followed> Following::fewest_spares_of(const Solution& solution, const std::vector<Window>& windows) {
  if (!guess_spares_)
    guess_spares_ = growth_of(solution, demand_).all.quantile(1 - question_.slo.exposure.value_or(kUsualExposure));
  Objectives objectives{question_.slo.latency, question_.slo.exposure};
  if (objectives.exposure && demand_.is_observed()) *objectives.exposure *= kExposureAimedAt;
  const std::int64_t most = std::max<std::int64_t>(20, 3 * solution.serving);
  const Effort effort = windows.size() < kFewestWindows ? kFollowEffort : kWindowsEffort;
  const std::int64_t fewest = std::min(most, spares_by_money(solution, demand_, question_).value_or(0));
  std::optional<Followed> followed = fewest_spares(solution.candidate, solution.policy, fewest, *guess_spares_, most,
                                                   windows, objectives, effort, question_.seed);
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

bool Following::follow(Solution& solution, const Depth& depth) {
  Solution followed_by = solution;
  followed_by.policy.step = step_;
  followed_by.policy.hold_s = hold_s_;
  if (solution.live) guess_spares_ = solution.policy.spares;
  std::vector<Window> windows = windows_for(followed_by.policy, depth);
  std::optional<Followed> followed = fewest_spares_of(followed_by, windows);
  if (!followed) return false;
  const bool promised = is_promised(followed_by, true, demand_, question_);
  const double mean = mean_instances(followed_by, followed->policy, followed->judged, windows);
  const auto fixed = static_cast<double>(solution.serving + solution.spares);
  const double worth = promised && !is_promised(followed_by, false, demand_, question_) ? kPromiseWorth : 1;
  if (question_.scaling == ScalingChoice::cheapest && mean >= worth * fixed) return false;

  followed_by.by_spares.clear();
  for (const auto& [spares, judged] : followed->tried) {
    FollowSettings with = followed->policy;
    with.spares = spares;
    const double of_these =
        spares == followed->policy.spares ? mean : mean_instances(followed_by, with, judged, windows);
    followed_by.by_spares[spares] = {of_these * solution.candidate.usd_per_hour, judged.trial.exposure().mean};
  }
  followed_by.policy = followed->policy;
  followed_by.following = ordered_for(followed->policy, demand_.peak_per_s) - followed->policy.spares;
  followed_by.most = std::max(followed_by.following + followed->policy.spares, followed->judged.trial.most_instances);
  followed_by.live = true;
  followed_by.promised = promised;
  followed_by.windows = std::move(windows);
  followed_by.judged = std::move(followed->judged);
  followed_by.mean_instances = mean;
  solution = std::move(followed_by);
  return true;
}

}  // namespace mlplan::planner
