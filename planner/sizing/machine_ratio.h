// How two machines compare by what `mlplan probe` found each to give: between which factors the time of work lies that
// is bound by one thing or another, whatever the mixture.
//
// Serving is arithmetic and reading memory, of one thread and of all at once; a start is making a process, touching
// fresh memory, copying from the page cache, and some of either. What a model is bound by is not asked: the factor is
// the geometric mean of the lowest and the highest, and the error reaches to the highest, at least kProfileError, by
// which probe's own figures may be off.
#pragma once

#include <optional>

#include "profiles/machine_profile.h"

namespace mlplan::planner {

inline constexpr double kProfileError = 0.1;

struct MachineRatio {
  double factor = 1;  // how many times as long it takes there as here
  double error = 0;   // relative, upwards
};

struct MachineRatios {
  MachineRatio serving;
  MachineRatio starting;
};

// nullopt where the two have not the figures of memory and arithmetic that serving takes; a start that has none of its
// own is taken to be as serving is.
std::optional<MachineRatios> machine_ratios(const MachineProfile& here, const MachineProfile& there);

}  // namespace mlplan::planner
