#include "bench/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace mlplan::bench;

namespace {

std::map<std::pair<TaskKind, std::int64_t>, std::int64_t> counts(const Schedule& schedule) {
  std::map<std::pair<TaskKind, std::int64_t>, std::int64_t> out;
  for (const Task& task : schedule.tasks) ++out[{task.kind, task.parameter}];
  return out;
}

}  // namespace

TEST_CASE("what must be is scheduled even when the budget is spent") {
  const Schedule schedule =
      make_schedule({{TaskKind::cold_start, 0, 300e9, 1, 40, 1}, {TaskKind::steady_visit, 0, 300e9, 1, 5, 2}}, 60e9, 1);
  CHECK(schedule.tasks.size() == 2);
  CHECK(std::all_of(schedule.tasks.begin(), schedule.tasks.end(), [](const Task& task) { return task.must; }));
  CHECK(schedule.expected_ns == doctest::Approx(600e9));
}

TEST_CASE("the budget is filled by weight and never overrun by what need not be") {
  const std::vector<TaskGroup> groups = {{TaskKind::cold_start, 0, 1e9, 1, 100, 1},
                                         {TaskKind::cold_start, 1, 1e9, 1, 100, 1},
                                         {TaskKind::steady_visit, 0, 2e9, 1, 100, 2}};
  const Schedule schedule = make_schedule(groups, 60e9, 1);
  CHECK(schedule.expected_ns <= 60e9);
  CHECK(schedule.expected_ns > 58e9);
  auto count = counts(schedule);
  CHECK(count[{TaskKind::cold_start, 0}] == doctest::Approx(15).epsilon(0.1));
  CHECK(count[{TaskKind::steady_visit, 0}] == doctest::Approx(15).epsilon(0.1));
  for (std::size_t i = 0; i < groups.size(); ++i)
    CHECK(count[{groups[i].kind, groups[i].parameter}] == schedule.counts[i]);
}

TEST_CASE("no group gets more than its most") {
  const Schedule schedule = make_schedule({{TaskKind::ledger, 0, 1e6, 1, 5, 1}}, 60e9, 1);
  CHECK(schedule.tasks.size() == 5);
}

TEST_CASE("every kind is spread over the whole run") {
  const Schedule schedule =
      make_schedule({{TaskKind::cold_start, 0, 1e9, 1, 40, 1}, {TaskKind::cold_start, 1, 1e9, 1, 40, 1}}, 80e9, 7);
  REQUIRE(schedule.tasks.size() == 80);
  for (const std::int64_t state : {0, 1}) {
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      const auto begin = schedule.tasks.begin() + static_cast<std::ptrdiff_t>(quarter * 20);
      CHECK(std::count_if(begin, begin + 20, [&](const Task& task) { return task.parameter == state; }) == 10);
    }
  }
}

TEST_CASE("the order is random, and the same for the same seed") {
  const std::vector<TaskGroup> groups = {{TaskKind::cold_start, 0, 1e9, 1, 40, 1},
                                         {TaskKind::cold_start, 1, 1e9, 1, 40, 1}};
  const auto order = [&](std::uint64_t seed) {
    std::vector<std::int64_t> out;
    for (const Task& task : make_schedule(groups, 80e9, seed).tasks) out.push_back(task.parameter);
    return out;
  };
  CHECK(order(1) == order(1));
  CHECK(order(1) != order(2));
}

TEST_CASE("what was done already counts in least, most and the share") {
  TaskGroup done{TaskKind::cold_start, 0, 1e9, 3, 5, 1.0};
  done.done = 4;
  TaskGroup fresh{TaskKind::cold_start, 1, 1e9, 1, 5, 1.0};
  const Schedule schedule = make_schedule({done, fresh}, 4e9, 1);
  CHECK(schedule.counts == std::vector<std::int64_t>{0, 4});
  CHECK(make_schedule({done}, 10e9, 1).counts == std::vector<std::int64_t>{1});
}

TEST_CASE("rare kinds are not all in the first round") {
  int first = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Schedule schedule =
        make_schedule({{TaskKind::ledger, 0, 1e9, 1, 1, 1.0}, {TaskKind::cold_start, 0, 1e9, 20, 20, 1.0}}, 0, seed);
    for (std::size_t i = 0; i < 3; ++i) first += schedule.tasks[i].kind == TaskKind::ledger;
  }
  CHECK(first < 20);
}
