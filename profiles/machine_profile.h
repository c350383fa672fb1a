// The profile of a machine: what `mlplan probe` found it to give, whatever runs on it. docs/formats.md explains every
// field; the JSON Schema is profiles/schemas/machine.schema.json.
//
// A figure is the best of its samples, since what disturbs only ever makes slower; the median says how far from it a
// usual sample was. The unit stands in the key of the figure in the JSON.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kMachineSchema = "mlplan.machine";
inline constexpr const char* kMachineSchemaVersion = "1.0";

struct MachineFigure {
  double best = std::numeric_limits<double>::quiet_NaN();  // the highest rate, the shortest time
  double median = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> samples = {};
  std::optional<double> limit = {};     // in the unit of the figure; absent: not known
  std::optional<double> fraction = {};  // of the limit, that the best reached
  std::string limit_is = {};            // what the limit is, or why it is not known
};

struct MemoryFigures {  // bytes/s as STREAM counts them
  std::int64_t threads = 1;
  std::optional<MachineFigure> read = {}, write = {}, copy = {}, streaming_copy = {}, triad = {};
};

struct ArithmeticFigures {  // flop/s
  std::string dtype = {};   // "f32", "f64"
  std::int64_t threads = 1;
  std::optional<MachineFigure> multiply_add = {};  // in registers
  std::optional<MachineFigure> gemm = {};          // every thread its own product
};

struct PageFaultFigures {
  std::optional<MachineFigure> first_touch = {}, huge_first_touch = {};  // bytes/s
  std::optional<MachineFigure> fault = {}, huge_fault = {};              // ns of CPU time: of 4 KiB, of 2 MiB
};

struct ProcessFigures {  // ns, from the spawn until it was waited for
  std::optional<MachineFigure> nothing = {}, small = {}, kernels = {};
};

struct PageCacheFigures {  // bytes/s
  std::int64_t threads = 1;
  std::optional<MachineFigure> read = {};
};

struct StorageFigures {
  std::string folder;                 // that was read in
  std::optional<MachineFigure> read;  // bytes/s, with nothing of the file in the page cache
  std::vector<PageCacheFigures> page_cache;
};

struct GpuCopyFigures {  // bytes/s between the host's memory and the GPU's
  std::optional<MachineFigure> to_device_pinned = {}, to_device_pageable = {}, to_host_pinned = {},
                               to_host_pageable = {};
};

struct GpuMemoryFigures {  // bytes/s of the GPU's own memory, as STREAM counts them
  std::optional<MachineFigure> read = {}, write = {}, copy = {}, triad = {};
};

struct GpuProductFigures {
  std::string dtype = {};                     // "f32", "tf32", "bf16", "f16", "f8", "i8"
  std::optional<MachineFigure> product = {};  // flop/s, of i8 operations/s
};

struct GpuLaunchFigures {  // ns of a kernel that does nothing: host's part, there and back, device's part
  std::optional<MachineFigure> enqueue = {}, round_trip = {}, device = {};
};

struct GpuStartFigures {  // ns in a process that is new
  std::optional<MachineFigure> driver = {}, context = {};
};

struct GpuAllocationFigures {
  std::int64_t bytes = 0;
  std::optional<MachineFigure> allocate = {};  // ns
};

struct GpuInfo {
  std::int64_t device = 0;              // CUDA's number of it
  std::string name = {};                // as the driver says it
  std::string pci_bus_id = {};          // "0000:1b:00.0"
  std::string driver_version = {};      // the newest CUDA that the driver supports: "13.0"
  std::string runtime_version = {};     // the CUDA of mlplan-kernels
  std::string compute_capability = {};  // "9.0"
  std::int64_t multiprocessors = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t l2_bytes = 0;
};

struct GpuProfile {
  GpuInfo info = {};
  GpuCopyFigures copies = {};
  GpuMemoryFigures memory = {};
  std::vector<GpuProductFigures> products = {};
  GpuLaunchFigures launch = {};
  GpuStartFigures start = {};
  std::vector<GpuAllocationFigures> allocations = {};
};

struct Unmeasured {
  std::string what;  // a benchmark's name
  std::string why;
};

struct MachineProfile {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  std::string started_at;   // RFC 3339 UTC
  double wall_s = 0;        // of the whole run
  std::int64_t rounds = 0;  // that the samples came from, a process each
  std::string stop;         // "complete", "time_box", "interrupted"
  std::string vectors;      // the instruction set of the arithmetic: "avx512", "avx2", "baseline"
  MachineInfo machine;      // its fingerprint is of the machine alone, without a libtorch
  std::vector<MemoryFigures> memory;
  PageFaultFigures page_faults;
  ProcessFigures process_start;
  StorageFigures storage;
  std::optional<MachineFigure> clock;  // Hz of a busy core
  std::vector<ArithmeticFigures> arithmetic;
  std::vector<GpuProfile> gpus;  // that were measured
  std::vector<Unmeasured> not_measured;
};

enum class FigureUnit { bytes_per_s, flop_per_s, hz, ns };

struct NamedFigure {
  std::string name;     // of the benchmark: "memory/copy/threads:2"
  std::string subject;  // "memory"
  std::string label;    // "copy, 2 threads"
  FigureUnit unit = FigureUnit::ns;
  const MachineFigure* figure = nullptr;
};
// All that there are, in the order of the document; they point into `profile`.
std::vector<NamedFigure> figures_of(const MachineProfile& profile);
// Puts the figure where the benchmark of that name belongs; false: there is no such place. Of a GPU that the profile
// does not have yet it gets an entry with nothing but its number.
bool put_figure(MachineProfile& profile, std::string_view name, MachineFigure figure);

// Stable key order: equal profiles give equal bytes.
nlohmann::ordered_json to_ordered_json(const MachineProfile& profile);
std::string write_machine_profile(const MachineProfile& profile);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer".
Result<MachineProfile> read_machine_profile(const std::string& text, const std::string& file_name);

std::string_view machine_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
