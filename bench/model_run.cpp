#include "bench/model_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "bench/environment.h"
#include "bench/focus.h"
#include "bench/model_file.h"
#include "bench/proc_files.h"
#include "bench/report_assembly.h"
#include "bench/sha256.h"
#include "bench/statistics.h"
#include "profiles/support/timestamp.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr std::int64_t kMostVisits = 24;           // of one group of steady cells
constexpr double kLongStart = 0.3;                 // of the time box: such a start is not spent on one figure alone
constexpr double kInferencesToWarmUp = 25;         // the rule decides after 20 at the soonest
constexpr double kLeastWarmUpNs = 0.16 * kSecond;  // and after three windows of 50 ms
constexpr std::int64_t kMuchPrinted = 16384;       // bytes: what libtorch says while it starts is far below that
constexpr std::int64_t kMostSearchVisits = 200;    // of a bisection in some 12 steps of at most 8
constexpr std::int64_t kMostServingVisits = 12;
constexpr std::int64_t kServingNs = 1'000'000'000;  // of a visit, without the starts
constexpr double kLoadShare = 0.3;                  // of the time that is left, where other parts are measured too
constexpr double kSteadyShare = 0.45;               // of the time box, where other parts are measured too

}  // namespace

Pace slower_of(const Pace& a, const Pace& b) {
  return {std::max(a.start_ns, b.start_ns), std::max(a.inference_ns, b.inference_ns)};
}

ModelRun::ModelRun(const Options& options, const Hooks& hooks, const TimeBox& box)
    : options_(options), hooks_(hooks), box_(box) {
  found_.started_at = format_time(std::time(nullptr));
  found_.machine = describe_machine(options.model_path, options.cpus);
  found_.only_what_was_wanted = static_cast<bool>(hooks.wanted);
}

std::string ModelRun::headline() const { return bench::headline(found_.samples); }

Status ModelRun::prepare() {
  const std::int64_t began_ns = now_ns();
  const Result<ModelFile> file = look_at_model_file(options_.model_path);
  if (!file) return fail(file.error());
  if (Status suits = suits_device(*file, options_); !suits) return suits;
  if (Status golden = look_at_golden(options_); !golden) return golden;
  Result<Launch> launch = make_launch(options_);
  if (!launch) return fail(launch.error());
  World& world = found_.world;
  world = make_world(options_, *file, std::move(*launch));
  world.limits.interrupted = hooks_.interrupted;
  if (const std::int64_t free = world.limits.memory_bytes; file->bytes > free) {
    return fail(ErrorKind::not_measured,
                fmt::format("the model does not fit: its file holds {}, a worker here may have {}",
                            format_bytes(static_cast<double>(file->bytes)), format_bytes(static_cast<double>(free))),
                options_.model_path, "use a machine with more memory, or raise --memory-limit");
  }
  tell("checking the model file");
  if (Status whole = check_undamaged(*file); !whole) return whole;
  tell("trying the model once");
  Result<Pilot> pilot = run_pilot(world, options_);
  if (!pilot) return fail(pilot.error());
  found_.pilot = std::move(*pilot);
  world.load.format = found_.pilot.description.format;
  world.input = {found_.pilot.inputs, found_.pilot.dims, options_.seed};
  world.libraries = files_of_the_worker(found_.pilot.mapped_files, world);
  if (options_.device != "cpu") {
    found_.gpu = describe_gpu(options_.device, found_.pilot.build, found_.machine.gpus.emplace_back());
    world.gpu = found_.gpu.device;
    world.gpu_is_a_part = found_.machine.gpus.front().mig.value_or(false);
  }
  if (found_.pilot.printed_bytes > kMuchPrinted) {
    found_.warnings.push_back(
        {"prints",
         fmt::format("the model printed {} while it was tried: its figures contain the time of that",
                     format_bytes(static_cast<double>(found_.pilot.printed_bytes))),
         "remove what prints before exporting it"});
  }

  if (options_.cold_start) {
    std::vector<CacheState> wanted = {CacheState::model_cold, CacheState::warm};
    if (options_.all_cold) wanted.push_back(CacheState::all_cold);
    for (const CacheState state : wanted) {
      if (auto why = cannot_make(state, files_of(world))) {
        found_.impossible[state] = *why;
      } else {
        found_.states.push_back(state);
      }
    }
    tell("measuring what this machine's disk and memory give");
    const std::int64_t before = now_ns();
    const bool cold =
        std::find(found_.states.begin(), found_.states.end(), CacheState::model_cold) != found_.states.end();
    found_.limits = measure_limits(world.load.path, cold);
    add(TaskKind::limits, cold ? 1 : 0, static_cast<double>(now_ns() - before), 0, 5, 0.1);
  }
  found_.prepared_ns = static_cast<double>(now_ns() - began_ns);
  return {};
}

Pace ModelRun::pace() const {
  return {found_.pilot.start_ns + found_.pilot.first_inference_ns, found_.pilot.inference_ns};
}

bool ModelRun::fits_side_by_side(std::int64_t workers) const {
  return static_cast<double>(found_.pilot.peak_rss_bytes) * static_cast<double>(workers) <
         0.9 * static_cast<double>(memory_for_worker());
}

void ModelRun::plan(const Pace& pace) {
  pace_ = pace;
  long_start_ = pace_.start_ns > kLongStart * box_ns();
  warm_up_cap_ns_ = static_cast<std::int64_t>(std::clamp(0.05 * box_ns(), 1 * kSecond, 20 * kSecond));
  const double needed_ns = std::max(kLeastWarmUpNs, kInferencesToWarmUp * pace_.inference_ns);
  warm_up_fits_ = needed_ns <= static_cast<double>(warm_up_cap_ns_);
  warm_up_ns_ = std::min(needed_ns, static_cast<double>(warm_up_cap_ns_));
  if (options_.cold_start) {
    plan_cold_starts();
    plan_varied_starts();
  }
  if (options_.memory) plan_memory();
  if (options_.load) plan_load_visits();  // its first visits are set aside before the steady cells are
  if (options_.steady) plan_steady();
  if (options_.steady) plan_serving();
}

// Where a warm-up takes too long to be a part of every sample, the first of each state has a longer one.
std::int64_t ModelRun::warm_up_cap(CacheState state) const {
  if (!warm_up_wanted_) return 0;
  if (warm_up_fits_) return warm_up_cap_ns_;
  const bool first = std::none_of(found_.samples.begin(), found_.samples.end(),
                                  [&](const ColdSample& sample) { return sample.state == state; });
  return first ? 3 * warm_up_cap_ns_ : 0;
}

void ModelRun::plan_cold_starts() {
  const double storage_ns =
      static_cast<double>(found_.world.model_bytes) * kSecond / found_.limits.cold_read_bytes_per_s.value_or(5e8);
  for (const CacheState state : found_.states) {
    double cost = pace_.start_ns + 0.15 * kSecond;
    if (state != CacheState::warm) cost += storage_ns;
    if (state == CacheState::all_cold) cost += 2 * kSecond;
    // The least of each is worth overrunning the box a little; one alone is worth overrunning it by much.
    const bool first = state == found_.states.front();
    if (first) found_.cold_cost_ns = cost;
    const std::int64_t least = least_starts(cost, left_ns(), first, options_.min_samples);
    add(TaskKind::cold_start, static_cast<std::int64_t>(state), cost + (warm_up_fits_ ? warm_up_ns_ : 0), least,
        options_.max_samples, 1.0);
  }
  for (const std::int64_t starts : {2, 3}) {
    if (found_.states.empty()) break;
    if (!fits_side_by_side(starts)) {
      found_.warnings.push_back(
          {"does_not_fit",
           fmt::format("{} starts at once would not fit this machine's memory: not measured", starts),
           {}});
      break;
    }
    const double cost = pace_.start_ns * static_cast<double>(starts);
    add(TaskKind::simultaneous, starts, cost, cost < 0.05 * left_ns() ? 3 : cost < 0.1 * left_ns() ? 1 : 0, 12, 0.2);
  }
}

void ModelRun::plan_varied_starts() {
  found_.varied = plan_varied(options_);
  for (std::size_t i = 0; i < found_.varied.size(); ++i) {
    const double cost = pace_.start_ns + 0.15 * kSecond;
    add(TaskKind::varied_start, static_cast<std::int64_t>(i), cost,
        least_starts(cost, left_ns(), false, options_.min_samples), options_.max_samples, 1.0);
  }
}

void ModelRun::plan_memory() {
  const double cost = pace_.start_ns + warm_up_ns_;
  add(TaskKind::ledger, 0, cost, long_start_ && options_.cold_start ? 0 : 1, 5, 0.3);
  if (fits_side_by_side(3)) {
    add(TaskKind::marginal, 3, 3 * cost, 3 * cost < 0.15 * left_ns() ? 1 : 0, 3, 0.3);
  } else {
    found_.warnings.push_back(
        {"does_not_fit",
         "three workers side by side would not fit this machine's memory: their marginal cost was "
         "not measured",
         {}});
  }
  std::int64_t index = 0;
  for (const auto& [name, values] : options_.dims) {
    double inferences = 0;
    for (const std::int64_t value : values)
      inferences += 4 * static_cast<double>(value) / static_cast<double>(values.front());
    add(TaskKind::by_dim, index++, pace_.start_ns + inferences * pace_.inference_ns, 1, 1, 1);
  }
}

CellCosts ModelRun::cell_costs(double budget_ns) const {
  CellCosts costs;
  costs.start_ns = pace_.start_ns + warm_up_ns_;
  costs.inference_ns = pace_.inference_ns;
  costs.most_threads = found_.world.cold_threads;
  costs.cpus = usable_cpu_count(options_.cpus);
  costs.budget_ns = budget_ns;
  const std::vector<std::string> symbols = symbols_of(found_.pilot.inputs);
  costs.has_batch = std::find(symbols.begin(), symbols.end(), "batch") != symbols.end();
  const auto& bounds = found_.pilot.description.dim_bounds;
  if (const auto found = bounds.find("batch"); found != bounds.end()) costs.batch_bounds = found->second;
  return costs;
}

void ModelRun::plan_steady() {
  double must_ns = 0;
  for (const TaskGroup& group : tasks_.groups()) must_ns += static_cast<double>(group.least) * group.cost_ns;
  const bool alone = !options_.cold_start && !options_.memory;
  const double share = alone ? 0.95 : kSteadyShare;
  const auto budget = [&](double left_ns) { return std::max(0.0, std::min(share * left_ns, left_ns - must_ns)); };
  found_.cells = plan_cells(options_, cell_costs(budget(left_ns())));
  const auto has_room = [&](double box_ns) {
    return plan_cells(options_, cell_costs(budget(box_.share * (box_ns - box_.elapsed_ns())))).left_out.empty();
  };
  if (!found_.cells.left_out.empty()) {
    double longer = 1.25 * box_.box_ns;
    while (longer < 3600 * kSecond && !has_room(longer)) longer *= 1.25;
    if (longer < 3600 * kSecond) found_.box_for_all_cells_s = longer / kSecond;
  }
  if (!cell_costs(0).has_batch) {
    found_.warnings.push_back({"no_batch",
                               "no input has a batch that can be changed: a row is the input as it is, counted as one",
                               "name one in --input where the model takes any"});
  }
  for (const std::string& note : found_.cells.notes) found_.warnings.push_back({"batch_bounds", note, {}});
  for (std::size_t i = 0; i < found_.cells.groups.size(); ++i) {
    const VisitGroup& group = found_.cells.groups[i];
    std::vector<CellSamples> samples;
    for (const Cell& cell : group.cells) {
      samples.push_back({cell, pace_.inference_ns * static_cast<double>(cell.batch)});
    }
    found_.cell_samples.push_back(std::move(samples));
    const bool in_a_cold_start = i == 0 && long_start_ && options_.cold_start;
    const bool must = (i == 0 || !options_.batches.empty()) && !in_a_cold_start;
    const auto affordable = static_cast<std::int64_t>(0.35 * std::max(0.0, left_ns()) / group.cost_ns);
    const std::int64_t least = !must ? 0 : i == 0 ? std::clamp<std::int64_t>(affordable, 1, group.visits) : 1;
    add(TaskKind::steady_visit, static_cast<std::int64_t>(i), group.cost_ns, least, kMostVisits, i == 0 ? 4.0 : 2.0);
  }
}

// For each number of threads in the sweep, with as many workers as it has there.
void ModelRun::plan_serving() {
  for (const VisitGroup& group : found_.cells.groups) {
    const auto one_by_one = [](const Cell& cell) { return cell.batch == 1; };
    if (std::ranges::none_of(group.cells, one_by_one)) continue;
    const auto known = std::ranges::find(found_.serving, group.threads, &ServingSamples::threads);
    if (known == found_.serving.end()) {
      found_.serving.push_back({.threads = group.threads, .workers = group.workers});
    } else {
      known->workers = std::max(known->workers, group.workers);
    }
  }
  for (std::size_t i = 0; i < found_.serving.size(); ++i) {
    const auto workers = static_cast<double>(found_.serving[i].workers);
    const double measuring_ns =
        std::max(static_cast<double>(kServingNs), least_serving_ns(found_.serving[i].workers, pace_.inference_ns));
    const double cost = workers * (pace_.start_ns + warm_up_ns_) + measuring_ns;
    add(TaskKind::serving_visit, static_cast<std::int64_t>(i), cost, cost < 0.05 * left_ns() ? 2 : 0,
        kMostServingVisits, 1.5);
  }
}

void ModelRun::plan_load_visits() {
  const bool alone = !options_.cold_start && !options_.memory && !options_.steady && !options_.quality;
  found_.load = plan_load(options_, cell_costs((alone ? 0.95 : kLoadShare) * std::max(0.0, left_ns())));
  const LoadPlan& load = found_.load;
  const auto plan = [&](TaskKind kind, std::size_t index, double visit_ns, std::int64_t most, double weight) {
    const double cost = pace_.start_ns + warm_up_ns_ + visit_ns;
    add(kind, static_cast<std::int64_t>(index), cost, cost < 0.5 * left_ns() ? 1 : 0, most, weight);
  };
  for (std::size_t i = 0; i < load.cells.size(); ++i)
    plan(TaskKind::load_visit, i, load_visit_ns(load.cells[i], load), kMostVisits, 2);
  for (std::size_t i = 0; i < load.searches.size(); ++i)
    plan(TaskKind::load_search, i, search_visit_ns(load.searches[i], load), kMostSearchVisits, 6);
}

std::string ModelRun::describe(TaskKind kind, std::int64_t parameter) const {
  switch (kind) {
    case TaskKind::limits: return "this machine's disk and memory";
    case TaskKind::cold_start: return start_in_words(static_cast<CacheState>(parameter));
    case TaskKind::varied_start: {
      const VariedSamples& varied = found_.varied[static_cast<std::size_t>(parameter)];
      return fmt::format("warm start with {}={}", varied.variable, varied.value);
    }
    case TaskKind::ledger: return "memory ledger";
    case TaskKind::marginal: return "workers side by side in memory";
    case TaskKind::simultaneous: return fmt::format("{} starts at once", parameter);
    case TaskKind::steady_visit: {
      const VisitGroup& group = found_.cells.groups[static_cast<std::size_t>(parameter)];
      return fmt::format("steady state, {} thread{}{}", group.threads, group.threads == 1 ? "" : "s",
                         group.workers > 1 ? fmt::format(", {} workers", group.workers) : std::string());
    }
    case TaskKind::by_dim: return "memory over a dimension";
    case TaskKind::load_visit: {
      const LoadSamples& cell = found_.load.cells[static_cast<std::size_t>(parameter)];
      return cell.rate_per_s ? fmt::format("open loop at {}", format_rate(*cell.rate_per_s))
                             : fmt::format("{} requests in flight", cell.closed.cell.concurrency);
    }
    case TaskKind::load_search: return "search for the highest rate";
    case TaskKind::serving_visit: {
      const ServingSamples& serving = found_.serving[static_cast<std::size_t>(parameter)];
      return fmt::format("requests one by one, {}{}", format_count(serving.threads, "thread"),
                         serving.workers > 1 ? fmt::format(", {} workers", serving.workers) : std::string());
    }
  }
  return {};
}

std::vector<TaskGroup> ModelRun::groups_now() const {
  std::vector<TaskGroup> out = tasks_.groups();
  for (TaskGroup& group : out) {
    const auto index = static_cast<std::size_t>(group.parameter);
    bool enough = false;
    if (group.kind == TaskKind::steady_visit) {
      const auto& cells = found_.cell_samples[index];
      enough = std::all_of(cells.begin(), cells.end(), [](const CellSamples& cell) { return settled(cell); });
    }
    if (group.kind == TaskKind::load_visit) enough = settled(found_.load.cells[index]);
    if (group.kind == TaskKind::load_search) enough = settled(found_.load.searches[index]);
    if (enough) group.least = group.most = group.done;
  }
  return out;
}

std::vector<TaskGroup> ModelRun::groups_for(const std::vector<Measure>& wanted, double share) const {
  const Feeding feeding{found_.cells.groups, !found_.states.empty()};
  std::vector<TaskGroup> out = tasks_.groups();
  std::erase_if(out, [&](const TaskGroup& group) {
    return std::ranges::none_of(wanted, [&](const Measure& measure) { return feeds(group, measure, feeding); });
  });
  for (TaskGroup& group : out) {
    const bool is_visit = group.kind == TaskKind::steady_visit;
    const auto all = static_cast<double>(is_visit ? kMostVisits : options_.max_samples);
    group.most = static_cast<std::int64_t>(std::ceil(share * all));
    group.least = std::min<std::int64_t>(1, group.most);
  }
  return out;
}

void ModelRun::focus_on(const std::vector<Measure>& wanted) {
  warm_up_wanted_ = std::ranges::any_of(wanted, takes_warm_up);
}

VisitPlan ModelRun::visit_plan(const VisitGroup& group) const {
  VisitPlan plan;
  plan.blocks_per_cell = group.blocks_per_visit;
  plan.block_ns = found_.cells.block_ns;
  plan.order_seed = options_.seed + tasks_.number();
  plan.warm_up_cap_ns = warm_up_cap_ns_;
  return plan;
}

LoadVisit ModelRun::load_visit() const {
  return {options_.arrivals, task_seed(), found_.load.visit_ns, warm_up_cap_ns_};
}

Status ModelRun::serve(ServingSamples& samples) {
  Crew crew(found_.world, {.threads = samples.threads});
  if (Status filled = crew.fill(samples.workers); !filled) return filled;
  return visit_serving(crew, {pace_.inference_ns, kServingNs, task_seed()}, samples);
}

// A process whose start took much of the time box tells its memory and its steady latency as well.
Status ModelRun::use_well(Worker& worker, const ColdSample& sample) {
  if (options_.memory && found_.ledger.empty()) {
    LedgerPass pass;
    if (const auto memory = read_memory(worker.process.pid())) pass.at["steady"] = *memory;
    pass.peak = sample.peak_rss_bytes;
    pass.output_digest = found_.pilot.quality.digest;
    found_.ledger.push_back(std::move(pass));
  }
  if (!options_.steady || found_.cells.groups.empty() || !sample.warmed_up) return {};
  const VisitGroup& group = found_.cells.groups.front();
  if (group.workers != 1 || group.threads != found_.world.cold_threads) return {};
  std::vector<Worker> workers;
  workers.push_back(std::move(worker));
  std::vector<CellSamples*> cells;
  for (CellSamples& cell : found_.cell_samples.front()) cells.push_back(&cell);
  return measure_cells(found_.world, std::move(cells), visit_plan(group), workers, {*sample.warmed_up});
}

Status ModelRun::perform_cold_start(CacheState state) {
  const std::uint64_t padding = padding_of(options_.seed, tasks_.number());
  Afterwards afterwards;
  if (long_start_ && found_.samples.empty()) {
    afterwards = [this](Worker& worker, const ColdSample& sample) { return use_well(worker, sample); };
  }
  Result<ColdSample> sample;
  for (int tries = 0;; ++tries) {
    sample = take_cold_sample(state, found_.world, padding, warm_up_cap(state), afterwards);
    if (!sample) return fail(sample.error());
    std::int64_t& again = found_.started_again[state];
    const bool spoilt = sample->gpu && spoils(slowdowns_in(*sample->gpu));
    if (!spoilt || afterwards || tries == kMostAgain || again >= kMostAgainOfAll) break;
    ++again;
    wait_to_cool(tries);
  }
  if (!warm_up_wanted_) sample->peak_rss_bytes = 0;  // a peak is that of a process that has been warmed up
  found_.samples.push_back(std::move(*sample));
  return {};
}

Status ModelRun::carry_out(const Task& task) {
  switch (task.kind) {
    case TaskKind::limits:
      found_.limits = best_of(found_.limits, measure_limits(found_.world.load.path, task.parameter == 1));
      return {};
    case TaskKind::cold_start: return perform_cold_start(static_cast<CacheState>(task.parameter));
    case TaskKind::varied_start:
      return take_varied(found_.world, padding_of(options_.seed, tasks_.number()),
                         found_.varied[static_cast<std::size_t>(task.parameter)]);
    case TaskKind::ledger: return keep(found_.ledger, take_ledger_pass(found_.world, warm_up_cap_ns_));
    case TaskKind::marginal:
      return keep(found_.marginal, take_marginal_pass(found_.world, task.parameter, warm_up_cap_ns_));
    case TaskKind::simultaneous:
      return keep(found_.simultaneous[task.parameter], take_simultaneous(found_.world, task.parameter));
    case TaskKind::steady_visit: {
      std::vector<CellSamples*> cells;
      for (CellSamples& cell : found_.cell_samples[static_cast<std::size_t>(task.parameter)]) cells.push_back(&cell);
      return visit(found_.world, std::move(cells),
                   visit_plan(found_.cells.groups[static_cast<std::size_t>(task.parameter)]));
    }
    case TaskKind::load_visit:
      return visit_load(found_.world, found_.load.cells[static_cast<std::size_t>(task.parameter)], load_visit());
    case TaskKind::load_search:
      return visit_search(found_.world, found_.load.searches[static_cast<std::size_t>(task.parameter)], load_visit());
    case TaskKind::serving_visit: return serve(found_.serving[static_cast<std::size_t>(task.parameter)]);
    case TaskKind::by_dim: {
      auto dim = options_.dims.begin();
      std::advance(dim, task.parameter);
      return keep(found_.by_dim, take_by_dim(found_.world, dim->first, dim->second));
    }
  }
  return {};
}

// Several workers at once may be more than the machine carries; a single one that fails is the model's fault.
bool ModelRun::of_several(const Task& task) const {
  return task.kind == TaskKind::marginal || task.kind == TaskKind::simultaneous ||
         task.kind == TaskKind::serving_visit ||
         (task.kind == TaskKind::steady_visit &&
          found_.cells.groups[static_cast<std::size_t>(task.parameter)].workers > 1);
}

void ModelRun::perform(const Task& task) {
  if (!tasks_.has(task)) return;
  found_.take(tasks_.perform(task, describe(task.kind, task.parameter), of_several(task),
                             [this, &task] { return carry_out(task); }));
}

void ModelRun::note_left_out() {
  if (found_.only_what_was_wanted) return;
  found_.time_ran_out = any_left(groups_now());
  for (const TaskGroup& group : tasks_.groups()) {
    const bool optional = group.kind == TaskKind::limits || group.kind == TaskKind::cold_start;
    if (group.done > 0 || optional) continue;
    if (group.kind == TaskKind::ledger && !found_.ledger.empty()) continue;
    if (group.kind == TaskKind::steady_visit) {
      const auto& cells = found_.cell_samples[static_cast<std::size_t>(group.parameter)];
      if (std::any_of(cells.begin(), cells.end(), [](const CellSamples& cell) { return cell.blocks > 0; })) continue;
    }
    found_.left_out.push_back({describe(group.kind, group.parameter), group.cost_ns});
  }
}

// Between tasks, when no worker is alive.
void ModelRun::note_gpu_at_end(MachineInfo& machine) const {
  if (machine.gpus.empty()) return;
  gpu::Slowdowns seen;
  const auto add = [&seen](const GpuSpan& span) { seen = both(seen, slowdowns_in(span)); };
  for (const ColdSample& sample : found_.samples) {
    if (sample.gpu) add(*sample.gpu);
  }
  for (const auto& group : found_.cell_samples) {
    for (const CellSamples& cell : group) std::ranges::for_each(cell.gpu.kept(), add);
  }
  for (const LoadSamples& cell : found_.load.cells) std::ranges::for_each(cell.closed.gpu.kept(), add);
  for (const SearchSamples& search : found_.load.searches) std::ranges::for_each(search.closed.gpu.kept(), add);
  note_end(found_.gpu, seen, machine.gpus.front());
}

Report ModelRun::report_so_far(const NoiseWatch& noise) const {
  Report report = assemble_report(found_, options_, {});
  note_gpu_at_end(report.machine);
  noise.grade(report.machine);
  return report;
}

Report ModelRun::report(const NoiseWatch& noise, const std::vector<std::string>& argv) {
  tell("writing it up");
  found_.wall_ns = box_.elapsed_ns();
  note_left_out();
  note_gpu_at_end(found_.machine);
  noise.grade(found_.machine);
  Report report = assemble_report(found_, options_, argv);
  report.model.sha256 = sha256_of_file(found_.world.load.path).value_or("");  // last: it warms the page cache
  report.mlplan.wall_s = box_.elapsed_ns() / kSecond;                         // with the hashing of the model
  return report;
}

}  // namespace mlplan::bench
