#include "gate/machine_speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "bench/statistics.h"

namespace mlplan::gate {
namespace {

constexpr std::array<std::string_view, 2> kBeforeTheModel = {"process_start", "framework_start"};

// ns, of the starts that have all of these phases.
std::vector<double> before_the_model(const ColdStartState& state) {
  std::vector<double> sums;
  for (const std::string_view name : kBeforeTheModel) {
    const Phase* phase = find_phase(state.phases, name);
    if (phase == nullptr) return {};
    const std::vector<double>& samples = phase->wall.samples;
    if (sums.empty()) sums.assign(samples.size(), 0);
    if (samples.size() != sums.size()) return {};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += samples[i];
  }
  std::erase_if(sums, [](double sum) { return !std::isfinite(sum); });
  return sums;
}

// What a machine so many times as slow would have shown: times longer, rates lower, all else as it is.
Stat on_slower_machine(const Measure& measure, double slowdown) {
  const bool is_rate = measure.unit == MeasureUnit::per_second || measure.unit == MeasureUnit::bytes_per_second;
  const double factor = is_rate ? 1 / slowdown : slowdown;
  Stat out = *measure.stat;
  for (double* value : {&out.median, &out.min, &out.max, &out.lower_quartile}) *value *= factor;
  const auto scale = [factor](std::optional<double>& value) {
    if (value) *value *= factor;
  };
  scale(out.low);
  scale(out.high);
  for (double& sample : out.samples) sample *= factor;
  for (auto& [name, percentile] : out.percentiles) {
    scale(percentile.value);
    scale(percentile.high);
  }
  for (HistogramBin& bin : out.histogram) {
    bin.low *= factor;
    bin.high *= factor;
  }
  return out;
}

}  // namespace

bool depends_on_speed(const Measure& measure) {
  return measure.unit == MeasureUnit::nanoseconds || measure.unit == MeasureUnit::per_second ||
         measure.unit == MeasureUnit::bytes_per_second;
}

std::optional<double> machine_slowdown(const Report& report, const Report& baseline) {
  if (report.mlplan.version != baseline.mlplan.version || report.machine.fingerprint != baseline.machine.fingerprint)
    return std::nullopt;
  for (const char* name : {"warm", "model_cold"}) {
    const ColdStartState* now = find_state(report, name);
    const ColdStartState* then = find_state(baseline, name);
    if (now == nullptr || then == nullptr) continue;
    const std::vector<double> x = before_the_model(*now);
    const std::vector<double> y = before_the_model(*then);
    if (std::min(std::ssize(x), std::ssize(y)) >= kLeastSamplesASide) return bench::median_of(x) / bench::median_of(y);
  }
  return std::nullopt;
}

RegressionJudgement judge_apart(const Measure& now, const Measure& baseline, double allowed, double confidence,
                                std::optional<double> slowdown) {
  RegressionJudgement out = judge_regression(now, baseline, allowed, confidence);
  if (!slowdown || baseline.stat == nullptr || !depends_on_speed(now)) return out;
  const Stat slower = on_slower_machine(baseline, *slowdown);
  Measure adjusted = baseline;
  adjusted.stat = &slower;
  const Outcome without = judge_regression(now, adjusted, allowed, confidence).judgement.outcome;
  const Outcome found = out.judgement.outcome;
  const bool was_the_machine = found == Outcome::fail && without != Outcome::fail;
  const bool was_hidden = found == Outcome::pass && without == Outcome::fail;
  if (was_the_machine || was_hidden) {
    out.judgement = {.reason = fmt::format("{}, but the machine itself is {} than for the baseline: a process and "
                                           "libtorch start in {:.3g} times the time",
                                           out.judgement.reason, *slowdown > 1 ? "slower" : "faster", *slowdown),
                     .pending = Pending::quiet};
  }
  return out;
}

}  // namespace mlplan::gate
