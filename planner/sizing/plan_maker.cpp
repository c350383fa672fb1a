#include "planner/sizing/plan_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "planner/queueing/spares.h"
#include "planner/sizing/deployment.h"
#include "planner/sizing/follow_load.h"
#include "planner/sizing/narrative.h"
#include "planner/sizing/pool_plan.h"
#include "planner/sizing/ranking.h"
#include "planner/sizing/search.h"
#include "planner/sizing/solution.h"
#include "planner/sizing/what_if.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

constexpr double kSearchRequests = 30'000;  // of one replication while searching
constexpr double kFinalRequests = 200'000;  // of one replication of the recommendation
constexpr double kFinalFollowRequests = 2'000'000;
constexpr double kDrawn = 12;  // windows at random for the recommendation, however many requests they have
constexpr double kAsFast = 0.02;
constexpr std::size_t kMostCertified = 6;
constexpr double kFollowRequests = 300'000;  // the same, where the load is followed
// How a policy that follows the load orders: in steps of so many instances, held for so long.
struct OrderShape {
  std::int64_t step = 1;
  double hold_s = 300;
};
constexpr std::array<OrderShape, 5> kOrders = {{{1, 300}, {1, 900}, {2, 600}, {3, 300}, {3, 900}}};
constexpr std::int64_t kFewestSteps = 4;  // to the highest rate
constexpr Effort kWindowsEffort = {.fewest_replications = 1, .most_replications = 3};
constexpr Effort kFollowEffort = {.fewest_replications = 2, .most_replications = 4};
constexpr std::int64_t kMostInstances = 100'000;
constexpr double kExposureAimedAt = 1.0 / 3;  // of what was asked for, where traffic was seen: it will differ
constexpr double kUsualExposure = 0.01;       // where none is asked for, only to begin the search with
constexpr double kPromiseWorth = 2;           // times the price of what cannot be promised
constexpr std::size_t kFollowed = 3;          // solutions that are simulated following the load
constexpr std::size_t kTried = 6;             // candidates that are simulated at least, where there are so many
constexpr std::size_t kMostTried = 12;
constexpr std::size_t kRunnersUp = 4;

class PlanMaker {
 public:
  explicit PlanMaker(const PlanQuestion& question) : question_(question) {}

  Result<Plan> run();
  const std::optional<Solution>& recommended() const { return recommended_; }

 private:
  Status check() const;
  void describe_inputs();
  void search();
  std::optional<Solution> size(const Ranked& ranked);
  bool follow_load(Solution& solution, double requests);
  std::optional<Followed> fewest_spares_of(const Solution& solution, const std::vector<Window>& windows);
  double mean_instances(const Solution& solution, const FollowSettings& policy, const Judged& judged,
                        const std::vector<Window>& windows) const;
  void choose_orders(Solution& solution);
  bool certify(Solution& solution);
  void certify_cheapest();
  double response_with(const Solution& solution, std::int64_t instances) const;
  void spend_on_latency();
  std::vector<Window> windows_for(const FollowSettings& policy, double requests) const;
  bool can_follow() const {
    return demand_.varies() && question_.scaling != ScalingChoice::fixed && question_.limits.objective == "cost";
  }
  std::int64_t fewest_instances(const Candidate& candidate) const;
  std::optional<std::int64_t> instances_for_sessions(const Candidate& candidate) const;
  std::int64_t spares_for(std::int64_t serving, double repair_s) const;
  void answer();
  std::vector<ParetoPoint> cost_and_latency(const std::vector<const Solution*>& kept) const;
  void infeasible_without_candidates();
  void infeasible_by_latency(const Ranking& ranking);
  void infeasible_by_limits();
  bool is_within_limits(const Solution& solution) const;
  bool is_promised(const Solution& solution, bool follows) const;
  void sort_solutions();
  Explaining explaining(const Solution& solution) const {
    return {&question_, &demand_,
            solution.live            ? &solution.windows
            : final_busiest_.empty() ? &busiest_
                                     : &final_busiest_};
  }

  const PlanQuestion& question_;
  Plan plan_ = {};
  Demand demand_ = {};
  Candidates candidates_ = {};
  Objectives latency_only_ = {};
  std::vector<Window> busiest_ = {};               // for the search
  std::vector<Window> final_busiest_ = {};         // for the recommendation
  OrderShape orders_ = {};                         // of the policy, as the first candidate does best
  std::optional<std::int64_t> guess_spares_ = {};  // of the candidate before
  std::vector<Solution> solutions_ = {};           // all that keep the objectives, cheapest first
  std::optional<Solution> recommended_ = {};
};

Status PlanMaker::check() const {
  if (question_.slo.latency.empty()) {
    return fail(ErrorKind::usage, "a plan needs to know how fast answers must be", "--slo",
                "--slo p99=80ms: 99 % of requests within 80 ms, waiting included");
  }
  if (question_.limits.objective == "latency" && !question_.limits.budget_usd_per_hour) {
    return fail(ErrorKind::usage, "the best latency is a question of what it may cost", "--objective",
                "add --budget 5: US dollars an hour");
  }
  if (question_.slo.availability && !question_.failures.time_between_s) {
    return fail(ErrorKind::usage, "availability cannot be planned without knowing how often an instance fails",
                "--availability", "--mtbf 30d");
  }
  return {};
}

std::int64_t PlanMaker::spares_for(std::int64_t serving, double repair_s) const {
  const Slo& slo = question_.slo;
  std::int64_t spares = slo.survive.instances;
  if (slo.survive.zones > 0)  // and as many instances of what is left
    spares = instances_for_zone_loss(serving + spares, question_.failures.zones) - serving;
  if (slo.availability) {
    const double works = availability(*question_.failures.time_between_s, repair_s);
    spares = std::max(spares, spares_for_failures(serving, works, *slo.availability).value_or(serving));
  }
  return spares;
}

bool PlanMaker::is_within_limits(const Solution& solution) const {
  const PlanLimits& limits = question_.limits;
  if (limits.max_instances && solution.instances() > *limits.max_instances) return false;
  return !limits.budget_usd_per_hour || solution.usd_per_hour() <= *limits.budget_usd_per_hour;
}

std::optional<std::int64_t> PlanMaker::instances_for_sessions(const Candidate& candidate) const {
  const StateSettings& state = question_.state;
  const double sessions = sessions_at(state, demand_.peak_per_s);
  const auto memory = static_cast<double>(*candidate.type->memory_bytes);
  return instances_for_state(sessions, memory - candidate.memory_reserved - candidate.memory_needed, state.bytes, 1);
}

// Utilisation that lasts is kept below kMostUtilisation: above, the queue takes longer to show what it does than any
// window lasts. Bursts of a trace are shorter than that.
std::int64_t PlanMaker::fewest_instances(const Candidate& candidate) const {
  std::int64_t fewest = question_.limits.min_instances;
  if (demand_.kind == "trace") return fewest;
  const double needed = demand_.peak_per_s * (1 + candidate.error) / (kMostUtilisation * candidate.capacity_per_s());
  return std::max(fewest, static_cast<std::int64_t>(std::ceil(needed)));
}

// A fixed fleet for the highest rate, and the policy that would follow the load with it.
std::optional<Solution> PlanMaker::size(const Ranked& ranked) {
  const Candidate& candidate = *ranked.candidate;
  Solution solution{.candidate = candidate};
  std::int64_t at_least = fewest_instances(candidate);
  if (question_.state.bytes > 0) {
    const std::optional<std::int64_t> count = instances_for_sessions(candidate);
    if (!count) return std::nullopt;
    solution.for_state = *count;
    at_least = std::max(at_least, *count);
  }
  const std::int64_t most = std::max({kMostInstances, ranked.guess, at_least});
  std::optional<Sized> sized =
      smallest_fixed(candidate, ranked.guess, at_least, most, busiest_, latency_only_, {}, question_.seed);
  if (!sized) return std::nullopt;
  solution.serving = sized->instances;
  solution.exact = sized->exact;
  solution.spares = spares_for(solution.serving, candidate.start_up_s());
  solution.mean_instances = static_cast<double>(solution.instances());
  if (can_follow()) {
    FollowSettings& policy = solution.policy;
    policy.capacity_per_s = candidate.capacity_per_s() / (1 + candidate.error);
    policy.rates = rates_for_instances(*sized, demand_.peak_per_s, question_.slo.latency);
    policy.lowest = std::max(question_.limits.min_instances, solution.for_state);
    policy.lead_s = candidate.start_up_s() + detection_s(policy);
    if (demand_.kind == "diurnal") policy.forecast = demand_.rates;
    solution.ordered = mean_ordered(policy, demand_) + static_cast<double>(solution.spares);
  }
  solution.judged = std::move(sized->judged);
  solution.promised = is_promised(solution, false);
  return solution;
}

std::vector<Window> PlanMaker::windows_for(const FollowSettings& policy, double requests) const {
  const double drawn = requests == kFinalFollowRequests ? kDrawn : 2;
  return windows_of(demand_, {.warm_up_s = policy.long_window_s + policy.lead_s,
                              .requests = requests,
                              .fewest_drawn = drawn,
                              .horizon_s = policy.lead_s,
                              .seed = question_.seed});
}

// Holds the solution against more of the traffic than the search did, and makes it larger where that is not enough.
// False where it cannot be made to keep the objectives.
bool PlanMaker::certify(Solution& solution) {
  if (solution.live) {
    guess_spares_ = solution.policy.spares;
    solution.live = false;
    return follow_load(solution, kFinalFollowRequests);
  }
  final_busiest_ = {busiest_window(demand_, {.requests = kFinalRequests})};
  const std::int64_t most = kMostInstances + 2 * solution.serving;
  std::optional<Sized> sized = smallest_fixed(solution.candidate, solution.serving, solution.serving, most,
                                              final_busiest_, latency_only_, {}, question_.seed);
  if (!sized) return false;
  if (sized->instances != solution.serving) {
    solution.serving = sized->instances;
    solution.exact = sized->exact;
    solution.spares = spares_for(solution.serving, solution.candidate.start_up_s());
    solution.mean_instances = static_cast<double>(solution.instances());
  }
  solution.judged = std::move(sized->judged);
  return true;
}

std::optional<Followed> PlanMaker::fewest_spares_of(const Solution& solution, const std::vector<Window>& windows) {
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
double PlanMaker::mean_instances(const Solution& solution, const FollowSettings& policy, const Judged& judged,
                                 const std::vector<Window>& windows) const {
  const double of_windows = mean_ordered(policy, demand_, windows);
  const double extended = of_windows > 0 ? mean_ordered(policy, demand_) / of_windows : 1;
  return judged.trial.instances().mean * extended + static_cast<double>(solution.spares);
}

// Larger orders held for longer cost more instances and fewer start-ups, so that fewer spares do: what costs least.
void PlanMaker::choose_orders(Solution& solution) {
  const std::vector<Window> windows = windows_for(solution.policy, kFollowRequests);
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
  orders_ = {best.step, best.hold_s};
  guess_spares_ = best.spares;
}

// Makes the solution follow the load where that keeps the objectives, and costs less or was asked for.
bool PlanMaker::follow_load(Solution& solution, double requests) {
  const Candidate& candidate = solution.candidate;
  const std::vector<Window> windows = windows_for(solution.policy, requests);
  const std::optional<Followed> followed = fewest_spares_of(solution, windows);
  if (!followed) return false;
  const double mean = mean_instances(solution, followed->policy, followed->judged, windows);
  const auto fixed = static_cast<double>(solution.serving + solution.spares);
  const double worth = is_promised(solution, false) || !is_promised(solution, true) ? 1 : kPromiseWorth;
  if (question_.scaling == ScalingChoice::cheapest && mean >= worth * fixed) return false;
  solution.by_spares.clear();
  for (const auto& [spares, judged] : followed->tried) {
    FollowSettings with = followed->policy;
    with.spares = spares;
    solution.by_spares[spares] = {mean_instances(solution, with, judged, windows) * candidate.usd_per_hour,
                                  judged.trial.exposure().mean};
  }
  solution.policy = followed->policy;
  solution.following = ordered_for(solution.policy, demand_.peak_per_s) - solution.policy.spares;
  solution.most = std::max(solution.following + solution.policy.spares, followed->judged.trial.most_instances);
  solution.live = true;
  solution.windows = windows;
  solution.judged = followed->judged;
  solution.mean_instances = mean;
  solution.promised = is_promised(solution, true);
  return true;
}

// Whether the traffic can carry the claim that the objectives are kept. Of traffic that was stated it is taken for
// granted. A fixed fleet needs days enough to bound their highest rate, one that follows the load windows enough to
// bound the growth within a start-up.
bool PlanMaker::is_promised(const Solution& solution, bool follows) const {
  if (!demand_.is_observed()) return true;
  if (!follows) return days_of(demand_) >= kDaysThatBound;
  const double quantile = 1 - question_.slo.exposure.value_or(1 - question_.slo.latency.back().quantile);
  const auto windows = static_cast<std::int64_t>(growth_of(solution, demand_).all.windows.size());
  return windows >= windows_needed(quantile, plan_.confidence);
}

// What can be promised goes first, unless that costs more than kPromiseWorth times as much; then what costs less.
void PlanMaker::sort_solutions() {
  double promised = INFINITY;
  double any = INFINITY;
  for (const Solution& solution : solutions_) {
    if (!is_within_limits(solution)) continue;
    any = std::min(any, solution.usd_per_hour());
    if (solution.promised) promised = std::min(promised, solution.usd_per_hour());
  }
  const bool by_promise = promised <= kPromiseWorth * any;
  std::ranges::stable_sort(solutions_, [&](const Solution& a, const Solution& b) {
    if (by_promise && a.promised != b.promised) return a.promised;
    return a.usd_per_hour() < b.usd_per_hour();
  });
}

void PlanMaker::search() {
  const Ranking ranking = rank(candidates_, demand_, question_.slo.latency, question_.limits, can_follow());
  plan_.simulated.screened = ranking.screened;
  if (ranking.by_cost.empty()) return infeasible_by_latency(ranking);
  std::optional<double> cheapest;
  std::vector<const InstanceType*> seen;
  std::size_t tried = 0;
  for (const Ranked& ranked : ranking.by_cost) {
    const bool dearer = cheapest && ranked.likely_usd_per_hour > *cheapest && question_.limits.objective == "cost";
    if (tried >= kMostTried || (tried >= kTried && dearer)) break;
    if (std::ranges::count(seen, ranked.candidate->type) >= 2) continue;
    if (dearer && ranked.least_usd_per_hour > 2 * *cheapest) continue;
    seen.push_back(ranked.candidate->type);
    ++tried;
    std::optional<Solution> solution = size(ranked);
    if (!solution) continue;
    if (is_within_limits(*solution)) cheapest = std::min(cheapest.value_or(INFINITY), solution->likely_usd_per_hour());
    solutions_.push_back(std::move(*solution));
  }
  plan_.simulated.deployments = static_cast<std::int64_t>(tried);
  if (question_.limits.objective == "latency") {
    spend_on_latency();
    if (!solutions_.empty()) certify(solutions_.front());
    return answer();
  }
  if (can_follow()) {
    std::ranges::stable_sort(solutions_, {}, &Solution::likely_usd_per_hour);
    if (!solutions_.empty()) choose_orders(solutions_.front());
    for (std::size_t i = 0; i < std::min(kFollowed, solutions_.size()); ++i) {
      solutions_[i].policy.step = orders_.step;
      solutions_[i].policy.hold_s = orders_.hold_s;
      follow_load(solutions_[i], kFollowRequests);
    }
    if (question_.scaling == ScalingChoice::live) std::erase_if(solutions_, [](const Solution& s) { return !s.live; });
  }
  sort_solutions();
  certify_cheapest();
  answer();
}

// Certifies from the front until the first one stays the first; one that was certified is recommended in any case.
void PlanMaker::certify_cheapest() {
  for (std::size_t tries = 0; tries < kMostCertified; ++tries) {
    const auto first = std::ranges::find_if(solutions_, [&](const Solution& s) { return is_within_limits(s); });
    if (first == solutions_.end() || first->certified) return;
    if (!certify(*first)) {
      solutions_.erase(first);
      continue;
    }
    first->certified = true;
    sort_solutions();
  }
  const auto certified = std::ranges::find_if(solutions_, &Solution::certified);
  if (certified != solutions_.end()) std::rotate(solutions_.begin(), certified, certified + 1);
}

// The response time at the objective that is hardest to keep, with times longer by the error; seconds.
double PlanMaker::response_with(const Solution& solution, std::int64_t instances) const {
  const Deployed deployed{slower(solution.candidate, 1 + solution.candidate.error), fixed_scaling(instances)};
  TrialResult trial;
  run_trial(deployed, {.windows = &busiest_, .objectives = &question_.slo.latency, .seed = question_.seed}, 0, 2,
            trial);
  return trial.response_quantile(question_.slo.latency.back().quantile);
}

// Fixed fleets as large as the budget allows, the one that answers soonest first; made as small as it can be while it
// is no more than kAsFast slower.
void PlanMaker::spend_on_latency() {
  const double budget = *question_.limits.budget_usd_per_hour;
  std::vector<std::pair<double, Solution>> by_response;
  for (Solution& solution : solutions_) {
    std::int64_t most = static_cast<std::int64_t>(budget / solution.candidate.usd_per_hour) - solution.spares;
    if (question_.limits.max_instances) most = std::min(most, *question_.limits.max_instances - solution.spares);
    if (most < solution.serving) continue;
    std::int64_t enough = most;
    std::int64_t too_few = solution.serving - 1;
    const double best = response_with(solution, most);
    while (enough - too_few > 1) {
      const std::int64_t middle = too_few + (enough - too_few) / 2;
      (response_with(solution, middle) <= best * (1 + kAsFast) ? enough : too_few) = middle;
    }
    solution.serving = enough;
    solution.exact = std::min(solution.exact, static_cast<double>(enough));
    solution.mean_instances = static_cast<double>(solution.instances());
    by_response.emplace_back(best, std::move(solution));
  }
  std::ranges::stable_sort(by_response, {}, [](const auto& entry) { return entry.first; });
  if (by_response.empty()) return;
  solutions_.clear();
  for (auto& [response, solution] : by_response) solutions_.push_back(std::move(solution));
}

void PlanMaker::answer() {
  std::vector<const Solution*> kept;
  for (const Solution& solution : solutions_) {
    if (is_within_limits(solution)) kept.push_back(&solution);
  }
  if (kept.empty()) return infeasible_by_limits();
  const Solution& best = *kept.front();
  const Explaining with = explaining(best);
  plan_.recommendation = deployment_of(best, with);
  recommended_ = best;
  std::vector<const InstanceType*> named = {best.candidate.type};
  for (const Solution* solution : kept) {
    if (plan_.runners_up.size() >= kRunnersUp) break;
    if (std::ranges::find(named, solution->candidate.type) != named.end()) continue;
    named.push_back(solution->candidate.type);
    plan_.runners_up.push_back(deployment_of(*solution, explaining(*solution)));
  }
  plan_.cost_and_latency = cost_and_latency(kept);
  for (const auto& [spares, point] : best.by_spares) {
    plan_.cost_and_exposure.push_back({fmt::format("{} spare{}", spares, spares == 1 ? "" : "s"), point.usd_per_hour,
                                       point.exposure, spares == best.policy.spares});
  }
  // What-ifs are played over fewer windows: they tell what would happen, not what is promised.
  const std::vector<Window> fewer = best.live ? windows_for(best.policy, kFollowRequests) : busiest_;
  plan_.what_if = what_ifs(best, {&question_, &demand_, &fewer}, [&](double factor) {
    FollowSettings slower = best.policy;
    slower.lead_s = factor * best.candidate.start_up_s() + detection_s(slower);
    return windows_for(slower, kFollowRequests);
  });
  plan_.simulated.windows = windows_said(*with.windows);
  plan_.simulated.why_enough = why_windows_suffice(best, demand_);
  plan_.simulated.requests = best.judged.trial.simulated;
  plan_.simulated.replications = static_cast<std::int64_t>(best.judged.trial.replications.size());
  plan_.confidence_notes = confidence_notes_of(best, question_);
  plan_.warnings = warnings_of(best, question_, demand_);
}

// Response times at the highest objective's quantile with times longer by the error, as they were simulated; what costs
// more and is no faster is left out.
std::vector<ParetoPoint> PlanMaker::cost_and_latency(const std::vector<const Solution*>& kept) const {
  std::vector<ParetoPoint> points;
  double fastest = INFINITY;
  for (const Solution* solution : kept) {  // cheapest first
    const double response = solution->judged.trial.response_quantile(question_.slo.latency.back().quantile);
    if (!(response < fastest)) continue;
    fastest = response;
    points.push_back({fmt::format("{} x {}", solution->instances(), name_of(solution->candidate)),
                      solution->usd_per_hour(), 1e9 * response, solution == kept.front()});
  }
  return points;
}

void PlanMaker::infeasible_without_candidates() {
  Infeasible why{.constraint = "compute"};
  if (candidates_.least_memory) {
    std::int64_t most = 0;
    const InstanceType* largest = nullptr;
    for (const InstanceType* type : question_.types) {
      if (!type->gpu && type->memory_bytes.value_or(0) > most) {
        most = *type->memory_bytes;
        largest = type;
      }
    }
    why.constraint = "memory";
    why.because = fmt::format("a worker needs an instance of {}", format_bytes(*candidates_.least_memory));
    if (largest != nullptr)
      why.because += fmt::format("; the largest that may be bought, {}, has {}", largest->name,
                                 format_bytes(static_cast<double>(most)));
  } else {
    why.because = candidates_.left_out.empty() ? "there is no instance type to choose from"
                                               : "no instance type can be used: " + candidates_.left_out.front().why;
  }
  plan_.infeasible = std::move(why);
}

void PlanMaker::infeasible_by_latency(const Ranking& ranking) {
  const LatencyObjective& objective = question_.slo.latency.front();
  Infeasible why{.constraint = "latency"};
  why.because =
      fmt::format("even idle, no instance type answers {}: the fastest, {}, needs {} for {}",
                  format_latency_objective(objective), ranking.fastest == nullptr ? "none" : name_of(*ranking.fastest),
                  format_duration(1e9 * ranking.fastest_response_s), percentile_name(ranking.hardest_quantile));
  plan_.infeasible = std::move(why);
}

void PlanMaker::infeasible_by_limits() {
  const PlanLimits& limits = question_.limits;
  Infeasible why;
  if (solutions_.empty()) {
    why.constraint = question_.state.bytes > 0 ? "memory" : "compute";
    why.because = question_.state.bytes > 0
                      ? "no candidate has room for the sessions that live at once and keeps the objectives"
                      : "none of the candidates that were simulated keeps the objectives";
  } else {
    const Solution* nearest = &solutions_.front();
    if (limits.budget_usd_per_hour && nearest->usd_per_hour() > *limits.budget_usd_per_hour) {
      why.constraint = "budget";
      why.because = fmt::format("the cheapest that keeps the objectives costs ${:.2f} an hour, the budget is ${:.2f}",
                                nearest->usd_per_hour(), *limits.budget_usd_per_hour);
      why.nearest_misses =
          fmt::format("${:.2f} an hour more than the budget of ${:.2f}",
                      nearest->usd_per_hour() - *limits.budget_usd_per_hour, *limits.budget_usd_per_hour);
    } else {
      nearest = &*std::ranges::min_element(solutions_, {}, &Solution::instances);
      why.constraint = "maximum";
      why.because = fmt::format("the smallest that keeps the objectives has {} instances, the maximum is {}",
                                nearest->instances(), limits.max_instances.value_or(0));
      why.nearest_misses =
          fmt::format("{} more than the maximum", nearest->instances() - limits.max_instances.value_or(0));
    }
    why.nearest = deployment_of(*nearest, explaining(*nearest));
  }
  plan_.infeasible = std::move(why);
}

Result<Plan> PlanMaker::run() {
  if (Status status = check(); !status) return fail(status.error());
  const CandidateQuestion asked{
      .reports = &question_.reports,
      .types = &question_.types,
      .spread = speed_spread(*question_.catalog, question_.reports.front().report.machine.cpu.architecture),
      .option = question_.limits.option,
      .start_up = question_.start_up,
      .dims = question_.dims};
  Result<Candidates> candidates = candidates_of(asked);
  if (!candidates) return fail(candidates.error());
  candidates_ = std::move(*candidates);
  Result<Demand> demand = demand_of(question_.traffic, question_.arrivals, question_.bursts, 1);
  if (!demand) return fail(demand.error());
  demand_ = std::move(*demand);
  if (question_.scaling == ScalingChoice::live && !demand_.varies()) {
    return fail(ErrorKind::usage, "a constant rate has nothing to follow", "--scaling live",
                "--peak or --traffic, or --scaling fixed");
  }
  latency_only_.latency = question_.slo.latency;
  busiest_ = {busiest_window(demand_, {.requests = kSearchRequests})};
  describe_inputs();
  if (candidates_.all.empty()) {
    infeasible_without_candidates();
  } else {
    search();
  }
  plan_.assumptions = assumptions_of(question_, demand_);
  plan_.summary = summary_of(plan_);
  return std::move(plan_);
}

void PlanMaker::describe_inputs() {
  plan_.version = question_.version;
  plan_.argv = question_.argv;
  for (const MeasuredReport& measured : question_.reports) {
    PlannedReport report{.path = measured.path,
                         .model = measured.report.model.path,
                         .sha256 = measured.report.model.sha256,
                         .fingerprint = measured.report.machine.fingerprint,
                         .grade = measured.report.machine.grade};
    if (measured.measured_on != nullptr) report.measured_on = measured.measured_on->name;
    plan_.reports.push_back(std::move(report));
  }
  plan_.catalog = {.source = question_.catalog_source,
                   .types = static_cast<std::int64_t>(question_.types.size()),
                   .considered = candidates_.considered,
                   .left_out = candidates_.left_out};
  plan_.traffic = {.source = question_.traffic.source,
                   .kind = demand_.kind,
                   .mean_per_s = demand_.mean_per_s,
                   .peak_per_s = demand_.peak_per_s,
                   .span_s = demand_.span_s,
                   .notes = question_.traffic.notes};
  plan_.slo = question_.slo;
  plan_.limits = question_.limits;
  plan_.seed = question_.seed;
}

}  // namespace

Result<Plan> make_plan(const PlanQuestion& question) { return PlanMaker(question).run(); }

Result<Planned> make_planned(const PlanQuestion& question) {
  PlanMaker maker(question);
  Result<Plan> plan = maker.run();
  if (!plan) return fail(plan.error());
  return Planned{std::move(*plan), maker.recommended()};
}

}  // namespace mlplan::planner
