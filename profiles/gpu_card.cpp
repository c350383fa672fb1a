#include "profiles/gpu_card.h"

#include <algorithm>
#include <cstdint>

namespace mlplan {

namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

std::string_view without_brand(std::string_view name) {
  for (const std::string_view brand : {"NVIDIA ", "Tesla "}) {
    if (name.starts_with(brand)) name.remove_prefix(brand.size());
  }
  return name;
}

// "A100-SXM4-80GB" and 80 GiB; not the 180GB of another.
bool names_memory(std::string_view name, std::int64_t bytes) {
  const std::string size = std::to_string(bytes / kGiB) + "GB";
  const std::size_t at = name.find(size);
  return at != std::string_view::npos && at > 0 && (name[at - 1] == ' ' || name[at - 1] == '-');
}

}  // namespace

bool is_on_gpu(const Report& report) { return report.mlplan.device != "cpu"; }

// By NVML, or else by the worker: "CUDA 13.0 build; AVX512; OpenMP; NVIDIA L4, driver for CUDA 13.0".
std::string gpu_name_of(const Report& report) {
  // Of a part of a card (MIG) NVML names the card; CUDA, that the worker has it from, names the part.
  if (is_on_gpu(report) && !report.machine.gpus.empty() && !report.machine.gpus.front().mig.value_or(false) &&
      !report.machine.gpus.front().name.empty())
    return report.machine.gpus.front().name;
  const std::string& build = report.mlplan.libtorch_build;
  const std::size_t semicolon = build.rfind("; ");
  if (!is_on_gpu(report) || semicolon == std::string::npos) return {};
  std::string name = build.substr(semicolon + 2);
  name.resize(std::min(name.size(), name.find(", driver for CUDA ")));
  return name;
}

bool is_same_card(const Gpu& gpu, std::string_view driver_name) {
  const std::string_view name = without_brand(driver_name);
  if (gpu.name.empty() || name.find(" MIG ") != std::string_view::npos) return false;
  if (name == gpu.name) return true;
  if (!name.starts_with(gpu.name) || !gpu.memory_bytes) return false;
  const std::string_view rest = name.substr(gpu.name.size());
  return (rest.front() == ' ' || rest.front() == '-') && names_memory(rest, *gpu.memory_bytes);
}

const GpuProfile* gpu_named(const MachineProfile& profile, std::string_view driver_name) {
  const auto found = std::ranges::find_if(
      profile.gpus, [&](const GpuProfile& gpu) { return driver_name.empty() || gpu.info.name == driver_name; });
  return found == profile.gpus.end() ? nullptr : &*found;
}

}  // namespace mlplan
