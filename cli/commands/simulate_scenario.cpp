#include "cli/commands/simulate_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/commands/trace_arrivals.h"
#include "cli/views/numbers.h"
#include "planner/policies/follow_of_plan.h"
#include "planner/simulation/simulation_summary.h"
#include "planner/sizing/follow_load.h"
#include "planner/sizing/planned_candidate.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::int64_t kTimelinePoints = 240;
constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;

std::string time_text(double time_s) { return format_duration(time_s * 1e9); }

// The stretch of the traffic that is played.
Result<planner::TrafficWindow> window_of(const SimulateRequest& request, const Traffic& traffic) {
  planner::TrafficWindow window;
  if (request.from) window.from_s = to_seconds(*request.from);
  if (std::holds_alternative<ConstantRate>(traffic.shape) && window.from_s > 0)
    return fail(ErrorKind::usage, "a constant rate is the same from everywhere", "--from", "leave it out");
  const double known = planner::span_s(traffic);
  if (known == 0 && planner::kind_of(traffic) != "trace") {
    const double usual = std::holds_alternative<DiurnalRate>(traffic.shape) ? kDay : kHour;
    window.duration_s = request.duration ? to_seconds(*request.duration) : usual;
    return window;
  }
  // The last request of a trace is at its very end.
  const double end = planner::kind_of(traffic) == "trace" ? known + 1e-3 : known;
  const std::string length = fmt::format("the traffic is {} long", time_text(known));
  if (window.from_s >= end) return fail(ErrorKind::usage, length, "--from", "begin before its end");
  window.duration_s = request.duration ? to_seconds(*request.duration) : end - window.from_s;
  if (window.from_s + *window.duration_s > end * (1 + 1e-9))
    return fail(ErrorKind::usage, length, "--duration", "leave it out to play all of it");
  return window;
}

Status prepare_instance(const SimulateRequest& request, const std::optional<Report>& report,
                        PreparedSimulation& prepared) {
  planner::InstanceSettings& instance = prepared.scenario.fleet.instance;
  if (request.service.empty()) {
    Result<planner::MeasuredInstance> measured = planner::instance_of_report(*report, request.measured);
    if (!measured) return fail(measured.error());
    instance = std::move(measured->settings);
    prepared.simulation.fleet.threads = measured->threads;
    if (!measured->dims.empty())
      prepared.simulation.assumptions.push_back(fmt::format("Every request has {}.", measured->dims));
  } else {
    instance.workers = request.measured.workers;
    instance.concurrency = request.measured.concurrency;
    instance.max_batch = request.measured.max_batch;
    instance.service = request.service;
  }
  return {};
}

Status prepare_start_up(const SimulateRequest& request, const std::optional<Report>& report,
                        PreparedSimulation& prepared) {
  planner::StartUpSettings& start = prepared.scenario.fleet.start_up;
  std::vector<std::string>& assumptions = prepared.simulation.assumptions;
  if (report && (!request.start_up || request.shared_host)) {
    Result<planner::StartUpSettings> measured =
        planner::start_up_of_report(*report, request.state, request.shared_host);
    if (!measured) return fail(measured.error());
    start = *std::move(measured);
    prepared.simulation.fleet.start_state = request.state;
  }
  if (request.start_up) {
    start.load_s = planner::deterministic(to_seconds(*request.start_up));
    prepared.simulation.fleet.start_state.clear();
  }
  if (request.node_start) start.node_s = planner::deterministic(to_seconds(*request.node_start));
  if (!request.shared_host) assumptions.emplace_back("Starts at once do not slow each other down.");
  return {};
}

// How the plan's instances serve and start, as the planner simulated them.
Status prepare_planned(const SimulateDocuments& documents, PreparedSimulation& prepared) {
  const Deployment& planned = *documents.planned();
  const Result<planner::Candidate> candidate =
      planner::planned_candidate(planned, *documents.report, documents.report_path);
  if (!candidate) return fail(candidate.error());
  planner::FleetSettings& fleet = prepared.scenario.fleet;
  fleet.instance = candidate->instance();
  fleet.start_up = candidate->start_up();
  prepared.simulation.fleet.threads = planned.threads;
  prepared.simulation.fleet.start_state = planned.times.start_up_state;
  if (planned.scaling.kind != "fixed") {
    Result<planner::FollowSettings> follow = planner::follow_of_plan(planned, documents.plan_path);
    if (!follow) return fail(follow.error());
    prepared.follow = *std::move(follow);
  }
  std::string sentence = fmt::format("Times to serve are the report's times {:.3g}, as the plan takes them to {}",
                                     planned.times.service_factor, planned.instance.name);
  if (planned.extrapolation.error > 0)
    sentence += fmt::format("; they may be up to {:.0f} % longer", 100 * planned.extrapolation.error);
  std::vector<std::string>& assumptions = prepared.simulation.assumptions;
  assumptions.push_back(sentence + ".");
  if (!documents.same_machine)
    assumptions.push_back(
        fmt::format("{} was measured on another machine than the plan was made for, or on one that "
                    "has changed since.",
                    documents.report_path));
  return {};
}

// What is taken for granted where instances start.
void assume_starts(const SimulateRequest& request, PreparedSimulation& prepared) {
  const planner::StartUpSettings& start = prepared.scenario.fleet.start_up;
  std::vector<std::string>& assumptions = prepared.simulation.assumptions;
  if (!start.node_s) assumptions.emplace_back("A machine is there whenever an instance is to start.");
  if (start.image_s)
    assumptions.push_back(fmt::format("Fetching the image takes {} more.", time_text(start.image_s->mean)));
  if (prepared.scaling.options.pool > 0 && !request.pool_exit)
    assumptions.emplace_back("An instance of the pool is ready at once.");
}

// Instances that end unasked, and what becomes of their requests.
void prepare_ends(const SimulateRequest& request, PreparedSimulation& prepared) {
  planner::FleetSettings& fleet = prepared.scenario.fleet;
  std::vector<std::string>& assumptions = prepared.simulation.assumptions;
  if (request.time_between_failures) {
    fleet.failures.time_between_s = to_seconds(*request.time_between_failures);
    assumptions.emplace_back("What an instance has to serve when it fails is lost; it is replaced at once.");
  }
  if (!request.time_between_interruptions) return;
  planner::EndSettings& interruptions = fleet.interruptions;
  interruptions.time_between_s = to_seconds(*request.time_between_interruptions);
  if (request.notice) interruptions.notice_s = to_seconds(*request.notice);
  assumptions.push_back(
      interruptions.notice_s > 0
          ? fmt::format("An instance that is to be interrupted takes nothing new and is replaced; what it still has to "
                        "serve {} later is lost.",
                        time_text(interruptions.notice_s))
          : "What an instance has to serve when it is interrupted is lost; it is replaced at once.");
  assumptions.emplace_back(
      "Instances are interrupted one by one, at random: where capacity is short, many go at once.");
}

double rate_at_beginning(const planner::RateSeries& rates, double duration_s) {
  constexpr int kParts = 480;  // of a minute: the shortest steps there are
  const double length = std::min(60.0, duration_s);
  double sum = 0;
  for (int i = 0; i < kParts; ++i) sum += planner::rate_at(rates, (i + 0.5) * length / kParts);
  return sum / kParts;
}

// Where the plan's own scaling begins, also for other policies: with what the first rates need. A plan by the hour has
// what its hour needs.
std::int64_t planned_beginning(const planner::FollowSettings& follow, const planner::RateSeries& rates,
                               double duration_s) {
  double rate = rate_at_beginning(rates, duration_s);
  if (follow.forecast) rate = std::max(rate, planner::rate_at(*follow.forecast, follow.forecast_from_s));
  return planner::follow_scaling(follow).initial_instances({.first_rate_per_s = rate});
}

void prepare_scaling(const Traffic& traffic, const planner::TrafficWindow& window, const Deployment* planned,
                     PreparedSimulation& prepared) {
  planner::FleetSettings& fleet = prepared.scenario.fleet;
  fleet.initial_instances = prepared.scaling.options.instances;
  fleet.initial_pool = prepared.scaling.options.pool;
  if (!prepared.follow) return;
  planner::FollowSettings& follow = *prepared.follow;
  const std::optional<double> starts_at = rates_of(traffic).starts_at_unix_s;
  follow.forecast_from_s = std::fmod(starts_at.value_or(0) + window.from_s, kDay);
  if (!prepared.scaling.begins_as_given)
    fleet.initial_instances = planned_beginning(follow, planner::series_of(traffic, window), *window.duration_s);
  if (!prepared.scaling.is_plans_own()) return;
  prepared.scaling.settings = planner::settings_of(follow);
  fleet.initial_pool = follow.stopped;
  fleet.start_up.pool_exit_s = planner::deterministic(follow.stopped_ready_in_s);
  std::vector<std::string>& assumptions = prepared.simulation.assumptions;
  if (follow.forecast) {
    std::string sentence = "The day that is ordered ahead is that of the plan's counts by hour";
    if (!starts_at && planner::kind_of(traffic) != "diurnal") sentence += "; the traffic is taken to begin at midnight";
    assumptions.push_back(sentence + ".");
  }
  if (const std::int64_t spares = planned->pool.by_failures.value_or(0); spares > 0)
    assumptions.push_back(fmt::format("{} kept for failures {} with the others.",
                                      spares == 1 ? "The spare" : fmt::format("{} spares", spares),
                                      spares == 1 ? "serves" : "serve"));
}

// The fleet as the document has it: what the scenario says, and where it was measured.
void describe_fleet(const SimulateRequest& request, const SimulateDocuments& documents, PreparedSimulation& prepared) {
  SimulatedFleet& fleet = prepared.simulation.fleet;
  SimulatedFleet described = planner::fleet_of(prepared.scenario);
  described.threads = fleet.threads;
  described.start_state = fleet.start_state;
  if (documents.report) {
    described.plan = documents.plan_path;
    described.report = documents.report_path;
    described.model = documents.report->model.path;
  }
  if (!starts_instances(request, prepared.scaling)) {
    described.start_state.clear();
    described.start_up.reset();
    described.node_start.reset();
  }
  if (prepared.scenario.fleet.initial_pool == 0) described.pool_exit.reset();
  fleet = std::move(described);
}

Status prepare_fleet(const SimulateRequest& request, const SimulateDocuments& documents, PreparedSimulation& prepared) {
  const bool starts = starts_instances(request, prepared.scaling);
  if (documents.plan) {
    if (Status status = prepare_planned(documents, prepared); !status) return status;
  } else {
    if (Status status = prepare_instance(request, documents.report, prepared); !status) return status;
    const Status status = starts ? prepare_start_up(request, documents.report, prepared) : Status{};
    if (!status) return status;
  }
  planner::FleetSettings& fleet = prepared.scenario.fleet;
  fleet.instance.batch_timeout_s = to_seconds(request.batch_timeout);
  if (request.pool_exit) fleet.start_up.pool_exit_s = planner::deterministic(to_seconds(*request.pool_exit));
  if (starts) assume_starts(request, prepared);
  return {};
}

}  // namespace

Result<PreparedSimulation> prepare_simulation(const SimulateRequest& request, const SimulateDocuments& documents,
                                              SimulatedScaling scaling, const Context& context) {
  PreparedSimulation prepared;
  prepared.scaling = std::move(scaling);
  planner::Scenario& scenario = prepared.scenario;
  Simulation& simulation = prepared.simulation;
  if (const Status status = prepare_fleet(request, documents, prepared); !status) return fail(status.error());
  prepare_ends(request, prepared);
  scenario.routing = request.routing.value_or(documents.plan ? Routing::least_outstanding : Routing::shared_queue);
  planner::count_objectives(request.slo, scenario);

  const Result<Traffic> traffic = open_traffic(request.traffic);
  if (!traffic) return fail(traffic.error());
  const Result<planner::TrafficWindow> window = window_of(request, *traffic);
  if (!window) return fail(window.error());
  prepare_scaling(*traffic, *window, documents.planned(), prepared);
  Result<OpenedArrivals> opened = open_arrivals(*traffic, *window, request.traffic.bursts);
  if (!opened) return fail(opened.error());
  scenario.arrivals = std::move(opened->arrivals);
  prepared.reading = opened->reading;
  scenario.duration_s = *window->duration_s;
  scenario.warm_up_s = to_seconds(request.warm_up);
  scenario.timeline_points = kTimelinePoints;
  scenario.queue_limit = kMostWaiting;
  if (!(scenario.warm_up_s < scenario.duration_s))
    return fail(ErrorKind::usage, fmt::format("the warm-up leaves nothing of {}", time_text(scenario.duration_s)),
                "--warm-up", "shorten it, or lengthen --duration");
  if (const Status good = planner::validate(scenario); !good) return fail(good.error());

  simulation.version = MLPLAN_VERSION;
  simulation.argv = context.argv;
  simulation.traffic = planner::planned_traffic(*traffic, request.traffic.bursts);
  describe_fleet(request, documents, prepared);
  simulation.policy = prepared.scaling.policy;
  simulation.policy_settings = prepared.scaling.settings;
  simulation.run = {.from_s = window->from_s,
                    .duration_s = scenario.duration_s,
                    .warm_up_s = scenario.warm_up_s,
                    .replications = request.replications,
                    .seed = request.seed,
                    .confidence = kSimulateConfidence};
  const std::vector<std::string> about = planner::arrival_assumptions(*traffic, request.traffic.bursts);
  simulation.assumptions.insert(simulation.assumptions.begin(), about.begin(), about.end());
  return prepared;
}

}  // namespace mlplan::cli
