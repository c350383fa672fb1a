// A GPU as CUDA knows it, asked without making a context on it; and why there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mlplan::gpu {

struct DeviceFacts {
  int device = 0;                 // CUDA's number of it, among those that are visible
  std::string name;               // "NVIDIA H200"
  std::string pci_bus_id;         // "0000:1b:00.0", as in /sys/bus/pci/devices
  std::string driver_version;     // the newest CUDA that the driver supports: "13.0"
  std::string runtime_version;    // the CUDA that this program was built with
  int compute_capability = 0;     // 90: 9.0
  int multiprocessors = 0;        // SMs
  std::int64_t memory_bytes = 0;  // of the card or the slice of it that this process sees
  std::int64_t l2_bytes = 0;
  double memory_bytes_per_s = 0;  // bus width times clock, two transfers a cycle; 0 where the driver does not say
};

struct DeviceQuery {
  std::optional<DeviceFacts> facts;
  std::string why_not;  // where there are none: what is missing, and what to do about it
};
// Initialises the driver (up to seconds where nothing else uses the card).
DeviceQuery query_device(int device);

std::string compute_capability_text(int capability);  // "9.0" of 90

// Makes it the current device of this thread; the first time, its context. Throws GpuError.
void use_device(int device);

}  // namespace mlplan::gpu
