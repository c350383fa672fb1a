#include "profiles/machine_profile.h"

#include <algorithm>
#include <charconv>

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
  field("not_measured", profile.not_measured);
}

namespace {

constexpr DocumentKind kKind = {"a machine profile", kMachineSchema, kMachineSchemaVersion,
                                "give a file that mlplan probe -o has written", "probe again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(machine_schema());
  return instance;
}

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

// "copy/threads:2" -> "copy" and 2; 1 without a number.
std::pair<std::string_view, std::int64_t> at_threads(std::string_view text) {
  constexpr std::string_view kThreads = "/threads:";
  const std::size_t at = text.find(kThreads);
  std::int64_t threads = 1;
  if (at != std::string_view::npos) {
    const std::string_view number = text.substr(at + kThreads.size());
    std::from_chars(number.data(), number.data() + number.size(), threads);
  }
  return {text.substr(0, at), threads};
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

// The row for which `is` holds, made where there is none.
template <class Row, class Is>
Row& row_of(std::vector<Row>& rows, const Is& is, Row fresh) {
  const auto found = std::ranges::find_if(rows, is);
  if (found != rows.end()) return *found;
  return rows.emplace_back(std::move(fresh));
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

}  // namespace

bool put_figure(MachineProfile& profile, std::string_view name, MachineFigure figure) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view subject = name.substr(0, slash);
  const auto [what, threads] = at_threads(name.substr(slash + 1));
  const auto same_threads = [count = threads](const auto& row) { return row.threads == count; };
  if (subject == "memory") {
    if (!knows(kMemory, what)) return false;
    return put(row_of(profile.memory, same_threads, MemoryFigures{.threads = threads}), kMemory, what, figure);
  }
  if (subject == "faults") return put(profile.page_faults, kFaults, what, figure);
  if (subject == "process") return put(profile.process_start, kProcess, what, figure);
  if (subject == "disk" && what == "read") {
    profile.storage.read = std::move(figure);
    return true;
  }
  if (subject == "disk" && what == "page_cache") {
    row_of(profile.storage.page_cache, same_threads, PageCacheFigures{.threads = threads}).read = std::move(figure);
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
      profile.arithmetic,
      [&, count = threads](const ArithmeticFigures& each) { return each.dtype == dtype && each.threads == count; },
      ArithmeticFigures{.dtype = dtype, .threads = threads});
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
  return out;
}

nlohmann::ordered_json to_ordered_json(const MachineProfile& profile) { return document_json(kKind, profile); }

std::string write_machine_profile(const MachineProfile& profile) { return pretty_json(to_ordered_json(profile)); }

Result<MachineProfile> read_machine_profile(const std::string& text, const std::string& file_name) {
  return read_document<MachineProfile>(text, file_name, kKind, validator());
}

std::string_view machine_schema() { return embedded::machine_schema(); }

}  // namespace mlplan
