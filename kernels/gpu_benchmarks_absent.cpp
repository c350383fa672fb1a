// In place of the GPU's benchmarks in a build without CUDA.
#include <cstdio>

#include "kernels/benchmarks.h"

namespace mlplan::kernels {

namespace {

constexpr const char* kWhy =
    "this build has no CUDA benchmarks: build mlplan where nvcc 13 or newer is, or with -DMLPLAN_CUDA=ON to see why "
    "not";

}  // namespace

void add_gpu_benchmarks(const Settings&) {
  add_benchmark("gpu/all", Figure::ns, 1, [] { return Sample{0, 1, kWhy}; }, [] { return Limit{{}, "not known"}; });
}

int time_gpu_start(int) {
  std::puts(kWhy);
  return 0;
}

int compare_gpu_timers(int) {
  std::fprintf(stderr, "mlplan-kernels: %s\n", kWhy);
  return 3;
}

}  // namespace mlplan::kernels
