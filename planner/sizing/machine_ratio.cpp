#include "planner/sizing/machine_ratio.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mlplan::planner {

namespace {

using OneFigure = std::optional<MachineFigure>;

// Of work that takes the more time the lower the rate.
void add_rates(const OneFigure& here, const OneFigure& there, double share_here, double share_there,
               std::vector<double>& ratios) {
  if (here && there && here->best > 0 && there->best > 0)
    ratios.push_back((here->best / share_here) / (there->best / share_there));
}

void add_times(const OneFigure& here, const OneFigure& there, std::vector<double>& ratios) {
  if (here && there && here->best > 0 && there->best > 0) ratios.push_back(there->best / here->best);
}

template <class Rows, class Row>
void add_by_threads(const Rows& here, const Rows& there, OneFigure Row::* figure, std::vector<double>& ratios) {
  if (here.empty() || there.empty()) return;
  const auto fewest = [](const Rows& rows) { return *std::ranges::min_element(rows, {}, &Row::threads); };
  const auto most = [](const Rows& rows) { return *std::ranges::max_element(rows, {}, &Row::threads); };
  const Row one_here = fewest(here);
  const Row one_there = fewest(there);
  const Row all_here = most(here);
  const Row all_there = most(there);
  // Of each thread's part.
  add_rates(one_here.*figure, one_there.*figure, static_cast<double>(one_here.threads),
            static_cast<double>(one_there.threads), ratios);
  add_rates(all_here.*figure, all_there.*figure, static_cast<double>(all_here.threads),
            static_cast<double>(all_there.threads), ratios);
}

MachineRatio between(const std::vector<double>& ratios) {
  const auto [low, high] = std::ranges::minmax_element(ratios);
  const double factor = std::sqrt(*low * *high);
  return {factor, std::max(kProfileError, *high / factor - 1)};
}

std::vector<ArithmeticFigures> of_dtype(const MachineProfile& profile, const char* dtype) {
  std::vector<ArithmeticFigures> rows;
  std::ranges::copy_if(profile.arithmetic, std::back_inserter(rows),
                       [&](const ArithmeticFigures& row) { return row.dtype == dtype; });
  return rows;
}

const OneFigure& product_of(const GpuProfile& gpu, std::string_view dtype) {
  static const OneFigure none;
  const auto row = std::ranges::find(gpu.products, dtype, &GpuProductFigures::dtype);
  return row == gpu.products.end() ? none : row->product;
}

void add_products(const GpuProfile& here, const GpuProfile& there, std::string_view dtype,
                  std::vector<double>& ratios) {
  add_rates(product_of(here, dtype), product_of(there, dtype), 1, 1, ratios);
  if (dtype != "f32") return;
  const auto best = [](const GpuProfile& gpu) -> const OneFigure& {
    const OneFigure& tensor_cores = product_of(gpu, "tf32");
    return tensor_cores ? tensor_cores : product_of(gpu, "f32");
  };
  add_rates(best(here), best(there), 1, 1, ratios);
}

// What a start takes of the host; empty where either was not asked for it.
std::vector<double> start_ratios(const MachineProfile& here, const MachineProfile& there) {
  std::vector<double> ratios;
  add_times(here.process_start.small, there.process_start.small, ratios);
  add_rates(here.page_faults.first_touch, there.page_faults.first_touch, 1, 1, ratios);
  add_by_threads(here.storage.page_cache, there.storage.page_cache, &PageCacheFigures::read, ratios);
  return ratios;
}

}  // namespace

std::optional<MachineRatios> machine_ratios(const MachineProfile& here, const MachineProfile& there) {
  std::vector<double> arithmetic;
  add_by_threads(of_dtype(here, "f32"), of_dtype(there, "f32"), &ArithmeticFigures::gemm, arithmetic);
  std::vector<double> memory;
  add_by_threads(here.memory, there.memory, &MemoryFigures::read, memory);
  if (arithmetic.empty() || memory.empty()) return std::nullopt;
  std::vector<double> serving = arithmetic;
  serving.insert(serving.end(), memory.begin(), memory.end());
  std::vector<double> starting = start_ratios(here, there);
  if (!starting.empty()) starting.push_back(arithmetic.front());
  return MachineRatios{between(serving), between(starting.empty() ? serving : starting)};
}

std::optional<MachineRatios> gpu_machine_ratios(const ProfiledGpu& here, const ProfiledGpu& there,
                                                std::string_view dtype) {
  std::vector<double> serving;
  add_products(*here.gpu, *there.gpu, dtype, serving);
  if (serving.empty()) return std::nullopt;
  std::vector<double> memory;
  add_rates(here.gpu->memory.read, there.gpu->memory.read, 1, 1, memory);
  std::vector<double> launching;
  add_times(here.gpu->launch.enqueue, there.gpu->launch.enqueue, launching);
  if (memory.empty() || launching.empty()) return std::nullopt;
  serving.insert(serving.end(), memory.begin(), memory.end());
  serving.insert(serving.end(), launching.begin(), launching.end());
  add_times(here.gpu->launch.device, there.gpu->launch.device, serving);

  std::vector<double> starting = start_ratios(*here.machine, *there.machine);
  add_rates(here.gpu->copies.to_device_pageable, there.gpu->copies.to_device_pageable, 1, 1, starting);
  add_times(here.gpu->start.driver, there.gpu->start.driver, starting);
  add_times(here.gpu->start.context, there.gpu->start.context, starting);
  return MachineRatios{between(serving), between(starting.empty() ? serving : starting)};
}

}  // namespace mlplan::planner
