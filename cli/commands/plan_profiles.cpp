#include "cli/commands/plan_profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "profiles/gpu_card.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/suggestion.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

Result<MachineProfile> open_profile(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return read_machine_profile(*text, path);
}

// Another kernel leaves a little more or less of the memory.
bool same_machine(const MachineInfo& a, const MachineInfo& b) {
  constexpr double kAsMuchMemory = 0.02;
  const auto memory = static_cast<double>(a.memory.total_bytes);
  return a.cpu.model_name == b.cpu.model_name && a.cpu.architecture == b.cpu.architecture &&
         a.cpu.logical == b.cpu.logical &&
         std::abs(memory - static_cast<double>(b.memory.total_bytes)) <= kAsMuchMemory * memory;
}

std::string machine_text(const MachineInfo& machine) {
  return fmt::format("{}, {}, {}", machine.cpu.model_name, format_count(machine.cpu.logical, "CPU"),
                     format_bytes(static_cast<double>(machine.memory.total_bytes)));
}

Status take_type(const std::string& name, const std::string& path, planner::PlanQuestion& question) {
  const Result<const InstanceType*> type = type_named(name, *question.catalog, "--profile " + name + "=" + path);
  if (!type) return fail(type.error());
  Result<MachineProfile> profile = open_profile(path);
  if (!profile) return fail(profile.error());
  const CpuInfo& cpu = profile->machine.cpu;
  const bool counts = (*type)->vcpus && *(*type)->vcpus != cpu.logical;
  const bool kinds = !(*type)->architecture.empty() && (*type)->architecture != cpu.architecture;
  if (counts || kinds) {
    return fail(ErrorKind::bad_input,
                fmt::format("is of a machine with {} ({}), and {} has {} ({})", format_count(cpu.logical, "CPU"),
                            cpu.architecture, name, (*type)->vcpus.value_or(0), (*type)->architecture),
                path + ": /machine/cpu", "mlplan probe -o FILE on one of that type");
  }
  const auto& gpus = profile->gpus;
  const bool for_gpus =
      (*type)->gpu && std::ranges::any_of(question.reports, [](const planner::MeasuredReport& report) {
        return is_on_gpu(report.report);
      });
  if (for_gpus && gpus.empty())
    return fail(ErrorKind::bad_input, fmt::format("has no figures of a GPU, and {} has a {}", name, (*type)->gpu->name),
                path + ": /gpus", "mlplan probe -o FILE on one of that type");
  if (for_gpus) {
    const std::string& card = gpus.front().info.name;
    if (!card.empty() && !is_same_card(*(*type)->gpu, card))
      return fail(ErrorKind::bad_input,
                  fmt::format("is of a machine with a {}, and {} has a {}", card, name, (*type)->gpu->name),
                  path + ": /gpus/0/name", "mlplan probe -o FILE on one of that type");
  }
  question.profiles.insert_or_assign(name, *std::move(profile));
  return {};
}

// Without the figures of the GPU a profile says nothing of a report from one, and would be ignored in silence.
Status check_has_gpu(const planner::MeasuredReport& measured, const MachineProfile& profile, const std::string& path) {
  if (!is_on_gpu(measured.report)) return {};
  const std::string card = gpu_name_of(measured.report);
  if (gpu_named(profile, card) != nullptr) return {};
  return fail(
      ErrorKind::bad_input,
      fmt::format("has no figures of the {} that {} was measured on", card.empty() ? "GPU" : card, measured.path),
      path + ": /gpus", "mlplan probe -o FILE where the report was made, with CUDA_VISIBLE_DEVICES as it was");
}

Status take_measured(const std::string& path, std::deque<MachineProfile>& of_reports, planner::PlanQuestion& question) {
  Result<MachineProfile> profile = open_profile(path);
  if (!profile) return fail(profile.error());
  const MachineProfile& kept = of_reports.emplace_back(*std::move(profile));
  bool found = false;
  for (planner::MeasuredReport& report : question.reports) {
    if (!same_machine(report.report.machine, kept.machine)) continue;
    if (Status status = check_has_gpu(report, kept, path); !status) return status;
    report.profile = &kept;
    found = true;
  }
  if (found) return {};
  return fail(ErrorKind::bad_input,
              fmt::format("is of another machine ({}) than the report ({})", machine_text(kept.machine),
                          machine_text(question.reports.front().report.machine)),
              path + ": /machine", "mlplan probe -o FILE where the report was made; of a type: --profile TYPE=FILE");
}

}  // namespace

Result<const InstanceType*> type_named(const std::string& name, const Catalog& catalog, const std::string& flag) {
  const auto type = std::ranges::find(catalog.instances, name, &InstanceType::name);
  if (type != catalog.instances.end()) return &*type;
  std::vector<std::string> names;
  for (const InstanceType& known : catalog.instances) names.push_back(known.name);
  const std::string guess = nearest(name, names);
  return fail(ErrorKind::usage, fmt::format("there is no instance type '{}' in the catalog", name), flag,
              guess.empty() ? "mlplan catalog list" : guess);
}

Status match_profiles(const std::vector<std::string>& named, std::deque<MachineProfile>& of_reports,
                      planner::PlanQuestion& question) {
  for (const std::string& value : named) {
    const std::size_t equal = value.find('=');
    const Status taken = equal == std::string::npos
                             ? take_measured(value, of_reports, question)
                             : take_type(value.substr(0, equal), value.substr(equal + 1), question);
    if (!taken) return taken;
  }
  if (of_reports.empty() == question.profiles.empty()) return {};
  return fail(ErrorKind::usage,
              of_reports.empty() ? "nothing says what the machine that was measured on gives"
                                 : "nothing says what any instance type gives",
              "--profile",
              of_reports.empty() ? "give its profile as well: --profile FILE" : "--profile TYPE=FILE as well");
}

}  // namespace mlplan::cli
