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

}  // namespace

std::optional<MachineRatios> machine_ratios(const MachineProfile& here, const MachineProfile& there) {
  std::vector<double> arithmetic;
  add_by_threads(of_dtype(here, "f32"), of_dtype(there, "f32"), &ArithmeticFigures::gemm, arithmetic);
  std::vector<double> memory;
  add_by_threads(here.memory, there.memory, &MemoryFigures::read, memory);
  if (arithmetic.empty() || memory.empty()) return std::nullopt;
  std::vector<double> serving = arithmetic;
  serving.insert(serving.end(), memory.begin(), memory.end());
  std::vector<double> starting;
  add_times(here.process_start.small, there.process_start.small, starting);
  add_rates(here.page_faults.first_touch, there.page_faults.first_touch, 1, 1, starting);
  add_by_threads(here.storage.page_cache, there.storage.page_cache, &PageCacheFigures::read, starting);
  if (!starting.empty()) starting.push_back(arithmetic.front());
  return MachineRatios{between(serving), between(starting.empty() ? serving : starting)};
}

}  // namespace mlplan::planner
