// The logic of isolated times over a CUDA of a test: a stream whose work is done by a thread of its own, in order.
#include "bench/worker/gpu_timing.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace mlplan::worker;

namespace {

using Clock = std::chrono::steady_clock;

// One stream. What is queued runs in the order it came; a synchronisation waits until all of it is done.
class Device {
 public:
  Device() : runner_([this] { run(); }) {}
  ~Device() {
    queue(nullptr);
    runner_.join();
  }
  void queue(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queued_.push_back(std::move(work));
    changed_.notify_all();
  }
  void synchronize() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queued_.empty() && !busy_; });
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return queued_.size();
  }
  std::vector<std::string> did;  // to be read when it is done
  bool tells_events = false;

 private:
  void run() {
    while (true) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queued_.empty(); });
        work = std::move(queued_.front());
        queued_.pop_front();
        busy_ = true;
      }
      if (!work) return;
      work();
      const std::lock_guard lock(mutex_);
      busy_ = false;
      changed_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queued_;
  bool busy_ = false;
  std::thread runner_;
};

Device* device = nullptr;
std::size_t flushed = 0;
int taken = 0;  // pieces of memory and events that are held
int malloc_result = 0;
int wait_result = 0;

int get_device(int* out) { return *out = 3, 0; }
int attribute(int* value, int which, int of) { return *value = which == 38 && of == 3 ? 50 << 20 : 0, 0; }
int take(void** memory, std::size_t bytes) {
  if (malloc_result != 0) return malloc_result;
  ++taken;
  *memory = reinterpret_cast<void*>(bytes);
  return 0;
}
int give_back(void*) { return --taken, 0; }
int set_memory(void* memory, int, std::size_t bytes, void*) {
  CHECK(memory == reinterpret_cast<void*>(bytes));
  flushed = bytes;
  device->queue([] { device->did.push_back("flush"); });
  return 0;
}
int synchronize(void*) { return device->synchronize(), 0; }
int take_host(void** memory, std::size_t bytes, unsigned flags) {
  CHECK(flags == 2);
  ++taken;
  *memory = ::operator new(bytes);
  return 0;
}
int on_device(void** out, void* memory, unsigned) { return *out = memory, 0; }
int give_back_host(void* memory) { return ::operator delete(memory), --taken, 0; }
int make_event(void** event, unsigned) { return *event = new Clock::time_point, ++taken, 0; }
int record(void* event, void*) {
  device->queue([event] {
    if (device->tells_events) device->did.push_back("event before " + std::to_string(device->waiting()));
    *static_cast<Clock::time_point*>(event) = Clock::now();
  });
  return 0;
}
int wait_for_event(void*) { return device->synchronize(), 0; }
int elapsed(float* ms, void* begin, void* end) {
  const auto span = *static_cast<Clock::time_point*>(end) - *static_cast<Clock::time_point*>(begin);
  *ms = std::chrono::duration<float, std::milli>(span).count();
  return 0;
}
int forget_event(void* event) { return delete static_cast<Clock::time_point*>(event), --taken, 0; }
int nothing() { return 0; }
const char* name_of_error(int) { return "cudaErrorMemoryAllocation"; }
const char* text_of_error(int) { return "out of memory"; }

int wait_value(void*, unsigned long long address, std::uint32_t value, unsigned flags) {
  CHECK(flags == 0);
  if (wait_result != 0) return wait_result;
  auto* const word = reinterpret_cast<std::uint32_t*>(address);
  device->queue([word, value] {
    device->did.push_back("gate");
    while (std::atomic_ref<std::uint32_t>(*word).load() < value) std::this_thread::yield();
  });
  return 0;
}

CudaRuntime cuda() {
  CudaRuntime out;
  out.get_device = get_device;
  out.device_attribute = attribute;
  out.device_alloc = take;
  out.device_free = give_back;
  out.memset_async = set_memory;
  out.stream_synchronize = synchronize;
  out.host_alloc = take_host;
  out.host_device_pointer = on_device;
  out.host_free = give_back_host;
  out.event_create = make_event;
  out.event_record = record;
  out.event_synchronize = wait_for_event;
  out.event_elapsed = elapsed;
  out.event_destroy = forget_event;
  out.last_error = nothing;
  out.error_name = name_of_error;
  out.error_text = text_of_error;
  return out;
}

struct Fixture {
  Fixture() {
    device = &stream;
    flushed = 0;
    taken = malloc_result = wait_result = 0;
  }
  ~Fixture() { CHECK(taken == 0); }

  Measured time(std::int64_t isolated, std::int64_t back_to_back, std::function<void()> queue,
                WaitValue wait = wait_value) {
    Measured out;
    const CudaRuntime table = cuda();
    GpuWork work{.stream = nullptr, .queue = std::move(queue), .done = [this] { ++done; }, .expected_ns = 1'000'000};
    time_on_gpu(table, wait, work, {.input = {}, .isolated = isolated, .back_to_back = back_to_back}, out);
    stream.synchronize();
    return out;
  }
  // Two pieces of work on the device, with the host in no hurry in between.
  std::function<void()> slow_host() {
    return [this] {
      for (const char* piece : {"first", "second"}) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        stream.queue([this, piece] { stream.did.emplace_back(piece); });
      }
    };
  }

  Device stream;
  int done = 0;
};

}  // namespace

TEST_CASE("isolated work begins when all of it is queued, after the L2 cache was written over") {
  Fixture fixture;
  fixture.stream.tells_events = true;
  const Measured measured = fixture.time(2, 0, fixture.slow_host());
  // Its two pieces and the last event are there when the first event is.
  const std::vector<std::string> once = {"flush", "gate", "event before 3", "first", "second", "event before 0"};
  std::vector<std::string> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK(fixture.stream.did == twice);
  CHECK(measured.not_isolated.empty());
  CHECK(measured.isolated_ns.size() == 2);
  CHECK(measured.back_to_back_ns.empty());
  CHECK(flushed == std::size_t{100} << 20);  // twice its 50 MiB
  CHECK(fixture.done == 2);
}

TEST_CASE("back to back is the time of one of many that are queued without waiting, behind no gate") {
  Fixture fixture;
  const Measured measured = fixture.time(0, 4, [&] {
    fixture.stream.queue([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      fixture.stream.did.emplace_back("work");
    });
  });
  CHECK(fixture.stream.did == std::vector<std::string>(4, "work"));
  CHECK(measured.isolated_ns.empty());
  CHECK(measured.not_isolated.empty());
  REQUIRE(measured.back_to_back_ns.size() == 1);
  CHECK(measured.back_to_back_ns[0] >= 1'999'000);  // of floats
  CHECK(fixture.done == 4);
}

TEST_CASE("a model that waits for the device is let through at the limit, said, and not tried again") {
  Fixture fixture;
  const Measured measured = fixture.time(5, 2, [&] {
    fixture.stream.queue([&] { fixture.stream.did.emplace_back("work"); });
    fixture.stream.synchronize();
  });
  CHECK(measured.isolated_ns.empty());
  CHECK(measured.not_isolated.find("held back, for 50") != std::string::npos);
  CHECK(measured.not_isolated.find(".item()") != std::string::npos);
  CHECK(fixture.stream.did == std::vector<std::string>{"flush", "gate", "work", "work", "work"});
  CHECK(measured.back_to_back_ns.size() == 1);
  CHECK(fixture.done == 3);
}

TEST_CASE("work that throws behind the gate leaves it open, and the error is the caller's") {
  Fixture fixture;
  CHECK_THROWS_WITH(fixture.time(1, 1, [] { throw std::runtime_error("the model's"); }), "the model's");
  CHECK(fixture.stream.did == std::vector<std::string>{"flush", "gate"});
}

TEST_CASE("what isolating takes and cannot have is said, and the rest is timed") {
  Fixture fixture;
  const auto queue = [] {};
  CHECK(fixture.time(1, 1, queue, nullptr).not_isolated.find("cuStreamWaitValue32") != std::string::npos);
  malloc_result = 2;
  const Measured full = fixture.time(1, 1, queue);
  CHECK(full.not_isolated.find("out of memory") != std::string::npos);
  CHECK(full.back_to_back_ns.size() == 1);
  malloc_result = 0;
  wait_result = 801;
  const Measured unsupported = fixture.time(3, 1, queue);
  CHECK(unsupported.isolated_ns.empty());
  CHECK(unsupported.not_isolated.find("from cuStreamWaitValue32") != std::string::npos);
  CHECK(unsupported.back_to_back_ns.size() == 1);
}

TEST_CASE("a gate that was opened at its limit says so until it is shut again") {
  Fixture fixture;
  const CudaRuntime table = cuda();
  StreamGate gate(table, wait_value);
  gate.shut(nullptr, std::chrono::milliseconds(1));
  fixture.stream.synchronize();
  CHECK(gate.timed_out());
  gate.shut(nullptr, std::chrono::seconds(60));
  CHECK_FALSE(gate.timed_out());
  gate.open();
  fixture.stream.synchronize();
  CHECK_FALSE(gate.timed_out());
}
