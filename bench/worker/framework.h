// libtorch as a whole: which one is loaded, is it the one this was built for, its first use, its threads. No torch
// headers.
//
// Nothing here but start_torch_cuda asks libtorch about CUDA: the first answer would be kept for the life of the
// process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

BuildFacts build_facts();

// Throws Failure "abi" when the libtorch that was loaded is of another version than the headers.
void require_same_libtorch();
// First use: thread counts and the first allocation. inter-op threads can be set only once in a process: 1.
void start_framework(std::int64_t threads);
void set_threads(std::int64_t threads);
std::int64_t threads();

std::string torch_library_folder();     // of the libtorch_cpu.so that was loaded
std::string torch_version_built_for();  // "2.11.0"

// libtorch's own part of starting CUDA, when libtorch_cuda is loaded and the device has a context (cuda_start.h).
// Throws Failure "cuda".
void start_torch_cuda();
// What libtorch's allocator has of the device's memory: `in_use` is not its to say. Its peak begins anew.
DeviceMemory device_memory_of_libtorch(int device);
// Gives what libtorch's allocator keeps of the device's memory back, as far as nothing holds it.
void give_back_device_memory();

// Runs `body` in inference mode, as a server does.
void in_inference_mode(const std::function<void()>& body);

// dlopens libraries of custom operators. Throws Failure "op_library".
void load_op_libraries(const std::vector<std::string>& paths);

// Compiled models and operator libraries are linked with libtorch.so, which in a CUDA build needs all of CUDA. Loads an
// empty library of that name that leads to libtorch_cpu alone (lib/mlplan/libtorch.so beside the folder of this
// program), by its path, so that no search path can bring in the other one. Throws Failure "internal" when it is
// missing.
void provide_libtorch();

}  // namespace mlplan::worker
