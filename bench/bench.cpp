#include "bench/bench.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "bench/cells.h"
#include "bench/clock.h"
#include "bench/cold_start.h"
#include "bench/cold_start_report.h"
#include "bench/diagnoses.h"
#include "bench/machine.h"
#include "bench/memory_ledger.h"
#include "bench/model_file.h"
#include "bench/page_cache.h"
#include "bench/proc_files.h"
#include "bench/resolve_inputs.h"
#include "bench/schedule.h"
#include "bench/sha256.h"
#include "bench/statistics.h"
#include "bench/steady.h"
#include "bench/world.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;

// A bench run from the pilot to the report. One object because every stage adds to the same evidence; used once.
class Run {
 public:
  Run(const Options& options, const Hooks& hooks)
      : options_(options),
        hooks_(hooks),
        began_ns_(now_ns()),
        machine_(describe_machine(options.model_path, options.cpus)) {}

  Result<Report> execute() {
    if (Status ready = prepare(); !ready) return fail(ready.error());
    plan();
    if (Status measured = measure(); !measured) return fail(measured.error());
    return assemble();
  }

 private:
  double elapsed_ns() const { return static_cast<double>(now_ns() - began_ns_); }
  double left_ns() const { return static_cast<double>(options_.time_box.count()) - elapsed_ns(); }
  void tell(const std::string& doing, double seconds_left = 0, double fraction = 0) const {
    if (hooks_.progress) hooks_.progress({doing, std::min(1.0, fraction), seconds_left, headline()});
  }
  std::string headline() const;

  Status prepare();
  void plan();
  std::vector<TaskGroup> cold_start_groups(double start_ns, double warm_up_ns);
  void plan_steady(double start_ns, double budget_ns, std::vector<TaskGroup>& groups);
  Status measure();
  Status perform(const Task& task);
  std::string describe(const Task& task) const;
  bool nothing_measured() const { return samples_.empty() && ledger_.empty() && steady_blocks() == 0; }
  std::size_t steady_blocks() const;
  void give_up(const Task& task, const Error& error);
  Report assemble();
  void assemble_facts(Report& report) const;
  void assemble_cold_start(Report& report) const;
  void warn_about_time(Report& report) const;

  const Options& options_;
  const Hooks& hooks_;
  std::int64_t began_ns_;
  std::string started_at_ = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  MachineInfo machine_;  // as the run began
  NoiseWatch noise_;
  World world_;
  Pilot pilot_;
  MachineLimits limits_;
  std::int64_t warm_up_cap_ns_ = 0;
  std::vector<CacheState> states_;
  std::map<CacheState, std::string> impossible_;

  CellPlan cells_;
  std::vector<std::vector<CellSamples>> cell_samples_;  // per visit group
  Schedule schedule_;
  std::set<std::pair<TaskKind, std::int64_t>> given_up_;
  std::uint64_t task_number_ = 0;

  std::vector<ColdSample> samples_;
  std::vector<LedgerPass> ledger_;
  std::vector<std::vector<double>> marginal_;
  std::map<std::int64_t, std::vector<std::vector<double>>> simultaneous_;
  std::vector<MemoryByDim> by_dim_;
  std::vector<Warning> warnings_;
  bool interrupted_ = false;
  bool cut_short_ = false;
};

std::string Run::headline() const {
  std::vector<double> first;
  const CacheState state = samples_.empty() ? CacheState::warm : samples_.front().state;
  for (const ColdSample& sample : samples_) {
    if (sample.state == state && sample.proven)
      first.push_back(static_cast<double>(sample.result_ns - sample.spawned_ns));
  }
  if (first.empty()) return {};
  std::sort(first.begin(), first.end());
  return fmt::format("{} first result {} (n = {})", name_of(state) == "warm" ? "warm" : "cold",
                     format_duration(median(first)), first.size());
}

Status Run::prepare() {
  const Result<ModelFile> file = look_at_model_file(options_.model_path, options_.format);
  if (!file) return fail(file.error());
  Result<Launch> launch = make_launch(options_);
  if (!launch) return fail(launch.error());
  world_ = make_world(options_, *file, std::move(*launch));
  world_.limits.interrupted = hooks_.interrupted;
  if (const std::int64_t free = world_.limits.memory_bytes; file->bytes > free) {
    return fail(ErrorKind::not_measured,
                fmt::format("the model does not fit: its file holds {}, a worker here may have {}",
                            format_bytes(static_cast<double>(file->bytes)), format_bytes(static_cast<double>(free))),
                options_.model_path, "use a machine with more memory, or raise --memory-limit");
  }
  tell("trying the model once");
  Result<Pilot> pilot = run_pilot(world_, options_);
  if (!pilot) return fail(pilot.error());
  pilot_ = std::move(*pilot);
  world_.input = {pilot_.inputs, pilot_.dims, options_.seed};
  world_.libraries = files_of_the_worker(pilot_.mapped_files, world_);

  if (options_.cold_start) {
    std::vector<CacheState> wanted = {CacheState::model_cold, CacheState::warm};
    if (options_.all_cold) wanted.push_back(CacheState::all_cold);
    for (const CacheState state : wanted) {
      if (auto why = cannot_make(state, world_)) {
        impossible_[state] = *why;
      } else {
        states_.push_back(state);
      }
    }
    tell("measuring what this machine's disk and memory give");
    const bool cold = std::find(states_.begin(), states_.end(), CacheState::model_cold) != states_.end();
    limits_ = measure_limits(world_.load.path, cold);
  }
  return {};
}

std::vector<TaskGroup> Run::cold_start_groups(double start_ns, double warm_up_ns) {
  std::vector<TaskGroup> groups;
  const double storage_ns =
      static_cast<double>(world_.model_bytes) * kSecond / limits_.cold_read_bytes_per_s.value_or(5e8);
  for (const CacheState state : states_) {
    double cost = start_ns + warm_up_ns + 0.15 * kSecond;
    if (state != CacheState::warm) cost += storage_ns;
    if (state == CacheState::all_cold) cost += 2 * kSecond;
    const bool first = state == states_.front();
    // The least of each is worth overrunning the box a little; one alone is worth overrunning it by much.
    const bool cheap = cost * static_cast<double>(options_.min_samples) < 0.3 * left_ns();
    const std::int64_t least = cheap ? options_.min_samples : first || cost < 0.3 * left_ns() ? 1 : 0;
    groups.push_back({TaskKind::cold_start, static_cast<std::int64_t>(state), cost, least, options_.max_samples, 1.0});
  }
  if (!states_.empty()) {
    for (const std::int64_t starts : {2, 3}) {
      const double cost = start_ns * static_cast<double>(starts);
      const bool fits =
          static_cast<double>(pilot_.peak_rss_bytes * starts) < 0.9 * static_cast<double>(world_.limits.memory_bytes);
      if (fits) groups.push_back({TaskKind::simultaneous, starts, cost, cost < 0.05 * left_ns() ? 1 : 0, 12, 0.15});
    }
  }
  return groups;
}

void Run::plan_steady(double start_ns, double budget_ns, std::vector<TaskGroup>& groups) {
  CellCosts costs;
  costs.start_ns = start_ns;
  costs.inference_ns = pilot_.inference_ns;
  costs.most_threads = world_.cold_threads;
  costs.cpus = usable_cpu_count(options_.cpus);
  costs.budget_ns = budget_ns;
  const std::vector<std::string> symbols = symbols_of(pilot_.inputs);
  costs.has_batch = std::find(symbols.begin(), symbols.end(), "batch") != symbols.end();
  if (const auto bounds = pilot_.description.dim_bounds.find("batch"); bounds != pilot_.description.dim_bounds.end()) {
    costs.batch_bounds = bounds->second;
  }
  cells_ = plan_cells(options_, costs);
  for (std::size_t i = 0; i < cells_.groups.size(); ++i) {
    const VisitGroup& group = cells_.groups[i];
    std::vector<CellSamples> samples;
    for (const Cell& cell : group.cells) {
      samples.push_back({cell, pilot_.inference_ns * static_cast<double>(cell.batch)});
    }
    cell_samples_.push_back(std::move(samples));
    groups.push_back({TaskKind::steady_visit, static_cast<std::int64_t>(i), group.cost_ns,
                      i == 0 || !options_.batches.empty() ? 1 : 0, cells_.visits + 2, 2.0});
  }
}

void Run::plan() {
  const double inferences_ns = std::max(0.16 * kSecond, 16 * pilot_.inference_ns);
  warm_up_cap_ns_ = static_cast<std::int64_t>(
      std::clamp(0.05 * static_cast<double>(options_.time_box.count()), 1 * kSecond, 20 * kSecond));
  const double warm_up_ns = std::min(inferences_ns, static_cast<double>(warm_up_cap_ns_));
  const double start_ns = pilot_.start_ns + 2 * pilot_.inference_ns;

  std::vector<TaskGroup> groups;
  if (options_.cold_start) groups = cold_start_groups(start_ns, warm_up_ns);
  if (options_.memory) {
    const double cost = start_ns + warm_up_ns;
    groups.push_back({TaskKind::ledger, 0, cost, 1, 5, 0.3});
    const bool fits =
        static_cast<double>(pilot_.peak_rss_bytes) * 3 < 0.9 * static_cast<double>(world_.limits.memory_bytes);
    if (fits) {
      groups.push_back({TaskKind::marginal, 3, 3 * cost, 3 * cost < 0.1 * left_ns() ? 1 : 0, 3, 0.3});
    } else {
      warnings_.push_back(
          {"marginal_not_measured",
           "three workers side by side would not fit this machine's memory: their marginal cost was not measured",
           {}});
    }
    std::int64_t index = 0;
    for (const auto& [name, values] : options_.dims) {
      double inferences = 0;
      for (const std::int64_t value : values)
        inferences += 4 * static_cast<double>(value) / static_cast<double>(values.front());
      groups.push_back({TaskKind::by_dim, index++, start_ns + inferences * pilot_.inference_ns, 1, 1, 1});
    }
  }
  double must_ns = 0;
  for (const TaskGroup& group : groups) must_ns += static_cast<double>(group.least) * group.cost_ns;
  const bool alone = !options_.cold_start && !options_.memory;
  const double share = alone ? 0.95 : 0.45;
  if (options_.steady)
    plan_steady(start_ns + warm_up_ns, std::max(0.0, std::min(share * left_ns(), left_ns() - must_ns)), groups);
  for (const std::string& note : cells_.notes) warnings_.push_back({"batch_bounds", note, {}});
  schedule_ = make_schedule(groups, left_ns(), options_.seed);
}

std::string Run::describe(const Task& task) const {
  switch (task.kind) {
    case TaskKind::cold_start: {
      std::string name(name_of(static_cast<CacheState>(task.parameter)));
      std::replace(name.begin(), name.end(), '_', ' ');
      return fmt::format("{} start", name);
    }
    case TaskKind::ledger: return "memory ledger";
    case TaskKind::marginal: return "workers side by side in memory";
    case TaskKind::simultaneous: return fmt::format("{} starts at once", task.parameter);
    case TaskKind::steady_visit: {
      const VisitGroup& group = cells_.groups[static_cast<std::size_t>(task.parameter)];
      return fmt::format("steady state, {} thread{}{}", group.threads, group.threads == 1 ? "" : "s",
                         group.workers > 1 ? fmt::format(", {} workers", group.workers) : std::string());
    }
    case TaskKind::by_dim: return "memory over a dimension";
  }
  return {};
}

std::size_t Run::steady_blocks() const {
  std::size_t count = 0;
  for (const auto& group : cell_samples_) {
    for (const CellSamples& cell : group) count += cell.blocks.size();
  }
  return count;
}

Status Run::perform(const Task& task) {
  ++task_number_;
  switch (task.kind) {
    case TaskKind::cold_start: {
      const std::uint64_t padding = (options_.seed * 7919 + task_number_ * 104729) % 4096;
      Result<ColdSample> sample =
          take_cold_sample(static_cast<CacheState>(task.parameter), world_, padding, warm_up_cap_ns_);
      if (!sample) return fail(sample.error());
      samples_.push_back(std::move(*sample));
      return {};
    }
    case TaskKind::ledger: {
      Result<LedgerPass> pass = take_ledger_pass(world_);
      if (!pass) return fail(pass.error());
      ledger_.push_back(std::move(*pass));
      return {};
    }
    case TaskKind::marginal: {
      Result<std::vector<double>> pass = take_marginal_pass(world_, task.parameter);
      if (!pass) return fail(pass.error());
      marginal_.push_back(std::move(*pass));
      return {};
    }
    case TaskKind::simultaneous: {
      Result<std::vector<double>> starts = take_simultaneous(world_, task.parameter);
      if (!starts) return fail(starts.error());
      simultaneous_[task.parameter].push_back(std::move(*starts));
      return {};
    }
    case TaskKind::steady_visit: {
      VisitPlan plan;
      plan.blocks_per_cell = cells_.blocks_per_visit;
      plan.block_ns = cells_.block_ns;
      plan.order_seed = options_.seed + task_number_;
      plan.warm_up_cap_ns = warm_up_cap_ns_;
      std::vector<CellSamples*> cells;
      for (CellSamples& cell : cell_samples_[static_cast<std::size_t>(task.parameter)]) cells.push_back(&cell);
      return visit(world_, std::move(cells), plan);
    }
    case TaskKind::by_dim: {
      auto dim = options_.dims.begin();
      std::advance(dim, task.parameter);
      Result<MemoryByDim> one = take_by_dim(world_, dim->first, dim->second);
      if (!one) return fail(one.error());
      by_dim_.push_back(std::move(*one));
      return {};
    }
  }
  return {};
}

void Run::give_up(const Task& task, const Error& error) {
  given_up_.insert({task.kind, task.parameter});
  warnings_.push_back(
      {"not_measured", fmt::format("{} could not be measured: {}", describe(task), error.message), error.hint});
}

Status Run::measure() {
  double planned_ns = 0;
  for (const Task& task : schedule_.tasks) planned_ns += task.cost_ns;
  const double whole_ns = elapsed_ns() + planned_ns;
  for (const Task& task : schedule_.tasks) {
    if (hooks_.interrupted && hooks_.interrupted()) interrupted_ = true;
    if (interrupted_) break;
    planned_ns -= task.cost_ns;
    if (given_up_.contains({task.kind, task.parameter})) continue;
    if (!task.must && left_ns() < task.cost_ns) {
      cut_short_ = true;
      continue;
    }
    tell(describe(task), (planned_ns + task.cost_ns) / kSecond,
         std::max(elapsed_ns() / whole_ns, elapsed_ns() / static_cast<double>(options_.time_box.count())));
    const Status done = perform(task);
    if (done) continue;
    if (done.error().kind == ErrorKind::interrupted) {
      interrupted_ = true;
      break;
    }
    // Several workers at once may be more than the machine carries; a single one that fails is the model's fault.
    const bool several =
        task.kind == TaskKind::marginal || task.kind == TaskKind::simultaneous ||
        (task.kind == TaskKind::steady_visit && cells_.groups[static_cast<std::size_t>(task.parameter)].workers > 1);
    if (!several) {
      Error error = done.error();
      if (!samples_.empty())
        error.message += fmt::format(" (in a {}, after {} that worked)", describe(task), samples_.size());
      return fail(std::move(error));
    }
    give_up(task, done.error());
  }
  if (interrupted_ && nothing_measured())
    return fail(ErrorKind::interrupted, "interrupted before anything was measured");
  return {};
}

void Run::assemble_facts(Report& report) const {
  report.mlplan.version = MLPLAN_VERSION;
  report.mlplan.libtorch = pilot_.build.torch_version;
  report.mlplan.libtorch_build = pilot_.build.build;
  report.mlplan.argv = hooks_.argv;
  report.mlplan.started_at = started_at_;
  report.mlplan.wall_s = elapsed_ns() / kSecond;
  report.mlplan.seed = options_.seed;
  report.mlplan.partial = interrupted_;
  report.mlplan.stop = interrupted_ ? "interrupted" : cut_short_ ? "time_box" : "complete";
  report.mlplan.environment = options_.environment;
  report.mlplan.cpus = format_cpu_list(options_.cpus.empty() ? usable_cpus() : options_.cpus);
  report.mlplan.device = options_.device;
  report.model = model_info(world_, pilot_);
  report.quality.repeatable = pilot_.quality.repeatable;
  if (!pilot_.quality.repeatable) report.quality.max_abs_difference = pilot_.quality.max_abs_difference;
  report.quality.nan_values = pilot_.quality.nan_values;
  report.quality.inf_values = pilot_.quality.inf_values;
  report.quality.output_values = pilot_.quality.output_values;
  for (const LedgerPass& pass : ledger_) {
    report.quality.repeatable_across_processes =
        report.quality.repeatable_across_processes.value_or(true) && pass.output_digest == pilot_.quality.digest;
  }
}

void Run::assemble_cold_start(Report& report) const {
  for (const CacheState state : {CacheState::model_cold, CacheState::warm, CacheState::all_cold}) {
    if (const auto found = impossible_.find(state); found != impossible_.end()) {
      ColdStartState none;
      none.name = name_of(state);
      none.why_not = found->second;
      report.cold_start.states.push_back(std::move(none));
      continue;
    }
    if (std::find(states_.begin(), states_.end(), state) == states_.end()) continue;
    ColdStartState made = assemble_state(state, samples_, world_.model_bytes, limits_);
    made.proof = "mincore before, read_bytes of the sample after";
    if (!made.achieved) {
      made.why_not = made.rejected > 0 ? fmt::format("none of {} samples could be proven: {}", made.rejected,
                                                     made.rejected_why.front())
                     : interrupted_    ? "the run was interrupted before one"
                                       : fmt::format("the time box of {} was too short: one start takes about {}",
                                                     format_duration(static_cast<double>(options_.time_box.count())),
                                                     format_duration(pilot_.start_ns));
    }
    report.cold_start.states.push_back(std::move(made));
  }
  const ColdStartState* warm = find_state(report, "warm");
  for (const auto& [starts, rounds] : simultaneous_) {
    SimultaneousStarts out;
    out.starts = starts;
    out.state = "warm";
    std::vector<double> all;
    std::vector<double> slowest;
    for (const std::vector<double>& round : rounds) {
      all.insert(all.end(), round.begin(), round.end());
      slowest.push_back(*std::max_element(round.begin(), round.end()));
    }
    out.time_to_first_result = summarise(all);
    out.slowest = summarise(slowest);
    if (warm != nullptr) out.slowdown = out.time_to_first_result.median / warm->time_to_first_result.median;
    report.cold_start.simultaneous.push_back(std::move(out));
  }
}

void Run::warn_about_time(Report& report) const {
  if (!cells_.left_out.empty()) {
    std::set<std::int64_t> sizes;
    for (const Cell& cell : cells_.left_out) sizes.insert(cell.batch);
    const double more = (static_cast<double>(options_.time_box.count()) + 2.2 * cells_.left_out_ns) / kSecond;
    report.warnings.push_back(
        {"cells_left_out",
         fmt::format("{} steady cell{} (batch {}) did not fit the time box", cells_.left_out.size(),
                     cells_.left_out.size() == 1 ? "" : "s", fmt::join(sizes, ", ")),
         fmt::format("--time-box {:.0f}s has room for them", std::ceil(more / 10) * 10)});
  }
  const ColdStartState* state =
      find_state(report, "model_cold") != nullptr ? find_state(report, "model_cold") : find_state(report, "warm");
  if (state != nullptr && state->time_to_first_result.n >= 6 && state->time_to_first_result.n < 20 && !interrupted_) {
    const double factor = 20.0 / static_cast<double>(state->time_to_first_result.n);
    report.warnings.push_back(
        {"more_time",
         fmt::format("{} cold starts were taken; 20 would narrow the interval to about {}",
                     state->time_to_first_result.n, format_percentage(1 / std::sqrt(factor))),
         fmt::format("--time-box {:.0f}s",
                     std::ceil(factor * static_cast<double>(options_.time_box.count()) / kSecond / 10) * 10)});
  }
  if (interrupted_)
    report.warnings.push_back(
        {"partial", "the run was interrupted: what had been measured by then is here", "run it again for the rest"});
}

Report Run::assemble() {
  tell("writing it up", 0, 1);
  Report report;
  report.machine = machine_;
  noise_.grade(report.machine);
  assemble_facts(report);
  report.machine.fingerprint =
      fingerprint(report.machine, pilot_.build.torch_version + pilot_.build.build + options_.device);
  assemble_cold_start(report);
  std::vector<double> peaks;
  for (const ColdSample& sample : samples_) peaks.push_back(static_cast<double>(sample.peak_rss_bytes));
  if (peaks.empty()) {
    for (const LedgerPass& pass : ledger_) peaks.push_back(static_cast<double>(pass.peak));
  }
  report.memory = assemble_memory(ledger_, marginal_, peaks, by_dim_);
  for (const auto& group : cell_samples_) {
    for (const CellSamples& cell : group) {
      if (!cell.blocks.empty() || !cell.failure.empty()) report.steady.push_back(assemble_row(cell, cut_short_));
    }
  }
  std::sort(report.steady.begin(), report.steady.end(), [](const SteadyRow& a, const SteadyRow& b) {
    return std::tie(a.workers, b.threads, a.batch, a.dims) < std::tie(b.workers, a.threads, b.batch, b.dims);
  });
  report.cold_start.diagnoses = diagnose(report);
  report.warnings = warnings_;
  for (Warning& warning : warn(report)) report.warnings.push_back(std::move(warning));
  warn_about_time(report);
  return report;
}

}  // namespace

Result<Report> run(const Options& options, const Hooks& hooks) { return Run(options, hooks).execute(); }

Result<Inspection> inspect(const Options& options, const Hooks& hooks) {
  const Result<ModelFile> file = look_at_model_file(options.model_path, options.format);
  if (!file) return fail(file.error());
  Result<Launch> launch = make_launch(options);
  if (!launch) return fail(launch.error());
  World world = make_world(options, *file, std::move(*launch));
  world.limits.interrupted = hooks.interrupted;
  Result<Pilot> pilot = describe_only(world, options);
  if (!pilot) return fail(pilot.error());
  Inspection out;
  out.model = model_info(world, *pilot);
  out.model.records = pilot->description.records;
  out.not_inferred = pilot->description.not_inferred;
  out.notes = pilot->description.notes;
  out.libtorch = fmt::format("{} ({})", pilot->build.torch_version, pilot->build.build);
  return out;
}

Status write_sample(const std::string& name, const std::string& size, const std::string& path, std::uint64_t seed,
                    const Options& options) {
  Result<Launch> launch = make_launch(options);
  if (!launch) return fail(launch.error());
  World world;
  world.launch = std::move(*launch);
  Result<Worker> process = spawn_worker(world, {});
  if (!process) return fail(process.error());
  worker::Request request;
  request.verb = "sample";
  request.sample_name = name;
  request.sample_size = size;
  request.sample_path = path;
  request.sample_seed = seed;
  if (Status sent = process->process.send(request); !sent) return sent;
  const Result<worker::Reply> reply = process->process.await(world.limits);
  if (!reply) return fail(reply.error());
  process->process.finish();
  return {};
}

}  // namespace mlplan::bench
