#include "bench/worker/cuda_runtime.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "bench/worker/failure.h"

using namespace mlplan::worker;

namespace {

// The few functions that a test looks at; what they were asked stands in these.
int next_error = 0;
int forgotten_errors = 0;
int open_events = 0;
int recorded = 0;

int succeed() { return 0; }
int version(int* out) { return *out = 13000, 0; }
int memory(std::size_t* free, std::size_t* total) { return *free = 30, *total = 100, next_error; }
int create(void** event, unsigned) { return *event = &open_events, ++open_events, 0; }
int record(void*, void*) { return ++recorded, next_error; }
int destroy(void*) { return --open_events, 0; }
int elapsed(float* ms, void*, void*) { return *ms = 1.25F, 0; }
int last_error() { return ++forgotten_errors, 0; }
const char* name(int) { return "cudaErrorIllegalAddress"; }
const char* text(int) { return "an illegal memory access was encountered"; }

template <class Function>
void* as_symbol(Function* function) {
  return reinterpret_cast<void*>(function);
}

std::map<std::string, void*> symbols() {
  return {{"cudaRuntimeGetVersion", as_symbol(version)},
          {"cudaDriverGetVersion", as_symbol(version)},
          {"cudaDeviceGetPCIBusId", as_symbol(succeed)},
          {"cudaSetDevice", as_symbol(succeed)},
          {"cudaDeviceSynchronize", as_symbol(succeed)},
          {"cudaMemGetInfo", as_symbol(memory)},
          {"cudaEventCreateWithFlags", as_symbol(create)},
          {"cudaGetDevice", as_symbol(succeed)},
          {"cudaDeviceGetAttribute", as_symbol(succeed)},
          {"cudaMalloc", as_symbol(succeed)},
          {"cudaFree", as_symbol(succeed)},
          {"cudaMemsetAsync", as_symbol(succeed)},
          {"cudaStreamSynchronize", as_symbol(succeed)},
          {"cudaHostAlloc", as_symbol(succeed)},
          {"cudaHostGetDevicePointer", as_symbol(succeed)},
          {"cudaFreeHost", as_symbol(succeed)},
          {"cudaEventRecord", as_symbol(record)},
          {"cudaEventSynchronize", as_symbol(succeed)},
          {"cudaEventElapsedTime", as_symbol(elapsed)},
          {"cudaEventDestroy", as_symbol(destroy)},
          {"cudaGetLastError", as_symbol(last_error)},
          {"cudaGetErrorName", as_symbol(name)},
          {"cudaGetErrorString", as_symbol(text)}};
}

std::optional<CudaRuntime> found_in(const std::map<std::string, void*>& symbols) {
  return find_cuda_runtime([&symbols](const char* wanted) {
    const auto found = symbols.find(wanted);
    return found == symbols.end() ? nullptr : found->second;
  });
}

}  // namespace

TEST_CASE("a CPU build has no CUDA runtime, and one that lacks a function is refused by its name") {
  CHECK_FALSE(found_in({}));
  auto incomplete = symbols();
  incomplete.erase("cudaEventRecord");
  CHECK_THROWS_WITH(found_in(incomplete), doctest::Contains("cudaEventRecord"));
  CHECK(found_in(symbols()));
}

TEST_CASE("the runtime that libtorch has brought along has every function of the table, and no driver is version 0") {
  const CudaRuntime& cuda = cuda_runtime();
  int version = -1;
  REQUIRE(cuda.runtime_version(&version) == 0);
  CHECK(version >= 12000);
  CHECK(std::string(cuda.error_name(100)) == "cudaErrorNoDevice");
}

TEST_CASE("memory in use is what is not free") {
  next_error = 0;
  CHECK(device_memory_in_use(*found_in(symbols())) == 70);
}

TEST_CASE("an error is named with its call, and forgotten, so that the next call is not blamed for it") {
  const auto cuda = *found_in(symbols());
  next_error = 700;
  forgotten_errors = 0;
  CHECK_THROWS_WITH(
      device_memory_in_use(cuda),
      "CUDA error: an illegal memory access was encountered (cudaErrorIllegalAddress, from cudaMemGetInfo)");
  CHECK(forgotten_errors == 1);
  next_error = 0;
}

TEST_CASE("a timer records two events, tells nanoseconds and leaves no event behind") {
  const auto cuda = *found_in(symbols());
  recorded = 0;
  {
    DeviceTimer timer(cuda);
    CHECK(open_events == 2);
    timer.begin(nullptr);
    timer.end(nullptr);
    CHECK(recorded == 2);
    CHECK(timer.wait_ns() == 1'250'000);
    next_error = 700;
    CHECK_THROWS_AS(timer.begin(nullptr), CudaError);
    next_error = 0;
  }
  CHECK(open_events == 0);
}
