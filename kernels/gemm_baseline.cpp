// Matrix multiplication by vectors that every processor of this architecture has.
#include "kernels/arithmetic.h"
#include "kernels/gemm_kernel.h"

namespace mlplan::kernels {

namespace {

template <class T>
using Kernel = Gemm<T, 16, 4, 2>;

template <class T>
constexpr Multiplier<T> kMultiplier = {Kernel<T>::multiply,
                                       Kernel<T>::multiply_add,
                                       Kernel<T>::kTileRows,
                                       Kernel<T>::kColumns,
                                       (Kernel<T>::kBlockRows + 0L) * Kernel<T>::kDepth,
                                       Kernel<T>::kDepth,
                                       2L * Kernel<T>::kChains * Kernel<T>::kLanes};

}  // namespace

extern const Arithmetic k_baseline = {"baseline", kMultiplier<float>, kMultiplier<double>};

}  // namespace mlplan::kernels
