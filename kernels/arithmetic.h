// What the cores compute: matrix products by element type, and the multiply-adds that are their limit. By the widest
// vectors that this processor has and this program was built with; bf16, int8 and the matrix units of newer processors
// (AMX) are not among them.
#pragma once

#include <cstdint>
#include <vector>

namespace mlplan::kernels {

// By one instruction set. Plain pointers: included where no library may be (gemm_kernel.h).
template <class T>
struct Multiplier {
  void (*multiply)(int n, const T* a, const T* b, T* c, T* packed);  // C = A B, row by row
  T (*multiply_add)(long rounds);
  int rows;  // n is a multiple of these two
  int columns;
  long packed_fixed;  // elements of `packed`: this, and
  long packed_of_n;   // n times this
  long flop_of_round;
};

struct Arithmetic {
  const char* name;  // "avx512", "avx2", "baseline"
  Multiplier<float> f32;
  Multiplier<double> f64;
};

std::vector<const Arithmetic*> usable_arithmetic();  // here, the best first

// Cycles a second of a core that is busy, seen from a chain of additions that take one cycle each; 0 where there is no
// such chain for this architecture.
double core_clock_hz();

}  // namespace mlplan::kernels
