// mlplan simulate: flags, what is to be played, run, view.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/simulate_flags.h"
#include "cli/commands/trace_arrivals.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/numbers.h"
#include "cli/views/simulation_view.h"
#include "planner/simulation/simulation_summary.h"
#include "planner/simulation/simulator.h"
#include "profiles/report.h"
#include "profiles/simulation.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::int64_t kTimelinePoints = 240;
constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr double kConfidence = 0.95;
constexpr std::int64_t kMostWaiting = 10'000'000;  // requests, some hundred megabytes; more are turned away
constexpr double kManyRequests = 2e9;              // some minutes to play

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

std::string time_text(double time_s) { return format_duration(time_s * 1e9); }

// The stretch of the traffic that is played.
Result<planner::TrafficWindow> window_of(const SimulateRequest& request, const Traffic& traffic) {
  planner::TrafficWindow window;
  if (request.from) window.from_s = seconds(*request.from);
  if (std::holds_alternative<ConstantRate>(traffic.shape) && window.from_s > 0)
    return fail(ErrorKind::usage, "a constant rate is the same from everywhere", "--from", "leave it out");
  const double known = planner::span_s(traffic);
  if (known == 0 && planner::kind_of(traffic) != "trace") {
    const double usual = std::holds_alternative<DiurnalRate>(traffic.shape) ? kDay : kHour;
    window.duration_s = request.duration ? seconds(*request.duration) : usual;
    return window;
  }
  // The last request of a trace is at its very end.
  const double end = planner::kind_of(traffic) == "trace" ? known + 1e-3 : known;
  const std::string length = fmt::format("the traffic is {} long", time_text(known));
  if (window.from_s >= end) return fail(ErrorKind::usage, length, "--from", "begin before its end");
  window.duration_s = request.duration ? seconds(*request.duration) : end - window.from_s;
  if (window.from_s + *window.duration_s > end * (1 + 1e-9))
    return fail(ErrorKind::usage, length, "--duration", "leave it out to play all of it");
  return window;
}

Result<std::optional<Report>> open_report(const std::string& path) {
  if (path.empty()) return std::nullopt;
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<Report> report = read_report(*text, path);
  if (!report) return fail(report.error());
  return *std::move(report);
}

// What is played, and the part of the answer that is known before it is.
struct Prepared {
  planner::Scenario scenario;
  Simulation simulation;
  std::shared_ptr<const Status> reading;  // of a trace, while it is played
};

Status prepare_instance(const SimulateRequest& request, const std::optional<Report>& report, Prepared& prepared) {
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
  instance.batch_timeout_s = seconds(request.batch_timeout);
  return {};
}

Status prepare_start_up(const SimulateRequest& request, const std::optional<Report>& report, Prepared& prepared) {
  if (!starts_instances(request)) return {};
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
    start.load_s = planner::deterministic(seconds(*request.start_up));
    prepared.simulation.fleet.start_state.clear();
  }
  if (request.node_start) start.node_s = planner::deterministic(seconds(*request.node_start));
  start.pool_exit_s = planner::deterministic(request.pool_exit ? seconds(*request.pool_exit) : 0);
  if (!request.node_start) assumptions.emplace_back("A machine is there whenever an instance is to start.");
  if (!request.shared_host) assumptions.emplace_back("Starts at once do not slow each other down.");
  if (request.options.pool > 0 && !request.pool_exit)
    assumptions.emplace_back("An instance of the pool is ready at once.");
  return {};
}

// The fleet as the document has it: what the scenario says, and where it was measured.
void describe_fleet(const SimulateRequest& request, const std::optional<Report>& report, Prepared& prepared) {
  SimulatedFleet& fleet = prepared.simulation.fleet;
  SimulatedFleet described = planner::fleet_of(prepared.scenario);
  described.threads = fleet.threads;
  described.start_state = fleet.start_state;
  if (report) {
    described.report = request.report;
    described.model = report->model.path;
  }
  if (!starts_instances(request)) described.start_up.reset();
  if (request.options.pool == 0) described.pool_exit.reset();
  fleet = std::move(described);
}

Result<Prepared> prepare(const SimulateRequest& request, const Context& context) {
  const Result<std::optional<Report>> report = open_report(request.report);
  if (!report) return fail(report.error());
  Prepared prepared;
  planner::Scenario& scenario = prepared.scenario;
  Simulation& simulation = prepared.simulation;
  if (const Status status = prepare_instance(request, *report, prepared); !status) return fail(status.error());
  if (const Status status = prepare_start_up(request, *report, prepared); !status) return fail(status.error());
  scenario.fleet.initial_instances = request.options.instances;
  scenario.fleet.initial_pool = request.options.pool;
  if (request.time_between_failures) scenario.fleet.failures.time_between_s = seconds(*request.time_between_failures);
  scenario.routing = request.routing;
  planner::count_objectives(request.slo, scenario);

  const Result<Traffic> traffic = open_traffic(request.traffic);
  if (!traffic) return fail(traffic.error());
  const Result<planner::TrafficWindow> window = window_of(request, *traffic);
  if (!window) return fail(window.error());
  Result<OpenedArrivals> opened = open_arrivals(*traffic, *window, request.traffic.bursts);
  if (!opened) return fail(opened.error());
  scenario.arrivals = std::move(opened->arrivals);
  prepared.reading = opened->reading;
  scenario.duration_s = *window->duration_s;
  scenario.warm_up_s = seconds(request.warm_up);
  scenario.timeline_points = kTimelinePoints;
  scenario.queue_limit = kMostWaiting;
  if (!(scenario.warm_up_s < scenario.duration_s))
    return fail(ErrorKind::usage, fmt::format("the warm-up leaves nothing of {}", time_text(scenario.duration_s)),
                "--warm-up", "shorten it, or lengthen --duration");
  if (const Status good = planner::validate(scenario); !good) return fail(good.error());

  simulation.version = MLPLAN_VERSION;
  simulation.argv = context.argv;
  simulation.traffic = {traffic->source,      planner::kind_of(*traffic), mean_per_s(*traffic),
                        peak_per_s(*traffic), planner::span_s(*traffic),  traffic->notes};
  describe_fleet(request, *report, prepared);
  simulation.policy = request.policy;
  simulation.policy_settings = request.policy_settings;
  simulation.run = {.from_s = window->from_s,
                    .duration_s = scenario.duration_s,
                    .warm_up_s = scenario.warm_up_s,
                    .replications = request.replications,
                    .seed = request.seed,
                    .confidence = kConfidence};
  const std::vector<std::string> about = planner::arrival_assumptions(*traffic, request.traffic.bursts);
  simulation.assumptions.insert(simulation.assumptions.begin(), about.begin(), about.end());
  return prepared;
}

Result<std::vector<planner::SimulationResult>> play(const SimulateRequest& request, const Prepared& prepared,
                                                    const Context& context) {
  const double requests =
      prepared.simulation.traffic.mean_per_s * prepared.scenario.duration_s * static_cast<double>(request.replications);
  if (requests > kManyRequests)
    say(warning_text(fmt::format("about {:.2g} requests are played, which takes minutes", requests),
                     "a shorter --duration, or fewer --replications", context.remarks));
  std::vector<planner::SimulationResult> results;
  for (std::int64_t i = 0; i < request.replications; ++i) {
    if (context.remarks_on_terminal) say(fmt::format("\rreplication {} of {} ", i + 1, request.replications));
    planner::PresetOptions options = request.options;
    options.capacity_per_s = planner::capacity_per_s(prepared.scenario.fleet.instance);
    auto policy = planner::make_policy(request.policy, options);
    if (!policy) return fail(policy.error());
    results.push_back(planner::simulate(prepared.scenario, **policy, request.seed, static_cast<std::uint64_t>(i)));
    if (context.remarks_on_terminal) say("\r\033[K");
    if (!*prepared.reading) return fail(prepared.reading->error());
    if (interrupted())
      return fail(ErrorKind::interrupted,
                  fmt::format("interrupted after {} of {} replications", i + 1, request.replications), "",
                  "a shorter --duration or fewer --replications end sooner");
  }
  return results;
}

Status conclude(const SimulateRequest& request, const std::vector<planner::SimulationResult>& results,
                Prepared& prepared) {
  Simulation& simulation = prepared.simulation;
  const bool any = std::any_of(results.begin(), results.end(), [](const auto& r) { return r.arrivals > 0; });
  if (!any) return fail(ErrorKind::usage, "no request came in the time that was played", "--duration", "a longer one");
  simulation.figures = planner::figures_of(results, request.slo, kConfidence);
  simulation.objectives = planner::verdicts_of(results, request.slo, kConfidence);
  simulation.verdict = planner::worst_of(simulation.objectives);
  if (std::any_of(results.begin(), results.end(), [](const auto& r) { return r.rejected > 0; })) {
    simulation.assumptions.push_back(
        fmt::format("At most {} requests wait at once: more were turned away.", format_integer(kMostWaiting)));
  }
  const planner::Scenario& scenario = prepared.scenario;
  simulation.stretch_s = (scenario.duration_s - scenario.warm_up_s) / static_cast<double>(kTimelinePoints);
  simulation.timeline = planner::timeline_of(results.front(), simulation.stretch_s);
  return {};
}

int code_of(const std::string& verdict) {
  if (verdict == "missed") return 1;
  return verdict == "inconclusive" ? exit_code(ErrorKind::inconclusive) : 0;
}

}  // namespace

Result<int> run_simulate(const std::vector<std::string>& arguments, const Context& context) {
  const Result<SimulateRequest> request = parse_simulate_flags(arguments, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  const bool to_file = !request->output.empty() && request->output != "-";
  if (to_file) {
    if (Status status = check_writable(request->output); !status) return fail(status.error());
  }
  Result<Prepared> prepared = prepare(*request, context);
  if (!prepared) return fail(prepared.error());
  const auto results = play(*request, *prepared, context);
  if (!results) return fail(results.error());
  if (Status status = conclude(*request, *results, *prepared); !status) return fail(status.error());

  const Simulation& simulation = prepared->simulation;
  const std::string json = to_file || request->json ? write_simulation(simulation) : "";
  const Status written = to_file ? write_file(request->output, json) : Status{};
  Style style = context.answer;
  style.verbose = request->verbose;
  const std::string file = to_file && written ? request->output : "";
  if (Status status = write_answer(request->json ? json : simulation_view(simulation, file, style)); !status)
    return fail(status.error());
  if (!written) return fail(written.error());
  return code_of(simulation.verdict);
}

}  // namespace mlplan::cli
