#include "planner/sizing/time_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "profiles/gpu_card.h"

namespace mlplan::planner {

namespace {

// Where nothing at all is known of core speeds: the spread of the catalog that ships with mlplan, high over low.
constexpr double kUnknownSpread = 1.5;

std::optional<double> speed_of(const InstanceType* type) {
  if (type == nullptr || !type->core_speed) return std::nullopt;
  return type->core_speed->per_vcpu;
}

// What is said of one speed alone is said of starts as well.
TimeScale of_all(TimeScale::Kind kind, double factor, double error) { return {kind, factor, error, factor}; }

bool is_same_type(const InstanceType& a, const InstanceType& b) { return a.cloud == b.cloud && a.name == b.name; }

// Of the core speeds of two machines: how many times as long the same work takes there.
struct CoreRatio {
  double usual = 1;
  double worst = 1;
  bool known = false;
};

CoreRatio core_ratio(const InstanceType* measured_on, const InstanceType& type, const SpeedSpread& spread) {
  const std::optional<double> here = speed_of(measured_on);
  const std::optional<double> there = speed_of(&type);
  if (here && there && measured_on->core_speed->metric == type.core_speed->metric)
    return {*here / *there, *here / *there * (1 + kCoreSpeedError), true};
  if (spread.median <= 0) return {1, 1 + kUnknownSpread, false};
  const double usual = here.value_or(spread.median) / there.value_or(spread.median);
  const double worst = here.value_or(spread.high) / there.value_or(spread.low);
  return {usual, std::max(usual * (1 + kCoreSpeedError), worst), false};
}

// By what the catalog says of the card that was measured on, where that is known, else by what the driver says.
bool has_same_card(const InstanceType* measured_on, const Report& report, const InstanceType& type) {
  if (measured_on == nullptr || !measured_on->gpu) return is_same_card(*type.gpu, gpu_name_of(report));
  return measured_on->gpu->name == type.gpu->name && measured_on->gpu->memory_bytes == type.gpu->memory_bytes;
}

std::string dtype_of_weights(const Report& report) {
  const auto most = std::ranges::max_element(report.model.weights, {}, &DTypeBytes::bytes);
  return most == report.model.weights.end() ? "" : most->dtype;
}

}  // namespace

SpeedSpread speed_spread(const Catalog& catalog, const std::string& architecture) {
  std::map<std::string, std::vector<double>> by_metric;
  for (const InstanceType& type : catalog.instances) {
    if (type.core_speed && !type.gpu && type.architecture == architecture)
      by_metric[type.core_speed->metric].push_back(type.core_speed->per_vcpu);
  }
  if (by_metric.empty()) return {};
  std::vector<double>& speeds =
      std::ranges::max_element(by_metric, {}, [](const auto& entry) { return entry.second.size(); })->second;
  std::ranges::sort(speeds);
  const auto at = [&](double q) {
    return speeds[static_cast<std::size_t>(q * static_cast<double>(speeds.size() - 1))];
  };
  return {at(0.05), at(0.5), at(0.95)};
}

TimeScale time_scale(const ScaleFrom& from, const InstanceType& type, const SpeedSpread& spread) {
  const InstanceType* const measured_on = from.measured_on;
  if (measured_on != nullptr && is_same_type(*measured_on, type)) return {};
  if (from.here != nullptr && from.there != nullptr) {
    if (const std::optional<MachineRatios> ratios = machine_ratios(*from.here, *from.there))
      return {TimeScale::Kind::profiles, ratios->serving.factor,
              std::max(ratios->serving.error, ratios->starting.error), ratios->starting.factor};
  }
  const CoreRatio ratio = core_ratio(measured_on, type, spread);
  return of_all(ratio.known ? TimeScale::Kind::core_speed : TimeScale::Kind::unknown_speed, ratio.usual,
                ratio.worst / ratio.usual - 1);
}

std::optional<TimeScale> gpu_time_scale(const ScaleFrom& from, const Report& report, const InstanceType& type,
                                        const SpeedSpread& spread) {
  if (from.measured_on != nullptr && is_same_type(*from.measured_on, type)) return TimeScale{};
  const GpuProfile* const here = from.here == nullptr ? nullptr : gpu_named(*from.here, gpu_name_of(report));
  const GpuProfile* const there = from.there == nullptr ? nullptr : gpu_named(*from.there, "");
  if (here != nullptr && there != nullptr) {
    if (const auto ratios = gpu_machine_ratios({from.here, here}, {from.there, there}, dtype_of_weights(report)))
      return TimeScale{TimeScale::Kind::profiles, ratios->serving.factor,
                       std::max(ratios->serving.error, ratios->starting.error), ratios->starting.factor};
  }
  if (!has_same_card(from.measured_on, report, type)) return std::nullopt;
  const CoreRatio ratio = core_ratio(from.measured_on, type, spread);
  const double factor = std::sqrt(ratio.usual);  // the geometric mean of the card's, 1, and the CPU's
  return of_all(TimeScale::Kind::same_gpu, factor, std::max(kCoreSpeedError, std::max(1.0, ratio.worst) / factor - 1));
}

std::string time_scale_sentence(const TimeScale& scale, const InstanceType* measured_on, const InstanceType& type) {
  switch (scale.kind) {
    case TimeScale::Kind::measured: return fmt::format("measured on {} itself", type.name);
    case TimeScale::Kind::profiles:
      return fmt::format(
          "carried over to {} by the profiles of both machines: serving takes x {:.2f}, a start x {:.2f}, up to {:.0f} "
          "% more, whatever the model is bound by; a report measured on it would do away with that",
          type.name, scale.factor, scale.start_factor, 100 * scale.error);
    case TimeScale::Kind::same_gpu:
      return fmt::format(
          "carried over to the same card in {}: times x {:.2f}, up to {:.0f} % more, as the CPU or the card sets the "
          "pace; a report measured on it would do away with that",
          type.name, scale.factor, 100 * scale.error);
    case TimeScale::Kind::core_speed:
      return fmt::format(
          "extrapolated from {} by core speed: times x {:.2f}, up to {:.0f} % more; a report measured on "
          "{} would do away with that",
          measured_on->name, scale.factor, 100 * scale.error, type.name);
    case TimeScale::Kind::unknown_speed:
      return measured_on == nullptr
                 ? fmt::format(
                       "extrapolated from a machine of unknown core speed: times x {:.2f}, up to {:.0f} % more; "
                       "say what it was with --measured-on, or measure on {}",
                       scale.factor, 100 * scale.error, type.name)
                 : fmt::format(
                       "extrapolated from {}, core speed not known of both: times x {:.2f}, up to {:.0f} % "
                       "more; a report measured on {} would do away with that",
                       measured_on->name, scale.factor, 100 * scale.error, type.name);
  }
  return "";
}

}  // namespace mlplan::planner
