#include "bench/worker/failure.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mlplan::worker;

namespace {

std::string hint_for(const char* text) { return explain(std::runtime_error(text), Phase::load, {}).hint; }
bool names(const std::string& hint, const char* part) { return hint.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a model changed by optimize_for_inference is told from a damaged one") {
  CHECK(names(hint_for("required keyword attribute 'value' is undefined"), "optimize_for_inference"));
  CHECK(names(hint_for("required keyword attribute 'name' is undefined"), "damaged"));
}

TEST_CASE("operators that are missing are asked for, torchvision's with where they are") {
  CHECK_FALSE(names(hint_for("Unknown builtin op: mine::act"), "torchvision"));
  const std::string hint = hint_for("Unknown builtin op: torchvision::nms");
  CHECK(names(hint, "libtorchvision.so"));
  CHECK(names(hint, "--op-library libpython3.X.so --op-library torchvision/_C.so"));
}

TEST_CASE("an operator library that is a Python extension is told what it lacks") {
  for (const char* reason : {"libtorch_python.so: cannot open shared object file: No such file or directory",
                             "lib/libtorch_python.so: undefined symbol: PyInstanceMethod_Type",
                             "ops.so: undefined symbol: _Py_NoneStruct"}) {
    CAPTURE(reason);
    CHECK(names(op_library_hint(reason, "2.11.0"), "Python extension"));
  }
  const std::string other = op_library_hint("ops.so: undefined symbol: my_function", "2.11.0");
  CHECK_FALSE(names(other, "Python"));
  CHECK(names(other, "2.11.0"));
}

TEST_CASE("the GPU's memory running out is told from the host's, whoever noticed it") {
  const auto kind = [](const char* text) { return explain(std::runtime_error(text), Phase::measure, {}).kind; };
  for (const char* text :
       {"CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "NVML_SUCCESS == r INTERNAL ASSERT FAILED at \"../c10/cuda/CUDACachingAllocator.cpp\":830"}) {
    CAPTURE(text);
    CHECK(kind(text) == "device_memory");
  }
  CHECK(kind("[enforce fail at alloc_cpu.cpp:113] DefaultCPUAllocator: can't allocate memory") == "out_of_memory");
  CHECK(kind("CUDA error: an illegal memory access was encountered") == "model");
  CHECK(kind("CUDA error: no kernel image is available for execution on the device") == "cuda");
  CHECK(kind("CUDACachingAllocator.cpp: something else") == "model");
}

TEST_CASE("of TorchScript's traceback the allocator's own line is kept") {
  const WorkerFailure failure =
      explain(std::runtime_error("The following operation failed in the TorchScript interpreter.\n"
                                 "Traceback of TorchScript (most recent call last):\n"
                                 "  File \"m.py\", line 2, in forward\n    return torch.linear(x, self.weight)\n"
                                 "           ~~~~~~~~~~~~ <--- HERE\n"
                                 "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB.\n"),
              Phase::first_inference, {});
  CHECK(failure.kind == "device_memory");
  CHECK(failure.message.find("does not fit into the GPU's memory: CUDA out of memory. Tried to allocate 2.00 GiB") !=
        std::string::npos);
}
