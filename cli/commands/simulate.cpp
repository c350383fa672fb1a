// mlplan simulate: flags, what is to be played, run, view.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/keep_alive_flags.h"
#include "cli/commands/simulate_scenario.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/numbers.h"
#include "cli/views/simulation_view.h"
#include "planner/simulation/simulation_summary.h"
#include "planner/simulation/simulator.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

constexpr double kManyRequests = 2e9;  // some minutes to play

Result<std::unique_ptr<Policy>> policy_of(const PreparedSimulation& prepared) {
  if (prepared.scaling.is_plans_own()) return std::make_unique<planner::FollowPolicy>(*prepared.follow);
  planner::PresetOptions options = prepared.scaling.options;
  options.capacity_per_s = planner::capacity_per_s(prepared.scenario.fleet.instance);
  return planner::make_policy(prepared.scaling.policy, options);
}

Result<std::vector<planner::SimulationResult>> play(const SimulateRequest& request, const PreparedSimulation& prepared,
                                                    const Context& context) {
  const double requests =
      prepared.simulation.traffic.mean_per_s * prepared.scenario.duration_s * static_cast<double>(request.replications);
  if (requests > kManyRequests)
    say(warning_text(fmt::format("about {:.2g} requests are played, which takes minutes", requests),
                     "a shorter --duration, or fewer --replications", context.remarks));
  std::vector<planner::SimulationResult> results;
  for (std::int64_t i = 0; i < request.replications; ++i) {
    if (context.remarks_on_terminal) say(fmt::format("\rreplication {} of {} ", i + 1, request.replications));
    const auto policy = policy_of(prepared);
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
                PreparedSimulation& prepared) {
  Simulation& simulation = prepared.simulation;
  const bool any = std::any_of(results.begin(), results.end(), [](const auto& r) { return r.arrivals > 0; });
  if (!any) return fail(ErrorKind::usage, "no request came in the time that was played", "--duration", "a longer one");
  simulation.figures = planner::figures_of(results, request.slo, kSimulateConfidence);
  simulation.objectives = planner::verdicts_of(results, request.slo, kSimulateConfidence);
  simulation.verdict = planner::worst_of(simulation.objectives);
  if (std::any_of(results.begin(), results.end(), [](const auto& r) { return r.rejected > 0; })) {
    simulation.assumptions.push_back(
        fmt::format("At most {} requests wait at once: more were turned away.", format_integer(kMostWaiting)));
  }
  const planner::Scenario& scenario = prepared.scenario;
  simulation.stretch_s = (scenario.duration_s - scenario.warm_up_s) / static_cast<double>(scenario.timeline_points);
  simulation.timeline = planner::timeline_of(results.front(), simulation.stretch_s);
  return {};
}

int code_of(const std::string& verdict) {
  if (verdict == "missed") return 1;
  return verdict == "inconclusive" ? exit_code(ErrorKind::inconclusive) : 0;
}

}  // namespace

Result<int> run_simulate(const std::vector<std::string>& arguments, const Context& context) {
  if (asks_for_keep_alive(arguments)) return run_keep_alive(arguments, context);
  Result<SimulateRequest> request = parse_simulate_flags(arguments, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  const bool to_file = is_file(request->output);
  if (Status status = check_output_file(request->output); !status) return fail(status.error());
  const Result<SimulateDocuments> documents = open_documents(request->document, request->report);
  if (!documents) return fail(documents.error());
  Result<SimulatedScaling> scaling = settle(*request, *documents);
  if (!scaling) return fail(scaling.error());
  Result<PreparedSimulation> prepared = prepare_simulation(*request, *documents, *std::move(scaling), context);
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
