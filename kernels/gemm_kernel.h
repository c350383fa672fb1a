// Matrix multiplication for one core, and the arithmetic it is made of, for one width of vectors. Included by one
// source per instruction set, each compiled for that set alone: hence no library in here, whose inline functions the
// linker might then take from the wrong source.
//
// How it comes near the limit: a tile of C of kRows x kVectors vectors stays in registers, so that one load of B and
// one broadcast of A feed many multiply-adds, more than their latency times the number of units. A and B are packed, so
// that they are read in order: a sliver of B stays in the first cache while a block of A comes from the second.
#pragma once

#include "kernels/arithmetic.h"

#if defined(__x86_64__)
#define MLPLAN_VECTOR_REGISTER "v"
#else
#define MLPLAN_VECTOR_REGISTER "w"
#endif

namespace {

template <class T, int kVectorBytes, int kRows, int kVectors>
struct Gemm {
  typedef T Vector __attribute__((vector_size(kVectorBytes)));
  static constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));
  static constexpr int kTileRows = kRows;
  static constexpr int kColumns = kLanes * kVectors;
  static constexpr int kDepth = 256;             // of the packed parts
  static constexpr int kBlockRows = 24 * kRows;  // of A

  // C[kRows x kColumns] += A B, both packed, `depth` long.
  static void tile(int depth, const T* a, const T* b, T* c, int row_of_c) {
    Vector sums[kRows][kVectors] = {};
    for (int k = 0; k < depth; ++k, a += kRows, b += kColumns) {
      Vector right[kVectors];
#pragma GCC unroll 16
      for (int j = 0; j < kVectors; ++j) right[j] = *reinterpret_cast<const Vector*>(b + j * kLanes);
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 16
        for (int j = 0; j < kVectors; ++j) sums[i][j] += a[i] * right[j];
      }
    }
    for (int i = 0; i < kRows; ++i) {
      for (int j = 0; j < kVectors; ++j) {
        for (int lane = 0; lane < kLanes; ++lane) c[i * row_of_c + j * kLanes + lane] += sums[i][j][lane];
      }
    }
  }

  // C = A B of n x n, row by row; n a multiple of kRows and kColumns. `packed` holds (kBlockRows + n) * kDepth of T.
  static void multiply(int n, const T* a, const T* b, T* c, T* packed) {
    T* const packed_b = packed;
    T* const packed_a = packed + static_cast<long>(n) * kDepth;
    for (long i = 0; i < static_cast<long>(n) * n; ++i) c[i] = 0;
    for (int from = 0; from < n; from += kDepth) {
      const int depth = n - from < kDepth ? n - from : kDepth;
      T* to = packed_b;
      for (int column = 0; column < n; column += kColumns) {
        for (int k = 0; k < depth; ++k) {
          for (int j = 0; j < kColumns; ++j) *to++ = b[static_cast<long>(from + k) * n + column + j];
        }
      }
      for (int block = 0; block < n; block += kBlockRows) {
        const int rows = n - block < kBlockRows ? n - block : kBlockRows;
        for (int row = 0; row < rows; row += kRows) {
          T* const panel = packed_a + static_cast<long>(row) * depth;
          for (int k = 0; k < depth; ++k) {
            for (int i = 0; i < kRows; ++i) panel[k * kRows + i] = a[static_cast<long>(block + row + i) * n + from + k];
          }
        }
        for (int column = 0; column < n; column += kColumns) {
          const T* const right = packed_b + static_cast<long>(column) * depth;
          for (int row = 0; row < rows; row += kRows)
            tile(depth, packed_a + static_cast<long>(row) * depth, right,
                 c + static_cast<long>(block + row) * n + column, n);
        }
      }
    }
  }

  // `rounds` of kChains multiply-adds that do not wait for each other, all in registers: the limit of the above.
  static constexpr int kChains = 12;
  static T multiply_add(long rounds) {
    Vector factor = {};
    for (int lane = 0; lane < kLanes; ++lane) factor[lane] = static_cast<T>(0.5);
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(factor));
    // Variables and not an array, which the compiler would keep in memory; each is hidden from it once, or it would see
    // that they are all the same.
    Vector s0 = {}, s1 = {}, s2 = {}, s3 = {}, s4 = {}, s5 = {}, s6 = {}, s7 = {}, s8 = {}, s9 = {}, s10 = {}, s11 = {};
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s0));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s1));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s2));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s3));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s4));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s5));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s6));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s7));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s8));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s9));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s10));
    asm volatile("" : "+" MLPLAN_VECTOR_REGISTER(s11));
    for (long round = 0; round < rounds; ++round) {
      s0 = s0 * factor + factor;
      s1 = s1 * factor + factor;
      s2 = s2 * factor + factor;
      s3 = s3 * factor + factor;
      s4 = s4 * factor + factor;
      s5 = s5 * factor + factor;
      s6 = s6 * factor + factor;
      s7 = s7 * factor + factor;
      s8 = s8 * factor + factor;
      s9 = s9 * factor + factor;
      s10 = s10 * factor + factor;
      s11 = s11 * factor + factor;
    }
    const Vector sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    return sum[0];
  }
};

// Of a Gemm for each element type.
template <template <class> class Kernel, class T>
constexpr mlplan::kernels::Multiplier<T> kMultiplier = {Kernel<T>::multiply,
                                                        Kernel<T>::multiply_add,
                                                        Kernel<T>::kTileRows,
                                                        Kernel<T>::kColumns,
                                                        (Kernel<T>::kBlockRows + 0L) * Kernel<T>::kDepth,
                                                        Kernel<T>::kDepth,
                                                        2L * Kernel<T>::kChains * Kernel<T>::kLanes};

}  // namespace
