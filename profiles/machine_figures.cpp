// The figures of a machine profile by the names of their benchmarks.
#include <algorithm>
#include <charconv>

#include "profiles/machine_profile.h"
#include "profiles/support/units.h"

namespace mlplan {

namespace {

// A figure of a row, by the name of its benchmark.
template <class Row>
struct Place {
  const char* name;
  const char* label;
  FigureUnit unit;
  std::optional<MachineFigure> Row::* figure;
};
constexpr Place<MemoryFigures> kMemory[] = {
    {"read", "read", FigureUnit::bytes_per_s, &MemoryFigures::read},
    {"write", "write", FigureUnit::bytes_per_s, &MemoryFigures::write},
    {"copy", "copy", FigureUnit::bytes_per_s, &MemoryFigures::copy},
    {"streaming_copy", "streaming copy", FigureUnit::bytes_per_s, &MemoryFigures::streaming_copy},
    {"triad", "triad", FigureUnit::bytes_per_s, &MemoryFigures::triad}};
constexpr Place<PageFaultFigures> kFaults[] = {
    {"first_touch", "first touch", FigureUnit::bytes_per_s, &PageFaultFigures::first_touch},
    {"fault", "fault of 4 KiB", FigureUnit::ns, &PageFaultFigures::fault},
    {"huge_first_touch", "first touch, huge pages", FigureUnit::bytes_per_s, &PageFaultFigures::huge_first_touch},
    {"huge_fault", "fault of 2 MiB", FigureUnit::ns, &PageFaultFigures::huge_fault}};
constexpr Place<ProcessFigures> kProcess[] = {
    {"nothing", "that does nothing", FigureUnit::ns, &ProcessFigures::nothing},
    {"true", "/bin/true", FigureUnit::ns, &ProcessFigures::small},
    {"self", "mlplan-kernels", FigureUnit::ns, &ProcessFigures::kernels}};
constexpr Place<ArithmeticFigures> kArithmetic[] = {
    {"multiply_add", "multiply-add", FigureUnit::flop_per_s, &ArithmeticFigures::multiply_add},
    {"gemm", "matrix product", FigureUnit::flop_per_s, &ArithmeticFigures::gemm}};
constexpr Place<GpuCopyFigures> kGpuCopies[] = {
    {"to_device_pinned", "copy to it, pinned", FigureUnit::bytes_per_s, &GpuCopyFigures::to_device_pinned},
    {"to_device_pageable", "copy to it, pageable", FigureUnit::bytes_per_s, &GpuCopyFigures::to_device_pageable},
    {"to_host_pinned", "copy from it, pinned", FigureUnit::bytes_per_s, &GpuCopyFigures::to_host_pinned},
    {"to_host_pageable", "copy from it, pageable", FigureUnit::bytes_per_s, &GpuCopyFigures::to_host_pageable}};
constexpr Place<GpuMemoryFigures> kGpuMemory[] = {
    {"memory_read", "memory read", FigureUnit::bytes_per_s, &GpuMemoryFigures::read},
    {"memory_write", "memory write", FigureUnit::bytes_per_s, &GpuMemoryFigures::write},
    {"memory_copy", "memory copy", FigureUnit::bytes_per_s, &GpuMemoryFigures::copy},
    {"memory_triad", "memory triad", FigureUnit::bytes_per_s, &GpuMemoryFigures::triad}};
constexpr Place<GpuLaunchFigures> kGpuLaunch[] = {
    {"launch_enqueue", "launch, host's part", FigureUnit::ns, &GpuLaunchFigures::enqueue},
    {"launch_round_trip", "launch, there and back", FigureUnit::ns, &GpuLaunchFigures::round_trip},
    {"launch_device", "launch, device's part", FigureUnit::ns, &GpuLaunchFigures::device}};
constexpr Place<GpuStartFigures> kGpuStart[] = {
    {"start_driver", "start of the driver", FigureUnit::ns, &GpuStartFigures::driver},
    {"start_context", "start of a context", FigureUnit::ns, &GpuStartFigures::context}};
constexpr std::string_view kGpuProduct = "gemm_";
constexpr std::string_view kGpuAllocation = "allocate/bytes:";

// "copy/threads:2" and "/threads:" -> "copy" and 2; `without` where there is no such number.
std::pair<std::string_view, std::int64_t> at_number(std::string_view text, std::string_view before,
                                                    std::int64_t without) {
  const std::size_t at = text.find(before);
  std::int64_t number = without;
  if (at != std::string_view::npos) {
    const std::string_view digits = text.substr(at + before.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  return {text.substr(0, at), number};
}

template <class Row, std::size_t n>
bool knows(const Place<Row> (&places)[n], std::string_view name) {
  return std::ranges::any_of(places, [&](const Place<Row>& each) { return name == each.name; });
}

template <class Row, std::size_t n>
bool put(Row& row, const Place<Row> (&places)[n], std::string_view name, MachineFigure& figure) {
  const auto place = std::ranges::find_if(places, [&](const Place<Row>& each) { return name == each.name; });
  if (place == std::end(places)) return false;
  row.*(place->figure) = std::move(figure);
  return true;
}

// The row for which `is` holds; where there is none, a new one that `name` makes it hold for.
template <class Row, class Is, class Name>
Row& row_of(std::vector<Row>& rows, const Is& is, const Name& name) {
  const auto found = std::ranges::find_if(rows, is);
  if (found != rows.end()) return *found;
  Row& fresh = rows.emplace_back();
  name(fresh);
  return fresh;
}

std::string threads_text(std::int64_t threads) {
  return threads == 1 ? "1 thread" : std::to_string(threads) + " threads";
}

template <class Row, std::size_t n>
void list(std::vector<NamedFigure>& out, const std::string& subject, const Row& row, const Place<Row> (&places)[n],
          const std::string& name_end, const std::string& label_end) {
  for (const Place<Row>& place : places) {
    const std::optional<MachineFigure>& figure = row.*(place.figure);
    if (figure)
      out.push_back({subject + "/" + place.name + name_end, subject, place.label + label_end, place.unit, &*figure});
  }
}

// `what`: "memory_copy", "gemm_bf16", "allocate/bytes:1024". False: there is no such place.
bool put_gpu_figure(GpuProfile& gpu, std::string_view what, MachineFigure& figure) {
  if (what.starts_with(kGpuProduct)) {
    const std::string dtype(what.substr(kGpuProduct.size()));
    const auto same_dtype = [&](const GpuProductFigures& row) { return row.dtype == dtype; };
    row_of(gpu.products, same_dtype, [&](GpuProductFigures& row) { row.dtype = dtype; }).product = std::move(figure);
    return true;
  }
  if (what.starts_with(kGpuAllocation)) {
    const std::int64_t bytes = at_number(what, "/bytes:", 0).second;
    const auto same_bytes = [&](const GpuAllocationFigures& row) { return row.bytes == bytes; };
    row_of(gpu.allocations, same_bytes, [&](GpuAllocationFigures& row) { row.bytes = bytes; }).allocate =
        std::move(figure);
    return true;
  }
  return put(gpu.copies, kGpuCopies, what, figure) || put(gpu.memory, kGpuMemory, what, figure) ||
         put(gpu.launch, kGpuLaunch, what, figure) || put(gpu.start, kGpuStart, what, figure);
}

void list_gpu(std::vector<NamedFigure>& out, const GpuProfile& gpu, const std::string& label_end) {
  const std::string device = "/device:" + std::to_string(gpu.info.device);
  const auto add = [&](const std::string& what, const std::string& label, FigureUnit unit,
                       const std::optional<MachineFigure>& figure) {
    if (figure) out.push_back({"gpu/" + what + device, "gpu", label + label_end, unit, &*figure});
  };
  list(out, "gpu", gpu.copies, kGpuCopies, device, label_end);
  list(out, "gpu", gpu.memory, kGpuMemory, device, label_end);
  for (const GpuProductFigures& row : gpu.products)
    add(std::string(kGpuProduct) + row.dtype, "matrix product " + row.dtype, FigureUnit::flop_per_s, row.product);
  list(out, "gpu", gpu.launch, kGpuLaunch, device, label_end);
  list(out, "gpu", gpu.start, kGpuStart, device, label_end);
  for (const GpuAllocationFigures& row : gpu.allocations) {
    add(std::string(kGpuAllocation) + std::to_string(row.bytes),
        "allocation of " + format_bytes(static_cast<double>(row.bytes)), FigureUnit::ns, row.allocate);
  }
}

}  // namespace

bool put_figure(MachineProfile& profile, std::string_view name, MachineFigure figure) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view subject = name.substr(0, slash);
  if (subject == "gpu") {
    const auto [what_of_gpu, device] = at_number(name.substr(slash + 1), "/device:", 0);
    const auto known = std::ranges::find(profile.gpus, device, [](const GpuProfile& each) { return each.info.device; });
    if (known != profile.gpus.end()) return put_gpu_figure(*known, what_of_gpu, figure);
    GpuProfile fresh{.info = {.device = device}};
    if (!put_gpu_figure(fresh, what_of_gpu, figure)) return false;
    profile.gpus.push_back(std::move(fresh));
    return true;
  }
  const auto [what, threads] = at_number(name.substr(slash + 1), "/threads:", 1);
  const auto same_threads = [count = threads](const auto& row) { return row.threads == count; };
  const auto set_threads = [count = threads](auto& row) { row.threads = count; };
  if (subject == "memory")
    return knows(kMemory, what) && put(row_of(profile.memory, same_threads, set_threads), kMemory, what, figure);
  if (subject == "faults") return put(profile.page_faults, kFaults, what, figure);
  if (subject == "process") return put(profile.process_start, kProcess, what, figure);
  if (subject == "disk" && what == "read") {
    profile.storage.read = std::move(figure);
    return true;
  }
  if (subject == "disk" && what == "page_cache") {
    row_of(profile.storage.page_cache, same_threads, set_threads).read = std::move(figure);
    return true;
  }
  if (subject != "arithmetic") return false;
  if (what == "clock") {
    profile.clock = std::move(figure);
    return true;
  }
  const std::size_t underscore = what.rfind('_');
  if (underscore == std::string_view::npos) return false;
  const std::string dtype(what.substr(underscore + 1));
  const std::string_view kind = what.substr(0, underscore);
  if (!knows(kArithmetic, kind)) return false;
  ArithmeticFigures& row = row_of(
      profile.arithmetic, [&](const ArithmeticFigures& each) { return each.dtype == dtype && same_threads(each); },
      [&](ArithmeticFigures& fresh) {
        fresh.dtype = dtype;
        set_threads(fresh);
      });
  return put(row, kArithmetic, kind, figure);
}

std::vector<NamedFigure> figures_of(const MachineProfile& profile) {
  std::vector<NamedFigure> out;
  for (const MemoryFigures& row : profile.memory) {
    list(out, "memory", row, kMemory, "/threads:" + std::to_string(row.threads), ", " + threads_text(row.threads));
  }
  list(out, "faults", profile.page_faults, kFaults, "", "");
  list(out, "process", profile.process_start, kProcess, "", "");
  for (const PageCacheFigures& row : profile.storage.page_cache) {
    if (row.read) {
      out.push_back({"disk/page_cache/threads:" + std::to_string(row.threads), "disk",
                     "page cache, " + threads_text(row.threads), FigureUnit::bytes_per_s, &*row.read});
    }
  }
  if (profile.storage.read) {
    out.push_back({"disk/read", "disk", "storage", FigureUnit::bytes_per_s, &*profile.storage.read});
  }
  if (profile.clock) {
    out.push_back({"arithmetic/clock", "arithmetic", "clock of a core", FigureUnit::hz, &*profile.clock});
  }
  for (const ArithmeticFigures& row : profile.arithmetic) {
    list(out, "arithmetic", row, kArithmetic, "_" + row.dtype + "/threads:" + std::to_string(row.threads),
         " " + row.dtype + ", " + threads_text(row.threads));
  }
  for (const GpuProfile& gpu : profile.gpus)
    list_gpu(out, gpu, profile.gpus.size() > 1 ? ", GPU " + std::to_string(gpu.info.device) : "");
  return out;
}

}  // namespace mlplan
