// A gate in a stream: what is queued behind it waits until the host opens it, so that the device then runs through it
// without waiting for the host. The device waits for a word of the host's memory (cuStreamWaitValue32 of the driver),
// so that no kernel of ours is needed, and nothing of CUDA to build the worker.
//
// What waits for the device behind a shut gate would wait for ever: a host-side synchronisation, memory that is taken
// from the driver, the first use of a kernel, more work than the queue holds, launches that are serialised. So a thread
// opens the gate at a limit, and it says that it was opened so.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "bench/worker/cuda_runtime.h"

namespace mlplan::worker {

// cuStreamWaitValue32_v2; the stream waits until the word at that address of the device is at least `value`.
using WaitValue = int (*)(void* stream, unsigned long long address, std::uint32_t value, unsigned flags);

// That of the driver of this process; null: it has none.
WaitValue find_wait_value();

class StreamGate {
 public:
  StreamGate(const CudaRuntime& cuda, WaitValue wait);  // open. Throws CudaError
  StreamGate(const StreamGate&) = delete;
  StreamGate& operator=(const StreamGate&) = delete;
  ~StreamGate();  // opens it; the stream must be done with it

  // The work behind it must be done before it is shut again. Throws CudaError, and is open then.
  void shut(void* stream, std::chrono::nanoseconds limit);
  void open();
  // Whether the limit has opened it since it was shut: then what was timed behind it is no time of the work.
  bool timed_out();

 private:
  void watch();
  void write(std::uint32_t value);

  const CudaRuntime& cuda_;
  WaitValue wait_;
  std::uint32_t* word_ = nullptr;   // of the host's memory
  unsigned long long address_ = 0;  // where the device sees it
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::chrono::steady_clock::time_point> opens_at_;  // while it is shut
  bool timed_out_ = false;
  bool ended_ = false;
  std::thread watcher_;
};

}  // namespace mlplan::worker
