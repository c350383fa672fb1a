// Matrix products by cuBLASLt, by element type: what a card's tensor cores reach in the library that frameworks use.
//
// libcublasLt.so.13 is opened when the first product is made: it has 500 MB, and most machines have none.
#pragma once

#include <memory>

#include "kernels/gpu/device.h"
#include "kernels/gpu/stream.h"

namespace mlplan::gpu {

// f32: without tensor cores (pedantic). tf32: f32 in memory, rounded to 19 bits for the tensor cores. f16, bf16 and f8
// (E4M3, fast accumulation) are summed in f32, i8 in 32 bits.
enum class ProductType { f32, tf32, bf16, f16, f8, i8 };
inline constexpr ProductType kProductTypes[] = {ProductType::f32, ProductType::tf32, ProductType::bf16,
                                                ProductType::f16, ProductType::f8,   ProductType::i8};
const char* name_of(ProductType type);  // "bf16"

// C = transposed A times B, square, of 8192 rows (4096 of f32), with random normal numbers in A and B.
class MatrixProduct {
 public:
  // On the current device, which `device` describes. Throws GpuError: no library, no memory, or, beginning with "not
  // supported", no way to multiply this type on this card.
  MatrixProduct(ProductType type, const DeviceFacts& device, const Stream& stream);
  MatrixProduct(const MatrixProduct&) = delete;
  MatrixProduct& operator=(const MatrixProduct&) = delete;
  ~MatrixProduct();

  double flop() const;  // of one: 2 n^3
  void queue();         // one product on the stream
  // Waits for what is queued, and holds a few elements of C against sums in double. Throws GpuError where one is wrong.
  void check_result() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mlplan::gpu
