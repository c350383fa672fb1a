#include "cli/views/terminal_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cli/views/beside_machine_view.h"
#include "cli/views/cold_start_view.h"
#include "cli/views/labels.h"
#include "cli/views/load_view.h"
#include "cli/views/memory_view.h"
#include "cli/views/numbers.h"
#include "cli/views/quality_view.h"
#include "cli/views/steady_view.h"

namespace mlplan::cli {
namespace {

constexpr std::array<std::string_view, 3> kStateOrder = {"warm", "model_cold", "all_cold"};

// Parameters are counted in billions, not in giga.
std::string billions(std::int64_t parameters) {
  std::string text = format(static_cast<double>(parameters), Unit::count);
  std::replace(text.begin(), text.end(), 'G', 'B');
  return text;
}

// "Intel Xeon Platinum 8481C" of "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz".
std::string short_cpu(std::string name) {
  for (const std::string_view noise : {"(R)", "(TM)", "(tm)", " CPU", " Processor"}) {
    const std::size_t at = name.find(noise);
    if (at != std::string::npos) name.erase(at, noise.size());
    const std::size_t again = name.find(noise);
    if (again != std::string::npos) name.erase(again, noise.size());
  }
  return name.substr(0, name.find(" @ "));
}

std::string parameters_text(const ModelInfo& model) {
  std::int64_t total = 0;
  std::vector<std::string> dtypes;
  for (const DTypeBytes& weights : model.weights) {
    total += weights.parameters;
    const std::string count = billions(weights.parameters);
    dtypes.push_back(model.weights.size() == 1 ? weights.dtype : count + " " + weights.dtype);
  }
  if (total == 0) return {};
  return fmt::format(", {} parameters ({})", billions(total), fmt::join(dtypes, ", "));
}

std::string machine_text(const MachineInfo& machine, bool verbose) {
  std::vector<std::string> parts;
  if (!machine.cpu.model_name.empty()) parts.push_back(short_cpu(machine.cpu.model_name));
  std::string cpus = fmt::format("{} CPU{}", machine.cpu.logical, machine.cpu.logical == 1 ? "" : "s");
  if (machine.cpu.online > machine.cpu.logical) cpus += fmt::format(" of {}", machine.cpu.online);
  if (machine.cpu.quota) cpus += fmt::format(" ({:.3g} CPU quota)", *machine.cpu.quota);
  parts.push_back(cpus);
  if (machine.memory.total_bytes > 0) {
    std::string memory = format(static_cast<double>(machine.memory.total_bytes), Unit::bytes);
    if (machine.memory.cgroup_limit_bytes && *machine.memory.cgroup_limit_bytes < machine.memory.total_bytes) {
      memory +=
          fmt::format(" (limit {})", format(static_cast<double>(*machine.memory.cgroup_limit_bytes), Unit::bytes));
    }
    parts.push_back(memory);
  }
  if (verbose && !machine.kernel.empty()) parts.push_back("Linux " + machine.kernel);
  if (!machine.virtualization.empty() && machine.virtualization != "none" && machine.virtualization != "unknown") {
    parts.push_back(machine.virtualization);
  }
  if (!machine.model_filesystem.empty()) parts.push_back(machine.model_filesystem);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string gpu_line(const MachineGpu& gpu, const Style& style) {
  std::vector<std::string> parts = {gpu.name.empty() ? gpu.device : gpu.name};
  if (gpu.memory_bytes) {
    parts.push_back(format(static_cast<double>(*gpu.memory_bytes), Unit::bytes));
    if (gpu.free_bytes)
      parts.back() += fmt::format(" ({} free)", format(static_cast<double>(*gpu.free_bytes), Unit::bytes));
  }
  if (!gpu.driver_version.empty()) parts.push_back("driver " + gpu.driver_version);
  const auto add = [&parts](const char* what, const std::optional<bool>& mode) {
    if (mode) parts.push_back(fmt::format("{} {}", what, *mode ? "on" : "off"));
  };
  if (style.verbose) {
    add("ECC", gpu.ecc);
    add("persistence", gpu.persistence);
    add("MIG", gpu.mig);
    if (!gpu.module_loading.empty()) parts.push_back(gpu.module_loading + " loading");
    if (gpu.power_limit_w) parts.push_back(fmt::format("up to {:.0f} W", *gpu.power_limit_w));
  }
  return paragraph("GPU", fmt::format("{}", fmt::join(parts, ", ")), style);
}

std::string grade_lines(const MachineInfo& machine, const Style& style) {
  if (machine.grade.empty()) return {};
  const Ink ink = machine.grade == "A" ? Ink::green : machine.grade == "B" ? Ink::yellow : Ink::red;
  const std::string_view meaning = machine.grade == "A" ? "quiet" : machine.grade == "B" ? "some noise" : "noisy";
  const std::string why = machine.why.empty() ? "" : fmt::format(": {}", fmt::join(machine.why, "; "));
  return paragraph("grade " + machine.grade, fmt::format("{}{}", meaning, why), style, ink);
}

std::string command_lines(const CommandInfo& command, const Style& style) {
  std::string ready = command.ready;
  if (command.ready_pause)
    ready += fmt::format(", asked again and again: times are too long by at most {}",
                         format(*command.ready_pause, Unit::duration, 2));
  return paragraph("command", shell_line(command.words), style) + paragraph("ready", ready, style);
}

std::string partial_line(const Report& report, const Style& style) {
  if (!report.mlplan.partial) return {};
  const std::string after =
      report.mlplan.wall_s > 0 ? " after " + format(report.mlplan.wall_s * 1e9, Unit::duration) : "";
  const std::string how = report.mlplan.stop == "interrupted" ? "interrupted"
                          : report.mlplan.stop == "failed"    ? "failed"
                                                              : "cut short";
  return paragraph("PARTIAL", how + after + ": what had been measured by then is here, the rest is missing", style,
                   Ink::red, Ink::yellow);
}

std::string run_text(const ToolInfo& tool) {
  std::vector<std::string> parts;
  std::string took = "took " + format(tool.wall_s * 1e9, Unit::duration);
  if (tool.stop == "time_box") took += ", ended by the time box";
  parts.push_back(took);
  if (tool.device != "cpu") parts.push_back("on " + tool.device);
  if (!tool.cpus.empty()) parts.push_back("CPUs " + tool.cpus);
  if (!tool.libtorch.empty()) parts.push_back("libtorch " + tool.libtorch);
  parts.push_back(fmt::format("seed {}", tool.seed));
  for (const auto& [name, value] : tool.environment) parts.push_back(name + "=" + value);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string waterfalls(const ColdStart& cold_start, const Style& style) {
  double axis_ns = 0;
  for (const ColdStartState& state : cold_start.states) axis_ns = std::max(axis_ns, wall_of(state));
  std::string text;
  for (const std::string_view name : kStateOrder) {
    for (const ColdStartState& state : cold_start.states) {
      if (state.name != name || state.time_to_first_result.n == 0) continue;
      const bool first = text.empty();
      text += (first ? "" : "\n") + waterfall(state, axis_ns, !first, style);
    }
  }
  return text;
}

std::string sections(const Report& report, const Style& style) {
  std::vector<std::string> blocks;
  const auto add = [&](std::string text) {
    if (!text.empty()) blocks.push_back(std::move(text));
  };
  if (!report.cold_start.states.empty()) {
    add(cold_start_headline(report.cold_start, style) + simultaneous_starts(report.cold_start, style) +
        varied_starts(report.cold_start, style));
  }
  add(waterfalls(report.cold_start, style));
  add(memory_view(report.memory, style));
  std::vector<SteadyRow> one_at_a_time = report.steady;
  std::erase_if(one_at_a_time, is_of_load);
  add(steady_view(one_at_a_time, style) + serving_view(report.serving, style));
  add(load_view(report.steady, report.load, style));
  add(quality_view(report.quality, style));
  if (report.beside_machine) add(beside_machine_view(*report.beside_machine, style));
  std::string findings;
  for (const std::string& diagnosis : report.cold_start.diagnoses)
    findings += paragraph("why", diagnosis, style, Ink::cyan);
  for (const Warning& warning : report.warnings) {
    const std::string hint = warning.hint.empty() ? "" : " Try: " + warning.hint;
    findings += paragraph("warning", warning.message + hint, style, Ink::yellow);
  }
  add(std::move(findings));
  return fmt::format("{}", fmt::join(blocks, "\n"));
}

}  // namespace

std::string model_lines(const ModelInfo& model, const Style& style) {
  const std::string format_name = model.format == "torchscript"   ? "TorchScript"
                                  : model.format == "aotinductor" ? "AOTInductor"
                                                                  : model.format;
  const std::string bytes = format(static_cast<double>(model.bytes), Unit::bytes);
  const std::string facts = model.format != "command"
                                ? fmt::format("{}, {}{}", format_name, bytes, parameters_text(model))
                            : model.bytes > 0 ? fmt::format("a program with {} of cold files", bytes)
                                              : "a program";
  const int left = style.width - columns_of(facts) - 2;
  const bool one_line = left >= 30 || columns_of(model.path) <= left;
  std::string text = paint(shown(truncated_left(model.path, one_line ? left : style.width), style), Ink::bold, style);
  text += one_line ? "  " + facts + "\n" : "\n" + paragraph("model", facts, style);
  std::string label = "input";
  for (const InputSpec& input : model.inputs) {
    const std::string source = input.from == "flag"    ? "as given"
                               : input.from == "file"  ? "stored in the file"
                               : input.from == "graph" ? "from the graph"
                                                       : input.from;
    const std::string reason = input.reason.empty() ? source : source + ": " + input.reason;
    const std::vector<std::string> leaves = format_input_flags({input});
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      text += paragraph(label, i == 0 ? leaves[i] + "  (" + reason + ")" : leaves[i], style);
      label.clear();
    }
  }
  std::vector<std::string> dims;
  for (const auto& [name, value] : model.dim_defaults) {
    const auto bounds = model.dim_bounds.find(name);
    const bool bounded = bounds != model.dim_bounds.end() && bounds->second.size() == 2;
    if (name == "batch" && value == 1 && !bounded) continue;  // as anyone expects
    std::string dim = fmt::format("{} = {}", name, value);
    if (bounded) dim += fmt::format(" (the file allows {} .. {})", bounds->second[0], bounds->second[1]);
    dims.push_back(dim);
  }
  if (!dims.empty()) text += paragraph("", fmt::format("{} unless swept", fmt::join(dims, ", ")), style);
  return text;
}

std::string next_line(std::string_view command, std::string_view why, const Style& style) {
  std::string label = "next";
  label.resize(kLabelColumns, ' ');
  std::string text =
      std::string(kIndent, ' ') + paint(label, Ink::dim, style) + paint(shown(command, style), Ink::bold, style);
  const int used = kIndent + kLabelColumns + columns_of(command) + 4 + columns_of(why);
  if (!why.empty() && used <= style.width) text += paint("  # " + shown(why, style), Ink::dim, style);
  return text + "\n";
}

std::string terminal_report(const Report& report, const Closing& closing, const Style& style) {
  std::string text = model_lines(report.model, style);
  if (report.command) text += command_lines(*report.command, style);
  text += paragraph("machine", machine_text(report.machine, style.verbose), style);
  for (const MachineGpu& gpu : report.machine.gpus) text += gpu_line(gpu, style);
  text += grade_lines(report.machine, style);
  text += partial_line(report, style);
  const std::string body = sections(report, style);
  if (!body.empty()) text += "\n" + body;
  text += "\n" + paragraph("run", run_text(report.mlplan), style);
  if (!closing.written_to.empty()) text += paragraph("report", closing.written_to, style, Ink::dim, Ink::bold);
  if (!closing.next.empty()) text += next_line(closing.next, closing.next_why, style);
  return text;
}

}  // namespace mlplan::cli
