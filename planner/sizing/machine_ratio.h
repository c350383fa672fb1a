// How two machines compare by what `mlplan probe` found each to give: between which factors the time of work lies that
// is bound by one thing or another, whatever the mixture.
//
// Serving is arithmetic and reading memory, of one thread and of all at once; a start is making a process, touching
// fresh memory, copying from the page cache, and some of either. What a model is bound by is not asked: the factor is
// the geometric mean of the lowest and the highest, and the error reaches to the highest, at least kProfileError, by
// which probe's own figures may be off.
//
// Serving on a GPU is arithmetic of the type that most of the weights have, reading the GPU's memory, and launching
// kernels; a start there is that of the host, the copies to the GPU, and those of the driver and the context.
#pragma once

#include <optional>
#include <string_view>

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

// The same of a GPU in each; `dtype` is the weights' ("f32", "f16", "bf16", "i8"). Convolutions of f32 run on the
// tensor cores where a card has them (tf32), so that they count beside f32.
struct ProfiledGpu {
  const MachineProfile* machine = nullptr;
  const GpuProfile* gpu = nullptr;
};
std::optional<MachineRatios> gpu_machine_ratios(const ProfiledGpu& here, const ProfiledGpu& there,
                                                std::string_view dtype);

}  // namespace mlplan::planner
