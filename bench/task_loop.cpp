#include "bench/task_loop.h"

#include <fmt/format.h>

#include <algorithm>

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;

}  // namespace

const TaskBook::Kind* TaskBook::find(const Task& task) const {
  const auto found = std::ranges::find_if(
      kinds_, [&](const Kind& kind) { return kind.group.kind == task.kind && kind.group.parameter == task.parameter; });
  return found == kinds_.end() ? nullptr : &*found;
}

std::vector<TaskGroup> TaskBook::groups() const {
  std::vector<TaskGroup> out;
  for (const Kind& kind : kinds_) {
    if (kind.given_up) continue;
    out.push_back(kind.group);
    if (kind.group.done > 0) out.back().cost_ns = kind.spent_ns / static_cast<double>(kind.group.done);
  }
  return out;
}

bool TaskBook::has(const Task& task) const {
  const Kind* kind = find(task);
  return kind != nullptr && !kind->given_up;
}

TaskEnd TaskBook::perform(const Task& task, const std::string& description, bool may_fail,
                          const std::function<Status()>& act) {
  Kind& kind = kinds_[static_cast<std::size_t>(find(task) - kinds_.data())];
  ++number_;
  const std::int64_t before = now_ns();
  const Status done = act();
  ++kind.group.done;
  kind.spent_ns += static_cast<double>(now_ns() - before);
  TaskEnd end;
  if (done) return end;
  const Error& error = done.error();
  if (error.kind == ErrorKind::interrupted) {
    end.interrupted = true;
  } else if (may_fail) {
    kind.given_up = true;
    end.warning =
        Warning{"not_measured", fmt::format("{} could not be measured: {}", description, error.message), error.hint};
  } else {
    end.failure = error;
    end.failure->where += fmt::format(" (task {}: {})", number_, description);
  }
  return end;
}

bool any_left(const std::vector<TaskGroup>& groups) {
  return std::ranges::any_of(groups, [](const TaskGroup& group) { return group.done < group.most; });
}

void work_off(const TaskLoop& loop) {
  bool did_something = true;
  for (std::uint64_t round = 0; did_something && !loop.over(); ++round) {
    did_something = false;
    const Schedule schedule = make_schedule(loop.groups(), loop.box.left_ns(), loop.seed + round);
    double planned_ns = schedule.expected_ns;
    for (const Task& task : schedule.tasks) {
      if (loop.over()) break;
      const double rest_ns = std::max(planned_ns, loop.box.left_ns());
      planned_ns -= task.cost_ns;
      if (!task.must && loop.box.left_ns() < task.cost_ns) continue;
      const double elapsed_ns = loop.box.elapsed_ns();
      if (loop.tell) loop.tell(task, rest_ns / kSecond, std::min(1.0, elapsed_ns / (elapsed_ns + rest_ns)));
      loop.perform(task);
      did_something = true;
    }
  }
}

std::int64_t least_starts(double cost_ns, double left_ns, bool first_state, std::int64_t wanted) {
  const auto affordable = static_cast<std::int64_t>(0.3 * std::max(0.0, left_ns) / cost_ns);
  return std::clamp<std::int64_t>(affordable, first_state ? 1 : 0, wanted);
}

}  // namespace mlplan::bench
