#include "bench/worker/cuda_failures.h"

#include <doctest/doctest.h>

#include <string>

using namespace mlplan::worker;

namespace {

bool says(const Failure& failure, const char* message, const char* hint) {
  return failure.value().kind == "cuda" && failure.value().message.find(message) != std::string::npos &&
         failure.value().hint.find(hint) != std::string::npos;
}

}  // namespace

TEST_CASE("what keeps CUDA from being used is a failure of CUDA, with its hint") {
  CHECK(says(cuda_failure(mlplan::gpu::no_such_device(3, 1)), "no CUDA device 3", "CUDA_VISIBLE_DEVICES"));
}

TEST_CASE("libtorch without its CUDA part, and with it but without what that needs") {
  CHECK(says(libraries_failure("/opt/torch/lib", false, "whatever", "2.11.0"), "no libtorch_cuda.so in /opt/torch/lib",
             "a whole CUDA build of libtorch 2.11.0"));
  CHECK(says(libraries_failure("/opt/torch/lib", true, "libcufile.so.0: cannot open shared object file", "2.11.0"),
             "libtorch_cuda.so cannot be loaded: libcufile.so.0", "LD_LIBRARY_PATH"));
}
