// A libnvidia-ml.so.1 without a GPU behind it, for tests. What it tells stands in the folder that STAND_IN_NVML names,
// one file a value, read anew at each question; what has no file is not supported, as on a card that does not tell it.
//   init            what nvmlInit_v2 returns (0)
//   bus             the PCI bus id of the one GPU
//   name, uuid, driver, total, reserved, used, ecc, mig, persistence, sm_clock, memory_clock, highest_sm_clock,
//   highest_memory_clock (MHz), power, power_limit (mW), temperature (C), reasons, power_cap_ns, thermal_ns,
//   power_brake_ns
//   process_PID     bytes of a process, which counts while it lives, in `used` too; "unknown": without them
//   stranger_PID    the same of one that need not live
// The folder process_hidden hides the former from the list, as a container may.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "kernels/gpu/nvml_abi.h"

namespace {

using namespace mlplan::gpu::nvml;

constexpr int kNotSupported = 3;
constexpr int kNotFound = 6;

std::string folder() {
  const char* path = std::getenv("STAND_IN_NVML");
  return path == nullptr ? "" : path;
}

std::optional<std::string> text_of(const std::string& key) {
  std::ifstream file(folder() + "/" + key);
  std::string line;
  if (!file || !std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<unsigned long long> number_of(const std::string& key) {
  const std::optional<std::string> text = text_of(key);
  if (!text) return std::nullopt;
  return std::strtoull(text->c_str(), nullptr, 0);
}

template <class Number>
int give(const std::string& key, Number* out) {
  const auto value = number_of(key);
  if (!value) return kNotSupported;
  *out = static_cast<Number>(*value);
  return kSuccess;
}

int give_text(const std::string& key, char* out, unsigned bytes) {
  const auto text = text_of(key);
  if (!text) return kNotSupported;
  if (text->size() + 1 > bytes) return kInsufficientSize;
  std::memcpy(out, text->c_str(), text->size() + 1);
  return kSuccess;
}

std::vector<ProcessInfo> all_processes(bool with_hidden) {
  std::vector<ProcessInfo> out;
  std::error_code ignored;
  const bool hidden = std::filesystem::exists(folder() + "/process_hidden", ignored) && !with_hidden;
  for (const auto& entry : std::filesystem::directory_iterator(folder(), ignored)) {
    const std::string name = entry.path().filename().string();
    const std::size_t line = name.find('_');
    const std::string kind = name.substr(0, line);
    if (line == std::string::npos || (kind != "process" && kind != "stranger")) continue;
    if (!std::isdigit(static_cast<unsigned char>(name[line + 1])) || (kind == "process" && hidden)) continue;
    ProcessInfo process;
    process.pid = static_cast<unsigned>(std::strtoul(name.c_str() + line + 1, nullptr, 10));
    if (kind == "process" && ::kill(static_cast<pid_t>(process.pid), 0) != 0) continue;
    if (text_of(name) != "unknown") process.used_memory = number_of(name).value_or(0);
    out.push_back(process);
  }
  std::ranges::sort(out, {}, &ProcessInfo::pid);
  return out;
}

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

extern "C" {

int nvmlInit_v2() { return static_cast<int>(number_of("init").value_or(0)); }
int nvmlShutdown() { return kSuccess; }
const char* nvmlErrorString(int) { return "an error of the stand-in"; }
int nvmlSystemGetDriverVersion(char* text, unsigned bytes) { return give_text("driver", text, bytes); }

int nvmlDeviceGetHandleByPciBusId_v2(const char* id, Device* device) {
  if (in_small_letters(text_of("bus").value_or("")) != in_small_letters(id)) return kNotFound;
  static int gpu = 0;
  *device = &gpu;
  return kSuccess;
}

int nvmlDeviceGetName(Device, char* text, unsigned bytes) { return give_text("name", text, bytes); }
int nvmlDeviceGetUUID(Device, char* text, unsigned bytes) { return give_text("uuid", text, bytes); }

int nvmlDeviceGetClockInfo(Device, int clock, unsigned* mhz) {
  return give(clock == kClockSm ? "sm_clock" : "memory_clock", mhz);
}
int nvmlDeviceGetMaxClockInfo(Device, int clock, unsigned* mhz) {
  return give(clock == kClockSm ? "highest_sm_clock" : "highest_memory_clock", mhz);
}
int nvmlDeviceGetPowerUsage(Device, unsigned* mw) { return give("power", mw); }
int nvmlDeviceGetEnforcedPowerLimit(Device, unsigned* mw) { return give("power_limit", mw); }

int nvmlDeviceGetTemperatureV(Device, TemperatureV1* out) {
  if (out->version != (sizeof(TemperatureV1) | 1U << 24U)) return 25;  // NVML_ERROR_ARGUMENT_VERSION_MISMATCH
  return give("temperature", &out->degrees);
}

int nvmlDeviceGetCurrentClocksEventReasons(Device, unsigned long long* reasons) { return give("reasons", reasons); }

int nvmlDeviceGetFieldValues(Device, int count, FieldValue* values) {
  for (int i = 0; i < count; ++i) {
    const char* key = values[i].field == kFieldPowerCap          ? "power_cap_ns"
                      : values[i].field == kFieldThermalSoftware ? "thermal_ns"
                      : values[i].field == kFieldPowerBrake      ? "power_brake_ns"
                                                                 : "";
    values[i].value_type = kValueUnsignedLongLong;
    values[i].result = give(key, &values[i].as_unsigned_long_long);
  }
  return kSuccess;
}

int nvmlDeviceGetEccMode(Device, unsigned* current, unsigned* pending) {
  return std::max(give("ecc", current), give("ecc", pending));
}
int nvmlDeviceGetMigMode(Device, unsigned* current, unsigned* pending) {
  return std::max(give("mig", current), give("mig", pending));
}
int nvmlDeviceGetPersistenceMode(Device, unsigned* mode) { return give("persistence", mode); }

int nvmlDeviceGetMemoryInfo_v2(Device, MemoryV2* out) {
  if (out->version != (sizeof(MemoryV2) | 2U << 24U)) return 25;
  if (const int result = give("total", &out->total); result != kSuccess) return result;
  out->reserved = number_of("reserved").value_or(0);
  out->used = number_of("used").value_or(0);
  for (const ProcessInfo& process : all_processes(true)) {
    if (process.used_memory != kNotAvailable) out->used += process.used_memory;
  }
  out->free = out->total - out->reserved - out->used;
  return kSuccess;
}

int nvmlDeviceGetComputeRunningProcesses_v3(Device, unsigned* count, ProcessInfo* out) {
  const std::vector<ProcessInfo> processes = all_processes(false);
  const bool fits = processes.size() <= *count;
  *count = static_cast<unsigned>(processes.size());
  if (!fits) return kInsufficientSize;
  std::ranges::copy(processes, out);
  return kSuccess;
}

}  // extern "C"
