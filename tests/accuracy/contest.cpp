#include "tests/accuracy/contest.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "planner/policies/fixed.h"
#include "planner/policies/presets.h"
#include "planner/simulation/simulator.h"
#include "planner/sizing/follow_load.h"
#include "planner/sizing/plan_maker.h"

namespace mlplan::accuracy {

namespace {

constexpr double kServiceScv = 0.05;
constexpr double kNodeStart = 60;
constexpr double kLoad = 20;
constexpr double kUsdPerHour = 0.10;
constexpr double kEnoughRequests = 200'000;
constexpr std::int64_t kMostReplications = 10;

// n equally likely points of a gamma law, in an order that is not theirs.
Stat gamma_stat(double mean_s, double scv, std::size_t n) {
  const boost::math::gamma_distribution<double> law(1 / scv, mean_s * scv * 1e9);
  Stat stat;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t place = (i * 377) % n;  // 377 shares no factor with n
    stat.samples.push_back(boost::math::quantile(law, (static_cast<double>(place) + 0.5) / static_cast<double>(n)));
  }
  std::vector<double> sorted = stat.samples;
  std::ranges::sort(sorted);
  stat.n = static_cast<std::int64_t>(n);
  stat.min = sorted.front();
  stat.max = sorted.back();
  stat.median = sorted[n / 2];
  stat.lower_quartile = sorted[n / 4];
  stat.low = 0.98 * stat.median;
  stat.high = 1.02 * stat.median;
  return stat;
}

Report made_report(double service_s) {
  Report report;
  report.mlplan.device = "cpu";
  report.model.path = "contest.pt";
  report.model.bytes = 1'000'000'000;
  report.machine.cpu.architecture = "x86_64";
  report.machine.cpu.logical = 2;
  report.machine.grade = "A";
  ColdStartState cold;
  cold.name = "model_cold";
  cold.achieved = true;
  cold.time_to_first_result = gamma_stat(kLoad, 0.01, 40);
  report.cold_start.states = {cold};
  report.memory.peak_rss = gamma_stat(2, 1e-4, 10);  // 2 GB
  SteadyRow row;
  row.threads = 2;
  row.latency = gamma_stat(service_s, kServiceScv, 1000);
  row.throughput.n = 24;
  row.throughput.median = 1 / service_s;
  row.processes = 6;
  row.stop = "converged";
  report.steady = {row};
  return report;
}

Catalog one_type() {
  Catalog catalog;
  catalog.instances = {{.cloud = "example",
                        .name = "two-core",
                        .region = {},
                        .vcpus = 2,
                        .memory_bytes = std::int64_t{8} << 30,
                        .architecture = "x86_64",
                        .gpu = {},
                        .local_disk_bytes = {},
                        .disk_bytes_per_s = {},
                        .network_bytes_per_s = {},
                        .core_speed = {},
                        .node_start = NodeStart{.seconds = kNodeStart, .source = "assumed"},
                        .prices = {{.option = kOnDemand, .usd_per_hour = kUsdPerHour, .date = {}, .source = {}}}}};
  return catalog;
}

Result<planner::Planned> plan_for(const ContestTraffic& traffic, const Catalog& catalog, std::uint64_t seed) {
  planner::PlanQuestion question;
  const InstanceType& type = catalog.instances.front();
  question.reports = {{.report = made_report(traffic.service_s), .path = "contest.json", .measured_on = &type}};
  question.catalog = &catalog;
  question.types = {&type};
  question.traffic = traffic.seen;
  question.arrivals = traffic.seen_arrivals;
  question.bursts = planner::bursts_of(traffic.seen);
  question.slo.latency = {{.quantile = kContestQuantile, .at_most_ns = 1e9 * kContestServices * traffic.service_s}};
  question.slo.exposure = kContestExposure;
  question.seed = seed;
  return planner::make_planned(question);
}

struct Rule {
  std::string name = {};
  std::function<std::unique_ptr<Policy>()> policy = {};
  std::int64_t instances_at_first = 1;
  std::int64_t pool_at_first = 0;
  bool pool_is_paid = true;
};

Rule fixed_rule(std::string name, std::int64_t count) {
  return {.name = std::move(name),
          .policy = [=] { return std::make_unique<planner::FixedPolicy>(planner::FixedSettings{.instances = count}); },
          .instances_at_first = count};
}

Rule ours(const planner::Solution& solution, const ContestTraffic& traffic) {
  const planner::Window window{.from_s = traffic.cut_s - traffic.warm_up_s,
                               .first_rate_per_s = traffic.first_rate_per_s};
  const planner::Scaling scaling =
      solution.live ? follow_scaling(solution.policy) : planner::fixed_scaling(solution.instances());
  return {.name = "mlplan plan",
          .policy = [=] { return scaling.policy(window); },
          .instances_at_first = scaling.initial_instances(window)};
}

std::vector<Rule> rules_for(const ContestTraffic& traffic, double capacity_per_s) {
  const double peak = traffic.seen_peak_per_s / capacity_per_s;
  const auto count = [](double instances) { return static_cast<std::int64_t>(std::ceil(instances - 1e-9)); };
  const double busy = traffic.first_rate_per_s / capacity_per_s;
  const std::int64_t greatest = count(1.2 * peak);
  planner::PresetOptions options{.lowest = 1, .highest = 1000, .target = 0.7};
  const auto preset = [](std::string name, planner::PresetOptions with) {
    return [name = std::move(name), with] { return std::move(*planner::make_policy(name, with)); };
  };
  planner::PresetOptions two = options;
  two.count = 2;
  planner::PresetOptions group = options;
  group.highest = greatest;
  const std::int64_t at_first = std::max<std::int64_t>(1, count(busy / 0.7));
  const std::int64_t in_group = std::min(at_first, greatest);
  return {fixed_rule("1.2 x highest rate", greatest),
          fixed_rule("highest rate, rounded up", count(peak)),
          {"HPA at 70 %", preset("hpa", options), at_first},
          {"as many as busy and 2", preset("spare", two), count(busy) + 2},
          {"HPA at 70 % and 2", preset("buffer-n", two), at_first + 2},
          {"HPA at 70 % and 20 %", preset("buffer-percent", options),
           at_first + count(0.2 * static_cast<double>(at_first))},
          // Stopped instances cost next to nothing and have a machine already.
          {"HPA, EC2's default pool", preset("ec2-pool", group), in_group, greatest - in_group, false}};
}

planner::Scenario scenario_of(const ContestTraffic& traffic, const planner::Candidate& candidate, const Rule& rule) {
  planner::Scenario scenario;
  scenario.arrivals = traffic.judged;
  scenario.fleet.instance = candidate.instance();
  scenario.fleet.start_up = candidate.start_up();
  scenario.fleet.start_up.pool_exit_s = scenario.fleet.start_up.load_s;
  scenario.fleet.initial_instances = rule.instances_at_first;
  scenario.fleet.initial_pool = rule.pool_at_first;
  scenario.routing = Routing::least_outstanding;
  scenario.duration_s = traffic.warm_up_s + traffic.judged_s;
  scenario.warm_up_s = traffic.warm_up_s;
  scenario.slo_response_s = kContestServices * traffic.service_s;
  return scenario;
}

Judgement judge(const ContestTraffic& traffic, const planner::Candidate& candidate, const Rule& rule,
                std::int64_t replications, std::uint64_t seed) {
  const planner::Scenario scenario = scenario_of(traffic, candidate, rule);
  double arrivals = 0;
  double within = 0;
  double exposed = 0;
  double paid_s = 0;
  double time_s = 0;
  for (std::int64_t i = 0; i < replications; ++i) {
    const std::unique_ptr<Policy> policy = rule.policy();
    const planner::SimulationResult one = simulate(scenario, *policy, seed, static_cast<std::uint64_t>(i));
    arrivals += static_cast<double>(one.arrivals);
    within += static_cast<double>(one.within_slo);
    exposed += static_cast<double>(one.exposed);
    paid_s += one.instance_s.ready + one.instance_s.loading + one.instance_s.filling + one.instance_s.stopping;
    if (rule.pool_is_paid) paid_s += one.instance_s.pooled;
    time_s += one.measured_s;
  }
  const double mean = paid_s / time_s;
  return {rule.name, within / arrivals, exposed / arrivals, mean * candidate.usd_per_hour, mean};
}

}  // namespace

Result<ContestResult> hold_contest(const ContestTraffic& traffic, std::uint64_t seed) {
  const Catalog catalog = one_type();
  Result<planner::Planned> planned = plan_for(traffic, catalog, seed);
  if (!planned) return fail(planned.error());
  if (!planned->solution)
    return fail(ErrorKind::bad_input, "nothing fits: " + planned->plan.infeasible->because, traffic.name);
  const planner::Solution& solution = *planned->solution;
  const Deployment& deployment = *planned->plan.recommendation;

  ContestResult out{.name = traffic.name, .promised = solution.promised, .refusal = deployment.pool.refusal};
  for (const Warning& warning : planned->plan.warnings) {
    if (!out.promised && warning.code == "peak_not_bounded") out.refusal = warning.message;
  }
  out.recommended = solution.live ? fmt::format("{}, {} serving at the highest rate, {} spare", deployment.scaling.kind,
                                                solution.serving, solution.policy.spares)
                                  : fmt::format("fixed, {}", solution.instances());
  out.requests = traffic.judged_mean_per_s * traffic.judged_s;
  out.replications =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(kEnoughRequests / out.requests), 1, kMostReplications);
  std::vector<Rule> rules = {ours(solution, traffic)};
  for (Rule& rule : rules_for(traffic, solution.candidate.capacity_per_s())) rules.push_back(std::move(rule));
  // Another seed than the plan's: its requests are not those it was made with.
  for (const Rule& rule : rules)
    out.all.push_back(judge(traffic, solution.candidate, rule, out.replications, seed + 1));
  return out;
}

}  // namespace mlplan::accuracy
