#include "planner/sizing/memory_need.h"

#include <doctest/doctest.h>

#include <boost/math/distributions/poisson.hpp>

#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::kGiB;
using examples::ledger_row;
using examples::stat_of;
using examples::steady_row;

namespace {

MarginalWorker marginal(std::int64_t workers, double gib) { return {workers, stat_of(gib * kGiB)}; }

double poisson_tail(double mean, std::int64_t most) {  // P(N > most), summed
  if (mean == 0) return 0;
  const boost::math::poisson_distribution<double> law(mean);
  double within = 0;
  for (std::int64_t n = 0; n <= most; ++n) within += boost::math::pdf(law, static_cast<double>(n));
  return 1 - within;
}

}  // namespace

TEST_CASE("a worker needs the largest peak of the ledger and of its batches; without marginals each needs as much") {
  Report report = examples::report();
  report.steady = {steady_row(1, 1, 1, 10), steady_row(8, 1, 1, 70), steady_row(8, 2, 1, 40)};
  report.steady[1].peak_rss = stat_of(3 * kGiB);
  report.steady[2].peak_rss = stat_of(5 * kGiB);
  CHECK(memory_need(report, 1, 1).first == kGiB);
  CHECK(memory_need(report, 8, 1).first == 3 * kGiB);
  CHECK(memory_need(report, 8, 2).first == 5 * kGiB);
  report.steady[1].concurrency = 2;  // two calls at once need more than the one that is planned with
  CHECK(memory_need(report, 8, 1).first == kGiB);
  report.steady[1].concurrency = 1;
  report.memory.ledger = {ledger_row("steady", 1), ledger_row("load_peak", 2)};
  CHECK(memory_need(report, 1, 1).first == 2 * kGiB);
  CHECK(memory_need(report, 1, 1).each_more == 2 * kGiB);
  CHECK_FALSE(memory_need(report, 1, 1).marginal_known);
}

TEST_CASE("each worker more needs the marginal that was measured and its own peak beyond the steady state") {
  Report report = examples::report();
  report.memory.peak_rss = stat_of(6 * kGiB);
  report.memory.ledger = {ledger_row("steady", 4), ledger_row("load_peak", 5)};
  report.memory.marginal = {marginal(2, 1), marginal(3, 1.5)};
  const MemoryNeed need = memory_need(report, 1, 1);
  CHECK(need.marginal_known);
  CHECK(need.first == 6 * kGiB);
  CHECK(need.each_more == (1.5 + 2) * kGiB);
  CHECK(bytes_for(need, 1) == 6 * kGiB);
  CHECK(bytes_for(need, 3) == 13 * kGiB);
  report.memory.marginal_worker = stat_of(100 * kGiB);
  CHECK(memory_need(report, 1, 1).each_more == 6 * kGiB);  // never more than a worker alone
}

TEST_CASE("the most workers in a memory are those whose bytes fit, and one more does not") {
  const MemoryNeed need{.first = 6, .each_more = 2.5};
  CHECK(most_workers(need, 5.9) == 0);
  CHECK(most_workers(need, 6) == 1);
  for (double available = 6; available < 40; available += 0.5) {
    const std::int64_t most = most_workers(need, available);
    CHECK(bytes_for(need, most) <= available);
    CHECK(bytes_for(need, most + 1) > available);
  }
}

TEST_CASE("the system keeps 256 MiB and 5 %") { CHECK(reserved_bytes(100 * kGiB) == doctest::Approx(5.25 * kGiB)); }

TEST_CASE("instances for sessions are the fewest by the tail of the Poisson law, as a scan finds them") {
  for (const double sessions : {0.0, 0.2, 3.0, 40.0, 333.3}) {
    for (const std::int64_t room : {1, 7, 60}) {
      for (const std::int64_t at_least : {1, 3}) {
        std::int64_t expected = at_least;
        while (poisson_tail(sessions / static_cast<double>(expected), room) > 0.001) ++expected;
        CHECK(instances_for_state(sessions, static_cast<double>(room) * 10 + 9, 10, at_least) == expected);
      }
    }
  }
}

TEST_CASE("without room for one session no number of instances is enough") {
  CHECK_FALSE(instances_for_state(5, 9, 10, 1));
  CHECK_FALSE(instances_for_state(5, -100, 10, 1));
  CHECK(instances_for_state(5, 10, 10, 1).value_or(0) > 5);
}

TEST_CASE("a worker on a GPU needs what the device held, at the batch and dimensions of the ledger alone") {
  Report report = examples::gpu_report();
  CHECK(gpu_need(report, 1, 1).worker == 1.5 * kGiB);
  CHECK_FALSE(gpu_need(report, 16, 1).worker);
  report.model.dim_defaults = {{"batch", 1}, {"seq", 128}};
  CHECK(gpu_need(report, 1, 1, {{"seq", 128}}).worker);
  CHECK_FALSE(gpu_need(report, 1, 1, {{"seq", 512}}).worker);
  // What others have on the device is not the worker's.
  report.memory.ledger[1].gpu_process = report.memory.ledger[1].gpu;
  report.memory.ledger[1].gpu_process->max = 0.75 * kGiB;
  CHECK(gpu_need(report, 1, 1).worker == 0.75 * kGiB);
  report.memory.gpu = GpuMemory{.process = *report.memory.ledger[1].gpu_process};
  report.memory.gpu->process.max = 1.25 * kGiB;
  CHECK(gpu_need(report, 1, 1).worker == 1.25 * kGiB);
  report.memory.gpu.reset();
  report.memory.ledger[1].gpu_process.reset();
  report.memory.ledger[0].gpu.reset();
  report.memory.ledger[1].gpu.reset();
  CHECK_FALSE(gpu_need(report, 1, 1).worker);
}

TEST_CASE("what ran side by side on a GPU is known to fit one as large, and nothing beyond is known of large batches") {
  Report report = examples::gpu_report();
  report.steady.push_back(steady_row(16, 1, 2, 15));
  const GpuNeed large = gpu_need(report, 16, 1);
  CHECK(large.seen_together == 2);
  CHECK(most_workers_on_gpu(large, 24 * kGiB, 24 * kGiB) == 2);
  CHECK(most_workers_on_gpu(large, 48 * kGiB, 24 * kGiB) == 2);
  CHECK(most_workers_on_gpu(large, 16 * kGiB, 24 * kGiB) == 0);
  CHECK(most_workers_on_gpu(large, 24 * kGiB, {}) == 0);
  report.steady.back().stop = "out_of_memory";
  CHECK(gpu_need(report, 16, 1).seen_together == 1);
  CHECK(gpu_need(report, 32, 1).seen_together == 0);
  CHECK(gpu_need(report, 16, 2).seen_together == 0);
}

TEST_CASE("at the batch of the ledger a GPU has room for whole workers in what its driver and the margin leave") {
  const GpuNeed need{.worker = 1.5 * kGiB, .seen_together = 1};
  CHECK(reserved_gpu_bytes(100) == doctest::Approx(7 + 0.05 * 93));
  CHECK(most_workers_on_gpu(need, 24 * kGiB, 24 * kGiB) == 14);  // 21.2 GiB
  CHECK(most_workers_on_gpu(need, 1.6 * kGiB, 24 * kGiB) == 0);
  CHECK(most_workers_on_gpu(need, 1.6 * kGiB, 1.6 * kGiB) == 1);  // it ran there
}
