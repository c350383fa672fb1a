// Stands in for libtorch_cuda.so in one thing: libtorch's questions about CUDA reach it, once it is loaded. What it was
// asked to do stands in the environment.
#include <ATen/detail/CUDAHooksInterface.h>

#include <cstdlib>

namespace at {

struct CUDAHooks final : CUDAHooksInterface {  // libtorch looks it up by this name
  explicit CUDAHooks(CUDAHooksArgs) {}
  void init() const override { ::setenv("STAND_IN_TORCH_CUDA", "initialised", 1); }
};

REGISTER_CUDA_HOOKS(CUDAHooks)

}  // namespace at
