#include "planner/sizing/service_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planner/simulation/serving_of_report.h"
#include "profiles/gpu_card.h"

namespace mlplan::planner {

namespace {

constexpr double kErrorOfOne = 0.25;  // of a single stretch of time, which says nothing of its error: an assumption
constexpr std::size_t kPoints = 200;  // of a law: as many as a p99.5 needs

bool is_measured(const SteadyRow& row) {
  return row.mode == "closed" && row.concurrency == 1 && row.latency.n > 0 && row.latency.median > 0 &&
         row.stop != "failed" && row.stop != "out_of_memory";
}

const SteadyRow* find(const std::vector<const SteadyRow*>& rows, std::int64_t batch, std::int64_t threads,
                      std::int64_t workers) {
  const auto row = std::ranges::find_if(rows, [&](const SteadyRow* candidate) {
    return candidate->batch == batch && candidate->threads == threads && candidate->workers == workers;
  });
  return row == rows.end() ? nullptr : *row;
}

// Side by side over alone, by the batches that were measured both ways: the largest, as a plan must hold for each.
// `share` is what one worker takes.
std::vector<Contention> contention_of(const std::vector<const SteadyRow*>& rows, std::int64_t threads, double share) {
  const auto share_of = [&](std::int64_t workers) { return static_cast<double>(workers) * share; };
  std::map<std::int64_t, double> factors;
  for (const SteadyRow* row : rows) {
    if (row->threads != threads || row->workers == 1) continue;
    const SteadyRow* alone = find(rows, row->batch, threads, 1);
    if (alone == nullptr) continue;
    double& factor = factors[row->workers];
    factor = std::max(factor, row->latency.median / alone->latency.median);
  }
  std::vector<Contention> contention = {{share_of(1), 1}};
  for (const auto& [workers, factor] : factors) {
    contention.push_back({share_of(workers), std::max(factor, contention.back().factor)});
  }
  return contention;
}

// Relative error of the median time: its interval, or where there were too few processes for one the range of what was
// seen over the stretches of time, which is no interval at the confidence but no guess either.
double error_of(const SteadyRow& row) {
  const Stat& latency = row.latency;
  if (latency.low && latency.high)
    return std::max(*latency.high / latency.median - 1, 1 - *latency.low / latency.median);
  double least = INFINITY;
  double most = 0;
  std::int64_t stretches = 0;
  for (const double sample : row.throughput.samples) {
    if (!std::isfinite(sample) || !(sample > 0)) continue;
    least = std::min(least, sample);
    most = std::max(most, sample);
    ++stretches;
  }
  return stretches < 2 ? kErrorOfOne : std::max(most / row.throughput.median - 1, row.throughput.median / least - 1);
}

void add_errors(WorkerModel& worker, const SteadyRow& row) {
  worker.error = std::max(worker.error, error_of(row));
  worker.error_known = worker.error_known && row.latency.low && row.latency.high;
  worker.fewest_samples = worker.service.empty() ? row.latency.n : std::min(worker.fewest_samples, row.latency.n);
}

}  // namespace

// Rows name only dimensions that were swept.
bool is_at(const SteadyRow& row, const std::map<std::string, std::int64_t>& dims, const Report& report) {
  for (const auto& [name, value] : row.dims) {
    const auto asked = dims.find(name);
    const auto usual = report.model.dim_defaults.find(name);
    if (asked != dims.end()) {
      if (value != asked->second) return false;
    } else if (usual != report.model.dim_defaults.end() && value != usual->second) {
      return false;
    }
  }
  return std::ranges::all_of(dims, [&](const auto& dim) {
    const auto usual = report.model.dim_defaults.find(dim.first);
    return row.dims.contains(dim.first) || (usual != report.model.dim_defaults.end() && usual->second == dim.second);
  });
}

ServiceLaw service_law(BatchService row) {
  const std::size_t samples = row.time_s.samples.size();
  const std::size_t points = samples > 0 ? std::min(kPoints, samples) : kPoints;
  ServiceLaw law{.scv = scv(row.time_s), .points = equal_parts(row.time_s, points)};
  std::ranges::sort(law.points);
  law.row = std::move(row);
  return law;
}

double WorkerModel::factor_at(double share) const {
  if (share <= contention.front().share) return 1;
  for (std::size_t i = 1; i < contention.size(); ++i) {
    const Contention& low = contention[i - 1];
    const Contention& high = contention[i];
    if (share <= high.share) {
      return low.factor + (high.factor - low.factor) * (share - low.share) / (high.share - low.share);
    }
  }
  return contention.back().factor;
}

Result<ServiceModel> service_model_of(const Report& report, const std::string& source,
                                      const std::map<std::string, std::int64_t>& dims) {
  ServiceModel model;
  model.vcpus = report.machine.cpu.logical;
  model.architecture = report.machine.cpu.architecture;
  model.device = report.mlplan.device;
  if (model.vcpus < 1)
    return fail(ErrorKind::bad_input, "the report does not say how many CPUs were measured on", source);

  std::vector<const SteadyRow*> rows;
  std::set<std::int64_t> threads;
  for (const SteadyRow& row : report.steady) {
    if (!is_measured(row) || !is_at(row, dims, report)) continue;
    rows.push_back(&row);
    if (row.workers == 1) threads.insert(row.threads);
  }
  for (const std::int64_t count : threads) {
    WorkerModel worker;
    worker.threads = count;
    for (const SteadyRow* row : rows) {
      if (row->threads != count || row->workers != 1) continue;
      add_errors(worker, *row);
      worker.service.push_back(service_law({row->batch, from_nanoseconds(row->latency)}));
    }
    std::ranges::sort(worker.service, {}, [](const ServiceLaw& law) { return law.row.batch; });
    worker.after_idle = after_idle_of(report, count);
    const double share = is_on_gpu(report) ? 1 : static_cast<double>(count) / static_cast<double>(model.vcpus);
    worker.contention = contention_of(rows, count, share);
    model.workers.push_back(std::move(worker));
  }
  if (model.workers.empty() && report.command) {
    return fail(ErrorKind::bad_input,
                "the report is of a program seen from outside: it does not say how long a request takes", source,
                "mlplan simulate --service 20ms plays a fleet with a time that you know");
  }
  if (model.workers.empty()) {
    return fail(ErrorKind::bad_input,
                dims.empty() ? "the report has no steady state of a single worker to plan with"
                             : "the report has no steady state at the dimensions asked for",
                source,
                dims.empty() ? "mlplan bench MODEL without --only, and with a longer --time-box"
                             : "mlplan bench MODEL --dim NAME=VALUES");
  }
  return model;
}

}  // namespace mlplan::planner
