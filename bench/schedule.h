// The order of everything that is measured, and how much of it fits the time box. Pure: costs in, tasks out.
//
// Randomised blocks: the run is cut into rounds; each round holds tasks of every kind in a random order (seeded).
// Neighbours in time resemble each other, so every kind is spread over the whole run; and a run that is cut short has
// all kinds in proportion.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlplan::bench {

enum class TaskKind {
  limits,
  cold_start,
  ledger,
  marginal,
  simultaneous,
  steady_visit,
  by_dim,
  load_visit,
  load_search,
  serving_visit,
  varied_start
};

struct TaskGroup {
  TaskKind kind = TaskKind::cold_start;
  std::int64_t parameter =
      0;                   // index of the state, number of starts, index of the visit group, ... as the caller means
  double cost_ns = 0;      // expected, of one task
  std::int64_t least = 1;  // wanted even if the time box is overrun (first ones of a kind that must be answered)
  std::int64_t most = 1;
  double weight = 1;      // share of the time, against the other groups
  std::int64_t done = 0;  // tasks that were performed already; they count in least, most and the share
};

struct Task {
  TaskKind kind = TaskKind::cold_start;
  std::int64_t parameter = 0;
  double cost_ns = 0;
  bool must = false;  // belongs to `least`
};

struct Schedule {
  std::vector<Task> tasks;
  std::vector<std::int64_t> counts;  // per group, of those to come
  double expected_ns = 0;
};

// Every group first gets `least`; what is left of budget_ns goes, one task at a time, to the group whose time spent is
// smallest for its weight and whose next task still fits, until `most`.
Schedule make_schedule(const std::vector<TaskGroup>& groups, double budget_ns, std::uint64_t seed);

}  // namespace mlplan::bench
