#include "cli/views/deployment_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cli/views/bars.h"
#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kHoursOfMonth = 730;

std::string instance_text(const PlannedInstance& instance) {
  std::vector<std::string> facts;
  const std::string place = instance.cloud + (instance.region.empty() ? "" : " " + instance.region);
  if (!place.empty()) facts.push_back(place);
  if (instance.vcpus > 0) facts.push_back(counted(instance.vcpus, "vCPU"));
  if (instance.memory_bytes > 0) facts.push_back(format_bytes(static_cast<double>(instance.memory_bytes)));
  if (!instance.gpu.empty()) facts.push_back(instance.gpu);
  std::string text = instance.name;
  if (!facts.empty()) text += fmt::format(" ({})", fmt::join(facts, ", "));
  text += fmt::format(" at {} USD/h", format_usd(instance.usd_per_hour));
  if (!instance.option.empty()) text += " " + spaced(instance.option);
  if (!instance.price_date.empty()) text += fmt::format(" ({})", instance.price_date);
  return text;
}

std::string each_text(const Deployment& deployment) {
  std::string text =
      fmt::format("{} of {}", counted(deployment.workers, "worker"), counted(deployment.threads, "thread"));
  if (deployment.max_batch > 1) {
    text += fmt::format(", batches of up to {}", format_integer(deployment.max_batch));
    if (deployment.batch_timeout_ns > 0)
      text += " within " + format_duration(static_cast<double>(deployment.batch_timeout_ns));
  } else {
    text += ", no batching";
  }
  if (deployment.capacity_per_s > 0) text += "; at most " + format_rate(deployment.capacity_per_s);
  return text;
}

std::string from_to(std::int64_t lowest, std::int64_t highest) {
  if (lowest == highest) return format_integer(lowest);
  return format_integer(lowest) + " to " + format_integer(highest);
}

std::string count_text(const Deployment& deployment) {
  const ScalingPlan& scaling = deployment.scaling;
  std::string text = from_to(scaling.lowest, scaling.highest) + " serving";
  if (deployment.pool.count > 0) text += fmt::format(" and {} kept warm", format_integer(deployment.pool.count));
  if (deployment.pool.stopped > 0)
    text += fmt::format(" ({} of them stopped)", format_integer(deployment.pool.stopped));
  if (scaling.kind == "scheduled") {
    text += ", by the hour";
    if (scaling.ordered_ahead_s > 0) text += ", ordered " + format_duration(scaling.ordered_ahead_s * 1e9) + " ahead";
  } else if (scaling.kind == "live") {
    text += fmt::format(", live by policy {}", scaling.policy);
  } else {
    text += ", all the time";
  }
  const std::int64_t more = deployment.instances - scaling.highest - deployment.pool.count;
  if (scaling.kind == "live" || scaling.kind == "scheduled") {
    if (more > 0) text += fmt::format("; up to {} more in a burst", format_integer(more));
  }
  if (scaling.lowest != scaling.highest)
    text += fmt::format("; {} in the mean", format(scaling.mean_instances, Unit::count, 3));
  return text;
}

// One column an hour, whose blanks are hours with none: so it is not wrapped like a text.
std::string hours_line(const char* label, const std::vector<std::int64_t>& hours, const Style& style) {
  const auto highest = std::max_element(hours.begin(), hours.end());
  if (*highest == 0) return {};
  const std::string name = label;
  const std::string padding(static_cast<std::size_t>(std::max(1, kLabelColumns - columns_of(name))), ' ');
  std::string head = std::string(kIndent, ' ') + paint(name, Ink::dim, style) + padding +
                     paint(shown(bar_row(hours), style), Ink::cyan, style) + "  ";
  return beside(std::move(head), kIndent + kLabelColumns + static_cast<int>(hours.size()) + 2,
                fmt::format("{}, most from {:02}:00 UTC",
                            from_to(*std::min_element(hours.begin(), hours.end()), *highest), highest - hours.begin()),
                style);
}

std::string settings_text(const std::map<std::string, double>& settings) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : settings) parts.push_back(fmt::format("{} = {:.6g}", name, value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string times_text(const Extrapolation& extrapolation) {
  if (!extrapolation.sentence.empty()) return extrapolation.sentence;
  if (extrapolation.kind == "measured") return "measured on this type";
  return fmt::format("{}: times x {:.2f}, up to {} more", spaced(extrapolation.kind), extrapolation.time_factor,
                     format_share(extrapolation.error));
}

std::string memory_text(const MemoryFit& memory) {
  const auto bytes = [](std::int64_t count) { return format_bytes(static_cast<double>(count)); };
  std::string text = bytes(memory.needed_bytes);
  if (memory.state_bytes > memory.needed_bytes / 10)
    text += fmt::format(" ({} for sessions)", bytes(memory.state_bytes));
  text += " of the " + bytes(memory.available_bytes);
  if (memory.reserved_bytes > 0) text += fmt::format(" less {} for the system", bytes(memory.reserved_bytes));
  // How many workers' models fit says nothing where sessions take the memory.
  if (memory.most_workers > 0 && memory.state_bytes <= memory.needed_bytes / 10)
    text += fmt::format("; {} would fit", counted(memory.most_workers, "worker"));
  return text;
}

std::string gpu_memory_text(const GpuMemoryFit& gpu) {
  const auto bytes = [](std::int64_t count) { return format_bytes(static_cast<double>(count)); };
  const std::string workers = counted(gpu.workers, "worker");
  const std::string all = bytes(gpu.available_bytes);
  if (!gpu.needed_bytes) return fmt::format("{} on {}: known to fit, not how much is left", workers, all);
  return fmt::format("{} by {} of the {} less {} for the driver and a margin; {} would fit", bytes(*gpu.needed_bytes),
                     workers, all, bytes(gpu.reserved_bytes), counted(gpu.most_workers, "worker"));
}

// How a prediction stands to its objective: by the far end of its interval where it has one.
struct Standing {
  std::string text = {};
  Ink ink = Ink::plain;
};

Standing standing(const Estimate& predicted, double at_most) {
  if (!std::isfinite(predicted.value)) return {"not known", Ink::yellow};
  if (predicted.value > at_most) return {"missed", Ink::red};
  if (predicted.high && *predicted.high > at_most) return {"likely kept", Ink::yellow};
  return {"kept", Ink::green};
}

class Expectations {
 public:
  explicit Expectations(double confidence)
      : table_({{"TO EXPECT", false}, {""}, {format_share(confidence) + " interval"}, {"objective"}, {"", false}}) {}

  // `text` of a figure; nothing is added for one that is not known and has no objective.
  template <class Text>
  void add(const std::string& name, const Estimate& estimate, const Text& text, const std::string& objective = {},
           const Standing& state = {}) {
    if (!std::isfinite(estimate.value) && objective.empty()) return;
    const bool bounded = estimate.low && estimate.high;
    table_.add(
        {{name},
         {text(estimate.value), Ink::bold},
         {bounded ? range_text(text(*estimate.low), text(*estimate.high)) : kAbsent, bounded ? Ink::plain : Ink::dim},
         {objective},
         {state.text, state.ink}});
  }

  std::string print(const Style& style) const { return table_.print(style, kIndent); }

 private:
  Table table_;
};

Estimate times(Estimate estimate, double factor) {
  estimate.value *= factor;
  if (estimate.low) *estimate.low *= factor;
  if (estimate.high) *estimate.high *= factor;
  return estimate;
}

}  // namespace

std::string bought_name(const Deployment& deployment) {
  return fmt::format("{} x {}", format_integer(deployment.instances), deployment.instance.name);
}

double compared_quantile(const Slo& slo) { return slo.latency.empty() ? 0.99 : slo.latency.back().quantile; }

double predicted_response_ns(const Deployment& deployment, double quantile) {
  for (const LatencyPrediction& latency : deployment.predicted.latency) {
    if (std::fabs(latency.quantile - quantile) < 1e-9) return latency.response_ns.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string what_to_buy(const Deployment& deployment, const Style& style) {
  const ScalingPlan& scaling = deployment.scaling;
  const char* most = scaling.kind == "fixed" || scaling.kind.empty() ? "" : "up to ";
  const std::string bought =
      fmt::format("{}{} x {}", most, format_integer(deployment.instances), instance_text(deployment.instance));
  std::string text = paragraph("buy", bought, style, Ink::dim, Ink::bold);
  text += paragraph("count", count_text(deployment), style);
  if (!scaling.by_hour.empty()) text += hours_line("by hour", scaling.by_hour, style);
  if (!deployment.pool.by_hour.empty()) text += hours_line("growth", deployment.pool.by_hour, style);
  if (style.verbose && !scaling.settings.empty()) text += paragraph("policy", settings_text(scaling.settings), style);
  text += paragraph("each", each_text(deployment), style);
  if (deployment.memory.needed_bytes > 0) text += paragraph("memory", memory_text(deployment.memory), style);
  if (deployment.memory.gpu) text += paragraph("GPU memory", gpu_memory_text(*deployment.memory.gpu), style);
  if (!deployment.extrapolation.kind.empty()) text += paragraph("times", times_text(deployment.extrapolation), style);
  return text;
}

std::string expectations(const Deployment& deployment, const Plan& plan, const Style& style) {
  const Prediction& predicted = deployment.predicted;
  Expectations rows(plan.confidence);
  const auto duration = [](double ns) { return format(ns, Unit::duration); };
  const auto usd = [](double value) { return format_usd(value) + " USD"; };
  const auto count = [](double value) { return format(value, Unit::count); };
  for (const LatencyPrediction& latency : predicted.latency) {
    const std::string name = percentile_name(latency.quantile);
    if (latency.at_most_ns) {
      rows.add(name, latency.response_ns, duration, format_duration(*latency.at_most_ns),
               standing(latency.response_ns, *latency.at_most_ns));
    } else {
      rows.add(name, latency.response_ns, duration);
    }
  }
  if (!plan.slo.latency.empty()) rows.add("in time", predicted.attainment, format_rare_share);
  if (plan.slo.exposure) {
    const Standing state = deployment.pool.supported ? standing(predicted.exposure, *plan.slo.exposure)
                                                     : Standing{"not shown", Ink::yellow};
    rows.add("meet a cold start", predicted.exposure, format_rare_share, format_percentage(*plan.slo.exposure), state);
  } else {
    rows.add("meet a cold start", predicted.exposure, format_rare_share);
  }
  rows.add("utilisation", predicted.utilisation, format_share);
  if (style.verbose) rows.add("instances", predicted.instances, count);
  if (plan.limits.budget_usd_per_hour) {
    rows.add("per hour", predicted.usd_per_hour, usd, format_usd(*plan.limits.budget_usd_per_hour) + " USD",
             standing(predicted.usd_per_hour, *plan.limits.budget_usd_per_hour));
  } else {
    rows.add("per hour", predicted.usd_per_hour, usd);
  }
  rows.add("per month", times(predicted.usd_per_hour, kHoursOfMonth), usd);
  rows.add("per 1,000", predicted.usd_per_1000_inferences, usd);
  return rows.print(style);
}

std::string headroom_view(const Deployment& deployment, const Style& style) {
  std::string text;
  double bought = 0;
  for (const HeadroomPart& part : deployment.headroom) bought += std::max(0.0, part.instances);
  if (bought > 0) {
    constexpr int kNameColumns = 13;
    constexpr int kNumberColumns = 8;
    const int bar_columns = std::clamp(style.width - 80, 12, 40);
    text += std::string(kIndent, ' ') +
            paint(shown("WHY " + format_integer(deployment.instances), style), Ink::bold, style) + "\n";
    double offset = 0;
    for (const HeadroomPart& part : deployment.headroom) {
      const bool nothing = std::fabs(part.instances) < 0.005;
      if (nothing && !style.verbose) continue;
      const std::string bar = bar_on_axis(offset / bought, (offset + part.instances) / bought, bar_columns);
      offset += part.instances;
      const std::string number = fmt::format("{:.2f}", part.instances);
      const auto pad = [](const std::string& cell, int columns) {
        return std::string(static_cast<std::size_t>(std::max(0, columns - columns_of(cell))), ' ');
      };
      const std::string name = shown(spaced(part.name), style);
      text += beside(std::string(kIndent, ' ') + name + pad(name, kNameColumns) +
                         paint(shown(bar, style), Ink::cyan, style) + pad(bar, bar_columns) +
                         pad(number, kNumberColumns) + number + "  ",
                     kIndent + kNameColumns + bar_columns + kNumberColumns + 2, part.sentence, style);
    }
  }
  if (!deployment.binding.constraint.empty()) {
    text += paragraph("limited by", spaced(deployment.binding.constraint) + ": " + deployment.binding.sentence, style,
                      Ink::cyan);
  }
  return text;
}

}  // namespace mlplan::cli
