#include "gate/prediction_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "profiles/support/units.h"

namespace mlplan::gate {

namespace {

constexpr double kNotableRatio = 0.03;  // of service times
constexpr double kNotableStart = 0.15;  // of start-ups
constexpr double kWidest = 2;           // of a predicted response, width of its interval over its value
constexpr double kMostLate = 0.05;      // of requests, sent late: more is the generator's fault
constexpr double kMostStolen = 0.05;    // of CPU time
constexpr double kMostDrift = 0.2;      // of the speed, standard deviation of its logarithm
constexpr double kMostPressure = 0.5;  // of the time, in which something waits for a CPU: a busy pool makes some itself

// Causes for which a miss is not held against the plan.
constexpr std::string_view kNoise[] = {"generator_late", "machine_stolen_from", "other_load", "machine_drifts"};

bool is_share(const HeldFigure& figure) { return figure.unit == "share"; }
bool is_response(std::string_view quantity) { return quantity.starts_with("response."); }

bool within(double value, const Estimate& interval) {
  return interval.low && interval.high && *interval.low <= value && value <= *interval.high;
}

// Nobody knows how far a measured value without bounds may be from the true one.
bool apart(const Estimate& measured, const Estimate& interval) {
  if (!interval.low || !interval.high || !measured.low || !measured.high) return false;
  return *measured.low > *interval.high || *measured.high < *interval.low;
}

ComparedQuantity compared(const HeldFigure& figure) {
  ComparedQuantity row{
      .quantity = figure.quantity, .unit = figure.unit, .predicted = figure.predicted, .measured = figure.measured};
  row.in_hindsight = figure.in_hindsight;
  const double predicted = figure.predicted.value;
  const double measured = figure.measured.value;
  if (is_share(figure)) {
    row.error = measured - predicted;
  } else if (predicted != 0) {
    row.error = measured / predicted - 1;
  }
  if (!figure.predicted.low || !figure.predicted.high) return row;
  row.inside = within(measured, figure.predicted);
  if (*row.inside) {
    row.outcome = "holds";
  } else if (apart(figure.measured, figure.predicted_jointly)) {
    row.outcome = "misses";
  }
  return row;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

// What was not answered although its worker lived.
std::string failures_text(const VerifiedRequests& requests) {
  std::string text;
  if (requests.failed > 0) {
    text = fmt::format("{} of {} failed", format_count(requests.failed, "request"), requests.scheduled);
    if (!requests.reasons.empty()) text += ": " + requests.reasons.front().reason;
    text += ".";
  }
  if (requests.unfinished > 0)
    text += fmt::format("{}{} still waited when the run was over.", text.empty() ? "" : " ",
                        format_count(requests.unfinished, "request"));
  return text;
}

std::vector<Explanation> explanations_of(const RunFacts& facts, const VerifiedRequests& requests) {
  std::vector<Explanation> out;
  if (facts.late_fraction > kMostLate)
    out.push_back({"generator_late", facts.late_fraction, "share",
                   fmt::format("{} of the requests were sent later than a tenth of an inference after their time: that "
                               "is the generator's fault, not the model's.",
                               percent(facts.late_fraction))});
  if (facts.stolen_share > kMostStolen)
    out.push_back({"machine_stolen_from", facts.stolen_share, "share",
                   fmt::format("The hypervisor gave {} of the CPU time to others.", percent(facts.stolen_share))});
  if (facts.cpu_pressure > kMostPressure)
    out.push_back({"other_load", facts.cpu_pressure, "share",
                   fmt::format("Something waited for a CPU in {} of the time.", percent(facts.cpu_pressure))});
  if (facts.drift > kMostDrift)
    out.push_back({"machine_drifts", facts.drift, "share",
                   fmt::format("The machine's speed changed by {} (standard deviation) from one moment to the next.",
                               percent(facts.drift))});
  if (facts.service_ratio && std::abs(*facts.service_ratio - 1) > kNotableRatio)
    out.push_back({"service_inflated", *facts.service_ratio, "ratio",
                   fmt::format("Inference took {:.3g} times what was predicted.", *facts.service_ratio)});
  if (std::abs(facts.pace - 1) > kNotableRatio)
    out.push_back({"report_outdated", facts.pace, "ratio",
                   fmt::format("Just before the run an inference took {:.3g} times what the report says. The other "
                               "predictions count on it; the plan does not: measure again with mlplan bench.",
                               facts.pace)});
  if (facts.start_ratio && std::abs(*facts.start_ratio - 1) > kNotableStart)
    out.push_back({"start_slower", *facts.start_ratio, "ratio",
                   fmt::format("{} took {:.3g} times what the report says, medians.",
                               format_count(facts.starts, "start"), *facts.start_ratio)});
  if (facts.ended > 0)
    out.push_back({"workers_failed", static_cast<double>(facts.ended), "count",
                   fmt::format("{} by {}, and what each was serving was lost.",
                               facts.ended == 1 ? "A worker ended" : format_count(facts.ended, "worker") + " ended",
                               facts.ended == 1 ? "itself" : "themselves")});
  if (const std::string failures = failures_text(requests); !failures.empty())
    out.push_back({"requests_failed", static_cast<double>(requests.failed + requests.unfinished), "count", failures});
  return out;
}

// The first cause that can have moved this figure.
std::string blame_for(const ComparedQuantity& row, const std::vector<Explanation>& causes) {
  const bool of_requests = is_response(row.quantity) || row.quantity == "utilisation" || row.quantity == "exposure";
  const bool of_instances = row.quantity == "cold_starts" || row.quantity.starts_with("pool_");
  for (const Explanation& cause : causes) {
    const bool of_starts = cause.cause == "start_slower";
    const bool of_report = cause.cause == "report_outdated";
    if (of_report && row.quantity == "inference.p50") return cause.sentence;
    if (of_report) continue;
    if (cause.cause == "workers_failed" && (row.quantity == "availability" || of_instances)) return cause.sentence;
    if (cause.cause == "requests_failed") {
      if (row.quantity == "availability") return cause.sentence;
      continue;
    }
    if (of_starts && row.quantity == "exposure") return cause.sentence;
    if (of_requests && !of_starts) return cause.sentence;
  }
  return "";
}

// An interval that holds nearly anything proves nothing.
bool too_wide(const ComparedQuantity& row) {
  return is_response(row.quantity) && row.predicted.low && row.predicted.high &&
         *row.predicted.high - *row.predicted.low > kWidest * row.predicted.value;
}

// How long requests wait hangs the more on how fast the machine is the busier it is.
std::string width_text(const ComparedQuantity& wide, const RunFacts& facts, const std::vector<ComparedQuantity>& rows) {
  std::string text = fmt::format("The interval of {} is wider than twice its value", wide.quantity);
  const auto load = std::ranges::find(rows, "utilisation", &ComparedQuantity::quantity);
  if (facts.drift > 0) text += fmt::format(": the machine's speed changes by {}", percent(facts.drift));
  if (facts.drift > 0 && load != rows.end())
    text += fmt::format(", and at a utilisation of {} waits hang on that", percent(load->predicted.value));
  return text + ".";
}

std::string missed_text(const std::vector<ComparedQuantity>& rows) {
  std::vector<std::string> names;
  for (const ComparedQuantity& row : rows) {
    if (row.outcome == "misses") names.push_back(row.quantity);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void judge_run(const std::vector<HeldFigure>& figures, const RunFacts& facts, Verification& out) {
  out.explanations = explanations_of(facts, out.requests);
  out.generator.late_fraction = facts.late_fraction;
  out.generator.is_late = facts.late_fraction > kMostLate;
  out.noise.stolen_share = facts.stolen_share;
  out.noise.cpu_pressure = facts.cpu_pressure;
  for (const Explanation& cause : out.explanations) {
    if (std::ranges::find(kNoise, cause.cause) != std::end(kNoise)) out.noise.reasons.push_back(cause.sentence);
  }
  std::int64_t held = 0;
  std::int64_t held_responses = 0;
  std::int64_t unclear = 0;
  for (const HeldFigure& figure : figures) {
    ComparedQuantity row = compared(figure);
    if (row.outcome == "holds" && too_wide(row)) row.outcome = "unclear";
    if (row.outcome != "holds") row.blame = blame_for(row, out.explanations);
    held += row.outcome == "holds" ? 1 : 0;
    held_responses += row.outcome == "holds" && is_response(row.quantity) ? 1 : 0;
    unclear += row.outcome == "unclear" ? 1 : 0;
    out.comparisons.push_back(std::move(row));
  }
  const std::string missed = missed_text(out.comparisons);
  const auto excuse = [&] {
    for (ComparedQuantity& row : out.comparisons) {
      if (row.outcome == "misses") row.outcome = "unclear";
    }
  };
  if (out.interrupted || !facts.gave_up.empty()) {
    excuse();  // a part of the run was held against a prediction of all of it
    out.verdict = "inconclusive";
    out.why = facts.gave_up.empty() ? "The run was interrupted; what was measured by then is shown."
                                    : "The run was ended early, since instances do not get ready: " + facts.gave_up;
    out.next = facts.gave_up.empty() ? "run it to its end" : "see why with mlplan bench, and verify again";
  } else if (!out.noise.reasons.empty() && (!missed.empty() || unclear > 0)) {
    excuse();
    out.verdict = "inconclusive";
    out.why = "The machine was too noisy to tell: " + out.noise.reasons.front();
    out.next = "run it again on a quiet machine";
  } else if (!missed.empty()) {
    out.verdict = "misses";
    out.why = fmt::format("Outside what was predicted: {}.", missed);
    const bool slower = facts.service_ratio && std::abs(*facts.service_ratio - 1) > kNotableRatio;
    const auto misses = [&](const char* quantity) {
      return std::ranges::any_of(out.comparisons, [&](const ComparedQuantity& row) {
        return row.quantity == quantity && row.outcome == "misses";
      });
    };
    out.next = misses("availability") ? "see why requests are not answered: a plan counts on a model that answers"
               : slower || std::abs(facts.pace - 1) > kNotableRatio
                   ? "measure the model again here with mlplan bench, and plan with that"
                   : "run it again with another --seed; if it misses again, the plan cannot be relied on here";
  } else if (const auto wide = std::ranges::find_if(out.comparisons, too_wide); wide != out.comparisons.end()) {
    out.verdict = "inconclusive";
    out.why = width_text(*wide, facts, out.comparisons);
    out.next = "a longer --duration, over which changes of speed even out, or less load (--scale-traffic 0.8)";
  } else if (held_responses == 0) {
    out.verdict = "inconclusive";
    out.why = "There were too few requests to tell.";
    out.next = "a longer --duration";
  } else {
    out.verdict = "holds";
    out.why = unclear == 0 ? fmt::format("All {} figures are as predicted.", held)
                           : fmt::format("{} of {} figures are as predicted, and no other contradicts the prediction.",
                                         held, held + unclear);
  }
}

}  // namespace mlplan::gate
