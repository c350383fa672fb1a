// The GPU that the workers of a run are on, seen from outside by NVML (kernels/gpu/nvml.h): what state it was in around
// each piece of measuring, and over the whole run. What was measured while it was slowed down is thrown away and
// measured again, within limits, and beyond them marked. Pure, but for wait_to_cool, describe_gpu and note_end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/gpu/nvml.h"
#include "profiles/report.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::bench {

// Around one piece of measuring.
struct GpuSpan {
  gpu::ManagedState before;
  gpu::ManagedState after;
};

// Why it was slowed down at either end, or for any time in between.
gpu::Slowdowns slowdowns_in(const GpuSpan& span);
// Whether what was measured meanwhile is not what the device gives: heat, the power supply or another protection of the
// hardware held it back. The power cap does not count: a card under full load usually draws what it may.
bool spoils(const gpu::Slowdowns& slowdowns);

inline constexpr int kMostAgain = 3;        // of one piece of measuring
inline constexpr int kMostAgainOfAll = 12;  // of one row, or one kind of start

// The pieces that one row, or one kind of start, is made of.
class GpuSpans {
 public:
  // Whether what was measured in `span` is to be thrown away and measured again, after the `tries`-th try (from 0);
  // else it is kept in mind.
  bool again(const GpuSpan& span, int tries);
  std::int64_t slowed() const;  // kept, although spoilt
  std::int64_t thrown_away() const { return thrown_away_; }
  const std::vector<GpuSpan>& kept() const { return kept_; }

 private:
  std::vector<GpuSpan> kept_;
  std::int64_t thrown_away_ = 0;
};
void wait_to_cool(int tries);  // longer each time, from 50 ms on

// Measures, and again while the GPU was slowed down, within the limits of `spans`. `measure` says whether it came to
// anything: where not, that is for the caller. Once without a GPU.
template <class Measure>
void measure_cool(const std::optional<gpu::ManagedDevice>& device, GpuSpans& spans, const Measure& measure) {
  for (int tries = 0;; ++tries) {
    const std::optional<gpu::ManagedState> before = device ? std::optional(device->state()) : std::nullopt;
    if (!measure() || !before || !spans.again({*before, device->state()}, tries)) return;
    wait_to_cool(tries);
  }
}

// Absent where there is nothing.
std::optional<GpuConditions> conditions_of(const GpuSpans& spans);
// "thermal", "power_brake", "hardware", and "power_cap" first.
std::vector<std::string> names_of(const gpu::Slowdowns& slowdowns);
gpu::Slowdowns both(const gpu::Slowdowns& a, const gpu::Slowdowns& b);

// A run's GPU from its begin, when no worker of the run is alive, to its end, likewise.
struct GpuOfRun {
  std::optional<gpu::ManagedDevice> device = {};  // absent: not to be seen
  gpu::ManagedState at_begin = {};
  std::int64_t begin_ns = 0;
};
// Finds the GPU that a worker has told of, and fills what is known of it when the run begins.
GpuOfRun describe_gpu(const std::string& device, const worker::BuildFacts& build, MachineGpu& out);
// What happened since. `seen`: the slowdowns in what is in figures.
void note_end(const GpuOfRun& run, const gpu::Slowdowns& seen, MachineGpu& out);

}  // namespace mlplan::bench
