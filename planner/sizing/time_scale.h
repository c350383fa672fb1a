// From the machine that was measured to another instance type: service and load times there are the measured ones times
// a factor, which may be wrong by an error. A plan holds up to factor x (1 + error).
//
// The factor is the ratio of core speeds, where the catalog knows both by one metric. kCoreSpeedError is an assumption,
// of the size by which published transfers of measured kernel times between GPUs were off (7 to 33 % on average). Where
// a speed is not known it is taken as the median of the catalog's types of that architecture, and the error reaches to
// the 95 % quantile of their spread: as if the measured machine could be one of the fastest, and the type one of the
// slowest. A report measured on the type itself needs neither. Where both machines have been probed their profiles say
// more (machine_ratio.h), of serving and of starting apart.
//
// From a GPU only what is known carries over: to the same card in another machine, where times lie between the same
// (the card sets the pace) and those by the core speeds (the CPU does); to another card by two profiles alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/sizing/machine_ratio.h"
#include "profiles/catalog.h"
#include "profiles/report.h"

namespace mlplan::planner {

inline constexpr double kCoreSpeedError = 0.25;

struct SpeedSpread {  // of the core speeds that are known; 0 without any
  double low = 0;     // 5 % quantile
  double median = 0;
  double high = 0;  // 95 % quantile
};

// Of the catalog's types without GPU of one architecture, over one metric: that of the most types.
SpeedSpread speed_spread(const Catalog& catalog, const std::string& architecture);

struct TimeScale {
  enum class Kind { measured, profiles, same_gpu, core_speed, unknown_speed };
  Kind kind = Kind::measured;
  double factor = 1;        // of serving
  double error = 0;         // relative, upwards, of either
  double start_factor = 1;  // of starting
};

// What is known of two machines. `measured_on` is null where it is not known which type was measured on.
struct ScaleFrom {
  const InstanceType* measured_on = nullptr;
  const MachineProfile* here = nullptr;   // of the machine that was measured; null: not probed
  const MachineProfile* there = nullptr;  // of the type
};
TimeScale time_scale(const ScaleFrom& from, const InstanceType& type, const SpeedSpread& spread);

// Of a report from a GPU to a type with one. nullopt where nothing carries its times over: another card, or one that is
// not known, without profiles of both that have the figures.
std::optional<TimeScale> gpu_time_scale(const ScaleFrom& from, const Report& report, const InstanceType& type,
                                        const SpeedSpread& spread);

// The profiles are taken for the type's and the measured machine's own: that is for the caller to have checked.
std::string time_scale_sentence(const TimeScale& scale, const InstanceType* measured_on, const InstanceType& type);

}  // namespace mlplan::planner
