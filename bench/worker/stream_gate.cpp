#include "bench/worker/stream_gate.h"

#include <dlfcn.h>

#include <atomic>

namespace mlplan::worker {

namespace {

constexpr unsigned kMapped = 2;        // cudaHostAllocMapped
constexpr unsigned kUntilAtLeast = 0;  // CU_STREAM_WAIT_VALUE_GEQ
constexpr std::uint32_t kShut = 0;
constexpr std::uint32_t kOpen = 1;

}  // namespace

WaitValue find_wait_value() {
  void* const driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);  // never closed: CUDA's threads run in it
  return driver == nullptr ? nullptr : reinterpret_cast<WaitValue>(dlsym(driver, "cuStreamWaitValue32_v2"));
}

StreamGate::StreamGate(const CudaRuntime& cuda, WaitValue wait) : cuda_(cuda), wait_(wait) {
  void* word = nullptr;
  require_success(cuda_, cuda_.host_alloc(&word, sizeof *word_, kMapped), "cudaHostAlloc");
  word_ = static_cast<std::uint32_t*>(word);
  void* on_device = nullptr;
  if (const int error = cuda_.host_device_pointer(&on_device, word, 0); error != 0) {
    cuda_.host_free(word);
    require_success(cuda_, error, "cudaHostGetDevicePointer");
  }
  address_ = reinterpret_cast<unsigned long long>(on_device);
  write(kOpen);
  watcher_ = std::thread([this] { watch(); });
}

StreamGate::~StreamGate() {
  open();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  watcher_.join();
  cuda_.host_free(word_);
}

void StreamGate::write(std::uint32_t value) {
  std::atomic_ref<std::uint32_t>(*word_).store(value, std::memory_order_seq_cst);
}

void StreamGate::shut(void* stream, std::chrono::nanoseconds limit) {
  {
    const std::lock_guard lock(mutex_);
    timed_out_ = false;
    opens_at_ = std::chrono::steady_clock::now() + limit;
    write(kShut);
  }
  changed_.notify_all();
  if (const int error = wait_(stream, address_, kOpen, kUntilAtLeast); error != 0) {
    open();
    throw CudaError(cuda_, error, "cuStreamWaitValue32");
  }
}

void StreamGate::open() {
  {
    const std::lock_guard lock(mutex_);
    opens_at_.reset();
    write(kOpen);
  }
  changed_.notify_all();
}

bool StreamGate::timed_out() {
  const std::lock_guard lock(mutex_);
  return timed_out_;
}

void StreamGate::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (!opens_at_) {
      changed_.wait(lock);
    } else if (std::chrono::steady_clock::now() < *opens_at_) {
      changed_.wait_until(lock, *opens_at_);
    } else {
      opens_at_.reset();
      timed_out_ = true;
      write(kOpen);
    }
  }
}

}  // namespace mlplan::worker
