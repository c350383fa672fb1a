// Matrix multiplication by AVX2 and FMA: two units of 8 floats a core.
#include "kernels/gemm_kernel.h"

namespace mlplan::kernels {

namespace {

template <class T>
using Kernel = Gemm<T, 32, 6, 2>;

}  // namespace

extern const Arithmetic k_avx2 = {"avx2", kMultiplier<Kernel, float>, kMultiplier<Kernel, double>};

}  // namespace mlplan::kernels
