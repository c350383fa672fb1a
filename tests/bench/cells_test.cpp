#include "bench/cells.h"

#include <doctest/doctest.h>

#include <set>

using namespace mlplan::bench;

namespace {

CellCosts quick_model() {
  CellCosts costs;
  costs.start_ns = 0.5e9;
  costs.inference_ns = 1e6;
  costs.most_threads = 2;
  costs.cpus = 2;
  costs.budget_ns = 25e9;
  return costs;
}

std::size_t cell_count(const CellPlan& plan) {
  std::size_t count = 0;
  for (const VisitGroup& group : plan.groups) count += group.cells.size();
  return count;
}

}  // namespace

TEST_CASE("a quick model gets every default cell, and six visits where an interval matters most") {
  const CellPlan plan = plan_cells({}, quick_model());
  CHECK(plan.left_out.empty());
  CHECK(plan.groups.front().visits == 6);
  CHECK(plan.groups.front().blocks_per_visit == 1);
  for (const VisitGroup& group : plan.groups) CHECK(group.visits >= 1);
  CHECK(plan.block_ns >= 20'000'000);
  // Six batches at two and at one thread, and two workers side by side at batch 1.
  CHECK(cell_count(plan) == 13);
  CHECK(plan.groups.front().cells.front() == Cell{1, 2, 1, {}});
}

TEST_CASE("what does not fit is left out from the large end, and said") {
  CellCosts costs = quick_model();
  costs.inference_ns = 100e6;
  const CellPlan plan = plan_cells({}, costs);
  CHECK_FALSE(plan.left_out.empty());
  std::set<std::int64_t> batches;
  for (const VisitGroup& group : plan.groups) {
    for (const Cell& cell : group.cells) batches.insert(cell.batch);
  }
  CHECK(batches.contains(1));
  CHECK_FALSE(batches.contains(32));
}

TEST_CASE("batches asked for are measured whatever they take") {
  CellCosts costs = quick_model();
  costs.inference_ns = 1e9;
  Options options;
  options.batches = {1, 64};
  options.threads = {1};
  options.workers = {1};
  const CellPlan plan = plan_cells(options, costs);
  CHECK(cell_count(plan) == 2);
  CHECK(plan.left_out.empty());
}

TEST_CASE("batches stay within the bounds that the file states") {
  CellCosts costs = quick_model();
  costs.batch_bounds = {2, 15};
  const CellPlan plan = plan_cells({}, costs);
  std::set<std::int64_t> batches;
  for (const VisitGroup& group : plan.groups) {
    for (const Cell& cell : group.cells) batches.insert(cell.batch);
  }
  CHECK(batches == std::set<std::int64_t>{2, 4, 8, 15});
  CHECK(plan.notes.size() == 1);
}

TEST_CASE("a model that takes long to start is visited once, with all blocks in it") {
  CellCosts costs = quick_model();
  costs.start_ns = 300e9;
  costs.budget_ns = 20e9;
  const CellPlan plan = plan_cells({}, costs);
  CHECK(plan.groups.front().visits == 1);
  CHECK(plan.groups.front().blocks_per_visit == 3);
  CHECK(cell_count(plan) >= 1);
}

TEST_CASE("a swept dimension gives a row for each value, and every row names its value") {
  Options options;
  options.dims["seq"] = {16, 32, 64};
  options.batches = {1};
  options.threads = {2};
  options.workers = {1};
  const CellPlan plan = plan_cells(options, quick_model());
  std::set<std::int64_t> values;
  for (const VisitGroup& group : plan.groups) {
    for (const Cell& cell : group.cells) values.insert(cell.dims.at("seq"));
  }
  CHECK(values == std::set<std::int64_t>{16, 32, 64});
}
