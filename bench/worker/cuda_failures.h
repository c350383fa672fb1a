// What keeps a worker from using CUDA, as Failure "cuda": what kernels/gpu/cuda_absence.h says, and what concerns
// libtorch's part of CUDA alone. Pure.
#pragma once

#include <string>

#include "bench/worker/failure.h"
#include "kernels/gpu/cuda_absence.h"

namespace mlplan::worker {

Failure cuda_failure(const gpu::CudaAbsence& absence);

// Why libtorch_cuda.so, which is or is not in this folder, could not be loaded; `reason` is dlerror's.
Failure libraries_failure(const std::string& folder, bool is_there, const std::string& reason,
                          const std::string& libtorch);

}  // namespace mlplan::worker
