// Of NVML's C interface what kernels/gpu/nvml.cpp calls: NVIDIA's names in its documentation ("NVML API Reference",
// 13.0) stand behind each. These versions of functions and structures are what a driver of any later release keeps; the
// library is looked up by the versioned names. Sizes are asserted: they are part of the versions that the structures
// carry.
#pragma once

#include <cstddef>

namespace mlplan::gpu::nvml {

using Device = void*;  // nvmlDevice_t

// nvmlReturn_t
inline constexpr int kSuccess = 0;
inline constexpr int kInsufficientSize = 7;
inline constexpr int kDriverNotLoaded = 9;
inline constexpr int kVersionMismatch = 18;

// nvmlClockType_t
inline constexpr int kClockSm = 1;
inline constexpr int kClockMemory = 2;

// nvmlClocksEventReasons, of older drivers nvmlClocksThrottleReasons
inline constexpr unsigned long long kReasonPowerCap = 0x4;
inline constexpr unsigned long long kReasonHardware = 0x8;
inline constexpr unsigned long long kReasonThermalSoftware = 0x20;
inline constexpr unsigned long long kReasonThermalHardware = 0x40;
inline constexpr unsigned long long kReasonPowerBrake = 0x80;

// NVML_FI_DEV_CLOCKS_EVENT_REASON_*: accumulated ns
inline constexpr unsigned kFieldPowerCap = 74;
inline constexpr unsigned kFieldThermalSoftware = 269;
inline constexpr unsigned kFieldThermalHardware = 270;
inline constexpr unsigned kFieldPowerBrake = 271;

// nvmlValueType_t
inline constexpr int kValueUnsignedInt = 1;
inline constexpr int kValueUnsignedLong = 2;
inline constexpr int kValueUnsignedLongLong = 3;

inline constexpr unsigned long long kNotAvailable = ~0ULL;  // NVML_VALUE_NOT_AVAILABLE, of a process's memory

struct MemoryV2 {  // nvmlMemory_v2_t
  unsigned version = static_cast<unsigned>(sizeof(MemoryV2)) | 2U << 24U;
  unsigned long long total = 0;
  unsigned long long reserved = 0;  // by driver and firmware; not in `used`
  unsigned long long free = 0;
  unsigned long long used = 0;
};
static_assert(sizeof(MemoryV2) == 40);

struct ProcessInfo {  // nvmlProcessInfo_v2_t, of the functions _v3
  unsigned pid = 0;
  unsigned long long used_memory = kNotAvailable;
  unsigned gpu_instance = 0;
  unsigned compute_instance = 0;
};
static_assert(sizeof(ProcessInfo) == 24 && offsetof(ProcessInfo, used_memory) == 8);

struct TemperatureV1 {  // nvmlTemperature_v1_t
  unsigned version = static_cast<unsigned>(sizeof(TemperatureV1)) | 1U << 24U;
  int sensor = 0;  // NVML_TEMPERATURE_GPU
  int degrees = 0;
};
static_assert(sizeof(TemperatureV1) == 12);

struct FieldValue {  // nvmlFieldValue_t
  unsigned field = 0;
  unsigned scope = 0;
  long long timestamp_us = 0;
  long long latency_us = 0;
  int value_type = 0;
  int result = -1;
  union {  // nvmlValue_t
    double as_double;
    unsigned as_unsigned;
    unsigned long as_unsigned_long;
    unsigned long long as_unsigned_long_long = 0;
  };
};
static_assert(sizeof(FieldValue) == 40 && offsetof(FieldValue, as_double) == 32);

}  // namespace mlplan::gpu::nvml
