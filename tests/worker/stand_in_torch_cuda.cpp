// Stands in for libtorch_cuda.so in two things: libtorch's questions about CUDA reach it, once it is loaded, and its
// allocator has figures of its own. What it was asked to do stands in the environment.
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <cstdlib>

namespace at {

struct CUDAHooks final : CUDAHooksInterface {  // libtorch looks it up by this name
  explicit CUDAHooks(CUDAHooksArgs) {}
  void init() const override { ::setenv("STAND_IN_TORCH_CUDA", "initialised", 1); }
};

REGISTER_CUDA_HOOKS(CUDAHooks)

}  // namespace at

namespace {

class StandInAllocator final : public c10::DeviceAllocator {
 public:
  c10::DataPtr allocate(std::size_t) override { return {}; }
  void copy_data(void*, const void*, std::size_t) const override {}
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  void resetAccumulatedStats(c10::DeviceIndex) override {}

  // Of device 1; another has none. Those of the pools must not be taken for the whole.
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex device) override {
    c10::CachingDeviceAllocator::DeviceStats out;
    if (device != 1) return out;
    out.allocated_bytes[0].current = 100;
    out.allocated_bytes[0].peak = peak_;
    out.reserved_bytes[0].current = 300;
    out.reserved_bytes[0].peak = 400;
    out.inactive_split_bytes[0].current = 50;
    for (const std::size_t pool : {std::size_t{1}, std::size_t{2}}) {
      out.allocated_bytes[pool].current = out.allocated_bytes[pool].peak = 7;
      out.reserved_bytes[pool].current = out.inactive_split_bytes[pool].current = 7;
    }
    return out;
  }

  void resetPeakStats(c10::DeviceIndex device) override {
    if (device == 1) peak_ = 100;
  }

 private:
  std::int64_t peak_ = 250;
};

StandInAllocator allocator;
const c10::AllocatorRegisterer<c10::DeviceType::CUDA> kRegistered(&allocator);

}  // namespace
