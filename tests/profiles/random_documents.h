// Random but valid inputs and reports, for properties that must hold for all of them. Equal seeds give equal documents.
#pragma once

#include <random>

#include "profiles/catalog.h"
#include "profiles/keep_alive.h"
#include "profiles/machine_profile.h"
#include "profiles/plan.h"
#include "profiles/report.h"
#include "profiles/simulation.h"
#include "profiles/traffic.h"
#include "profiles/verification.h"

namespace mlplan::test {

// What a failed result says; empty for a good one.
template <class T>
std::string message_of(const Result<T>& result) {
  return result ? std::string() : result.error().where + ": " + result.error().message;
}

class RandomDocuments {
 public:
  explicit RandomDocuments(std::uint64_t seed) : engine_(seed) {}

  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(end));
  }
  bool coin() { return below(2) == 0; }
  std::string word();
  double number();  // of any size, whole or not
  Agreement agreement();
  std::vector<InputSpec> inputs();  // such as parse_input_flags makes
  Stat stat();
  Catalog catalog();  // without findings that are errors
  Traffic traffic();  // of each kind
  Plan plan();        // feasible or not
  Simulation simulation();
  KeepAliveComparison keep_alive();
  MachineProfile machine_profile();
  Verification verification();  // of each verdict, without contradictions
  Report report();              // every optional part sometimes there, sometimes not

 private:
  InputSpec input(const std::string& name, int depth);
  TensorSpec tensor();
  ScalarSpec scalar();
  std::optional<double> maybe_number();
  std::optional<MachineFigure> machine_figure();  // or none
  double share() { return static_cast<double>(below(1000)) / 999; }
  std::optional<std::int64_t> maybe_count() { return coin() ? std::optional<std::int64_t>(below(50)) : std::nullopt; }
  std::vector<std::int64_t> hours();  // 24, or none
  std::vector<std::string> words();
  std::optional<PlannedBursts> bursts();
  ColdStartState state(const std::string& name);
  MachineGpu machine_gpu();
  GpuMemory gpu_memory();
  MemoryReport memory();
  SteadyRow steady_row();
  RateSeries rate_series();
  RequestTrace request_trace();
  Estimate estimate();
  SimulatedTime simulated_time();
  ComparedQuantity compared_quantity(bool may_miss);
  Deployment deployment();
  WarmPool warm_pool();
  InstanceType instance_type(const std::string& name);

  std::mt19937_64 engine_;
};

}  // namespace mlplan::test
