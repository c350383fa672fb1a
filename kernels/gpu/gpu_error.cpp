#include "kernels/gpu/gpu_error.h"

#include <cuda_runtime_api.h>

namespace mlplan::gpu {

void check(int error, const std::string& doing) {
  if (error == cudaSuccess) return;
  (void)cudaGetLastError();  // else the next launch that is checked would report it again
  const auto code = static_cast<cudaError_t>(error);
  throw GpuError(doing + ": " + cudaGetErrorString(code) + " (" + cudaGetErrorName(code) + ")");
}

}  // namespace mlplan::gpu
