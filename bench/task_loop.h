// Works off what a run has to do: plans the time that is left, does that in random order, and plans again at the costs
// that were seen, until nothing more fits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/schedule.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

// One kind of task with what is known of it so far.
struct TaskKindState {
  TaskGroup group;
  double spent_ns = 0;
  bool given_up = false;
};

struct TaskLoop {
  double box_ns = 0;
  std::int64_t began_ns = 0;
  std::uint64_t seed = 1;
  std::function<Status(const Task&)> perform;
  std::function<std::string(const Task&)> describe;
  std::function<bool(const TaskGroup&)> enough = {};  // no more of this kind is wanted
  std::function<bool(const Task&)> may_fail = {};     // its kind is then given up, with a warning; else the run fails
  std::function<bool()> interrupted = {};
  std::function<void(const Task&, double seconds_left, double fraction)> tell = {};

  double elapsed_ns() const;
  double left_ns() const { return box_ns - elapsed_ns(); }
};

struct LoopOutcome {
  bool interrupted = false;
  std::optional<Error> failure = {};
  bool time_ran_out = false;
  std::vector<Warning> warnings = {};
};

LoopOutcome work_off(std::vector<TaskKindState>& kinds, const TaskLoop& loop);

}  // namespace mlplan::bench
