// Matrix products on the GPU by element type, one after another without a pause.
#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels/gpu/data_sheet.h"
#include "kernels/gpu/event.h"
#include "kernels/gpu/matrix_product.h"
#include "kernels/gpu_benchmarks.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 5;
constexpr double kLeastNs = 1e8;    // of a sample
constexpr int kMostProducts = 500;  // likewise: the queue holds no more than about 1,000

struct Products {
  Products(gpu::ProductType type, const Gpu& gpu) : product(type, gpu.facts, gpu.stream) {}
  gpu::MatrixProduct product;
  gpu::Event begin, end;
  int count = 1;

  double time(const Gpu& gpu) {
    begin.record(gpu.stream.get());
    for (int i = 0; i < count; ++i) product.queue();
    end.record(gpu.stream.get());
    end.wait();
    return end.ns_since(begin);
  }
};

TakeSample begin(Gpu& gpu, gpu::ProductType type) {
  const auto products = std::make_shared<Products>(type, gpu);
  products->product.queue();
  products->product.check_result();
  warm_up(gpu, [&] { products->product.queue(); });
  const double one_ns = products->time(gpu);
  if (one_ns > 0)
    products->count = static_cast<int>(std::clamp(std::ceil(kLeastNs / one_ns), 1.0, double{kMostProducts}));
  return [&gpu, products] {
    const double ns = products->time(gpu);
    return Sample{ns, products->count * products->product.flop()};
  };
}

Limit limit(const Gpu& gpu, gpu::ProductType type) {
  const auto sheet = gpu::data_sheet_of(gpu.facts.name);
  if (!sheet) return {{}, "not known: no data sheet of " + gpu.facts.name + " is part of this program"};
  const std::optional<double> promised = gpu::promised_flop_per_s(*sheet, gpu::name_of(type));
  if (!promised) return {{}, std::string("not known: the data sheet has no rate of ") + gpu::name_of(type)};
  return {promised, "the data sheet, without sparsity"};
}

}  // namespace

void add_gpu_gemm_benchmarks(const Settings& settings) {
  for (const gpu::ProductType type : gpu::kProductTypes) {
    add_gpu_benchmark(
        settings, {std::string("gemm_") + gpu::name_of(type), Figure::flop_per_s, kSamples,
                   [type](Gpu& gpu) { return begin(gpu, type); }, [type](const Gpu& gpu) { return limit(gpu, type); }});
  }
}

}  // namespace mlplan::kernels
