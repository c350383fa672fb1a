// How a report says a worker serves: the law of its service time at each measured batch, and how much longer it takes
// when more of the machine is in use by other workers.
//
// Contention is taken to depend on the share of the machine's vCPUs in use, workers x threads / vCPUs. It is measured
// where the report has rows of several workers side by side; a share beyond the largest measured one is not planned.
// Of workers on a GPU the share is their number: so many GPUs' worth of work for the one that they are on.
// Times are seconds on the machine of the report.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "planner/simulation/scenario.h"
#include "profiles/report.h"

namespace mlplan::planner {

// The law at one batch, and what formulas need of it.
struct ServiceLaw {
  BatchService row = {};
  double scv = 0;
  std::vector<double> points = {};  // of the law, equally likely, ascending; at most 200
};

ServiceLaw service_law(BatchService row);

struct Contention {
  double share = 0;   // of the machine's vCPUs in use; workers on the GPU
  double factor = 1;  // on the service times measured alone
};

// A worker with so many threads.
struct WorkerModel {
  std::int64_t threads = 1;
  std::vector<ServiceLaw> service;     // alone on the machine, ascending by batch
  std::vector<Contention> contention;  // ascending by share; the first is that of the worker alone
  AfterIdle after_idle = {};           // nothing where nobody measured it
  double error = 0;                 // relative, of the median service time at the report's confidence, over all batches
  bool error_known = true;          // false: a batch had too few processes for an interval
  std::int64_t fewest_samples = 0;  // inferences of the batch that has the fewest

  double largest_share() const { return contention.back().share; }
  double factor_at(double share) const;  // linear between measured shares; 1 below the first
};

struct ServiceModel {
  std::int64_t vcpus = 0;  // of the machine that was measured
  std::string architecture;
  std::string device;                // "cpu", "cuda:0"
  std::vector<WorkerModel> workers;  // ascending by threads
};

// Whether the row was measured where `dims` are as asked for, and others at their default.
bool is_at(const SteadyRow& row, const std::map<std::string, std::int64_t>& dims, const Report& report);

// Rows of the closed loop, one inference at a time, at the default of every dimension but `dims`. ErrorKind::bad_input
// where there is none; `where` is `source`.
Result<ServiceModel> service_model_of(const Report& report, const std::string& source,
                                      const std::map<std::string, std::int64_t>& dims = {});

}  // namespace mlplan::planner
