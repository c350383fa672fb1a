// Empties the L2 cache of what was measured before, by writing other memory over it: twice its size, at least 64 MiB.
// It leaves lines that are still to be written back, which what is measured next pays for.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/gpu/memory.h"

namespace mlplan::gpu {

constexpr std::int64_t flush_bytes(std::int64_t l2_bytes) { return std::max(2 * l2_bytes, std::int64_t{64} << 20); }

class L2Flush {
 public:
  explicit L2Flush(std::int64_t l2_bytes) : memory_(flush_bytes(l2_bytes)) {}  // throws GpuError, as below
  void queue(cudaStream_t stream) { set_bytes(memory_.get(), 0, memory_.bytes(), stream); }

 private:
  DeviceMemory memory_;
};

}  // namespace mlplan::gpu
