// mlplan verify: a plan, what it predicts for a run on this machine, the run, and both side by side.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <pcg_random.hpp>

#include "bench/machine.h"
#include "cli/commands/commands.h"
#include "cli/commands/measuring.h"
#include "cli/commands/verify_outcome.h"
#include "cli/commands/verify_run.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/progress.h"
#include "cli/views/verification_view.h"
#include "planner/simulation/sampler.h"
#include "planner/simulation/traffic_arrivals.h"
#include "planner/sizing/follow_load.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/timestamp.h"

namespace mlplan::cli {
namespace {

constexpr std::uint64_t kKillsStream = 0x6b696c;

// Spread over the run, one in each of as many stretches of its middle.
std::vector<double> kill_times(const VerifyRequest& request, double duration_s) {
  pcg64 random(request.seed, kKillsStream);
  std::vector<double> times;
  const double first = 0.05 * duration_s;
  const double length = 0.9 * duration_s / static_cast<double>(std::max<std::int64_t>(1, request.kills));
  for (std::int64_t i = 0; i < request.kills; ++i)
    times.push_back(first + (static_cast<double>(i) + planner::draw_uniform(random)) * length);
  return times;
}

Status check_machine(const SimulateDocuments& documents, const bench::PoolModel& model) {
  const Report& report = *documents.report;
  if (report.model.sha256 != model.sha256)
    return fail(ErrorKind::bad_input, fmt::format("is another model than that of {}", documents.report_path),
                model.world.load.path, fmt::format("--model with {}, or plan for this one", report.model.path));
  if (report.machine.fingerprint != model.machine.fingerprint)
    return fail(
        ErrorKind::usage,
        fmt::format("{} was measured on another machine, and its times say nothing of this one", documents.report_path),
        documents.plan_path,
        fmt::format("mlplan bench {} -o here.json, then --report here.json", model.world.load.path));
  return {};
}

Status check_load(const VerifySetup& setup) {
  const planner::FleetSettings& fleet = setup.scaled.fleet;
  const double busy = fleet.host->service_factor.empty() ? 1 : fleet.host->service_factor.back();
  const double capacity = planner::capacity_per_s(fleet.instance) / busy * static_cast<double>(setup.scaled.instances);
  const double load = setup.schedule.mean_per_s / capacity;
  if (load < 1) return {};
  return fail(ErrorKind::usage,
              fmt::format("{:.3g} requests come per second, {:.2g} times what the instances here serve",
                          setup.schedule.mean_per_s, load),
              setup.documents.plan_path, "--scale-traffic with a smaller factor, or more --instances");
}

// Instances that a fleet that follows begins with: what the rate before the run needs.
void set_beginning(VerifySetup& setup, const Traffic& traffic) {
  if (!setup.scaled.follow) return;
  planner::FollowSettings& follow = *setup.scaled.follow;
  const double day_s = 24 * 3600;
  follow.forecast_from_s = std::fmod(rates_of(traffic).starts_at_unix_s.value_or(0) + setup.schedule.from_s, day_s);
  // The policy's clock is the run's.
  follow.forecast_from_s /= setup.request.time_scale;
  if (follow.forecast) follow.forecast->interval_s /= setup.request.time_scale;
  setup.scaled.fleet.initial_instances = std::min(
      setup.scaled.instances,
      planner::follow_scaling(follow).initial_instances({.first_rate_per_s = setup.schedule.rate_before_per_s}));
}

int code_of(const std::string& verdict) {
  if (verdict == "misses") return 1;
  return verdict == "inconclusive" ? exit_code(ErrorKind::inconclusive) : 0;
}

Result<Verification> verify(const VerifyRequest& request, const Context& context) {
  const std::int64_t started_at = std::time(nullptr);
  const Result<SimulateDocuments> documents = open_documents(request.plan, request.report);
  if (!documents) return fail(documents.error());
  if (!documents->plan)
    return fail(ErrorKind::bad_input, "is no plan", request.plan, "mlplan plan REPORT.json --rate ... -o plan.json");
  const Report& report = *documents->report;
  if (report.mlplan.device != "cpu")
    return fail(ErrorKind::bad_input, "a pool of workers on a GPU cannot be played yet", documents->report_path,
                "a plan from a report of --device cpu");

  ProgressLine progress({say, columns_of_remarks, std::chrono::steady_clock::now}, context.remarks,
                        context.remarks_on_terminal);
  const auto tell = [&](const std::string& doing, double fraction) {
    if (!request.quiet) progress.update({.doing = doing, .fraction = fraction, .so_far = {}});
  };
  tell("trying the model once", 0);
  bench::Options options = request.options;
  take_variables(options, context.environment);
  if (options.model_path.empty()) options.model_path = report.model.path;
  options.inputs = report.model.inputs;
  options.method = report.model.method;
  const Result<bench::PoolModel> model = bench::prepare_pool(options, documents->planned()->times.dims, interrupted);
  if (!model) return fail(model.error());
  if (Status status = check_machine(*documents, *model); !status) return fail(status.error());

  Result<planner::ScaledPlan> scaled =
      planner::scale_plan({.plan = &*documents->plan,
                           .plan_path = documents->plan_path,
                           .report = &report,
                           .report_path = documents->report_path,
                           .cpus = static_cast<double>(bench::usable_cpu_count(options.cpus)),
                           .instances = request.instances});
  if (!scaled) return fail(scaled.error());
  const Result<Traffic> traffic = traffic_to_verify(request, *documents->plan);
  if (!traffic) return fail(traffic.error());
  // As the plan has it, by its --scale-traffic.
  const double planned_over_file =
      request.traffic_given ? 1 : documents->plan->traffic.mean_per_s * request.traffic.scale / mean_per_s(*traffic);
  Result<VerifySchedule> schedule = make_schedule(request, *traffic, bursts_to_verify(request, *documents->plan),
                                                  scaled->rate_factor * planned_over_file);
  if (!schedule) return fail(schedule.error());
  if (std::abs(planned_over_file - 1) > 0.005)
    scaled->why.push_back(
        fmt::format("The plan was made for {:.3g} times the rate that {} has.", planned_over_file, traffic->source));
  VerifySetup setup{.request = request,
                    .documents = *documents,
                    .model = *model,
                    .scaled = *std::move(scaled),
                    .schedule = *std::move(schedule),
                    .kills_s = {}};
  setup.kills_s = kill_times(request, setup.schedule.duration_s);
  set_beginning(setup, *traffic);
  if (Status status = check_load(setup); !status) return fail(status.error());

  tell("starting workers, and measuring the way to them", 0);
  bench::Crew crew = make_crew(setup);
  const Result<PoolCalibration> calibration = calibrate(setup, crew);
  if (!calibration) return fail(calibration.error());
  tell("predicting the run", 0);
  const Result<VerifyPrediction> prediction = predict(setup, *calibration);
  if (!prediction) return fail(prediction.error());
  if (interrupted()) return fail(ErrorKind::interrupted, "interrupted before the run began");
  const bench::NoiseWatch noise;
  const Result<bench::PoolRecord> record = play(setup, crew, [&](const bench::PoolProgress& now) {
    const double fraction = std::min(1.0, now.time_s / std::max(now.duration_s, 1e-9));
    if (!request.quiet)
      progress.update({.doing = "playing",
                       .fraction = fraction,
                       .seconds_left = std::max(0.0, now.duration_s - now.time_s),
                       .so_far = fmt::format("{} of {} answered, {} ready", now.done, now.sent, now.instances.ready)});
  });
  if (!record) return fail(record.error());
  MachineInfo machine = model->machine;
  noise.grade(machine);
  tell("comparing", 1);
  Verification out = verification_of(
      setup, {*calibration, *prediction, *record, machine, in_hindsight(setup, *calibration, *prediction, *record)});
  progress.finish();
  out.argv = context.argv;
  out.started_at = format_time(started_at);
  out.traffic = planner::planned_traffic(*traffic, bursts_to_verify(request, *documents->plan));
  return out;
}

}  // namespace

Result<int> run_verify(const std::vector<std::string>& arguments, const Context& context) {
  const Result<VerifyRequest> request = parse_verify_flags(arguments, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  if (Status status = check_output_file(request->output); !status) return fail(status.error());
  const Result<Verification> verification = verify(*request, context);
  if (!verification) return fail(verification.error());
  const bool to_file = is_file(request->output);
  const std::string json = to_file || request->json ? write_verification(*verification) : "";
  const Status written = to_file ? write_file(request->output, json) : Status{};
  Style style = context.answer;
  style.verbose = request->verbose;
  const std::string file = to_file && written ? request->output : "";
  if (Status status = write_answer(request->json ? json : verification_view(*verification, file, style)); !status)
    return fail(status.error());
  if (!written) return fail(written.error());
  if (verification->interrupted) return exit_code(ErrorKind::interrupted);
  return code_of(verification->verdict);
}

}  // namespace mlplan::cli
