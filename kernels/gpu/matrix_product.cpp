#include "kernels/gpu/matrix_product.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <library_types.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "kernels/gpu/cublas_lt.h"
#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu/random_normal.h"

namespace mlplan::gpu {

namespace {

constexpr std::int64_t kWorkspaceBytes = std::int64_t{64} << 20;
constexpr int kFirstWithTf32 = 80;  // compute capability; before, the library would compute in f32

struct TypeFacts {
  const char* name;
  int rows;
  Element element;       // of A and B
  cudaDataType_t in;     // likewise
  cudaDataType_t out;    // of C
  cudaDataType_t scale;  // of alpha and beta
  cublasComputeType_t compute;
  // Largest error of an element, in units of what it may be expected to be: the square root of the rows, times the
  // variance. Rounding of inputs (tf32), of C (bf16, f16, f8) and of sums (f8) with plenty of room.
  double tolerance;
};

const TypeFacts& facts_of(ProductType type) {
  static const TypeFacts f32 = {
      "f32", 4096, Element::f32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_PEDANTIC, 1e-4};
  static const TypeFacts tf32 = {
      "tf32", 8192, Element::f32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, 1e-2};
  static const TypeFacts bf16 = {"bf16",      8192,       Element::bf16,      CUDA_R_16BF,
                                 CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F, 3e-2};
  static const TypeFacts f16 = {"f16",      8192,       Element::f16,       CUDA_R_16F,
                                CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F, 1e-2};
  static const TypeFacts f8 = {"f8",        8192,       Element::f8_e4m3,   CUDA_R_8F_E4M3,
                               CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F, 0.1};
  static const TypeFacts i8 = {"i8", 8192, Element::i8, CUDA_R_8I, CUDA_R_32I, CUDA_R_32I, CUBLAS_COMPUTE_32I, 0};
  switch (type) {
    case ProductType::f32: return f32;
    case ProductType::tf32: return tf32;
    case ProductType::bf16: return bf16;
    case ProductType::f16: return f16;
    case ProductType::f8: return f8;
    case ProductType::i8: return i8;
  }
  return f32;
}

std::int64_t bytes_of(cudaDataType_t type) { return type == CUDA_R_32F || type == CUDA_R_32I ? 4 : 2; }

template <class T>
T read_as(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

double number(cudaDataType_t type, const std::byte* at) {
  switch (type) {
    case CUDA_R_32F: return read_as<float>(at);
    case CUDA_R_16BF: return __bfloat162float(read_as<__nv_bfloat16>(at));
    case CUDA_R_16F: return __half2float(read_as<__half>(at));
    case CUDA_R_8F_E4M3: return static_cast<float>(read_as<__nv_fp8_e4m3>(at));
    case CUDA_R_8I: return read_as<std::int8_t>(at);
    case CUDA_R_32I: return read_as<std::int32_t>(at);
    default: return std::nan("");
  }
}

// A handle of cuBLASLt, with what destroys it.
template <class Handle>
class Owned {
 public:
  Owned() = default;
  Owned(Handle handle, cublasStatus_t (*destroy)(Handle)) : handle_(handle), destroy_(destroy) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), destroy_(other.destroy_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(destroy_, other.destroy_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) (void)destroy_(handle_);
  }
  Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
  cublasStatus_t (*destroy_)(Handle) = nullptr;
};

Owned<cublasLtHandle_t> make_handle(const CublasLt& lt) {
  cublasLtHandle_t handle = nullptr;
  lt.check(lt.create(&handle), "starting cuBLASLt");
  return {handle, lt.destroy};
}

Owned<cublasLtMatrixLayout_t> make_layout(const CublasLt& lt, cudaDataType_t type, int rows) {
  cublasLtMatrixLayout_t layout = nullptr;
  const auto n = static_cast<std::uint64_t>(rows);
  lt.check(lt.layout_create(&layout, type, n, n, rows), "describing a matrix");
  return {layout, lt.layout_destroy};
}

template <class Value>
void set(const CublasLt& lt, cublasLtMatmulDesc_t desc, cublasLtMatmulDescAttributes_t which, const Value& value) {
  lt.check(lt.desc_set(desc, which, &value, sizeof value), "describing a matrix product");
}

Owned<cublasLtMatmulDesc_t> make_operation(const CublasLt& lt, const TypeFacts& facts) {
  cublasLtMatmulDesc_t desc = nullptr;
  lt.check(lt.desc_create(&desc, facts.compute, facts.scale), "describing a matrix product");
  Owned<cublasLtMatmulDesc_t> out(desc, lt.desc_destroy);
  set(lt, desc, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
  set(lt, desc, CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N);
  if (facts.element == Element::f8_e4m3) set(lt, desc, CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
  return out;
}

}  // namespace

const char* name_of(ProductType type) { return facts_of(type).name; }

struct MatrixProduct::Parts {
  Parts(const TypeFacts& of, const DeviceFacts& device, const Stream& on);
  void find_algorithm(const DeviceFacts& device);

  const CublasLt& lt = cublas_lt();
  const TypeFacts& facts;
  const Stream& stream;
  std::int64_t elements = std::int64_t{facts.rows} * facts.rows;
  Owned<cublasLtHandle_t> handle = make_handle(lt);
  Owned<cublasLtMatmulDesc_t> operation = make_operation(lt, facts);
  Owned<cublasLtMatrixLayout_t> layout_in = make_layout(lt, facts.in, facts.rows);
  Owned<cublasLtMatrixLayout_t> layout_out = make_layout(lt, facts.out, facts.rows);
  cublasLtMatmulAlgo_t algorithm{};
  DeviceMemory a{elements * bytes_of(facts.element)};
  DeviceMemory b{elements * bytes_of(facts.element)};
  DeviceMemory c{elements * bytes_of(facts.out)};
  DeviceMemory workspace{kWorkspaceBytes};
};

MatrixProduct::Parts::Parts(const TypeFacts& of, const DeviceFacts& device, const Stream& on) : facts(of), stream(on) {
  find_algorithm(device);
  fill_normal(facts.element, a.get(), elements, 1, stream.get());
  fill_normal(facts.element, b.get(), elements, 2, stream.get());
  // Not a number, or -1: no element that check_result would take for a product.
  set_bytes(c.get(), 0xFF, c.bytes(), stream.get());
  stream.synchronize();
}

void MatrixProduct::Parts::find_algorithm(const DeviceFacts& device) {
  cublasLtMatmulPreference_t made = nullptr;
  lt.check(lt.preference_create(&made), "choosing an algorithm");
  const Owned<cublasLtMatmulPreference_t> preference(made, lt.preference_destroy);
  const auto most = static_cast<std::uint64_t>(kWorkspaceBytes);
  lt.check(lt.preference_set(preference.get(), CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, sizeof most),
           "choosing an algorithm");
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status = lt.heuristic(handle.get(), operation.get(), layout_in.get(), layout_in.get(),
                                             layout_out.get(), layout_out.get(), preference.get(), 1, &best, &found);
  const bool none = status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH ||
                    (status == CUBLAS_STATUS_SUCCESS && found == 0);
  if (none) {
    throw GpuError(std::string("not supported: cuBLASLt has no algorithm for ") + facts.name + " on " + device.name);
  }
  lt.check(status, "choosing an algorithm");
  lt.check(best.state, "choosing an algorithm");
  algorithm = best.algo;
}

MatrixProduct::MatrixProduct(ProductType type, const DeviceFacts& device, const Stream& stream) {
  if (type == ProductType::tf32 && device.compute_capability < kFirstWithTf32)
    throw GpuError("not supported: " + device.name + " has no tf32");
  parts_ = std::make_unique<Parts>(facts_of(type), device, stream);
}

MatrixProduct::~MatrixProduct() = default;

double MatrixProduct::flop() const { return 2 * std::pow(parts_->facts.rows, 3); }

void MatrixProduct::queue() {
  Parts& p = *parts_;
  const float one = 1;
  const float zero = 0;
  const std::int32_t whole_one = 1;
  const std::int32_t whole_zero = 0;
  const bool whole = p.facts.scale == CUDA_R_32I;
  const void* const alpha = whole ? static_cast<const void*>(&whole_one) : &one;
  const void* const beta = whole ? static_cast<const void*>(&whole_zero) : &zero;
  p.lt.check(p.lt.matmul(p.handle.get(), p.operation.get(), alpha, p.a.get(), p.layout_in.get(), p.b.get(),
                         p.layout_in.get(), beta, p.c.get(), p.layout_out.get(), p.c.get(), p.layout_out.get(),
                         &p.algorithm, p.workspace.get(), static_cast<std::size_t>(kWorkspaceBytes), p.stream.get()),
             "multiplying matrices");
}

void MatrixProduct::check_result() const {
  const Parts& p = *parts_;
  const std::int64_t n = p.facts.rows;
  const std::int64_t in_bytes = bytes_of(p.facts.element);
  const std::int64_t out_bytes = bytes_of(p.facts.out);
  std::vector<std::byte> row(static_cast<std::size_t>(n * in_bytes));
  std::vector<std::byte> column(row.size());
  std::vector<std::byte> element(static_cast<std::size_t>(out_bytes));
  const double deviation = p.facts.element == Element::i8 ? 32 : 1;
  const double expected = deviation * deviation * std::sqrt(static_cast<double>(n));
  // Columns one after another in memory; row i of the transposed A is column i of A.
  for (const auto& [i, j] :
       {std::pair<std::int64_t, std::int64_t>{0, 0}, {n - 1, n - 1}, {n / 3, n / 5}, {129, n - 7}}) {
    copy(row.data(), p.a.as<std::byte>() + i * n * in_bytes, n * in_bytes, p.stream.get());
    copy(column.data(), p.b.as<std::byte>() + j * n * in_bytes, n * in_bytes, p.stream.get());
    copy(element.data(), p.c.as<std::byte>() + (i + j * n) * out_bytes, out_bytes, p.stream.get());
    p.stream.synchronize();
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      sum += number(p.facts.in, row.data() + k * in_bytes) * number(p.facts.in, column.data() + k * in_bytes);
    }
    const double found = number(p.facts.out, element.data());
    if (!(std::abs(found - sum) <= p.facts.tolerance * expected)) {
      throw GpuError("a product of " + std::string(p.facts.name) + " matrices is wrong: " + std::to_string(found) +
                     " in place of " + std::to_string(sum));
    }
  }
}

}  // namespace mlplan::gpu
