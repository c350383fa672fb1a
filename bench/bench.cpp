#include "bench/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <pcg_random.hpp>
#include <random>

#include "bench/model_file.h"
#include "bench/model_run.h"
#include "bench/sha256.h"

namespace mlplan::bench {
namespace {

std::string new_session() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// What a look asked for, and how much of all samples may have been taken by the next one.
struct Focus {
  std::vector<Measure> wanted;
  double share = 1;
};

// A bench run of one model or of several in turns, from the pilots to the reports. Used once.
class Session {
 public:
  Session(std::span<const Options> options, const Hooks& hooks)
      : hooks_(hooks),
        seed_(options.front().seed),
        box_{.box_ns = static_cast<double>(options.front().time_box.count()),
             .share = 1 / static_cast<double>(options.size())} {
    if (options.size() > 1) session_ = new_session();
    runs_.reserve(options.size());
    for (const Options& each : options) runs_.emplace_back(each, hooks, box_);
  }

  Result<std::vector<Outcome>> execute() {
    Pace pace;
    for (ModelRun& run : runs_) {
      if (Status ready = run.prepare(); !ready) return fail(ready.error());
      pace = slower_of(pace, run.pace());
    }
    for (ModelRun& run : runs_) run.plan(pace);
    if (hooks_.wanted) {
      measure_what_is_wanted();
    } else {
      measure();
    }
    for (const ModelRun& run : runs_) {
      if (!run.nothing_measured()) continue;
      if (run.found().failure) return fail(*run.found().failure);
      if (over()) return fail(ErrorKind::interrupted, "interrupted before anything was measured");
    }
    std::vector<Outcome> out;
    for (ModelRun& run : runs_) {
      out.push_back({run.report(noise_, hooks_.argv), run.found().failure});
      out.back().report.mlplan.session = session_;
    }
    return out;
  }

 private:
  bool over() const {
    return std::any_of(runs_.begin(), runs_.end(), [](const ModelRun& run) { return run.over(); });
  }
  std::vector<TaskGroup> groups_now() const;
  void measure();
  void measure_what_is_wanted();
  std::vector<Report> so_far() const;
  void perform(const Task& task);

  const Hooks& hooks_;
  const std::uint64_t seed_;
  const TimeBox box_;
  NoiseWatch noise_;
  std::vector<ModelRun> runs_;
  std::string session_;
  std::uint64_t tasks_ = 0;
  std::optional<Focus> focus_ = {};
};

// A task of several models is done for each of them, one right after the other: what disturbs one disturbs the others.
std::vector<TaskGroup> Session::groups_now() const {
  std::vector<TaskGroup> out;
  for (const ModelRun& run : runs_) {
    for (const TaskGroup& group : focus_ ? run.groups_for(focus_->wanted, focus_->share) : run.groups_now()) {
      const auto same = std::find_if(out.begin(), out.end(), [&](const TaskGroup& other) {
        return other.kind == group.kind && other.parameter == group.parameter;
      });
      if (same == out.end()) {
        out.push_back(group);
        continue;
      }
      same->cost_ns += group.cost_ns;
      same->least = std::max(same->least, group.least);
      same->most = std::max(same->most, group.most);
      same->done = std::min(same->done, group.done);
    }
  }
  return out;
}

// In an order drawn anew each time, so that none is always the one that comes after the others.
void Session::perform(const Task& task) {
  std::vector<ModelRun*> order;
  for (ModelRun& run : runs_) order.push_back(&run);
  std::shuffle(order.begin(), order.end(), pcg64(seed_, ++tasks_));
  for (ModelRun* run : order) {
    if (!over()) run->perform(task);
  }
}

void Session::measure() {
  TaskLoop loop{.box = box_, .seed = seed_};
  loop.groups = [this] { return groups_now(); };
  loop.perform = [this](const Task& task) { perform(task); };
  loop.over = [this] {
    if (hooks_.interrupted && hooks_.interrupted()) runs_.front().interrupt();
    return over();
  };
  loop.tell = [this](const Task& task, double seconds_left, double fraction) {
    if (!hooks_.progress) return;
    const ModelRun& first = runs_.front();
    hooks_.progress({first.describe(task.kind, task.parameter), fraction, seconds_left, first.headline()});
  };
  work_off(loop);
}

std::vector<Report> Session::so_far() const {
  std::vector<Report> reports;
  for (const ModelRun& run : runs_) {
    reports.push_back(run.report_so_far(noise_));
    reports.back().mlplan.session = session_;
  }
  return reports;
}

void Session::measure_what_is_wanted() {
  std::vector<Report> reports(runs_.size());
  bool cut_short = false;
  for (const double share : kLooks) {
    focus_ = Focus{hooks_.wanted(reports), share};
    if (focus_->wanted.empty()) cut_short = false;
    if (focus_->wanted.empty() || over()) break;
    for (ModelRun& run : runs_) run.focus_on(focus_->wanted);
    measure();
    cut_short = any_left(groups_now());
    reports = so_far();
    focus_->wanted.clear();  // they point into the reports before
  }
  focus_.reset();
  if (!cut_short) return;
  for (ModelRun& run : runs_) run.run_out_of_time();
}

}  // namespace

Result<Outcome> run(const Options& options, const Hooks& hooks) {
  Result<std::vector<Outcome>> outcomes = Session({&options, 1}, hooks).execute();
  if (!outcomes) return fail(outcomes.error());
  return std::move(outcomes->front());
}

Result<std::vector<Outcome>> run_in_turns(std::span<const Options> options, const Hooks& hooks) {
  return Session(options, hooks).execute();
}

Result<Inspection> inspect(const Options& options, const Hooks& hooks) {
  const Result<ModelFile> file = look_at_model_file(options.model_path);
  if (!file) return fail(file.error());
  if (Status suits = suits_device(*file, options); !suits) return fail(suits.error());
  Result<Launch> launch = make_launch(options);
  if (!launch) return fail(launch.error());
  if (Status whole = check_undamaged(*file); !whole) return fail(whole.error());
  World world = make_world(options, *file, std::move(*launch));
  world.limits.interrupted = hooks.interrupted;
  Result<Pilot> pilot = describe_only(world, options);
  if (!pilot) return fail(pilot.error());
  world.load.format = pilot->description.format;
  Inspection out;
  out.model = model_info(world, *pilot);
  out.model.sha256 = sha256_of_file(world.load.path).value_or("");
  out.model.records = pilot->description.records;
  out.not_inferred = pilot->description.not_inferred;
  out.to_edit = pilot->description.to_edit;
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
