#include "cli/views/machine_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kFarFromTheLimit = 0.5;
constexpr double kTera = 1e12;

std::string text_of(double value, FigureUnit unit) {
  switch (unit) {
    case FigureUnit::bytes_per_s: return format_byte_rate(value);
    case FigureUnit::flop_per_s:
      return value < kTera ? format(value / 1e9, Unit::count) + " GFLOP/s"
                           : format(value / kTera, Unit::count) + " TFLOP/s";
    case FigureUnit::hz: return format(value / 1e9, Unit::count) + " GHz";
    case FigureUnit::ns: return format(value, Unit::duration);
  }
  return "";
}

const char* title_of(const std::string& subject) {
  if (subject == "memory") return "MEMORY";
  if (subject == "faults") return "PAGE FAULTS";
  if (subject == "process") return "A PROCESS";
  if (subject == "disk") return "READING A FILE";
  if (subject == "gpu") return "GPU";
  return "ARITHMETIC";
}

std::string table_of(const std::string& subject, const std::vector<NamedFigure>& figures, const Style& style) {
  Table table({{title_of(subject), false}, {"best"}, {"median", true, 1}, {"limit"}, {"reached"}, {"n", true, 2}});
  for (const NamedFigure& each : figures) {
    if (each.subject != subject) continue;
    const MachineFigure& figure = *each.figure;
    const bool far = figure.fraction && *figure.fraction < kFarFromTheLimit;
    table.add({{each.label},
               {text_of(figure.best, each.unit), Ink::bold},
               {text_of(figure.median, each.unit)},
               {figure.limit ? text_of(*figure.limit, each.unit) : kAbsent, Ink::dim},
               {figure.fraction ? format_share(*figure.fraction) : kAbsent, far ? Ink::yellow : Ink::plain},
               {std::to_string(figure.samples.size()), Ink::dim}});
  }
  std::string text = table.print(style, kIndent);
  if (!style.verbose) return text;
  for (const NamedFigure& each : figures) {
    if (each.subject == subject) text += paragraph("limit", each.label + ": " + each.figure->limit_is, style);
  }
  return text;
}

std::string gpu_line(const GpuInfo& gpu, const Style& style) {
  return paragraph(fmt::format("gpu {}", gpu.device),
                   fmt::format("{}, {}, {}, driver of CUDA {}", gpu.name.empty() ? "unknown" : gpu.name,
                               format_bytes(static_cast<double>(gpu.memory_bytes)), gpu.pci_bus_id, gpu.driver_version),
                   style, Ink::dim, Ink::bold);
}

// One line a reason: where a GPU is missing, all of its benchmarks have the same one.
std::string not_measured_lines(const std::vector<Unmeasured>& all, const Style& style) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto same = [&](const Unmeasured& each) { return each.why == all[i].why; };
    if (std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
    const auto others = std::ranges::count_if(all, same) - 1;
    const std::string more = others > 0 ? fmt::format(" and {} more", others) : "";
    text += paragraph("without", all[i].what + more + ": " + all[i].why, style, Ink::yellow);
  }
  return text;
}

}  // namespace

std::string machine_view(const MachineProfile& profile, const std::string& written_to, const Style& style) {
  const MachineInfo& machine = profile.machine;
  std::string text =
      paragraph("machine",
                fmt::format("{} x {}, {}, kernel {}", machine.cpu.logical, machine.cpu.model_name,
                            format_bytes(static_cast<double>(machine.memory.total_bytes)), machine.kernel),
                style, Ink::dim, Ink::bold);
  text += paragraph(
      "quiet",
      fmt::format("grade {}{}{}", machine.grade, machine.why.empty() ? "" : ": ", fmt::join(machine.why, "; ")), style,
      Ink::dim, machine.grade == "C" ? Ink::yellow : Ink::plain);
  for (const GpuProfile& gpu : profile.gpus) text += gpu_line(gpu.info, style);
  const std::vector<NamedFigure> figures = figures_of(profile);
  std::string subject;
  for (const NamedFigure& each : figures) {
    if (each.subject == subject) continue;
    subject = each.subject;
    text += "\n" + table_of(subject, figures, style);
  }
  text += '\n';
  text += not_measured_lines(profile.not_measured, style);
  text += paragraph("run",
                    fmt::format("{} in {:.0f} s{}", counted(profile.rounds, "round"), profile.wall_s,
                                profile.stop == "interrupted" ? ", interrupted" : ""),
                    style);
  if (!written_to.empty()) text += paragraph("profile", written_to, style, Ink::dim, Ink::bold);
  return text;
}

}  // namespace mlplan::cli
