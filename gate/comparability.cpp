#include "gate/comparability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "profiles/support/timestamp.h"
#include "profiles/support/units.h"

namespace mlplan::gate {
namespace {

std::string major_minor(const std::string& kernel) {
  const std::size_t dot = kernel.find('.');
  return dot == std::string::npos ? kernel : kernel.substr(0, kernel.find_first_of(".-", dot + 1));
}

std::string inputs_text(const ModelInfo& model) {
  return fmt::format("{}", fmt::join(format_input_flags(model.inputs), "; "));
}

std::string bytes_or_none(std::optional<std::int64_t> bytes) {
  return bytes ? format_bytes(static_cast<double>(*bytes)) : "none";
}

// Empty for a model.
std::string command_text(const Report& report) {
  return report.command ? fmt::format("{}\n{}", fmt::join(report.command->words, "\n"), report.command->ready) : "";
}

}  // namespace

std::vector<Difference> differences(const Report& report, const Report& baseline) {
  const MachineInfo& a = report.machine;
  const MachineInfo& b = baseline.machine;
  if (a.fingerprint == b.fingerprint) return {};
  std::vector<Difference> found;
  const auto compare = [&](const char* what, const std::string& now, const std::string& before) {
    if (now != before) found.push_back({what, now, before});
  };
  const auto quota = [](const CpuInfo& cpu) { return cpu.quota ? fmt::format("{:g} CPUs", *cpu.quota) : "none"; };
  compare("CPU", a.cpu.model_name, b.cpu.model_name);
  compare("architecture", a.cpu.architecture, b.cpu.architecture);
  compare("usable CPUs", fmt::format("{}", a.cpu.logical), fmt::format("{}", b.cpu.logical));
  compare("CPU quota", quota(a.cpu), quota(b.cpu));
  compare("CPU features", a.cpu.flags_of_note, b.cpu.flags_of_note);
  compare("memory", format_bytes(static_cast<double>(a.memory.total_bytes)),
          format_bytes(static_cast<double>(b.memory.total_bytes)));
  compare("memory limit", bytes_or_none(a.memory.cgroup_limit_bytes), bytes_or_none(b.memory.cgroup_limit_bytes));
  compare("huge pages", a.memory.transparent_huge_pages, b.memory.transparent_huge_pages);
  compare("kernel", major_minor(a.kernel), major_minor(b.kernel));
  compare("libtorch", report.mlplan.libtorch, baseline.mlplan.libtorch);
  compare("libtorch build", report.mlplan.libtorch_build, baseline.mlplan.libtorch_build);
  compare("device", report.mlplan.device, baseline.mlplan.device);
  if (found.empty()) found.push_back({"fingerprint", a.fingerprint, b.fingerprint});
  return found;
}

bool same_session(const Report& report, const Report& baseline) {
  return !report.mlplan.session.empty() && report.mlplan.session == baseline.mlplan.session;
}

Pairing pairing_of(const Measure& measure, const Report& report, const Report& baseline) {
  if (!same_session(report, baseline) || measure.at.size() < 2 || measure.at.front().name != "cold_start")
    return Pairing::none;
  const auto whole = [&](const Report& of) {
    const ColdStartState* state = find_state(of, measure.at[1].name);
    return state != nullptr && state->rejected == 0;
  };
  return whole(report) && whole(baseline) ? Pairing::by_order : Pairing::none;
}

Status check_same_model(const Report& report, const Report& baseline, const std::string& baseline_path) {
  const ModelInfo& a = report.model;
  const ModelInfo& b = baseline.model;
  if (same_session(report, baseline)) return {};
  if (command_text(report) != command_text(baseline)) {
    return fail(ErrorKind::bad_input, "is of another program, or waited for something else",
                baseline_path + ": /command", "measure both with the same --command and --ready");
  }
  if (a.sha256.empty() || a.sha256 == b.sha256) return {};
  const std::string where = baseline_path + ": /model";
  const auto name = std::filesystem::path(a.path).filename();
  const auto before = std::filesystem::path(b.path).filename();
  if (name != before) {
    return fail(ErrorKind::bad_input,
                fmt::format("is of another model: {} instead of {}", before.string(), name.string()), where,
                "a version of a model keeps its file name: measure both under the same");
  }
  if (inputs_text(a) != inputs_text(b)) {
    return fail(ErrorKind::bad_input,
                fmt::format("is of a model with other inputs: {} instead of {}", inputs_text(b), inputs_text(a)), where,
                "measure the baseline again with the same --input");
  }
  return {};
}

Status check_confirmation(const Report& report, const Report& confirmation, const std::string& path) {
  if (report.model.sha256 != confirmation.model.sha256) {
    return fail(ErrorKind::bad_input, "confirms nothing: it is of other content than the report",
                path + ": /model/sha256", "measure the same file again");
  }
  const auto first = parse_time(report.mlplan.started_at, {});
  const auto second = parse_time(confirmation.mlplan.started_at, {});
  if (!first || !second)
    return fail(ErrorKind::bad_input, "does not say when it was made", path + ": /mlplan/started_at");
  const std::int64_t apart = std::abs(*second - *first);
  if (apart < std::chrono::nanoseconds(kConfirmAfter).count()) {
    return fail(ErrorKind::bad_input,
                fmt::format("confirms nothing: it was begun {} from the report, which the same disturbance may span",
                            format_duration(static_cast<double>(apart))),
                path + ": /mlplan/started_at", "measure again some minutes later (2 at least)");
  }
  return {};
}

std::string pressure(const Report& report) {
  if (report.machine.grade != "C") return {};
  return report.machine.why.empty() ? "the machine was under pressure (grade C)"
                                    : "the machine was under pressure: " + report.machine.why.front();
}

std::string identity(const Measure& measure) {
  std::string text;
  for (const PathSegment& segment : measure.at) {
    text += "." + segment.name;
    for (const RowKey& key : segment.keys) text += fmt::format("[{}={}]", key.name, key.value);
  }
  return measure.quantile ? text + fmt::format(" p{}", *measure.quantile) : text;
}

}  // namespace mlplan::gate
