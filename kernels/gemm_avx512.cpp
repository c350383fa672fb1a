// Matrix multiplication by AVX-512.
#include "kernels/gemm_kernel.h"

namespace mlplan::kernels {

namespace {

template <class T>
using Kernel = Gemm<T, 64, 12, 2>;

}  // namespace

extern const Arithmetic k_avx512 = {"avx512", kMultiplier<Kernel, float>, kMultiplier<Kernel, double>};

}  // namespace mlplan::kernels
