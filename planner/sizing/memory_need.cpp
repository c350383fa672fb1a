#include "planner/sizing/memory_need.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "planner/sizing/service_model.h"

namespace mlplan::planner {

namespace {

constexpr double kOverflowShare = 0.001;
constexpr double kMiB = 1024.0 * 1024.0;
constexpr double kKeptByDriver = 0.07;
constexpr double kGpuMargin = 0.05;

double largest(const Stat& stat) { return stat.n > 0 ? stat.max : 0; }

double largest(const std::optional<Stat>& stat) { return stat ? largest(*stat) : 0; }

// Of a GPU, by one worker: by how much its used memory grew, or else all that is used there; 0: neither is known.
double largest_on_gpu(const MemoryReport& memory) {
  double grown = memory.gpu ? std::max(largest(memory.gpu->process), largest(memory.gpu->told)) : 0;
  double used = 0;
  for (const LedgerRow& row : memory.ledger) {
    grown = std::max(grown, largest(row.gpu_process));
    used = std::max(used, largest(row.gpu));
  }
  return grown > 0 ? grown : used;
}

// P(Poisson(mean) > most).
double poisson_above(double mean, double most) { return boost::math::gamma_p(most + 1, mean); }

}  // namespace

MemoryNeed memory_need(const Report& report, std::int64_t max_batch, std::int64_t threads) {
  MemoryNeed need;
  need.first = largest(report.memory.peak_rss);
  for (const SteadyRow& row : report.steady) {
    if (row.batch > max_batch || row.threads != threads || row.concurrency != 1) continue;
    need.first = std::max(need.first, largest(row.peak_rss));
  }
  double load_peak = 0;
  double steady = 0;
  for (const LedgerRow& row : report.memory.ledger) {
    need.first = std::max(need.first, largest(row.rss));
    if (row.at == "load_peak") load_peak = largest(row.rss);
    if (row.at == "steady") steady = largest(row.rss);
  }
  double marginal = 0;
  for (const MarginalWorker& worker : report.memory.marginal) marginal = std::max(marginal, largest(worker.added));
  if (report.memory.marginal_worker) marginal = std::max(marginal, largest(*report.memory.marginal_worker));
  need.marginal_known = marginal > 0 && steady > 0;
  // What a batch larger than that of the ledger adds, and what loading needs for a while, each worker needs of its own.
  const double beyond_steady = std::max(need.first - steady, std::max(load_peak - steady, 0.0));
  need.each_more = need.marginal_known ? std::min(need.first, marginal + beyond_steady) : need.first;
  return need;
}

double bytes_for(const MemoryNeed& need, std::int64_t workers) {
  return need.first + static_cast<double>(workers - 1) * need.each_more;
}

std::int64_t most_workers(const MemoryNeed& need, double available_bytes) {
  if (available_bytes < need.first) return 0;
  if (need.each_more <= 0) return 1;
  return 1 + static_cast<std::int64_t>((available_bytes - need.first) / need.each_more);
}

double reserved_bytes(double memory_bytes) { return 256 * kMiB + 0.05 * memory_bytes; }

double reserved_gpu_bytes(double nominal_bytes) {
  const double kept = kKeptByDriver * nominal_bytes;
  return kept + kGpuMargin * (nominal_bytes - kept);
}

GpuNeed gpu_need(const Report& report, std::int64_t max_batch, std::int64_t threads,
                 const std::map<std::string, std::int64_t>& dims) {
  const auto& usual = report.model.dim_defaults;
  const auto is_usual = [&](const auto& dim) { return usual.contains(dim.first) && usual.at(dim.first) == dim.second; };
  const std::int64_t batch_of_ledger = usual.contains("batch") ? usual.at("batch") : 1;
  GpuNeed need;
  const double worker = largest_on_gpu(report.memory);
  if (worker > 0 && max_batch <= batch_of_ledger && std::ranges::all_of(dims, is_usual)) need.worker = worker;
  for (const SteadyRow& row : report.steady) {
    const bool served = row.latency.n > 0 && row.stop != "failed" && row.stop != "out_of_memory";
    if (served && row.batch >= max_batch && row.threads == threads && is_at(row, dims, report))
      need.seen_together = std::max(need.seen_together, row.workers);
  }
  return need;
}

std::int64_t most_workers_on_gpu(const GpuNeed& need, double nominal_bytes, std::optional<double> measured_bytes) {
  std::int64_t most = 0;
  if (measured_bytes && nominal_bytes >= *measured_bytes) most = need.seen_together;
  if (need.worker) {
    const double room = nominal_bytes - reserved_gpu_bytes(nominal_bytes);
    most = std::max(most, static_cast<std::int64_t>(room / *need.worker));
  }
  return most;
}

std::optional<std::int64_t> instances_for_state(double sessions, double room_bytes, double bytes_each,
                                                std::int64_t instances) {
  const double most = std::floor(room_bytes / bytes_each);
  if (most < 1) return std::nullopt;
  const auto holds = [&](std::int64_t count) {
    return poisson_above(sessions / static_cast<double>(count), most) <= kOverflowShare;
  };
  if (holds(instances)) return instances;
  std::int64_t low = instances;  // does not hold
  std::int64_t high = std::max<std::int64_t>(2 * instances, 2);
  while (!holds(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace mlplan::planner
