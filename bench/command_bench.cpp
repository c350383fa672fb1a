#include "bench/command_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "bench/clock.h"
#include "bench/cold_files.h"
#include "bench/cold_start_report.h"
#include "bench/command_process.h"
#include "bench/environment.h"
#include "bench/evidence.h"
#include "bench/machine.h"
#include "bench/model_file.h"
#include "bench/page_cache.h"
#include "bench/process_tree.h"
#include "bench/report_assembly.h"
#include "bench/sha256.h"
#include "bench/task_loop.h"
#include "profiles/support/timestamp.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr std::int64_t kPortFreeWithin_ns = 10'000'000'000;  // after the processes that had it are gone
constexpr std::int64_t kSideBySide = 3;
constexpr std::int64_t kStrayBytes = std::int64_t{2} << 20;  // read by a warm start for reasons of its own
constexpr double kUnreadShare = 0.05;                        // of the cold files: they are then not what it waits for

// From the first start to the report. One object because every stage adds to the same evidence; used once.
class CommandRun {
 public:
  CommandRun(const Options& options, const CommandOptions& command, const Hooks& hooks)
      : options_(options),
        command_(command),
        hooks_(hooks),
        box_{.box_ns = static_cast<double>(options.time_box.count())} {
    found_.started_at = format_time(std::time(nullptr));
  }

  Result<Outcome> execute() {
    if (Status ready = prepare(); !ready) return fail(ready.error());
    found_.prepared_ns = box_.elapsed_ns();
    plan();
    measure();
    if (found_.nothing_measured()) {
      if (found_.failure) return fail(*found_.failure);
      if (found_.interrupted) return fail(ErrorKind::interrupted, "interrupted before anything was measured");
    }
    found_.wall_ns = box_.elapsed_ns();
    add_warnings();
    noise_.grade(found_.machine);
    Report report = assemble_report(found_, options_, hooks_.argv);
    report.mlplan.wall_s = box_.elapsed_ns() / kSecond;
    return Outcome{std::move(report), found_.failure};
  }

 private:
  double left_ns() const { return box_.left_ns(); }
  void tell(const std::string& doing, double seconds_left = 0, double fraction = 0) const {
    if (hooks_.progress) hooks_.progress({doing, std::min(1.0, fraction), seconds_left, headline(found_.samples)});
  }

  Status prepare();
  Status check_ports();
  Status try_once();
  void find_states();
  void plan();
  void measure();
  void add_warnings();

  Result<CommandProcess> start();
  Status wait_for_the_port(const Readiness& ready) const;
  Status perform(const Task& task);
  Result<ColdSample> take_sample(CacheState state);
  Result<LedgerPass> take_ledger();
  Result<MarginalPass> take_marginal();
  std::string describe(const Task& task) const;

  const Options& options_;
  const CommandOptions& command_;
  const Hooks& hooks_;
  const TimeBox box_;
  NoiseWatch noise_;
  Evidence found_;
  CommandLine line_;
  CommandLimits limits_;
  StateFiles files_;
  std::int64_t cold_bytes_ = 0;
  bool has_port_ = false;
  double start_ns_ = 0;  // of one start with its end, from the first one
  std::int64_t peak_rss_bytes_ = 0;
  bool memory_seen_ = false;
  double most_brought_in_ = 0;  // share of the cold files that a start from cold ones has read
  TaskBook tasks_;
  std::uint64_t starts_ = 0;
};

Status CommandRun::prepare() {
  Result<CommandLine> line = command_line(command_, options_.environment);
  if (!line) return fail(line.error());
  line_ = *std::move(line);
  if (Status ports = check_ports(); !ports) return ports;
  Result<ColdFiles> cold = find_cold_files(command_.cold_files);
  if (!cold) return fail(cold.error());
  files_.model = cold->files;
  cold_bytes_ = cold->bytes;
  found_.world.model_bytes = cold->bytes;
  found_.command = CommandInfo{line_.words, command_.ready, {}, cold->named, 0};
  found_.program.path = line_.program;
  found_.program.format = "command";
  found_.program.bytes = cold->bytes;
  found_.machine = describe_machine(files_.model.empty() ? line_.program : files_.model.front(), options_.cpus);
  limits_.ready_ns = command_.ready_limit.count();
  limits_.memory_bytes =
      options_.memory_limit_bytes.value_or(static_cast<std::int64_t>(0.9 * static_cast<double>(memory_for_worker())));
  limits_.interrupted = hooks_.interrupted;
  tell("starting it once");
  if (Status tried = try_once(); !tried) return tried;
  find_states();
  return {};
}

// A port that changes must reach both the program and the question, or neither.
Status CommandRun::check_ports() {
  const Result<Readiness> ready = parse_readiness(with_port(command_.ready, 65535));
  if (!ready) return fail(ready.error());
  has_port_ = has_port(command_.command) || std::any_of(options_.environment.begin(), options_.environment.end(),
                                                        [](const auto& variable) { return has_port(variable.second); });
  if (!has_port_ && has_port(command_.ready)) {
    return fail(ErrorKind::usage, "{port} is asked, but the program is not told it", "--ready " + command_.ready,
                "put {port} into --command, or give it as --env PORT={port}");
  }
  if (has_port_ && ready->asks() && !has_port(command_.ready)) {
    return fail(ErrorKind::usage, "the program is told {port}, but another port is asked", "--ready " + command_.ready,
                "--ready url:http://127.0.0.1:{port}/");
  }
  return {};
}

Status CommandRun::wait_for_the_port(const Readiness& ready) const {
  if (!ready.asks() || !is_answered(ready.endpoint)) return {};
  if (starts_ == 0) {
    return fail(ErrorKind::usage, "something already answers there, before the program was started",
                "--ready " + ready.text,
                "stop it; or let each start have a free port: {port} in --command and --ready");
  }
  const std::int64_t until = now_ns() + kPortFreeWithin_ns;
  while (now_ns() < until) {
    ::usleep(10'000);
    if (!is_answered(ready.endpoint)) return {};
    if (hooks_.interrupted && hooks_.interrupted()) return fail(ErrorKind::interrupted, "interrupted");
  }
  return fail(ErrorKind::not_measured, "something still answers there after all processes of the program were ended",
              "--ready " + ready.text, "another program has taken the port, or it runs outside of this machine's view");
}

Result<CommandProcess> CommandRun::start() {
  CommandLaunch launch;
  launch.line = line_;
  launch.environment = options_.environment;
  launch.cpus = options_.cpus;
  launch.padding = padding_of(options_.seed, starts_);
  const int port = free_port();
  for (std::string& word : launch.line.words) word = with_port(word, port);
  for (auto& [name, value] : launch.environment) value = with_port(value, port);
  Result<Readiness> ready = parse_readiness(with_port(command_.ready, port));
  if (!ready) return fail(ready.error());
  launch.ready = *std::move(ready);
  if (Status is_free = wait_for_the_port(launch.ready); !is_free) return fail(is_free.error());
  ++starts_;
  return CommandProcess::start(launch);
}

// Tells what one start costs, which files it maps and how many processes it has.
Status CommandRun::try_once() {
  const std::int64_t before = now_ns();
  Result<CommandProcess> process = start();
  if (!process) return fail(process.error());
  if (Status ready = process->await_ready(limits_); !ready) return ready;
  const std::vector<Descendant> tree = descendants();
  const TreeUsage usage = usage_of(tree);
  memory_seen_ = memory_of(tree).has_value();
  peak_rss_bytes_ = usage.peak_rss_bytes;
  found_.command->processes = usage.alive;
  for (std::string& file : files_of_the_worker(files_of(tree), World{})) {
    if (!std::binary_search(files_.model.begin(), files_.model.end(), file)) files_.libraries.push_back(file);
  }
  if (Status ended = process->end(); !ended) return ended;
  start_ns_ = static_cast<double>(now_ns() - before);
  return {};
}

void CommandRun::find_states() {
  std::vector<CacheState> wanted = {CacheState::warm};
  if (!files_.model.empty()) wanted.insert(wanted.begin(), CacheState::model_cold);
  if (options_.all_cold) wanted.push_back(CacheState::all_cold);
  for (const CacheState state : wanted) {
    if (!options_.cold_start) break;
    if (auto why = cannot_make(state, files_)) {
      found_.impossible[state] = *why;
    } else {
      found_.states.push_back(state);
    }
  }
}

void CommandRun::plan() {
  for (const CacheState state : found_.states) {
    const bool first = state == found_.states.front();
    const double cost = start_ns_ + (state == CacheState::warm ? 0 : static_cast<double>(cold_bytes_) * kSecond / 5e8);
    if (first) found_.cold_cost_ns = cost;
    const std::int64_t least = least_starts(cost, left_ns(), first, options_.min_samples);
    tasks_.add({TaskKind::cold_start, static_cast<std::int64_t>(state), cost, least, options_.max_samples, 1.0});
  }
  if (!options_.memory || !memory_seen_) return;
  tasks_.add({TaskKind::ledger, 0, start_ns_, 1, 5, 0.3});
  // Two at once need a port each.
  if (!has_port_) return;
  const double together = static_cast<double>(peak_rss_bytes_) * static_cast<double>(kSideBySide);
  if (together < 0.9 * static_cast<double>(memory_for_worker())) {
    const double cost = start_ns_ * static_cast<double>(kSideBySide);
    tasks_.add({TaskKind::marginal, kSideBySide, cost, cost < 0.15 * left_ns() ? 1 : 0, 3, 0.3});
  } else {
    found_.warnings.push_back({"does_not_fit",
                               "three of the program side by side would not fit this machine's memory: their marginal "
                               "cost was not measured",
                               {}});
  }
}

void CommandRun::measure() {
  TaskLoop loop{.box = box_, .seed = options_.seed};
  loop.groups = [this] { return tasks_.groups(); };
  loop.perform = [this](const Task& task) {
    if (!tasks_.has(task)) return;
    const bool of_several = task.kind == TaskKind::marginal;
    found_.take(tasks_.perform(task, describe(task), of_several, [this, &task] { return perform(task); }));
  };
  loop.over = [this] {
    if (hooks_.interrupted && hooks_.interrupted()) found_.interrupted = true;
    return found_.interrupted || found_.failure.has_value();
  };
  loop.tell = [this](const Task& task, double left_s, double fraction) { tell(describe(task), left_s, fraction); };
  work_off(loop);
  found_.time_ran_out = any_left(tasks_.groups());
}

std::string CommandRun::describe(const Task& task) const {
  if (task.kind == TaskKind::ledger) return "memory ledger";
  if (task.kind == TaskKind::marginal) return "several side by side in memory";
  return start_in_words(static_cast<CacheState>(task.parameter));
}

Status CommandRun::perform(const Task& task) {
  if (task.kind == TaskKind::ledger) return keep(found_.ledger, take_ledger());
  if (task.kind == TaskKind::marginal) return keep(found_.marginal, take_marginal());
  return keep(found_.samples, take_sample(static_cast<CacheState>(task.parameter)));
}

Result<ColdSample> CommandRun::take_sample(CacheState state) {
  const Result<std::optional<std::string>> made = make_state(state, files_);
  if (!made) return fail(made.error());
  Result<CommandProcess> process = start();
  if (!process) return fail(process.error());
  if (Status ready = process->await_ready(limits_); !ready) return fail(ready.error());
  const TreeUsage usage = usage_of(descendants());
  ColdSample out;
  out.state = state;
  out.spawned_ns = process->started_ns();
  out.result_ns = process->ready_ns();
  out.ready = {out.result_ns, usage.cpu_ns, usage.minor_faults, usage.major_faults, usage.read_bytes};
  out.peak_rss_bytes = usage.peak_rss_bytes;
  const Result<Residency> cold_files = residency(files_.model);
  const Result<Residency> libraries = residency(files_.libraries);
  if (Status ended = process->end(); !ended) return fail(ended.error());
  if (!cold_files) return fail(cold_files.error());
  if (!libraries) return fail(libraries.error());

  StorageReads reads{usage.read_bytes, cold_bytes_, cold_files->resident};
  if (state == CacheState::all_cold) {
    reads.cold_file_bytes += libraries->bytes;
    reads.brought_in += libraries->resident;
  }
  out.not_proven = made->value_or(reads_contradict(state, reads).value_or(""));
  out.proven = out.not_proven.empty();
  if (state == CacheState::model_cold) most_brought_in_ = std::max(most_brought_in_, cold_files->share());
  if (const std::int64_t pause = process->pause_ns(); pause > 0)
    found_.command->ready_pause = std::max(found_.command->ready_pause.value_or(0), static_cast<double>(pause));
  return out;
}

// Looking at memory costs the processes time, so this start is not timed.
Result<LedgerPass> CommandRun::take_ledger() {
  Result<CommandProcess> process = start();
  if (!process) return fail(process.error());
  LedgerPass out;
  std::optional<ProcessMemory> now;
  ProcessMemory highest;
  const auto look = [&] {
    now = memory_of(descendants());
    if (!now) return;
    highest.rss = std::max(highest.rss, now->rss);
    highest.pss = std::max(highest.pss, now->pss);
    highest.private_bytes = std::max(highest.private_bytes, now->private_bytes);
  };
  if (Status ready = process->await_ready(limits_, look); !ready) return fail(ready.error());
  look();
  if (now) out.at["ready"] = *now;
  if (highest.rss > 0) out.at["sampled_peak"] = highest;
  out.peak = usage_of(descendants()).peak_rss_bytes;
  if (Status ended = process->end(); !ended) return fail(ended.error());
  return out;
}

Result<MarginalPass> CommandRun::take_marginal() {
  std::vector<CommandProcess> processes;
  processes.reserve(static_cast<std::size_t>(kSideBySide));
  MarginalPass out;
  double before = 0;
  for (std::int64_t i = 0; i < kSideBySide; ++i) {
    Result<CommandProcess> process = start();
    if (!process) return fail(process.error());
    processes.push_back(std::move(*process));
    if (Status ready = processes.back().await_ready(limits_); !ready) return fail(ready.error());
    const std::optional<ProcessMemory> memory = memory_of(descendants());
    if (!memory) return fail(ErrorKind::not_measured, "the program had ended before its memory was read");
    out.pss.push_back(static_cast<double>(memory->pss) - before);
    before = static_cast<double>(memory->pss);
  }
  if (Status ended = processes.back().end(); !ended) return fail(ended.error());  // all of them
  return out;
}

void CommandRun::add_warnings() {
  for (const TaskGroup& group : tasks_.groups()) {
    if (group.done > 0 || group.kind == TaskKind::cold_start) continue;
    found_.left_out.push_back({describe({group.kind, group.parameter}), group.cost_ns});
  }
  if (files_.model.size() == 1) found_.program.sha256 = sha256_of_file(files_.model.front()).value_or("");
  const bool any_cold = std::any_of(found_.samples.begin(), found_.samples.end(),
                                    [](const ColdSample& sample) { return sample.state == CacheState::model_cold; });
  if (any_cold && most_brought_in_ < kUnreadShare) {
    found_.warnings.push_back(
        {"cold_files_unread",
         fmt::format("until it was ready it read at most {} of the cold files", format_percentage(most_brought_in_)),
         "it may load them with its first request: wait for a URL that needs them"});
  }
  if (options_.memory && !memory_seen_) {
    found_.warnings.push_back(
        {"memory_not_seen", "no process was left when it was ready, so there was no memory to read", {}});
  } else if (found_.command->processes > 1) {
    found_.warnings.push_back({"memory_is_a_bound",
                               fmt::format("the peak is the sum of the peaks of {} processes: pages they share count "
                                           "once for each, so it is an upper bound",
                                           found_.command->processes),
                               "PSS in the memory table counts shared pages once"});
  }
}

}  // namespace

std::optional<std::string> reads_contradict(CacheState state, const StorageReads& reads) {
  const std::string amount = format_bytes(static_cast<double>(reads.read));
  if (state == CacheState::warm) {
    if (reads.read <= reads.cold_file_bytes / 100 + kStrayBytes) return std::nullopt;
    return fmt::format("a warm start read {} from storage", amount);
  }
  // What came into the page cache came from storage; what else came from there was to be warm.
  if (static_cast<double>(reads.read) < 0.95 * static_cast<double>(reads.brought_in)) {
    return fmt::format("a cold start read only {} of {} from storage", amount,
                       format_bytes(static_cast<double>(reads.brought_in)));
  }
  if (static_cast<double>(reads.read) > 1.01 * static_cast<double>(reads.cold_file_bytes) + kStrayBytes) {
    return fmt::format("a cold start read {} from storage, more than the {} that were to be cold", amount,
                       format_bytes(static_cast<double>(reads.cold_file_bytes)));
  }
  return std::nullopt;
}

Result<Outcome> run_command(const Options& options, const CommandOptions& command, const Hooks& hooks) {
  return CommandRun(options, command, hooks).execute();
}

}  // namespace mlplan::bench
