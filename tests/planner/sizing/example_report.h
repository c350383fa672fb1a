// Reports and catalogs made by hand for the tests of sizing: small, round numbers, none measured.
//
// The report is of one worker of one thread on a machine of 2 vCPUs ("x86_64"): 10 ms for one input, give or take
// 20 %, known to 1 %; a cold start of 2 s; 1 GiB of memory. Times are given in milliseconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/sizing/candidate.h"
#include "profiles/catalog.h"
#include "profiles/report.h"

namespace mlplan::planner::examples {

inline constexpr double kMs = 1e6;  // in ns
inline constexpr double kGiB = 1024.0 * 1024 * 1024;

// Samples around a median, which is known to `spread`; 0: not at all.
inline Stat stat_of(double median, double spread = 0, std::vector<double> factors = {1}) {
  Stat stat;
  stat.median = median;
  for (const double factor : factors) stat.samples.push_back(median * factor);
  stat.min = median * factors.front();
  stat.max = median * factors.back();
  stat.lower_quartile = stat.min;
  stat.n = static_cast<std::int64_t>(factors.size());
  if (spread > 0) {
    stat.low = median * (1 - spread);
    stat.high = median * (1 + spread);
  }
  return stat;
}

inline SteadyRow steady_row(std::int64_t batch, std::int64_t threads, std::int64_t workers, double ms) {
  SteadyRow row;
  row.batch = batch;
  row.threads = threads;
  row.workers = workers;
  row.latency = stat_of(ms * kMs, 0.01, {0.8, 0.9, 1, 1.1, 1.2});
  row.throughput = stat_of(static_cast<double>(batch * workers) * 1000 / ms);
  row.stop = "converged";
  return row;
}

inline ColdStartState cold_start(const std::string& name, double seconds) {
  ColdStartState state;
  state.name = name;
  state.achieved = true;
  state.time_to_first_result = stat_of(seconds * 1e9, 0.05, {0.9, 1, 1.1});
  return state;
}

inline LedgerRow ledger_row(const std::string& at, double gib) {
  LedgerRow row;
  row.at = at;
  row.rss = stat_of(gib * kGiB);
  return row;
}

inline Report report() {
  Report report;
  report.mlplan.device = "cpu";
  report.mlplan.stop = "complete";
  report.model.path = "model.pt";
  report.model.bytes = 500'000'000;
  report.model.dim_defaults = {{"batch", 1}};
  report.machine.cpu.architecture = "x86_64";
  report.machine.cpu.logical = 2;
  report.machine.grade = "A";
  report.machine.fingerprint = "0123456789abcdef";
  report.cold_start.states = {cold_start("warm", 1), cold_start("model_cold", 2)};
  report.memory.peak_rss = stat_of(kGiB);
  report.steady = {steady_row(1, 1, 1, 10)};
  return report;
}

// The same model on one L4 of such a machine: 2 ms for one input, 8 ms for 16, one worker, 1.5 GiB of the card.
inline Report gpu_report() {
  Report report = examples::report();
  report.mlplan.device = "cuda:0";
  report.mlplan.libtorch_build = "CUDA 13.0 build; AVX512; OpenMP; NVIDIA L4, driver for CUDA 13.0";
  report.machine.fingerprint = "fedcba9876543210";
  report.model.weights = {{.dtype = "i64", .parameters = 53, .bytes = 424},
                          {.dtype = "f32", .parameters = 25'000'000, .bytes = 100'000'000}};
  report.memory.ledger = {ledger_row("framework", 0.5), ledger_row("steady", 1)};
  report.memory.ledger[0].gpu = stat_of(0.4 * kGiB);
  report.memory.ledger[1].gpu = stat_of(1.5 * kGiB);
  report.steady = {steady_row(1, 1, 1, 2), steady_row(16, 1, 1, 8)};
  for (SteadyRow& row : report.steady) {
    row.device = stat_of(0.95 * row.latency.median);
    row.enqueue = stat_of(1 * kMs);
  }
  return report;
}

inline InstanceType instance_type(const std::string& name, std::int64_t vcpus, double gib, double usd_per_hour,
                                  double core_speed = 0) {
  InstanceType type;
  type.cloud = "example";
  type.name = name;
  type.region = "here";
  type.vcpus = vcpus;
  type.memory_bytes = static_cast<std::int64_t>(gib * kGiB);
  type.architecture = "x86_64";
  type.prices = {{.option = kOnDemand, .usd_per_hour = usd_per_hour, .date = "2026-01-01", .source = "a test"}};
  if (core_speed > 0) type.core_speed = CoreSpeed{core_speed, "coremark_iterations_per_s", "a test"};
  return type;
}

inline InstanceType gpu_type(const std::string& name, std::int64_t vcpus, double gib, double usd_per_hour,
                             const std::string& card, std::int64_t count, double card_gib, double core_speed = 0) {
  InstanceType type = instance_type(name, vcpus, gib, usd_per_hour, core_speed);
  type.gpu = Gpu{card, count, static_cast<std::int64_t>(card_gib * kGiB), "a test"};
  return type;
}

inline std::vector<const InstanceType*> all_of(const Catalog& catalog) {
  std::vector<const InstanceType*> types;
  for (const InstanceType& type : catalog.instances) types.push_back(&type);
  return types;
}

// A candidate of one worker and one thread whose times follow `law`, with no error and nothing to start.
inline Candidate candidate_of(const InstanceType& type, std::int64_t workers, const Distribution& law) {
  WorkerModel worker;
  worker.service = {service_law({1, law})};
  worker.contention = {{1, 1}};
  Candidate candidate;
  candidate.type = &type;
  candidate.usd_per_hour = type.usd_per_hour().value_or(1);
  candidate.workers = workers;
  candidate.worker = std::make_shared<const WorkerModel>(std::move(worker));
  candidate.load_s = std::make_shared<const Distribution>(deterministic(1));
  return candidate;
}

}  // namespace mlplan::planner::examples
