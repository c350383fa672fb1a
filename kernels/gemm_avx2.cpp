// Matrix multiplication by AVX2 and FMA: two units of 8 floats a core.
#include "kernels/arithmetic.h"
#include "kernels/gemm_kernel.h"

namespace mlplan::kernels {

namespace {

template <class T>
using Kernel = Gemm<T, 32, 6, 2>;

template <class T>
constexpr Multiplier<T> kMultiplier = {Kernel<T>::multiply,
                                       Kernel<T>::multiply_add,
                                       Kernel<T>::kTileRows,
                                       Kernel<T>::kColumns,
                                       (Kernel<T>::kBlockRows + 0L) * Kernel<T>::kDepth,
                                       Kernel<T>::kDepth,
                                       2L * Kernel<T>::kChains * Kernel<T>::kLanes};

}  // namespace

extern const Arithmetic k_avx2 = {"avx2", kMultiplier<float>, kMultiplier<double>};

}  // namespace mlplan::kernels
