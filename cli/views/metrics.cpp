#include "cli/views/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/views/text.h"
#include "gate/bounds.h"
#include "gate/clause.h"
#include "gate/headline.h"
#include "profiles/slo.h"
#include "profiles/support/csv.h"
#include "profiles/support/json_text.h"

namespace mlplan::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLongestModel = 200;

std::string model_name(const Report& report) {
  const std::string file = report.model.path.substr(report.model.path.rfind('/') + 1);
  return truncated(shown(file.substr(0, file.rfind('.')), Style{}), kLongestModel);
}

// "steady[batch=8,threads=2]" and "p99-latency": what is measured, and which figure of it.
struct BencherName {
  std::string benchmark;
  std::string measure;
};

BencherName bencher_name(const Measure& measure) {
  std::string path = measure.path;
  std::string percentile;
  if (measure.quantile) {
    percentile = percentile_name(*measure.quantile);
    path.resize(path.size() - percentile.size() - 1);
    std::ranges::replace(percentile, '.', '-');
    percentile += '-';
  }
  const std::size_t dot = path.rfind('.');
  BencherName name{path.substr(0, dot), percentile + path.substr(dot + 1)};
  std::ranges::replace(name.measure, '_', '-');
  return name;
}

struct Scale {
  const char* unit;
  double factor;
};

// One unit for all runs: histories do not convert.
Scale scale_of(MeasureUnit unit) {
  switch (unit) {
    case MeasureUnit::nanoseconds: return {"ms", 1e6};
    case MeasureUnit::bytes: return {"MiB", 1048576.0};
    case MeasureUnit::per_second: return {"/s", 1};
    case MeasureUnit::bytes_per_second: return {"MB/s", 1e6};
    case MeasureUnit::flag: return {"1 is yes", 1};
    case MeasureUnit::number: break;
  }
  return {"", 1};
}

Json action_entry(const std::string& model, const Measure& measure) {
  const Scale scale = scale_of(measure.unit);
  const double value = gate::figure_of(measure);
  const gate::Bounds bounds = gate::bounds_of(measure, gate::kConfidence);
  Json entry;
  entry["name"] = model + ": " + measure.path;
  entry["unit"] = scale.unit;
  entry["value"] = value / scale.factor;
  if (measure.sampling == Sampling::exact) return entry;
  if (bounds.low && bounds.high) {
    const double half = std::max(*bounds.high - value, value - *bounds.low);
    entry["range"] = fmt::format("± {:.3g}", half / scale.factor);
  }
  if (measure.stat != nullptr) entry["extra"] = fmt::format("n = {}", gate::count_of(measure));
  return entry;
}

std::vector<Measure> stated_headlines(const Report& report) {
  std::vector<Measure> measures = gate::headline_measures(report);
  std::erase_if(measures, [](const Measure& measure) { return !std::isfinite(gate::figure_of(measure)); });
  return measures;
}

// Of each start, all phases together; empty where some phase does not know it.
std::vector<double> cpu_times(const Report& report, const Measure& measure) {
  if (measure.at.front().name != "cold_start") return {};
  const ColdStartState* state = find_state(report, measure.at[1].name);
  if (state == nullptr) return {};
  const std::size_t n = measure.stat->samples.size();
  std::vector<double> sums(n);
  for (const Phase& phase : state->phases) {
    if (phase.cpu.samples.size() != n) return {};
    for (std::size_t i = 0; i < n; ++i) sums[i] += phase.cpu.samples[i];
  }
  return sums;
}

double or_zero(double value) { return std::isfinite(value) ? value : 0; }

Json google_entry(const std::string& name, const char* run_type, double real_ns, double cpu_ns) {
  Json entry;
  entry["name"] = name;
  entry["run_name"] = name;
  entry["run_type"] = run_type;
  entry["repetitions"] = 1;
  entry["threads"] = 1;
  entry["iterations"] = 1;
  entry["real_time"] = real_ns;
  entry["cpu_time"] = or_zero(cpu_ns);
  entry["time_unit"] = "ns";
  return entry;
}

void add_repetitions(Json& benchmarks, const std::string& name, const Measure& measure, const Report& report) {
  const std::vector<double>& samples = measure.stat->samples;
  const std::vector<double> cpu = cpu_times(report, measure);
  const auto count = std::ranges::count_if(samples, [](double sample) { return std::isfinite(sample); });
  int index = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) continue;
    Json& entry = benchmarks.emplace_back(google_entry(name, "iteration", samples[i], cpu.empty() ? 0 : cpu[i]));
    entry["repetitions"] = count;
    entry["repetition_index"] = index++;
  }
}

}  // namespace

std::string bencher_metrics(const Report& report) {
  const std::string model = model_name(report);
  Json json = Json::object();
  for (const Measure& measure : stated_headlines(report)) {
    const BencherName name = bencher_name(measure);
    Json& metric = json[model + ": " + name.benchmark][name.measure];
    metric["value"] = gate::figure_of(measure);
    const gate::Bounds bounds = gate::bounds_of(measure, gate::kConfidence);
    if (bounds.low) metric["lower_value"] = *bounds.low;
    if (bounds.high) metric["upper_value"] = *bounds.high;
  }
  return pretty_json(json);
}

DirectedMetrics github_action_metrics(const Report& report) {
  const std::string model = model_name(report);
  Json smaller = Json::array();
  Json bigger = Json::array();
  for (const Measure& measure : stated_headlines(report))
    (measure.lower_is_better ? smaller : bigger).push_back(action_entry(model, measure));
  return {smaller.empty() ? "" : pretty_json(smaller), bigger.empty() ? "" : pretty_json(bigger)};
}

std::string google_benchmark_json(const Report& report) {
  const MachineInfo& machine = report.machine;
  Json context;
  context["date"] = report.mlplan.started_at;
  context["host_name"] = machine.hostname;
  context["executable"] = "mlplan";
  context["num_cpus"] = machine.cpu.logical;
  context["mhz_per_cpu"] = 0;  // not known
  context["cpu_scaling_enabled"] = machine.cpu.governor != "unknown" && machine.cpu.governor != "performance";
  context["caches"] = Json::array();
  context["load_avg"] = Json::array();
  context["library_build_type"] = "release";
  Json benchmarks = Json::array();
  int family = 0;
  for (const Measure& measure : stated_headlines(report)) {
    if (measure.unit != MeasureUnit::nanoseconds) continue;
    const std::string name = model_name(report) + "/" + measure.path;
    const std::size_t first = benchmarks.size();
    if (measure.sampling == Sampling::independent && measure.stat->histogram.empty()) {
      add_repetitions(benchmarks, name, measure, report);
    } else {
      Json& entry = benchmarks.emplace_back(google_entry(name, "iteration", gate::figure_of(measure), 0));
      entry["iterations"] = measure.stat->n;
      entry["repetition_index"] = 0;
    }
    for (std::size_t i = first; i < benchmarks.size(); ++i) {
      benchmarks[i]["family_index"] = family;
      benchmarks[i]["per_family_instance_index"] = 0;
    }
    ++family;
  }
  Json json;
  json["context"] = context;
  json["benchmarks"] = benchmarks;
  return pretty_json(json);
}

std::string metrics_csv(const Report& report) {
  std::string text = "path,label,unit,better,value,low,high,n,why_not\n";
  const auto number = [](std::optional<double> value) {
    return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string();
  };
  for (const Measure& measure : all_measures(report)) {
    const gate::Bounds bounds = gate::bounds_of(measure, gate::kConfidence);
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_field(measure.path), csv_field(measure.label),
                        unit_name(measure.unit), measure.lower_is_better ? "lower" : "higher",
                        number(gate::figure_of(measure)), number(bounds.low), number(bounds.high),
                        gate::count_of(measure), csv_field(measure.why_not));
  }
  return text;
}

}  // namespace mlplan::cli
