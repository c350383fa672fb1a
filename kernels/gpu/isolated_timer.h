// Device time of work by itself: from an empty L2 cache, and behind a gate, so that the device does not wait for the
// host in between (nvbench's way).
//
// What may stand behind a gate: kernels/gpu/gate.h. Run the work before, on the same stream, so that its code is
// loaded.
#pragma once

#include <chrono>
#include <cstdint>

#include "kernels/gpu/event.h"
#include "kernels/gpu/gate.h"
#include "kernels/gpu/l2_flush.h"
#include "kernels/gpu/stream.h"

namespace mlplan::gpu {

struct IsolatedTime {
  double device_ns = 0;
  double enqueue_ns = 0;  // of the host, to queue all of it
  bool valid = false;     // false: the gate opened by itself; the times say nothing
};

class IsolatedTimer {
 public:
  explicit IsolatedTimer(std::int64_t l2_bytes) : flush_(l2_bytes) {}  // of the current device; throws GpuError

  // `enqueue(stream)` queues the work there and returns. Throws GpuError, and what `enqueue` throws.
  template <class Enqueue>
  IsolatedTime time(const Stream& stream, const Enqueue& enqueue) {
    using Clock = std::chrono::steady_clock;
    flush_.queue(stream.get());
    stream.synchronize();
    gate_.shut(stream.get());
    begin_.record(stream.get());
    const auto before = Clock::now();
    try {
      enqueue(stream.get());
    } catch (...) {
      gate_.open();  // or the device would stand still until the limit
      throw;
    }
    const auto after = Clock::now();
    end_.record(stream.get());
    gate_.open();
    end_.wait();
    return {end_.ns_since(begin_), std::chrono::duration<double, std::nano>(after - before).count(),
            !gate_.timed_out()};
  }

 private:
  Gate gate_;
  L2Flush flush_;
  Event begin_, end_;
};

}  // namespace mlplan::gpu
