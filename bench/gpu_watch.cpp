#include "bench/gpu_watch.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "bench/clock.h"
#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr std::chrono::milliseconds kFirstWait{50};

bool grew(const std::optional<std::int64_t>& before, const std::optional<std::int64_t>& after) {
  return before && after && *after > *before;
}

std::optional<ValueRange> range_of(const std::vector<GpuSpan>& spans, gpu::ManagedState GpuSpan::* end,
                                   std::optional<double> gpu::ManagedState::* value) {
  std::vector<double> values;
  for (const GpuSpan& span : spans) {
    if (const auto& each = span.*end.*value) values.push_back(*each);
  }
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  return ValueRange{values.front(), median(values), values.back(), static_cast<std::int64_t>(values.size())};
}

GpuMoment moment_of(const gpu::ManagedState& state) {
  return {state.sm_clock_hz, state.memory_clock_hz, state.power_w, state.temperature_c};
}

std::optional<std::int64_t> count_of(const std::optional<std::vector<gpu::ManagedProcess>>& processes) {
  if (!processes) return std::nullopt;
  return static_cast<std::int64_t>(processes->size());
}

}  // namespace

gpu::Slowdowns both(const gpu::Slowdowns& a, const gpu::Slowdowns& b) {
  return {.power_cap = a.power_cap || b.power_cap,
          .thermal = a.thermal || b.thermal,
          .power_brake = a.power_brake || b.power_brake,
          .hardware = a.hardware || b.hardware};
}

gpu::Slowdowns slowdowns_in(const GpuSpan& span) {
  const gpu::Slowdowns grown = {.power_cap = grew(span.before.power_cap_ns, span.after.power_cap_ns),
                                .thermal = grew(span.before.thermal_ns, span.after.thermal_ns),
                                .power_brake = grew(span.before.power_brake_ns, span.after.power_brake_ns),
                                .hardware = false};
  const gpu::Slowdowns at_ends =
      both(span.before.slowdowns.value_or(gpu::Slowdowns{}), span.after.slowdowns.value_or(gpu::Slowdowns{}));
  return both(grown, at_ends);
}

bool spoils(const gpu::Slowdowns& slowdowns) {
  return slowdowns.thermal || slowdowns.power_brake || slowdowns.hardware;
}

bool GpuSpans::again(const GpuSpan& span, int tries) {
  if (spoils(slowdowns_in(span)) && tries < kMostAgain && thrown_away_ < kMostAgainOfAll) {
    ++thrown_away_;
    return true;
  }
  kept_.push_back(span);
  return false;
}

std::int64_t GpuSpans::slowed() const {
  return std::ranges::count_if(kept_, [](const GpuSpan& span) { return spoils(slowdowns_in(span)); });
}

void wait_to_cool(int tries) { std::this_thread::sleep_for(kFirstWait * (1 << tries)); }

std::vector<std::string> names_of(const gpu::Slowdowns& slowdowns) {
  std::vector<std::string> out;
  if (slowdowns.power_cap) out.emplace_back("power_cap");
  if (slowdowns.thermal) out.emplace_back("thermal");
  if (slowdowns.power_brake) out.emplace_back("power_brake");
  if (slowdowns.hardware) out.emplace_back("hardware");
  return out;
}

std::optional<GpuConditions> conditions_of(const GpuSpans& spans) {
  const std::vector<GpuSpan>& kept = spans.kept();
  if (kept.empty() && spans.thrown_away() == 0) return std::nullopt;
  GpuConditions out;
  out.sm_clock_before = range_of(kept, &GpuSpan::before, &gpu::ManagedState::sm_clock_hz);
  out.sm_clock_after = range_of(kept, &GpuSpan::after, &gpu::ManagedState::sm_clock_hz);
  out.memory_clock_before = range_of(kept, &GpuSpan::before, &gpu::ManagedState::memory_clock_hz);
  out.memory_clock_after = range_of(kept, &GpuSpan::after, &gpu::ManagedState::memory_clock_hz);
  out.power_w = range_of(kept, &GpuSpan::after, &gpu::ManagedState::power_w);
  out.temperature_c = range_of(kept, &GpuSpan::after, &gpu::ManagedState::temperature_c);
  gpu::Slowdowns all;
  for (const GpuSpan& span : kept) all = both(all, slowdowns_in(span));
  out.slowed_by = names_of(all);
  out.slowed_blocks = spans.slowed();
  out.again_blocks = spans.thrown_away();
  return out;
}

GpuOfRun describe_gpu(const std::string& device, const worker::BuildFacts& build, MachineGpu& out) {
  GpuOfRun run;
  run.begin_ns = now_ns();
  out.device = device;
  out.pci_bus_id = build.device_pci_bus_id;
  out.module_loading = build.cuda_module_loading;
  gpu::ManagedDeviceQuery query = gpu::find_managed_device(build.device_pci_bus_id);
  if (!query.device) {
    out.not_seen = query.why_not;
    return run;
  }
  const gpu::ManagedTraits traits = query.device->traits();
  out.name = traits.name;
  out.uuid = traits.uuid;
  out.driver_version = traits.driver_version;
  out.highest_sm_clock = traits.highest_sm_clock_hz;
  out.highest_memory_clock = traits.highest_memory_clock_hz;
  out.power_limit_w = traits.power_limit_w;
  out.ecc = traits.ecc;
  out.mig = traits.mig;
  out.persistence = traits.persistence;
  if (const auto memory = query.device->memory()) {
    out.memory_bytes = memory->total;
    out.free_bytes = memory->free;
  }
  out.other_processes = count_of(query.device->processes());
  run.at_begin = query.device->state();
  out.at_begin = moment_of(run.at_begin);
  run.device = std::move(query.device);
  return run;
}

void note_end(const GpuOfRun& run, const gpu::Slowdowns& seen, MachineGpu& out) {
  if (!run.device) return;
  const gpu::ManagedState end = run.device->state();
  out.at_end = moment_of(end);
  if (const auto others = count_of(run.device->processes()))
    out.other_processes = std::max(out.other_processes.value_or(0), *others);
  out.slowed_by = names_of(seen);
  const auto growth = [](const std::optional<std::int64_t>& before, const std::optional<std::int64_t>& after) {
    return grew(before, after) ? *after - *before : 0;
  };
  const std::int64_t wall_ns = now_ns() - run.begin_ns;
  if (!run.at_begin.thermal_ns && !run.at_begin.power_brake_ns) return;
  const std::int64_t slowed_ns =
      growth(run.at_begin.thermal_ns, end.thermal_ns) + growth(run.at_begin.power_brake_ns, end.power_brake_ns);
  out.slowed_fraction = std::min(1.0, static_cast<double>(slowed_ns) / static_cast<double>(wall_ns));
}

}  // namespace mlplan::bench
