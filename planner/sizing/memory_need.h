// What a model needs in memory on one instance, from a report's ledger: several workers, all loading at once, and what
// requests or sessions hold while they live. Bytes.
//
// The first worker takes its resident peak; each more the marginal cost that was measured (or as much as the first,
// where it was not) and what its own load needs for a while beyond the steady state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "profiles/report.h"

namespace mlplan::planner {

struct MemoryNeed {
  double first = 0;  // resident peak of one worker
  double each_more = 0;
  bool marginal_known = false;
};

// At the batch that workers will run: the largest peak seen at it or in the cold starts.
MemoryNeed memory_need(const Report& report, std::int64_t max_batch, std::int64_t threads);

double bytes_for(const MemoryNeed& need, std::int64_t workers);
std::int64_t most_workers(const MemoryNeed& need, double available_bytes);  // 0: not even one

// Kept for the system: 256 MiB and 5 % of the memory, an assumption.
double reserved_bytes(double memory_bytes);

// Of a GPU's nominal memory: 7 % that driver and error correction keep at most, and 5 % of what is left for what a
// report has not seen. An assumption.
double reserved_gpu_bytes(double nominal_bytes);

// How many workers one GPU has room for at a batch. Nothing on a GPU is shared between processes, weights included:
// each takes as much as the first. What one takes is known at the batch and dimensions of the cold start (what the
// process has of the device by NVML; where there is none, the whole device's use, of others too); at other batches only
// that it fitted where it was measured.
struct GpuNeed {
  std::optional<double> worker = {};  // bytes; absent: not known at that batch
  std::int64_t seen_together = 0;     // workers that were measured side by side at that batch or a larger one
};
GpuNeed gpu_need(const Report& report, std::int64_t max_batch, std::int64_t threads,
                 const std::map<std::string, std::int64_t>& dims = {});

// `nominal_bytes` of the GPU, and of the one that was measured, where that is known. 0: not even one, or nobody knows.
std::int64_t most_workers_on_gpu(const GpuNeed& need, double nominal_bytes, std::optional<double> measured_bytes);

// Memory that lives as long as a session, or a request.
struct StateSettings {
  double bytes = 0;                 // of one; 0: none
  double lifetime_s = 0;            // mean
  double sessions_per_request = 1;  // 1 / requests of a session
};

// Sessions that live at once, in the mean.
inline double sessions_at(const StateSettings& state, double requests_per_s) {
  return requests_per_s * state.sessions_per_request * state.lifetime_s;
}

// Smallest number of instances, at least `instances`, each of which has room for the sessions it will hold in all but
// a share of 0.001 of time: sessions live independently (M/G/infinity: their number is Poisson) and are spread evenly.
// nullopt where one instance has room for none.
std::optional<std::int64_t> instances_for_state(double sessions, double room_bytes, double bytes_each,
                                                std::int64_t instances);

}  // namespace mlplan::planner
