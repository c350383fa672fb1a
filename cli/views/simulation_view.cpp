#include "cli/views/simulation_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/views/estimates.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "cli/views/timeline_plot.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

using Kind = EstimateKind;

constexpr double kLeastNumber = 0.0005;  // of instances, that takes a line; -v shows all

struct Figure {
  const char* label;
  Kind kind;
  Estimate SimulatedFigures::* estimate;
  bool always;  // else only where it is worth a line
};

constexpr Figure kFigures[] = {
    {"requests", Kind::number, &SimulatedFigures::requests, true},
    {"not served", Kind::share, &SimulatedFigures::unserved, false},
    {"waited", Kind::share, &SimulatedFigures::waited, true},
    {"may have met a cold start", Kind::share, &SimulatedFigures::exposure, true},
    {"requests in a batch", Kind::number, &SimulatedFigures::mean_batch, false},
    {"utilisation", Kind::share, &SimulatedFigures::utilisation, true},
    {"instances ready", Kind::number, &SimulatedFigures::ready, true},
    {"loading", Kind::number, &SimulatedFigures::loading, false},
    {"pooled", Kind::number, &SimulatedFigures::pooled, false},
    {"filling the pool", Kind::number, &SimulatedFigures::filling, false},
    {"stopping", Kind::number, &SimulatedFigures::stopping, false},
    {"at once, at most", Kind::number, &SimulatedFigures::most_instances, true},
    {"cold starts", Kind::number, &SimulatedFigures::cold_starts, false},
    {"drawn from the pool", Kind::number, &SimulatedFigures::draws, false},
    {"found the pool empty", Kind::number, &SimulatedFigures::misses, false},
    {"stops", Kind::number, &SimulatedFigures::stops, false},
    {"failures", Kind::number, &SimulatedFigures::failures, false},
    {"interruptions", Kind::number, &SimulatedFigures::interruptions, false},
};

std::string time_text(double seconds) { return format_duration(seconds * 1e9); }

std::string traffic_text(const PlannedTraffic& traffic) {
  std::string text = fmt::format("{}: {} in the mean", traffic.source, format_rate(traffic.mean_per_s));
  if (traffic.kind != "constant") text += fmt::format(", {} at the peak", format_rate(traffic.peak_per_s));
  return text;
}

std::string law_text(const SimulatedTime& time) {
  std::string text = format_duration(time.mean_ns);
  if (time.samples > 0) text += fmt::format(" (mean of {})", counted(time.samples, "sample"));
  return text;
}

std::string serving_text(const SimulatedFleet& fleet) {
  std::vector<std::string> parts;
  if (fleet.workers > 1 || fleet.threads) parts.push_back(counted(fleet.workers, "worker"));
  if (fleet.threads) parts.push_back(fmt::format("of {}", counted(*fleet.threads, "thread")));
  std::string text = fmt::format("{}", fmt::join(parts, " "));
  if (fleet.concurrency > 1) text += fmt::format("{}{} at once", text.empty() ? "" : ", ", fleet.concurrency);
  if (!text.empty()) text += ", ";
  const auto batch = [](const SimulatedService& service) {
    return fmt::format("a batch of {} in {}", service.batch, law_text(service.time));
  };
  text += fleet.max_batch == 1 ? "a request in " + law_text(fleet.service.front().time) : batch(fleet.service.front());
  if (fleet.max_batch > 1 && fleet.service.size() > 1) {
    const auto last = std::find_if(fleet.service.begin(), fleet.service.end(),
                                   [&](const auto& x) { return x.batch >= fleet.max_batch; });
    text += ", " + batch(last == fleet.service.end() ? fleet.service.back() : *last);
  }
  if (fleet.batch_timeout_ns > 0)
    text += ", waiting up to " + format_duration(static_cast<double>(fleet.batch_timeout_ns));
  return text;
}

std::string starting_text(const SimulatedFleet& fleet) {
  if (!fleet.start_up) return {};
  std::string text = law_text(*fleet.start_up);
  if (!fleet.start_state.empty()) text += ", " + fleet.start_state;
  if (fleet.node_start) text += fmt::format(", after {} for a machine", format_duration(fleet.node_start->mean_ns));
  if (fleet.pool_exit) text += fmt::format("; {} out of the pool", format_duration(fleet.pool_exit->mean_ns));
  if (fleet.time_between_failures_s) text += fmt::format("; fails every {}", time_text(*fleet.time_between_failures_s));
  if (fleet.time_between_interruptions_s) {
    text += fmt::format("; interrupted every {}, told {} before", time_text(*fleet.time_between_interruptions_s),
                        time_text(fleet.notice_s.value_or(0)));
  }
  return text;
}

// Of a plan's own policy all settings are known, and only -v wants them.
std::string policy_text(const Simulation& simulation, const Style& style) {
  const bool all = style.verbose || simulation.policy != "mlplan";
  std::string text = simulation.policy;
  for (const auto& [name, value] : simulation.policy_settings) {
    if (all || name == "spares" || name == "stopped") text += fmt::format(", {} {:.6g}", name, value);
  }
  return text + fmt::format("; {} ready at the beginning", format_integer(simulation.fleet.initial_instances));
}

std::string run_text(const SimulatedRun& run) {
  std::string text = fmt::format("{} of {}", counted(run.replications, "replication"), time_text(run.duration_s));
  if (run.from_s > 0) text += fmt::format(" from {} on", time_text(run.from_s));
  if (run.warm_up_s > 0) text += fmt::format(", the first {} not counted", time_text(run.warm_up_s));
  return text + fmt::format(", seed {}", run.seed);
}

std::string interval_title(const SimulatedRun& run) { return fmt::format("{:.3g} % interval", run.confidence * 100); }

std::string response_table(const Simulation& simulation, const Style& style) {
  Table table({{"RESPONSE TIME", false}, {"", true}, {interval_title(simulation.run), false}});
  const auto add = [&](const std::string& label, const std::optional<Estimate>& estimate) {
    const std::string value = estimate ? value_text(*estimate, Kind::duration) : kAbsent;
    const std::string interval = estimate ? interval_text(*estimate, Kind::duration) : "too few requests";
    table.add({{label}, {value}, {interval}});
  };
  add("mean", simulation.figures.mean_response_ns);
  for (const SimulatedPercentile& row : simulation.figures.response)
    add(percentile_name(row.quantile), row.response_ns);
  return table.print(style, kIndent);
}

std::string figure_table(const Simulation& simulation, const Style& style) {
  Table table({{"REQUESTS AND INSTANCES", false}, {"mean", true}, {interval_title(simulation.run), false}});
  for (const Figure& figure : kFigures) {
    const Estimate& estimate = simulation.figures.*figure.estimate;
    const double least = figure.kind == Kind::number ? kLeastNumber : 0;
    if (!style.verbose && !figure.always && estimate.value <= least) continue;
    if (!style.verbose && figure.estimate == &SimulatedFigures::mean_batch && simulation.fleet.max_batch == 1) continue;
    table.add({{figure.label}, {value_text(estimate, figure.kind)}, {interval_text(estimate, figure.kind)}});
  }
  return table.print(style, kIndent);
}

std::string timeline(const Simulation& simulation, const Style& style) {
  const auto& stretches = simulation.timeline;
  if (stretches.empty()) return {};
  std::vector<Band> bands;
  const auto add = [&](const char* label, int lines, Ink ink, bool is_share, auto value) {
    Band band{.label = label, .values = {}, .top = "0", .lines = lines, .ink = ink};
    for (const SimulatedStretch& stretch : stretches) band.values.push_back(value(stretch));
    const std::vector<double> columns = columns_of_values(band.values, plot_columns(style));
    const double most = *std::max_element(columns.begin(), columns.end());
    if (most > 0) band.top = is_share ? share_text(most) : most < 0.001 ? "<0.001" : format(most, Unit::count, 3);
    bands.push_back(std::move(band));
    return most > 0;
  };
  using S = SimulatedStretch;
  add("arrivals/s", 4, Ink::cyan, false, [](const S& s) { return s.arrivals_per_s; });
  add("queued", 3, Ink::yellow, false, [](const S& s) { return s.queued; });
  add("ready", 3, Ink::green, false, [](const S& s) { return s.ready; });
  if (!add("loading", 2, Ink::yellow, false, [](const S& s) { return s.loading; })) bands.pop_back();
  if (!add("pooled", 2, Ink::plain, false, [](const S& s) { return s.pooled; })) bands.pop_back();
  const auto late = [](const S& s) {
    return s.completed > 0 ? static_cast<double>(s.late) / static_cast<double>(s.completed) : 0;
  };
  if (!add("late", 2, Ink::red, true, late)) bands.pop_back();
  const double from = simulation.run.from_s + stretches.front().start_s;
  const double span = simulation.stretch_s * static_cast<double>(stretches.size());
  return paint("  TIMELINE", Ink::bold, style) +
         paint(fmt::format("  of the first replication, means over {}", time_text(span / plot_columns(style))),
               Ink::dim, style) +
         "\n" + timeline_plot(bands, from, from + span, style);
}

}  // namespace

std::string simulation_view(const Simulation& simulation, const std::string& written_to, const Style& style) {
  std::string text = paragraph("traffic", traffic_text(simulation.traffic), style);
  if (!simulation.fleet.plan.empty()) text += paragraph("plan", simulation.fleet.plan, style);
  if (!simulation.fleet.model.empty())
    text += paragraph("model", fmt::format("{} ({})", simulation.fleet.model, simulation.fleet.report), style);
  text += paragraph("instance", serving_text(simulation.fleet), style);
  if (const std::string starting = starting_text(simulation.fleet); !starting.empty())
    text += paragraph("start-up", starting, style);
  text += paragraph("policy", policy_text(simulation, style), style);
  text += paragraph("run", run_text(simulation.run), style) + "\n";
  for (const ObjectiveVerdict& verdict : simulation.objectives) text += objective_paragraph(verdict, style);
  if (!simulation.objectives.empty()) text += "\n";
  text += response_table(simulation, style) + "\n" + figure_table(simulation, style) + "\n";
  if (const std::string plot = timeline(simulation, style); !plot.empty()) text += plot + "\n";
  for (const std::string& note : simulation.traffic.notes) text += paragraph("traffic", note, style);
  for (const std::string& sentence : simulation.assumptions) text += paragraph("assumed", sentence, style);
  if (!written_to.empty()) text += paragraph("simulation", written_to, style, Ink::dim, Ink::bold);
  return text;
}

}  // namespace mlplan::cli
