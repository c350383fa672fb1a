#include "profiles/machine_profile.h"

#include "profiles/report_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view machine_schema();  // made by cmake/EmbedFile.cmake
}

template <class F, Like<MachineFigure> T>
void fields(F& field, T& figure) {
  field("best", figure.best);
  field("median", figure.median);
  field("limit", figure.limit);
  field("fraction", figure.fraction);
  field("limit_is", figure.limit_is);
  field("samples", figure.samples);
}

template <class F, Like<MemoryFigures> T>
void fields(F& field, T& memory) {
  field("threads", memory.threads);
  field("read_bytes_per_s", memory.read);
  field("write_bytes_per_s", memory.write);
  field("copy_bytes_per_s", memory.copy);
  field("streaming_copy_bytes_per_s", memory.streaming_copy);
  field("triad_bytes_per_s", memory.triad);
}

template <class F, Like<ArithmeticFigures> T>
void fields(F& field, T& arithmetic) {
  field("dtype", arithmetic.dtype);
  field("threads", arithmetic.threads);
  field("multiply_add_flop_per_s", arithmetic.multiply_add);
  field("gemm_flop_per_s", arithmetic.gemm);
}

template <class F, Like<PageFaultFigures> T>
void fields(F& field, T& faults) {
  field("first_touch_bytes_per_s", faults.first_touch);
  field("fault_ns", faults.fault);
  field("huge_first_touch_bytes_per_s", faults.huge_first_touch);
  field("huge_fault_ns", faults.huge_fault);
}

template <class F, Like<ProcessFigures> T>
void fields(F& field, T& process) {
  field("nothing_ns", process.nothing);
  field("small_ns", process.small);
  field("kernels_ns", process.kernels);
}

template <class F, Like<PageCacheFigures> T>
void fields(F& field, T& cache) {
  field("threads", cache.threads);
  field("read_bytes_per_s", cache.read);
}

template <class F, Like<StorageFigures> T>
void fields(F& field, T& storage) {
  field("folder", storage.folder);
  field("read_bytes_per_s", storage.read);
  field("page_cache", storage.page_cache);
}

template <class F, Like<GpuCopyFigures> T>
void fields(F& field, T& copies) {
  field("to_device_pinned_bytes_per_s", copies.to_device_pinned);
  field("to_device_pageable_bytes_per_s", copies.to_device_pageable);
  field("to_host_pinned_bytes_per_s", copies.to_host_pinned);
  field("to_host_pageable_bytes_per_s", copies.to_host_pageable);
}

template <class F, Like<GpuMemoryFigures> T>
void fields(F& field, T& memory) {
  field("read_bytes_per_s", memory.read);
  field("write_bytes_per_s", memory.write);
  field("copy_bytes_per_s", memory.copy);
  field("triad_bytes_per_s", memory.triad);
}

template <class F, Like<GpuProductFigures> T>
void fields(F& field, T& product) {
  field("dtype", product.dtype);
  field("flop_per_s", product.product);
}

template <class F, Like<GpuLaunchFigures> T>
void fields(F& field, T& launch) {
  field("enqueue_ns", launch.enqueue);
  field("round_trip_ns", launch.round_trip);
  field("device_ns", launch.device);
}

template <class F, Like<GpuStartFigures> T>
void fields(F& field, T& start) {
  field("driver_ns", start.driver);
  field("context_ns", start.context);
}

template <class F, Like<GpuAllocationFigures> T>
void fields(F& field, T& allocation) {
  field("bytes", allocation.bytes);
  field("allocate_ns", allocation.allocate);
}

template <class F, Like<GpuProfile> T>
void fields(F& field, T& gpu) {
  field("device", gpu.info.device);
  field("name", gpu.info.name);
  field("pci_bus_id", gpu.info.pci_bus_id);
  field("driver_version", gpu.info.driver_version);
  field("runtime_version", gpu.info.runtime_version);
  field("compute_capability", gpu.info.compute_capability);
  field("multiprocessors", gpu.info.multiprocessors);
  field("memory_bytes", gpu.info.memory_bytes);
  field("l2_bytes", gpu.info.l2_bytes);
  field("copies", gpu.copies);
  field("memory", gpu.memory);
  field("products", gpu.products);
  field("launch", gpu.launch);
  field("start", gpu.start);
  field("allocations", gpu.allocations);
}

template <class F, Like<Unmeasured> T>
void fields(F& field, T& unmeasured) {
  field("what", unmeasured.what);
  field("why", unmeasured.why);
}

template <class F, Like<MachineProfile> T>
void fields(F& field, T& profile) {
  field("version", profile.version);
  field("argv", profile.argv);
  field("started_at", profile.started_at);
  field("wall_s", profile.wall_s);
  field("rounds", profile.rounds);
  field("stop", profile.stop);
  field("vectors", profile.vectors);
  field("machine", profile.machine);
  field("memory", profile.memory);
  field("page_faults", profile.page_faults);
  field("process_start", profile.process_start);
  field("storage", profile.storage);
  field("clock_hz", profile.clock);
  field("arithmetic", profile.arithmetic);
  field("gpus", profile.gpus);
  field("not_measured", profile.not_measured);
}

namespace {

constexpr DocumentKind kKind = {"a machine profile", kMachineSchema, kMachineSchemaVersion,
                                "give a file that mlplan probe -o has written", "probe again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(machine_schema());
  return instance;
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const MachineProfile& profile) { return document_json(kKind, profile); }

std::string write_machine_profile(const MachineProfile& profile) { return pretty_json(to_ordered_json(profile)); }

Result<MachineProfile> read_machine_profile(const std::string& text, const std::string& file_name) {
  return read_document<MachineProfile>(text, file_name, kKind, validator());
}

std::string_view machine_schema() { return embedded::machine_schema(); }

}  // namespace mlplan
