#include "kernels/gpu/stream.h"

#include <cuda_runtime_api.h>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

Stream::Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream"); }

Stream::~Stream() {
  if (stream_ != nullptr) (void)cudaStreamDestroy(stream_);
}

void Stream::synchronize() const { check(cudaStreamSynchronize(stream_), "waiting for the GPU"); }

}  // namespace mlplan::gpu
