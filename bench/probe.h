// The profile of this machine: mlplan-kernels run in rounds, each a process of its own, until the time box is full.
//
// Samples of every kind are so spread over the whole of it, and a run that is cut short has all kinds in proportion.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "profiles/machine_profile.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

inline constexpr const char* kProbeSubjects[] = {"memory", "faults", "process", "disk", "arithmetic", "gpu"};

struct ProbeOptions {
  std::chrono::nanoseconds time_box = std::chrono::seconds(60);  // the first round may overrun it
  std::int64_t most_rounds = 10;                                 // more tell nothing new on a quiet machine
  std::vector<std::string> subjects = {};  // of kProbeSubjects; empty: all, "gpu" only with a sign of a GPU
  std::string folder = ".";                // where the file that is read lies; nothing is left of it
  std::string kernels_path = {};           // empty: MLPLAN_KERNELS, beside mlplan, or libexec
};

struct ProbeHooks {
  std::function<void(std::int64_t round, double fraction)> progress = {};  // before each round, from 1
  std::function<bool()> interrupted = {};                                  // polled ten times a second
  std::vector<std::string> argv = {};
};

// Errors: usage (no mlplan-kernels, or one of another version), interrupted (before the first round was done),
// not_measured (it failed, and why). Interrupted later: the profile of the rounds that were done.
Result<MachineProfile> probe(const ProbeOptions& options, const ProbeHooks& hooks);

// What the rounds found, by the names of the benchmarks.
struct KernelSamples {
  struct Of {
    std::vector<double> samples;
    std::vector<double> limits;
    std::string limit_is;
    bool is_time = false;
  };
  std::vector<std::pair<std::string, Of>> figures;  // in the order of the first round
  std::map<std::string, std::string> errors;        // why, by name
  std::string version;                              // of mlplan-kernels
  std::string vectors;
  std::vector<GpuInfo> gpus;  // that were measured
};
// Adds what mlplan-kernels wrote as JSON. Errors: not_measured, where it is none.
Status add_round(const std::string& json, KernelSamples& samples);
// Into the places of the profile; what has no place is ignored, as a newer mlplan-kernels may know more.
void fill(MachineProfile& profile, const KernelSamples& samples);

}  // namespace mlplan::bench
