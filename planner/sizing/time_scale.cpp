#include "planner/sizing/time_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

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
  const std::optional<double> here = speed_of(measured_on);
  const std::optional<double> there = speed_of(&type);
  const bool one_metric = here && there && measured_on->core_speed->metric == type.core_speed->metric;
  if (one_metric) return of_all(TimeScale::Kind::core_speed, *here / *there, kCoreSpeedError);
  if (spread.median <= 0) return of_all(TimeScale::Kind::unknown_speed, 1, kUnknownSpread);

  const double fastest_here = here.value_or(spread.high);
  const double usual_here = here.value_or(spread.median);
  const double slowest_there = there.value_or(spread.low);
  const double usual_there = there.value_or(spread.median);
  const double factor = usual_here / usual_there;
  return of_all(TimeScale::Kind::unknown_speed, factor,
                std::max(kCoreSpeedError, fastest_here / slowest_there / factor - 1));
}

std::string time_scale_sentence(const TimeScale& scale, const InstanceType* measured_on, const InstanceType& type) {
  switch (scale.kind) {
    case TimeScale::Kind::measured: return fmt::format("measured on {} itself", type.name);
    case TimeScale::Kind::profiles:
      return fmt::format(
          "carried over to {} by the profiles of both machines: serving takes x {:.2f}, a start x {:.2f}, up to {:.0f} "
          "% more, whatever the model is bound by; a report measured on it would do away with that",
          type.name, scale.factor, scale.start_factor, 100 * scale.error);
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
