#include "bench/cold_start_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "bench/statistics.h"
#include "bench/warm_up.h"
#include "kernels/host_loops.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kPageBytes = 4096;
constexpr double kHugePageBytes = 2.0 * 1024 * 1024;
constexpr double kStrayShare = 0.01;  // a reading that fetched no more than this of its bytes did not wait for storage

worker::Stamp difference(const worker::Stamp& end, const worker::Stamp& begin) {
  return {end.time_ns - begin.time_ns, end.cpu_ns - begin.cpu_ns, end.minor_faults - begin.minor_faults,
          end.major_faults - begin.major_faults, end.read_bytes - begin.read_bytes};
}

Stat stat_of(const std::vector<PhaseTime>& phases, std::int64_t worker::Stamp::* field) {
  std::vector<double> samples;
  for (const PhaseTime& phase : phases) samples.push_back(static_cast<double>(phase.spent.*field));
  return summarise(samples);
}

// Waits that no sample had are left out.
std::vector<std::pair<std::string, Stat>> parts_of_reading(const std::vector<ReadParts>& all) {
  static constexpr struct {
    const char* name;
    double ReadParts::* ns;
    bool always;
  } kParts[] = {{"first_touch", &ReadParts::first_touch_ns, true},
                {"copy", &ReadParts::copy_ns, true},
                {"cpu_wait", &ReadParts::cpu_wait_ns, false},
                {"storage_wait", &ReadParts::storage_wait_ns, false},
                {"off_cpu", &ReadParts::off_cpu_ns, false}};
  std::vector<std::pair<std::string, Stat>> out;
  for (const auto& part : kParts) {
    std::vector<double> samples;
    for (const ReadParts& each : all) samples.push_back(each.*part.ns);
    const bool there = std::any_of(samples.begin(), samples.end(), [](double ns) { return ns > 0; });
    if (part.always || there) out.emplace_back(part.name, summarise(samples));
  }
  return out;
}

}  // namespace

MachineLimits measure_limits(const std::string& model_path, bool cold) {
  MachineLimits out;
  kernels::ReadOptions options;
  if (cold) {
    const kernels::ReadRate rate = kernels::read_cold(model_path, options);
    // A rate counts only when the bytes really came from storage.
    if (rate.error.empty() && static_cast<double>(rate.from_storage) >= 0.95 * static_cast<double>(rate.bytes)) {
      out.cold_read_bytes_per_s = rate.bytes_per_s;
    }
  }
  options.threads = 1;
  if (const kernels::ReadRate rate = kernels::read_warm(model_path, options); rate.error.empty())
    out.copy_bytes_per_s = rate.bytes_per_s;
  const kernels::FirstTouch touch = kernels::first_touch(std::int64_t{256} << 20);
  if (touch.bytes_per_s > 0) out.first_touch_bytes_per_s = touch.bytes_per_s;
  if (touch.huge_bytes_per_s > 0) out.huge_first_touch_bytes_per_s = touch.huge_bytes_per_s;
  if (touch.fault_ns > 0) out.fault_ns = touch.fault_ns;
  if (touch.huge_page_ns > 0) out.huge_page_ns = touch.huge_page_ns;
  return out;
}

MachineLimits best_of(const MachineLimits& a, const MachineLimits& b) {
  const auto better = [](std::optional<double> x, std::optional<double> y, bool high) {
    if (!x || !y) return x ? x : y;
    return std::optional(high ? std::max(*x, *y) : std::min(*x, *y));
  };
  MachineLimits out;
  out.cold_read_bytes_per_s = better(a.cold_read_bytes_per_s, b.cold_read_bytes_per_s, true);
  out.copy_bytes_per_s = better(a.copy_bytes_per_s, b.copy_bytes_per_s, true);
  out.first_touch_bytes_per_s = better(a.first_touch_bytes_per_s, b.first_touch_bytes_per_s, true);
  out.huge_first_touch_bytes_per_s = better(a.huge_first_touch_bytes_per_s, b.huge_first_touch_bytes_per_s, true);
  out.fault_ns = better(a.fault_ns, b.fault_ns, false);
  out.huge_page_ns = better(a.huge_page_ns, b.huge_page_ns, false);
  return out;
}

Timeline timeline(const ColdSample& sample) {
  Timeline out;
  worker::Stamp previous;
  previous.time_ns = sample.spawned_ns;  // the other counters of a process begin at 0 with it
  const auto phase = [&](const char* name, const worker::Stamp& end) {
    if (end.time_ns == 0) return;  // did not happen in this process
    out.phases.push_back({name, difference(end, previous)});
    previous = end;
  };
  const worker::ColdStartStamps& stamps = sample.stamps;
  phase("process_start", stamps.preinit);
  phase("framework_start", stamps.framework);
  phase("cuda_driver", stamps.cuda_driver);
  phase("cuda_libraries", stamps.cuda_libraries);
  phase("cuda_context", stamps.cuda_context);
  phase("torch_cuda_init", stamps.torch_cuda_init);
  phase("op_libraries", stamps.op_libraries);
  phase("unpack", stamps.unpack);
  if (stamps.loaded.time_ns != 0) {
    // Reading, deserialising and copying alternate record by record: what the reader and the copies counted, and the
    // rest.
    const worker::Stamp load = difference(stamps.loaded, previous);
    out.phases.push_back({"file_read", stamps.reading});
    out.phases.push_back({"deserialise", difference(difference(load, stamps.reading), stamps.copying)});
    out.phases.push_back({"copy_to_device", stamps.copying});
    previous = stamps.loaded;
  }
  phase("make_input", stamps.input);
  phase("first_inference", stamps.first_result);
  if (sample.ready) phase("until_ready", *sample.ready);
  std::erase_if(out.phases, [](const PhaseTime& each) {
    const bool optional_phase = each.name != "process_start" && each.name != "framework_start" &&
                                each.name != "file_read" && each.name != "deserialise" && each.name != "make_input" &&
                                each.name != "first_inference";
    return optional_phase && each.spent.time_ns == 0;
  });
  out.wall_ns = static_cast<double>(sample.result_ns - sample.spawned_ns);
  out.unattributed_ns = out.wall_ns;
  for (const PhaseTime& each : out.phases) out.unattributed_ns -= static_cast<double>(each.spent.time_ns);
  return out;
}

ReadParts split_reading(const worker::Stamp& reading, std::optional<std::int64_t> cpu_wait_ns, std::int64_t bytes,
                        const MachineLimits& limits) {
  ReadParts out;
  const double wall = static_cast<double>(reading.time_ns);
  const double cpu = std::min(wall, static_cast<double>(reading.cpu_ns));
  out.cpu_wait_ns = std::min(wall - cpu, static_cast<double>(cpu_wait_ns.value_or(0)));
  const bool from_storage = static_cast<double>(reading.read_bytes) > kStrayShare * static_cast<double>(bytes);
  (cpu_wait_ns && from_storage ? out.storage_wait_ns : out.off_cpu_ns) = wall - cpu - out.cpu_wait_ns;
  // f faults bring in b bytes: small pages where b is about 4 KiB a fault, else a mix with huge pages that solves
  // small + huge = f, 4 KiB * small + 2 MiB * huge = b.
  const double faults = static_cast<double>(reading.minor_faults);
  const double huge =
      std::clamp((static_cast<double>(bytes) - kPageBytes * faults) / (kHugePageBytes - kPageBytes), 0.0, faults);
  double touch = (faults - huge) * limits.fault_ns.value_or(0);
  if (huge >= 1) touch += huge * limits.huge_page_ns.value_or(0);
  // Both estimates together may exceed what was spent (their costs were measured at another moment): in proportion
  // then.
  const double copy = static_cast<double>(bytes) * 1e9 / limits.copy_bytes_per_s.value_or(1e30);
  out.first_touch_ns = touch < cpu ? touch : cpu * touch / (touch + copy);
  out.copy_ns = cpu - out.first_touch_ns;
  return out;
}

ColdStartState assemble_state(CacheState state, const std::vector<ColdSample>& samples, std::int64_t model_bytes,
                              const MachineLimits& limits) {
  ColdStartState out;
  out.name = name_of(state);
  const double absent = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> first_result;
  std::vector<double> steady;
  std::vector<double> steady_after;
  std::vector<double> unattributed;
  std::vector<std::vector<PhaseTime>> by_phase(std::size(kPhases));
  std::vector<ReadParts> parts;
  std::set<std::string> reasons;
  for (const ColdSample& sample : samples) {
    if (sample.state != state) continue;
    if (!sample.proven) {
      ++out.rejected;
      reasons.insert(sample.not_proven);
      continue;
    }
    if (sample.gpu && spoils(slowdowns_in(*sample.gpu))) ++out.gpu_slowed;
    const Timeline times = timeline(sample);
    first_result.push_back(times.wall_ns);
    unattributed.push_back(times.unattributed_ns);
    const bool is_steady = sample.warmed_up && sample.warmed_up->steady;
    steady.push_back(is_steady ? static_cast<double>(sample.warmed_up->steady_at_ns - sample.spawned_ns) : absent);
    steady_after.push_back(is_steady ? static_cast<double>(sample.warmed_up->steady_from + 1) : absent);
    if (sample.warmed_up && !is_steady) {
      ++(sample.warmed_up->inferences < kInferencesToDecide ? out.warm_up_undecided : out.never_steady);
    }
    for (std::size_t i = 0; i < std::size(kPhases); ++i) {
      const auto found = std::find_if(times.phases.begin(), times.phases.end(),
                                      [&](const PhaseTime& each) { return each.name == kPhases[i]; });
      if (found != times.phases.end()) by_phase[i].push_back(*found);
    }
    if (sample.stamps.copying.time_ns > 0) out.copied_bytes = sample.stamps.copied_bytes;
    parts.push_back(split_reading(sample.stamps.reading, sample.stamps.reading_cpu_wait_ns, model_bytes, limits));
  }
  out.rejected_why.assign(reasons.begin(), reasons.end());
  out.achieved = !first_result.empty();
  out.time_to_first_result = summarise(first_result);
  const std::int64_t censored = out.never_steady + out.warm_up_undecided;
  out.time_to_steady = summarise_right_censored(steady, censored);
  out.steady_after_inferences = summarise_right_censored(steady_after, censored);
  out.unattributed = summarise(unattributed);
  for (std::size_t i = 0; i < std::size(kPhases); ++i) {
    if (by_phase[i].empty()) continue;
    Phase phase;
    phase.name = kPhases[i];
    phase.wall = stat_of(by_phase[i], &worker::Stamp::time_ns);
    phase.cpu = stat_of(by_phase[i], &worker::Stamp::cpu_ns);
    phase.minor_faults = stat_of(by_phase[i], &worker::Stamp::minor_faults);
    phase.major_faults = stat_of(by_phase[i], &worker::Stamp::major_faults);
    phase.read_bytes = stat_of(by_phase[i], &worker::Stamp::read_bytes);
    if (phase.name == "file_read" && limits.fault_ns) {
      phase.parts = parts_of_reading(parts);
      phase.estimated_parts = true;
    }
    out.phases.push_back(std::move(phase));
  }
  const bool cold = state != CacheState::warm;
  if (cold) out.limit.read_bytes_per_s = limits.cold_read_bytes_per_s;
  out.limit.copy_bytes_per_s = limits.copy_bytes_per_s;
  out.limit.first_touch_bytes_per_s = limits.first_touch_bytes_per_s;
  out.limit.huge_first_touch_bytes_per_s = limits.huge_first_touch_bytes_per_s;
  out.limit.fault_ns = limits.fault_ns;
  if (const auto& rate = cold ? limits.cold_read_bytes_per_s : limits.copy_bytes_per_s)
    out.limit.floor_ns = static_cast<double>(model_bytes) * 1e9 / *rate;
  return out;
}

std::string headline(const std::vector<ColdSample>& samples) {
  std::vector<double> first;
  const CacheState state = samples.empty() ? CacheState::warm : samples.front().state;
  for (const ColdSample& sample : samples) {
    if (sample.state == state && sample.proven)
      first.push_back(static_cast<double>(sample.result_ns - sample.spawned_ns));
  }
  if (first.empty()) return {};
  std::sort(first.begin(), first.end());
  return fmt::format("{} {} {} (n = {})", name_of(state) == "warm" ? "warm" : "cold",
                     samples.front().ready ? "ready" : "first result", format_duration(median(first)), first.size());
}

}  // namespace mlplan::bench
