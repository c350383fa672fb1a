// A GPU as NVIDIA's management library (NVML) sees it: what it is, in what state, its memory and who is on it. The
// library belongs to the driver and is opened when it is asked for, so that nothing of it is needed to build a program
// or to start one. It makes no context and takes none of the device's memory; a GPU is found by its PCI bus id, as NVML
// counts all devices, and CUDA those that are visible.
//
// Whatever a driver, a container or a part of a GPU (MIG) does not tell is absent. A question takes up to milliseconds:
// none is asked while something is timed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlplan::gpu {

struct ManagedTraits {
  std::string name;            // "NVIDIA H200"
  std::string uuid;            // "GPU-..."
  std::string driver_version;  // of the driver, "580.82.07"
  std::optional<double> highest_sm_clock_hz;
  std::optional<double> highest_memory_clock_hz;
  std::optional<double> power_limit_w;  // that is enforced
  std::optional<bool> ecc;
  std::optional<bool> mig;          // cut into parts: this is then the whole of which a process sees one
  std::optional<bool> persistence;  // stays initialised while nobody uses it
};

// Why clocks are lower than they could be.
struct Slowdowns {
  bool power_cap = false;    // it draws what it may: usual under full load
  bool thermal = false;      // too hot
  bool power_brake = false;  // the machine's power supply asks for it
  bool hardware = false;     // some hardware protection, these among them
  friend bool operator==(const Slowdowns&, const Slowdowns&) = default;
};

// At one moment.
struct ManagedState {
  std::optional<double> sm_clock_hz;
  std::optional<double> memory_clock_hz;
  std::optional<double> power_w;  // of many cards the mean of the last second
  std::optional<double> temperature_c;
  std::optional<Slowdowns> slowdowns;
  // Time slowed down for that reason, since some moment in the past.
  std::optional<std::int64_t> power_cap_ns;
  std::optional<std::int64_t> thermal_ns;
  std::optional<std::int64_t> power_brake_ns;
};

struct ManagedMemory {  // bytes of the whole device
  std::int64_t total = 0;
  std::int64_t reserved = 0;  // by driver and firmware
  std::int64_t free = 0;
  std::int64_t used = 0;  // by processes
};

struct ManagedProcess {
  std::int64_t pid = 0;               // in a container perhaps a number of the host's
  std::optional<std::int64_t> bytes;  // of the device's memory
};

class ManagedDevice {
 public:
  ManagedTraits traits() const;
  ManagedState state() const;
  std::optional<ManagedMemory> memory() const;
  // With a context or a window on it, each once; empty is nobody, or in some containers nobody who may be seen.
  std::optional<std::vector<ManagedProcess>> processes() const;

 private:
  friend struct ManagedDeviceQuery find_managed_device(const std::string& pci_bus_id);
  class Library;
  ManagedDevice(std::shared_ptr<const Library> library, void* handle) : library_(std::move(library)), handle_(handle) {}

  std::shared_ptr<const Library> library_;
  void* handle_;
};

struct ManagedDeviceQuery {
  std::optional<ManagedDevice> device;
  std::string why_not;  // where there is none: what is missing, and what to do about it
};
// By "0000:1b:00.0"; small and capital letters are the same.
ManagedDeviceQuery find_managed_device(const std::string& pci_bus_id);

}  // namespace mlplan::gpu
