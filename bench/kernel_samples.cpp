// From what mlplan-kernels writes to the figures of a profile. Pure.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/probe.h"
#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

using Json = nlohmann::json;

// Google Benchmark writes after a name how it was run: "memory/copy/threads:2/iterations:1/manual_time".
std::string plain_name(const std::string& name) { return name.substr(0, name.find("/iterations:")); }

// Of a rate the counter that holds it, of a time nothing.
const char* rate_of(const Json& run) {
  for (const char* rate : {"bytes_per_second", "flop_per_second", "hz"}) {
    if (run.contains(rate)) return rate;
  }
  return nullptr;
}

KernelSamples::Of& figure_of(const std::string& name, KernelSamples& samples) {
  const auto found = std::ranges::find(samples.figures, name, &std::pair<std::string, KernelSamples::Of>::first);
  return found != samples.figures.end() ? found->second
                                        : samples.figures.emplace_back(name, KernelSamples::Of{}).second;
}

void add_run(const Json& run, KernelSamples& samples) {
  if (run.value("run_type", "") != "iteration") return;
  const std::string name = plain_name(run.at("name").get<std::string>());
  if (run.value("error_occurred", false)) {
    samples.errors[name] = run.value("error_message", "it did not say why");
    return;
  }
  const char* const rate = rate_of(run);
  const double value = run.at(rate != nullptr ? rate : "real_time").get<double>();
  if (!std::isfinite(value) || value <= 0) return;
  KernelSamples::Of& figure = figure_of(name, samples);
  figure.is_time = rate == nullptr;
  figure.samples.push_back(value);
  figure.limit_is = run.value("label", "");
  if (const double limit = run.value("limit", 0.0); std::isfinite(limit) && limit > 0) figure.limits.push_back(limit);
}

// What mlplan-kernels says of a number is text, too. 0 where there is none.
std::int64_t number_of(const Json& context, const char* key) {
  const std::string text = context.value(key, "");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void add_gpu(const Json& context, KernelSamples& samples) {
  if (!context.contains("gpu_name")) return;
  GpuInfo info;
  info.device = number_of(context, "gpu_device");
  info.name = context.value("gpu_name", "");
  info.pci_bus_id = context.value("gpu_pci_bus_id", "");
  info.driver_version = context.value("gpu_driver", "");
  info.runtime_version = context.value("gpu_runtime", "");
  info.compute_capability = context.value("gpu_compute_capability", "");
  info.multiprocessors = number_of(context, "gpu_multiprocessors");
  info.memory_bytes = number_of(context, "gpu_memory_bytes");
  info.l2_bytes = number_of(context, "gpu_l2_bytes");
  if (std::ranges::find(samples.gpus, info.device, &GpuInfo::device) == samples.gpus.end())
    samples.gpus.push_back(std::move(info));
}

// The best of samples or limits, which are not empty.
double best_of(const std::vector<double>& values, bool is_time) {
  return is_time ? *std::ranges::min_element(values) : *std::ranges::max_element(values);
}

}  // namespace

Status add_round(const std::string& json, KernelSamples& samples) {
  try {
    const Json document = Json::parse(json);
    const Json& context = document.at("context");
    samples.version = context.value("mlplan", "");
    samples.vectors = context.value("vectors", "");
    add_gpu(context, samples);
    for (const Json& run : document.at("benchmarks")) add_run(run, samples);
  } catch (const Json::exception& error) {
    return fail(ErrorKind::not_measured, std::string("what mlplan-kernels wrote cannot be read: ") + error.what());
  }
  return {};
}

void fill(MachineProfile& profile, const KernelSamples& samples) {
  profile.vectors = samples.vectors;
  for (const GpuInfo& info : samples.gpus) profile.gpus.push_back({.info = info});
  for (const auto& [name, found] : samples.figures) {
    MachineFigure figure;
    figure.samples = found.samples;
    std::vector<double> sorted = found.samples;
    std::ranges::sort(sorted);
    figure.median = median(sorted);
    figure.best = best_of(found.samples, found.is_time);
    figure.limit_is = found.limit_is;
    if (!found.limits.empty()) {
      figure.limit = best_of(found.limits, found.is_time);
      figure.fraction = found.is_time ? *figure.limit / figure.best : figure.best / *figure.limit;
    }
    put_figure(profile, name, std::move(figure));
  }
  for (const auto& [name, why] : samples.errors) {
    const bool once = std::ranges::any_of(samples.figures, [&](const auto& figure) { return figure.first == name; });
    if (!once) profile.not_measured.push_back({name, why});
  }
}

}  // namespace mlplan::bench
