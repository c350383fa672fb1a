// Matrix multiplication by vectors that every processor of this architecture has.
#include "kernels/gemm_kernel.h"

namespace mlplan::kernels {

namespace {

template <class T>
using Kernel = Gemm<T, 16, 4, 2>;

}  // namespace

extern const Arithmetic k_baseline = {"baseline", kMultiplier<Kernel, float>, kMultiplier<Kernel, double>};

}  // namespace mlplan::kernels
