#include "cli/views/verification_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/views/estimates.h"
#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "cli/views/verification_timeline.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kRareShare = 1e-3;  // from here down to be said of noise

Ink ink_of(const std::string& outcome) {
  return outcome == "holds" ? Ink::green : outcome == "misses" ? Ink::red : Ink::yellow;
}

std::string time_text(double seconds) { return format_duration(seconds * 1e9); }

EstimateKind kind_of(const std::string& unit) {
  if (unit == "ns") return EstimateKind::duration;
  if (unit == "share") return EstimateKind::share;
  if (unit == "bytes") return EstimateKind::bytes;
  if (unit == "per_s") return EstimateKind::rate;
  return EstimateKind::number;
}

// Of shares the difference in percentage points.
std::string error_text(const ComparedQuantity& row) {
  if (!row.error || !std::isfinite(*row.error)) return kAbsent;
  const double error = *row.error;
  if (row.unit == "share") return std::abs(error) < 5e-7 ? "0 pp" : fmt::format("{:+.2g} pp", error * 100);
  if (std::abs(error) < 5e-4) return "0 %";
  return std::abs(error) < 0.1 ? fmt::format("{:+.1f} %", error * 100) : fmt::format("{:+.0f} %", error * 100);
}

std::string plan_text(const Verification& v) {
  const VerifiedScale& scaling = v.scaling;
  if (scaling.planned_type.empty())
    return fmt::format("{}: {}", v.plan, counted(scaling.planned_instances, "instance"));
  return fmt::format("{}: {} x {}", v.plan, format_integer(scaling.planned_instances), scaling.planned_type);
}

std::string traffic_text(const Verification& v) {
  std::string text = fmt::format("{}: {} in the mean", v.traffic.source, format_rate(v.traffic.mean_per_s));
  if (v.traffic.kind != "constant") text += fmt::format(", {} at the peak", format_rate(v.traffic.peak_per_s));
  return text;
}

std::string here_text(const Verification& v, const Style& style) {
  const VerifiedPool& pool = v.pool;
  std::string text = fmt::format("{} of {} of {}", counted(v.scaling.instances, "instance"),
                                 counted(pool.workers, "worker"), counted(pool.threads, "thread"));
  if (pool.max_batch > 1) text += fmt::format(", up to {} in a batch", pool.max_batch);
  if (pool.batch_timeout_ns > 0)
    text += ", waiting up to " + format_duration(static_cast<double>(pool.batch_timeout_ns));
  if (v.scaling.rate_factor != 1) text += fmt::format("; rate x {:.3g}", v.scaling.rate_factor);
  if (v.scaling.time_scale != 1) text += fmt::format("; time x {:.3g}", v.scaling.time_scale);
  if (!v.machine.grade.empty()) text += "; machine of grade " + v.machine.grade;
  if (style.verbose) text += fmt::format(" ({})", v.machine.fingerprint);
  return text;
}

std::string policy_text(const VerifiedPool& pool, const Style& style) {
  std::string text = pool.policy;
  for (const auto& [name, value] : pool.policy_settings) {
    if (style.verbose || pool.policy != "mlplan" || name == "spares" || name == "stopped")
      text += fmt::format(", {} {:.6g}", name, value);
  }
  text += fmt::format("; {} ready at the beginning", format_integer(pool.initial_instances));
  if (pool.initial_pool > 0) text += fmt::format(", {} pooled", format_integer(pool.initial_pool));
  return text;
}

std::string run_text(const Verification& v) {
  const VerifiedWindow& window = v.window;
  std::string text = fmt::format("{} in {}", counted(window.requests, "request"), time_text(window.duration_s));
  if (window.from_s > 0) text += fmt::format(" from {} on", time_text(window.from_s));
  if (v.interrupted) text += fmt::format(", interrupted after {}", time_text(window.ran_s));
  if (window.warm_up_s > 0) text += fmt::format(", the first {} not compared", time_text(window.warm_up_s));
  return text + fmt::format(", seed {}", v.seed);
}

std::string table_of(const Verification& v, const Style& style) {
  const std::string interval = fmt::format("{:.3g} % interval", v.confidence * 100);
  Table table({{"", false},
               {"QUANTITY", false},
               {"predicted", true},
               {interval, false},
               {"measured", true},
               {interval, false, 1},
               {"error", true}});
  for (const ComparedQuantity& row : v.comparisons) {
    const EstimateKind kind = kind_of(row.unit);
    table.add({{row.outcome, ink_of(row.outcome)},
               {quantity_label(row.quantity)},
               {value_text(row.predicted, kind)},
               {interval_text(row.predicted, kind), Ink::dim},
               {value_text(row.measured, kind)},
               {interval_text(row.measured, kind), Ink::dim},
               {error_text(row)}});
  }
  return table.print(style, kIndent);
}

// "4 failed", for each that is not 0.
std::string listed(const std::vector<std::pair<std::int64_t, const char*>>& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, what] : counts) {
    if (count > 0) parts.push_back(fmt::format("{} {}", format_integer(count), what));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string requests_text(const VerifiedRequests& requests, const Style& style) {
  std::string text = fmt::format("{} due, {} answered", format_integer(requests.scheduled),
                                 requests.completed == requests.scheduled ? "all" : format_integer(requests.completed));
  const std::string rest = listed({{requests.failed, "failed in the model"},
                                   {requests.lost, "lost with their worker"},
                                   {requests.rejected, "rejected"},
                                   {requests.unfinished, "unfinished"}});
  if (!rest.empty()) text += ", " + rest;
  constexpr std::size_t kReasons = 3;
  std::vector<std::string> reasons;
  for (const ReasonCount& reason : requests.reasons) {
    if (style.verbose || reasons.size() < kReasons)
      reasons.push_back(fmt::format("{} x {}", format_integer(reason.count), reason.reason));
  }
  if (const std::size_t left = requests.reasons.size() - reasons.size(); left > 0)
    reasons.push_back(fmt::format("{} other reasons (-v)", left));
  return reasons.empty() ? text : fmt::format("{}: {}", text, fmt::join(reasons, "; "));
}

std::string workers_text(const VerifiedWorkers& workers) {
  std::string text = fmt::format("{} started", format_integer(workers.started));
  if (workers.ready != workers.started) text += fmt::format(", {} got ready", format_integer(workers.ready));
  text += fmt::format(", {} at once at most", format_integer(workers.most_at_once));
  const std::string ended =
      listed({{workers.killed, "killed on purpose"}, {workers.died, "died"}, {workers.hung, "hung"}});
  if (!ended.empty()) text += fmt::format("; {}, {} replaced", ended, format_integer(workers.replaced));
  if (workers.mean_replacement_s) text += fmt::format(" in {} in the mean", time_text(*workers.mean_replacement_s));
  return text;
}

std::string generator_text(const VerifiedGenerator& generator) {
  std::string text = fmt::format("{} of the requests sent late", share_text(generator.late_fraction));
  if (generator.lateness_p99_ns)
    text += fmt::format(", p99 {} after their time", format_duration(*generator.lateness_p99_ns));
  return text;
}

std::string noise_text(const VerifiedNoise& noise) {
  std::vector<std::string> parts;
  if (noise.stolen_share.value_or(0) >= kRareShare)
    parts.push_back(fmt::format("{} of CPU time stolen", share_text(*noise.stolen_share)));
  if (noise.cpu_pressure.value_or(0) >= kRareShare)
    parts.push_back(fmt::format("something waited for a CPU {} of the time", share_text(*noise.cpu_pressure)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string happenings(const Verification& v, const Style& style) {
  std::string text = paragraph("requests", requests_text(v.requests, style), style);
  text += paragraph("workers", workers_text(v.workers), style);
  if (v.generator.is_late || style.verbose)
    text += paragraph("generator", generator_text(v.generator), style, v.generator.is_late ? Ink::yellow : Ink::dim);
  if (const std::string noise = noise_text(v.noise); !noise.empty())
    text += paragraph("machine", noise, style, v.noise.reasons.empty() ? Ink::dim : Ink::yellow);
  for (const std::string& reason : v.noise.reasons) text += paragraph("noisy", reason, style, Ink::yellow);
  return text;
}

std::string blames(const Verification& v, const Style& style) {
  std::string text;
  for (const ComparedQuantity& row : v.comparisons) {
    if (row.blame.empty() || (row.outcome == "holds" && !style.verbose)) continue;
    text += paragraph(row.outcome, fmt::format("{}: {}", quantity_label(row.quantity), row.blame), style,
                      ink_of(row.outcome));
  }
  for (const Explanation& explanation : v.explanations) text += paragraph("because", explanation.sentence, style);
  return text;
}

// By how much the prediction is wrong that knows how long inferences took.
std::string hindsight(const Verification& v, const Style& style) {
  std::vector<std::string> parts;
  for (const ComparedQuantity& row : v.comparisons) {
    if (!row.in_hindsight || *row.in_hindsight == 0) continue;
    ComparedQuantity known = row;
    known.error =
        row.unit == "share" ? row.measured.value - *row.in_hindsight : row.measured.value / *row.in_hindsight - 1;
    parts.push_back(fmt::format("{} {} ({})", quantity_label(row.quantity),
                                value_text({*row.in_hindsight}, kind_of(row.unit)), error_text(known)));
  }
  if (parts.empty()) return "";
  return paragraph(
      "hindsight",
      fmt::format("had one known how long inferences take in each moment of the run: {}", fmt::join(parts, ", ")),
      style, Ink::dim);
}

std::string parameter_text(const AssumedParameter& parameter) {
  const std::string value = parameter.unit == "ratio" ? fmt::format("{:.3g} x", parameter.value)
                                                      : value_text({parameter.value}, kind_of(parameter.unit));
  std::string text = fmt::format("{}: {}", parameter.name, value);
  if (!parameter.source.empty()) text += ", " + parameter.source;
  return text;
}

std::string verdict_line(const Verification& v, const Style& style) {
  std::string text;
  for (const std::string& line : wrapped(shown(fmt::format("{}: {}", v.verdict, v.why), style), style.width))
    text += paint(line, ink_of(v.verdict), style) + "\n";
  return text;
}

}  // namespace

std::string quantity_label(const std::string& quantity) {
  std::string text = spaced(quantity);
  // The dot of "response.p99", not that of "p99.9".
  if (const auto dot = text.find('.'); dot != std::string::npos && text.find_first_of("0123456789") > dot)
    text[dot] = ' ';
  return text;
}

std::string verification_view(const Verification& verification, const std::string& written_to, const Style& style) {
  const Verification& v = verification;
  std::string text = paragraph("plan", plan_text(v), style);
  text += paragraph("model", v.report.empty() ? v.model.path : fmt::format("{} ({})", v.model.path, v.report), style);
  text += paragraph("traffic", traffic_text(v), style);
  text += paragraph("here", here_text(v, style), style);
  for (const std::string& sentence : v.scaling.why) text += paragraph("scaled", sentence, style);
  text += paragraph("policy", policy_text(v.pool, style), style);
  text += paragraph("run", run_text(v), style, v.interrupted ? Ink::yellow : Ink::dim) + "\n";
  if (!v.comparisons.empty()) text += table_of(v, style) + "\n";
  for (const ObjectiveVerdict& objective : v.objectives) text += objective_paragraph(objective, style);
  if (!v.objectives.empty()) text += "\n";
  text += happenings(v, style) + "\n";
  if (const std::string why = blames(v, style) + hindsight(v, style); !why.empty()) text += why + "\n";
  if (const std::string plot = verification_timeline(v, style); !plot.empty()) text += plot + "\n";
  for (const std::string& note : v.traffic.notes) text += paragraph("traffic", note, style);
  for (const AssumedParameter& parameter : v.assumed) text += paragraph("assumed", parameter_text(parameter), style);
  for (const std::string& sentence : v.scaling.not_verified) text += paragraph("unverified", sentence, style);
  if (!v.next.empty()) text += paragraph("next", v.next, style);
  if (!written_to.empty()) text += paragraph("written", written_to, style, Ink::dim, Ink::bold);
  return text + "\n" + verdict_line(v, style);
}

}  // namespace mlplan::cli
