#include "planner/sizing/plan_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/queueing/spares.h"
#include "planner/sizing/deployment.h"
#include "planner/sizing/following.h"
#include "planner/sizing/infeasible.h"
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
constexpr double kAsFast = 0.02;
constexpr std::size_t kMostCertified = 6;
constexpr std::int64_t kMostInstances = 100'000;
constexpr std::size_t kFollowed = 3;  // solutions that are simulated following the load
constexpr std::size_t kTried = 6;     // candidates that are simulated at least, where there are so many
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
  bool certify(Solution& solution);
  void certify_cheapest();
  double response_with(const Solution& solution, std::int64_t instances) const;
  void spend_on_latency();
  bool can_follow() const {
    return demand_.varies() && question_.scaling != ScalingChoice::fixed && question_.limits.objective == "cost";
  }
  std::int64_t fewest_instances(const Candidate& candidate) const;
  std::optional<std::int64_t> instances_for_sessions(const Candidate& candidate) const;
  std::int64_t spares_for(std::int64_t serving, double repair_s) const;
  void answer();
  std::vector<ParetoPoint> cost_and_latency(const std::vector<const Solution*>& kept) const;
  bool is_within_limits(const Solution& solution) const;
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
  std::vector<Window> busiest_ = {};        // for the search
  std::vector<Window> final_busiest_ = {};  // for the recommendation
  Following following_{question_, demand_};
  std::vector<Solution> solutions_ = {};  // all that keep the objectives, cheapest first
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
  if (can_follow()) following_.prepare(*sized, solution);
  solution.judged = std::move(sized->judged);
  solution.promised = is_promised(solution, false, demand_, question_);
  return solution;
}

// Holds the solution against more of the traffic than the search did, and makes it larger where that is not enough.
// False where it cannot be made to keep the objectives.
bool PlanMaker::certify(Solution& solution) {
  if (solution.live) {
    if (following_.follow(solution, kFinalDepth)) return true;
    if (question_.scaling == ScalingChoice::live) return false;
    // Held against more of the traffic, a fixed fleet is the better one.
    solution.live = false;
    solution.mean_stopped = 0;
    solution.by_spares.clear();
    solution.mean_instances = static_cast<double>(solution.instances());
    solution.promised = is_promised(solution, false, demand_, question_);
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
  if (ranking.by_cost.empty()) {
    plan_.infeasible = beyond_latency(ranking, question_);
    return;
  }
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
    if (!solutions_.empty()) following_.choose_orders(solutions_.front());
    for (std::size_t i = 0; i < std::min(kFollowed, solutions_.size()); ++i)
      following_.follow(solutions_[i], kSearchDepth);
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
  if (kept.empty()) {
    plan_.infeasible = beyond_limits(
        solutions_, question_, [&](const Solution& solution) { return deployment_of(solution, explaining(solution)); });
    return;
  }
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
    plan_.cost_and_exposure.push_back({format_count(spares, "spare"), point.usd_per_hour, point.exposure,
                                       spares == best.policy.spares && best.policy.stopped == 0});
  }
  if (best.live && best.policy.stopped > 0) {
    plan_.cost_and_exposure.push_back(
        {fmt::format("{}, {} stopped", format_count(best.policy.spares, "spare"), best.policy.stopped),
         best.usd_per_hour(), best.judged.trial.exposure().mean, true});
  }
  // What-ifs are played over fewer windows: they tell what would happen, not what is promised.
  const std::vector<Window> fewer = best.live ? following_.windows_for(best.policy, kSearchDepth) : busiest_;
  plan_.what_if = what_ifs(best, {&question_, &demand_, &fewer}, [&](double factor) {
    FollowSettings slower = best.policy;
    slower.lead_s = factor * best.candidate.start_up_s() + detection_s(slower);
    return following_.windows_for(slower, kSearchDepth);
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

Result<Plan> PlanMaker::run() {
  if (Status status = check(); !status) return fail(status.error());
  const CandidateQuestion asked{
      .reports = &question_.reports,
      .types = &question_.types,
      .spread = speed_spread(*question_.catalog, question_.reports.front().report.machine.cpu.architecture),
      .profiles = &question_.profiles,
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
    plan_.infeasible = without_candidates(candidates_, question_);
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
                   .notes = question_.traffic.notes,
                   .bursts = planned_bursts(question_.bursts)};
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
