#include "bench/machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "bench/cgroup.h"
#include "bench/clock.h"
#include "bench/page_cache.h"
#include "bench/proc_files.h"
#include "bench/sha256.h"
#include "kernels/together.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const std::size_t start = text.find_first_not_of(" \t");
  return start == std::string::npos ? std::string() : text.substr(start);
}

// Value behind "key : value" in /proc/cpuinfo, first occurrence.
std::string cpuinfo(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && trimmed(line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1)) == key) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

// The word in brackets of "always [madvise] never".
std::string chosen(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open);
  return open == std::string::npos || close == std::string::npos ? "unknown" : text.substr(open + 1, close - open - 1);
}

std::string virtualization(const std::string& cpu_flags) {
  std::error_code ignored;
  if (std::filesystem::exists("/.dockerenv", ignored) || std::filesystem::exists("/run/.containerenv", ignored))
    return "container";
  const std::string vendor = trimmed(read_text("/sys/class/dmi/id/sys_vendor"));
  if (vendor.find("QEMU") != std::string::npos) return "kvm";
  if (vendor.find("Amazon") != std::string::npos) return "amazon";
  if (vendor.find("Google") != std::string::npos) return "google";
  if (vendor.find("Microsoft") != std::string::npos) return "hyper-v";
  if (vendor.find("VMware") != std::string::npos) return "vmware";
  if ((" " + cpu_flags + " ").find(" hypervisor ") != std::string::npos) return "virtual machine";
  return "none";
}

std::string flags_of_note(const std::string& cpu_flags) {
  const std::string padded = " " + cpu_flags + " ";
  std::string out;
  for (const char* flag :
       {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_bf16", "amx_int8", "asimd", "sve"}) {
    if (padded.find(std::string(" ") + flag + " ") != std::string::npos)
      out += (out.empty() ? "" : " ") + std::string(flag);
  }
  return out;
}

}  // namespace

std::vector<int> usable_cpus() { return kernels::allowed_cpus(); }

std::int64_t usable_cpu_count(const std::vector<int>& cpus) {
  const auto count = static_cast<std::int64_t>(cpus.empty() ? usable_cpus().size() : cpus.size());
  const auto quota = read_cgroup_cpu().cpus;
  if (!quota) return std::max<std::int64_t>(1, count);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(*quota)), 1, std::max<std::int64_t>(1, count));
}

std::int64_t memory_for_worker() {
  const std::int64_t free = kilobytes_of(read_text("/proc/meminfo"), "MemAvailable").value_or(0);
  return std::min(free, read_cgroup_memory().room_bytes.value_or(free));
}

MachineInfo describe_machine(const std::string& model_path, const std::vector<int>& cpus) {
  MachineInfo out;
  utsname names{};
  if (::uname(&names) == 0) {
    out.kernel = names.release;
    out.hostname = names.nodename;
    out.cpu.architecture = names.machine;
  }
  const std::string cpu_text = read_text("/proc/cpuinfo");
  const std::string flags =
      cpuinfo(cpu_text, "flags").empty() ? cpuinfo(cpu_text, "Features") : cpuinfo(cpu_text, "flags");
  out.cpu.model_name = cpuinfo(cpu_text, "model name");
  if (out.cpu.model_name.empty()) out.cpu.model_name = "unknown";
  out.cpu.flags_of_note = flags_of_note(flags);
  out.cpu.logical = static_cast<int>(cpus.empty() ? usable_cpus().size() : cpus.size());
  out.cpu.online = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  out.cpu.quota = read_cgroup_cpu().cpus;
  out.cpu.governor = trimmed(read_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  if (out.cpu.governor.empty()) out.cpu.governor = "unknown";
  out.virtualization = virtualization(flags);
  out.model_filesystem = file_system(model_path);

  const std::string memory = read_text("/proc/meminfo");
  out.memory.total_bytes = kilobytes_of(memory, "MemTotal").value_or(0);
  out.memory.available_bytes = kilobytes_of(memory, "MemAvailable").value_or(0);
  out.memory.swap_total_bytes = kilobytes_of(memory, "SwapTotal");
  const CgroupMemory group = read_cgroup_memory();
  out.memory.cgroup_version = group.version;
  out.memory.cgroup_limit_bytes = group.limit_bytes;
  out.memory.transparent_huge_pages = chosen(read_text("/sys/kernel/mm/transparent_hugepage/enabled"));
  return out;
}

NoiseWatch::Counters NoiseWatch::read() {
  Counters out;
  out.at_ns = now_ns();
  std::istringstream line(read_text("/proc/stat"));
  std::string cpu;
  line >> cpu;
  double value = 0;
  for (int field = 0; field < 8 && line >> value; ++field) {
    out.total_ticks += value;
    if (field == 7) out.steal_ticks = value;
  }
  const std::string pressure = read_text("/proc/pressure/cpu");
  if (const std::size_t total = pressure.find("total="); total != std::string::npos) {
    if (const auto us = leading_integer(pressure.substr(total + 6))) out.pressure_us = static_cast<double>(*us);
  }
  out.throttled_ns = read_cgroup_cpu().throttled_ns;
  return out;
}

NoiseWatch::NoiseWatch() : begin_(read()) {}

void NoiseWatch::grade(MachineInfo& machine) const {
  const Counters end = read();
  const double wall_ns = static_cast<double>(end.at_ns - begin_.at_ns);
  const double ticks = end.total_ticks - begin_.total_ticks;
  if (ticks > 0) machine.cpu.steal_fraction = (end.steal_ticks - begin_.steal_ticks) / ticks;
  if (end.pressure_us && begin_.pressure_us && wall_ns > 0) {
    machine.cpu.pressure_some = (*end.pressure_us - *begin_.pressure_us) * 1000 / wall_ns;
  }
  int faults = 0;
  int serious = 0;
  const auto note = [&](bool is_serious, std::string reason) {
    (is_serious ? serious : faults) += 1;
    machine.why.push_back(std::move(reason));
  };
  if (const double steal = machine.cpu.steal_fraction.value_or(0); steal > 0.01) {
    note(steal > 0.05, fmt::format("the hypervisor took {} of the CPU time", format_percentage(steal)));
  }
  if (const double pressure = machine.cpu.pressure_some.value_or(0); pressure > 0.25) {
    note(pressure > 0.6, fmt::format("some task waited for a CPU {} of the time", format_percentage(pressure)));
  }
  if (end.throttled_ns && begin_.throttled_ns && *end.throttled_ns > *begin_.throttled_ns) {
    const double share = static_cast<double>(*end.throttled_ns - *begin_.throttled_ns) / wall_ns;
    note(share > 0.05,
         fmt::format("the control group's CPU quota stopped it for {} of the time", format_percentage(share)));
  }
  if (machine.cpu.governor != "unknown" && machine.cpu.governor != "performance") {
    note(false, fmt::format("CPU frequency governor is {}", machine.cpu.governor));
  }
  if (machine.virtualization != "none") note(false, fmt::format("runs virtualised ({})", machine.virtualization));
  for (const MachineGpu& gpu : machine.gpus) {
    if (!gpu.not_seen.empty()) {
      note(false, fmt::format("the state of the GPU cannot be seen: {}", gpu.not_seen));
      continue;
    }
    if (const std::int64_t others = gpu.other_processes.value_or(0); others > 0)
      note(false, fmt::format("{} {} on the GPU", others, others == 1 ? "other process is" : "other processes are"));
    if (!gpu.other_processes) note(false, "who else is on the GPU cannot be seen");
    if (gpu.mig.value_or(false)) note(false, "the GPU is cut into parts (MIG), which share its power and its clocks");
    const double slowed = gpu.slowed_fraction.value_or(0);
    if (slowed > 0.01) {
      note(slowed > 0.05,
           fmt::format("heat or the power supply slowed the GPU down for {} of the time", format_percentage(slowed)));
    } else if (std::ranges::any_of(gpu.slowed_by, [](const std::string& by) { return by != "power_cap"; })) {
      note(false, fmt::format("the GPU was slowed down in samples that are in the figures ({})",
                              fmt::join(gpu.slowed_by, ", ")));
    }
    if (!gpu.persistence.value_or(true))
      machine.why.push_back(
          "persistence mode is off: a GPU that nobody uses is started anew with its next user; mlplan keeps it awake "
          "meanwhile, so that cold starts here are without that");
  }
  if (machine.cpu.governor == "unknown") machine.why.push_back("CPU frequency scaling cannot be seen");
  machine.grade = serious > 0 ? "C" : faults > 0 ? "B" : "A";
}

std::string fingerprint(const MachineInfo& machine, const std::string& libtorch) {
  const std::size_t first_dot = machine.kernel.find('.');
  const std::string kernel = machine.kernel.substr(0, machine.kernel.find_first_of(".-", first_dot + 1));
  const std::string text = fmt::format(
      "{}|{}|{}|{:.2f}|{}|{}|{}|{}|{}|{}", machine.cpu.model_name, machine.cpu.architecture, machine.cpu.logical,
      machine.cpu.quota.value_or(0), machine.cpu.flags_of_note, machine.memory.total_bytes >> 26,
      machine.memory.transparent_huge_pages, machine.memory.cgroup_limit_bytes.value_or(0), kernel, libtorch);
  return sha256_of_text(text).substr(0, 16);
}

}  // namespace mlplan::bench
