#include "bench/task_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/clock.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;

TaskKindState& kind_of(std::vector<TaskKindState>& kinds, const Task& task) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const TaskKindState& kind) {
    return kind.group.kind == task.kind && kind.group.parameter == task.parameter;
  });
}

// What may still be done, at the costs seen so far.
std::vector<TaskGroup> groups_now(const std::vector<TaskKindState>& kinds, const TaskLoop& loop) {
  std::vector<TaskGroup> out;
  for (const TaskKindState& kind : kinds) {
    TaskGroup group = kind.group;
    if (group.done > 0) group.cost_ns = kind.spent_ns / static_cast<double>(group.done);
    if (kind.given_up || (loop.enough && loop.enough(group))) group.least = group.most = group.done;
    out.push_back(group);
  }
  return out;
}

}  // namespace

double TaskLoop::elapsed_ns() const { return static_cast<double>(now_ns() - began_ns); }

LoopOutcome work_off(std::vector<TaskKindState>& kinds, const TaskLoop& loop) {
  LoopOutcome out;
  std::uint64_t number = 0;
  for (std::uint64_t round = 0; !out.interrupted && !out.failure; ++round) {
    const Schedule schedule = make_schedule(groups_now(kinds, loop), loop.left_ns(), loop.seed + round);
    double planned_ns = schedule.expected_ns;
    bool did_something = false;
    for (const Task& task : schedule.tasks) {
      if (loop.interrupted && loop.interrupted()) out.interrupted = true;
      if (out.interrupted) break;
      TaskKindState& kind = kind_of(kinds, task);
      const double rest_ns = std::max(planned_ns, loop.left_ns());
      planned_ns -= task.cost_ns;
      if (kind.given_up || (!task.must && loop.left_ns() < task.cost_ns)) continue;
      if (loop.tell) loop.tell(task, rest_ns / kSecond, loop.elapsed_ns() / (loop.elapsed_ns() + rest_ns));
      const std::int64_t before = now_ns();
      ++number;
      const Status done = loop.perform(task);
      did_something = true;
      ++kind.group.done;
      kind.spent_ns += static_cast<double>(now_ns() - before);
      if (done) continue;
      if (done.error().kind == ErrorKind::interrupted) {
        out.interrupted = true;
      } else if (loop.may_fail && loop.may_fail(task)) {
        kind.given_up = true;
        out.warnings.push_back({"not_measured",
                                fmt::format("{} could not be measured: {}", loop.describe(task), done.error().message),
                                done.error().hint});
      } else {
        out.failure = done.error();
        out.failure->where += fmt::format(" (task {}: {})", number, loop.describe(task));
        break;
      }
    }
    if (!did_something) break;
  }
  for (const TaskGroup& group : groups_now(kinds, loop)) {
    if (group.done < group.most) out.time_ran_out = true;
  }
  return out;
}

}  // namespace mlplan::bench
