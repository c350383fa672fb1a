// What a run has to do, and working it off: the time that is left is planned, done in random order, and planned again
// at the costs that were seen, until nothing more fits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/clock.h"
#include "bench/schedule.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

// The time box of a whole run, and the part of what is left of it that one model may plan with. Nanoseconds.
struct TimeBox {
  std::int64_t began_ns = now_ns();
  double box_ns = 0;
  double share = 1;

  double elapsed_ns() const { return static_cast<double>(now_ns() - began_ns); }
  double left_ns() const { return box_ns - elapsed_ns(); }
};

// How a task ended that was not simply done.
struct TaskEnd {
  bool interrupted = false;
  std::optional<Error> failure = {};    // of the run
  std::optional<Warning> warning = {};  // its kind was given up
};

// The kinds of tasks, each with what it costs, how often it was done and whether it was given up.
class TaskBook {
 public:
  void add(const TaskGroup& group) { kinds_.push_back({group}); }
  // At the costs seen so far, without what was given up.
  std::vector<TaskGroup> groups() const;
  bool has(const Task& task) const;  // and has not given it up
  // Does a task of these. What `may_fail` gives up its kind where it fails; else the run has failed.
  TaskEnd perform(const Task& task, const std::string& description, bool may_fail, const std::function<Status()>& act);
  std::uint64_t number() const { return number_; }  // of the task in hand, from 1

 private:
  struct Kind {
    TaskGroup group;
    double spent_ns = 0;
    bool given_up = false;
  };
  const Kind* find(const Task& task) const;

  std::vector<Kind> kinds_;
  std::uint64_t number_ = 0;
};

// Whether some group is not done with.
bool any_left(const std::vector<TaskGroup>& groups);

struct TaskLoop {
  TimeBox box = {};
  std::uint64_t seed = 1;
  std::function<std::vector<TaskGroup>()> groups = {};  // what may still be done
  std::function<void(const Task&)> perform = {};
  std::function<bool()> over = {};  // asked before each task: interrupted, or failed
  std::function<void(const Task&, double seconds_left, double fraction)> tell = {};
};

void work_off(const TaskLoop& loop);

// Of a cold start that costs so much: as many as are worth overrunning the box a little for, up to `wanted`. The first
// state has one at least, whatever it costs.
std::int64_t least_starts(double cost_ns, double left_ns, bool first_state, std::int64_t wanted);

// Adds what a task brought to all that came before.
template <class All, class One>
Status keep(All& all, Result<One> one) {
  if (!one) return fail(one.error());
  all.push_back(std::move(*one));
  return {};
}

}  // namespace mlplan::bench
