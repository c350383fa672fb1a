// The machine a report was measured on: what it is, and how quiet it was while it was measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/report.h"

namespace mlplan::bench {

// What it is. `model_path` decides which file system is named. cpus: those the worker may use; empty: this process's
// own.
MachineInfo describe_machine(const std::string& model_path, const std::vector<int>& cpus);

// CPUs this process may use, ascending.
std::vector<int> usable_cpus();

// How many CPUs' worth of time a worker gets: the usable CPUs, or a smaller quota of the control group, rounded up.
std::int64_t usable_cpu_count(const std::vector<int>& cpus);

// Bytes that a worker may still take: what the machine has available, or less by the control groups' limits. Page cache
// that can be dropped counts as free in both.
std::int64_t memory_for_worker();

// Watches the machine from construction to grade(): stolen time, pressure, throttling, foreign load.
class NoiseWatch {
 public:
  NoiseWatch();
  // Fills steal_fraction, pressure_some, grade and why.
  void grade(MachineInfo& machine) const;

 private:
  struct Counters {
    std::int64_t at_ns = 0;
    double total_ticks = 0;
    double steal_ticks = 0;
    std::optional<double> pressure_us;
    std::optional<std::int64_t> throttled_ns;
  };
  static Counters read();
  Counters begin_;
};

// 16 hex digits over what must agree for two reports to be compared: CPU model and count, architecture, memory size,
// THP mode, CPU quota, kernel major.minor, libtorch build, device. Not the host's name, nor anything that changes from
// run to run.
std::string fingerprint(const MachineInfo& machine, const std::string& libtorch);

}  // namespace mlplan::bench
