// From cold-start samples to the report's states: phases that add up to the wall, what the reading was made of, the
// limit. Pure. Parts of file_read are estimates: first touch is the reader's faults at this machine's measured CPU cost
// of one, the rest of its CPU time is copying; its time off the CPU is told apart by what the kernel counts of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/cold_start.h"
#include "profiles/report.h"

namespace mlplan::bench {

// What plain loops reached on this machine with this file; absent where it could not be measured.
struct MachineLimits {
  std::optional<double> cold_read_bytes_per_s;
  std::optional<double> copy_bytes_per_s;
  std::optional<double> first_touch_bytes_per_s;
  std::optional<double> huge_first_touch_bytes_per_s;
  std::optional<double> fault_ns;      // CPU time of a 4 KiB first touch
  std::optional<double> huge_page_ns;  // of a 2 MiB one
};
MachineLimits measure_limits(const std::string& model_path, bool cold);
// Of two measurements the best: a limit is what was reached once.
MachineLimits best_of(const MachineLimits& a, const MachineLimits& b);

struct PhaseTime {
  std::string name;
  worker::Stamp spent;  // differences, not moments
};

// One sample's phases in order, and what of its wall none of them explains. ns.
struct Timeline {
  std::vector<PhaseTime> phases;
  double unattributed_ns = 0;
  double wall_ns = 0;
};
Timeline timeline(const ColdSample& sample);

struct ReadParts {
  double first_touch_ns = 0;
  double copy_ns = 0;
  double cpu_wait_ns = 0;      // ready to run, no CPU free
  double storage_wait_ns = 0;  // off the CPU otherwise, in a reading that fetched bytes from storage
  double off_cpu_ns = 0;  // off the CPU without a known reason: nothing was fetched, or the wait for a CPU is unknown
};
// `reading` and `cpu_wait_ns` as accumulated by the worker's reader; `bytes` what it delivered.
ReadParts split_reading(const worker::Stamp& reading, std::optional<std::int64_t> cpu_wait_ns, std::int64_t bytes,
                        const MachineLimits& limits);

// "warm first result 1.21 s (n = 4)": of the state that was sampled first; empty without a proven sample.
std::string headline(const std::vector<ColdSample>& samples);

ColdStartState assemble_state(CacheState state, const std::vector<ColdSample>& samples, std::int64_t model_bytes,
                              const MachineLimits& limits);

}  // namespace mlplan::bench
