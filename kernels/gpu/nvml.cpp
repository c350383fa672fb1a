#include "kernels/gpu/nvml.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/gpu/nvml_abi.h"

namespace mlplan::gpu {
namespace {

constexpr const char* kLibrary = "libnvidia-ml.so.1";
constexpr std::size_t kTextBytes = 96;    // NVML's longest buffer of a name
constexpr std::size_t kMostTries = 5;     // of a list that grows while it is asked for
constexpr std::size_t kSpareEntries = 8;  // that it may grow by between two questions
constexpr int kNoFunction = 13;           // NVML_ERROR_FUNCTION_NOT_FOUND

}  // namespace

// NVML, initialised for as long as somebody holds it.
class ManagedDevice::Library {
 public:
  Library() : library_(::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) {
      why_not_ = std::string("there is no NVML here: ") + ::dlerror() +
                 "; it comes with NVIDIA's driver; in a container set NVIDIA_DRIVER_CAPABILITIES=compute,utility";
      return;
    }
    if (const int result = call("nvmlInit_v2"); result != nvml::kSuccess) {
      why_not_ = failure("NVML cannot be started", result);
      ::dlclose(library_);
      library_ = nullptr;
    }
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (library_ == nullptr) return;
    call("nvmlShutdown");
    ::dlclose(library_);
  }

  const std::string& why_not() const { return why_not_; }  // empty: it is there

  template <class... Arguments>
  int call(const char* name, Arguments... arguments) const {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(::dlsym(library_, name));
    return function == nullptr ? kNoFunction : function(arguments...);
  }

  std::string failure(const std::string& what, int result) const {
    if (result == nvml::kVersionMismatch)
      return what + ": the driver's library does not fit its kernel module; reboot after an update of the driver";
    if (result == nvml::kDriverNotLoaded) return what + ": the driver's kernel module is not loaded";
    const auto text_of = reinterpret_cast<const char* (*)(int)>(::dlsym(library_, "nvmlErrorString"));
    const std::string text = text_of == nullptr ? "" : ", " + std::string(text_of(result));
    return what + ": NVML's error " + std::to_string(result) + text;
  }

  std::string text(const char* name, nvml::Device device) const {
    std::array<char, kTextBytes> buffer{};
    const int result = device == nullptr ? call(name, buffer.data(), static_cast<unsigned>(buffer.size()))
                                         : call(name, device, buffer.data(), static_cast<unsigned>(buffer.size()));
    return result == nvml::kSuccess ? buffer.data() : "";
  }

  // What a function tells as one unsigned number.
  template <class... Arguments>
  std::optional<unsigned> number(const char* name, nvml::Device device, Arguments... arguments) const {
    unsigned value = 0;
    if (call(name, device, arguments..., &value) != nvml::kSuccess) return std::nullopt;
    return value;
  }

  // The first of a pair: now, and after the next reboot.
  std::optional<bool> mode(const char* name, nvml::Device device) const {
    unsigned current = 0;
    unsigned pending = 0;
    if (call(name, device, &current, &pending) != nvml::kSuccess) return std::nullopt;
    return current != 0;
  }

 private:
  void* library_;
  std::string why_not_;
};

namespace {

std::optional<double> scaled(std::optional<unsigned> value, double factor) {
  if (!value) return std::nullopt;
  return factor * static_cast<double>(*value);
}

std::optional<std::int64_t> value_of(const nvml::FieldValue& field) {
  if (field.result != nvml::kSuccess) return std::nullopt;
  switch (field.value_type) {
    case nvml::kValueUnsignedInt: return field.as_unsigned;
    case nvml::kValueUnsignedLong: return static_cast<std::int64_t>(field.as_unsigned_long);
    case nvml::kValueUnsignedLongLong: return static_cast<std::int64_t>(field.as_unsigned_long_long);
    default: return std::nullopt;
  }
}

std::optional<std::int64_t> sum_of(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

Slowdowns slowdowns_in(unsigned long long reasons) {
  return {.power_cap = (reasons & nvml::kReasonPowerCap) != 0,
          .thermal = (reasons & (nvml::kReasonThermalSoftware | nvml::kReasonThermalHardware)) != 0,
          .power_brake = (reasons & nvml::kReasonPowerBrake) != 0,
          .hardware = (reasons & nvml::kReasonHardware) != 0};
}

}  // namespace

ManagedTraits ManagedDevice::traits() const {
  ManagedTraits out;
  out.name = library_->text("nvmlDeviceGetName", handle_);
  out.uuid = library_->text("nvmlDeviceGetUUID", handle_);
  out.driver_version = library_->text("nvmlSystemGetDriverVersion", nullptr);
  out.highest_sm_clock_hz = scaled(library_->number("nvmlDeviceGetMaxClockInfo", handle_, nvml::kClockSm), 1e6);
  out.highest_memory_clock_hz = scaled(library_->number("nvmlDeviceGetMaxClockInfo", handle_, nvml::kClockMemory), 1e6);
  out.power_limit_w = scaled(library_->number("nvmlDeviceGetEnforcedPowerLimit", handle_), 1e-3);
  out.ecc = library_->mode("nvmlDeviceGetEccMode", handle_);
  out.mig = library_->mode("nvmlDeviceGetMigMode", handle_);
  if (const auto persistence = library_->number("nvmlDeviceGetPersistenceMode", handle_))
    out.persistence = *persistence != 0;
  return out;
}

ManagedState ManagedDevice::state() const {
  ManagedState out;
  out.sm_clock_hz = scaled(library_->number("nvmlDeviceGetClockInfo", handle_, nvml::kClockSm), 1e6);
  out.memory_clock_hz = scaled(library_->number("nvmlDeviceGetClockInfo", handle_, nvml::kClockMemory), 1e6);
  out.power_w = scaled(library_->number("nvmlDeviceGetPowerUsage", handle_), 1e-3);
  nvml::TemperatureV1 temperature;
  if (library_->call("nvmlDeviceGetTemperatureV", handle_, &temperature) == nvml::kSuccess) {
    out.temperature_c = temperature.degrees;
  } else {  // of older drivers
    out.temperature_c = scaled(library_->number("nvmlDeviceGetTemperature", handle_, temperature.sensor), 1);
  }
  unsigned long long reasons = 0;
  if (library_->call("nvmlDeviceGetCurrentClocksEventReasons", handle_, &reasons) == nvml::kSuccess ||
      library_->call("nvmlDeviceGetCurrentClocksThrottleReasons", handle_, &reasons) == nvml::kSuccess)
    out.slowdowns = slowdowns_in(reasons);
  std::array<nvml::FieldValue, 4> fields{};
  fields[0].field = nvml::kFieldPowerCap;
  fields[1].field = nvml::kFieldThermalSoftware;
  fields[2].field = nvml::kFieldThermalHardware;
  fields[3].field = nvml::kFieldPowerBrake;
  if (library_->call("nvmlDeviceGetFieldValues", handle_, static_cast<int>(fields.size()), fields.data()) ==
      nvml::kSuccess) {
    out.power_cap_ns = value_of(fields[0]);
    out.thermal_ns = sum_of(value_of(fields[1]), value_of(fields[2]));
    out.power_brake_ns = value_of(fields[3]);
  }
  return out;
}

std::optional<ManagedMemory> ManagedDevice::memory() const {
  nvml::MemoryV2 memory;
  if (library_->call("nvmlDeviceGetMemoryInfo_v2", handle_, &memory) != nvml::kSuccess) return std::nullopt;
  return ManagedMemory{.total = static_cast<std::int64_t>(memory.total),
                       .reserved = static_cast<std::int64_t>(memory.reserved),
                       .free = static_cast<std::int64_t>(memory.free),
                       .used = static_cast<std::int64_t>(memory.used)};
}

std::optional<std::vector<ManagedProcess>> ManagedDevice::processes() const {
  std::vector<ManagedProcess> out;
  bool told = false;
  for (const char* list : {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetMPSComputeRunningProcesses_v3",
                           "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
    std::vector<nvml::ProcessInfo> entries;
    unsigned count = 0;
    int result = nvml::kInsufficientSize;
    for (std::size_t i = 0; i < kMostTries && result == nvml::kInsufficientSize; ++i) {
      entries.resize(count + kSpareEntries);
      count = static_cast<unsigned>(entries.size());
      result = library_->call(list, handle_, &count, entries.data());
    }
    if (result != nvml::kSuccess) continue;
    told = true;
    for (unsigned i = 0; i < count; ++i) {
      const std::int64_t pid = entries[i].pid;
      if (std::ranges::find(out, pid, &ManagedProcess::pid) != out.end()) continue;  // computes, and has a window
      ManagedProcess process{.pid = pid, .bytes = {}};
      if (entries[i].used_memory != nvml::kNotAvailable)
        process.bytes = static_cast<std::int64_t>(entries[i].used_memory);
      out.push_back(process);
    }
  }
  if (!told) return std::nullopt;
  return out;
}

ManagedDeviceQuery find_managed_device(const std::string& pci_bus_id) {
  auto library = std::make_shared<const ManagedDevice::Library>();
  if (!library->why_not().empty()) return {{}, library->why_not()};
  void* handle = nullptr;
  if (const int result = library->call("nvmlDeviceGetHandleByPciBusId_v2", pci_bus_id.c_str(), &handle);
      result != nvml::kSuccess)
    return {{}, library->failure("NVML does not know the GPU " + pci_bus_id, result)};
  return {ManagedDevice(std::move(library), handle), ""};
}

}  // namespace mlplan::gpu
