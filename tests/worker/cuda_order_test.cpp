// A program of its own, since libtorch keeps its first answer about CUDA for the life of a process.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "bench/worker/framework.h"

using namespace mlplan::worker;

TEST_CASE("nothing that a worker does before it loads libtorch_cuda asks libtorch about CUDA") {
  (void)build_facts();
  require_same_libtorch();
  start_framework(1);
  in_inference_mode([] {});
  REQUIRE(dlopen(STAND_IN_TORCH_CUDA, RTLD_NOW | RTLD_GLOBAL) != nullptr);
  start_torch_cuda();  // throws where the answer was no before
  const char* reached = std::getenv("STAND_IN_TORCH_CUDA");
  REQUIRE(reached != nullptr);
  CHECK(std::string(reached) == "initialised");
}

TEST_CASE("of libtorch's allocator the whole is told, and its peak since it was asked before") {
  REQUIRE(dlopen(STAND_IN_TORCH_CUDA, RTLD_NOW | RTLD_GLOBAL) != nullptr);
  const DeviceMemory first = device_memory_of_libtorch(1);
  CHECK(first.in_use == 0);
  CHECK(first.allocated == 100);
  CHECK(first.peak_allocated == 250);
  CHECK(first.reserved == 300);
  CHECK(first.holes == 50);
  CHECK(device_memory_of_libtorch(1).peak_allocated == 100);
  CHECK(device_memory_of_libtorch(0).reserved == 0);
}
