#include "cli/commands/keep_alive_models.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/report_file.h"
#include "planner/simulation/fleet_of_report.h"
#include "planner/sizing/memory_need.h"
#include "profiles/report.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

// A process that serves single requests.
double memory_of(const Report& report) {
  const std::int64_t threads = report.steady.empty() ? 1 : report.steady.front().threads;
  return planner::memory_need(report, 1, threads).first;
}

Result<KeepAliveModel> measured(const std::string& name, const std::string& path, const std::string& state) {
  const Result<Report> report = open_report(path);
  if (!report) return fail(report.error());
  const Result<planner::StartUpSettings> start = planner::start_up_of_report(*report, state, false);
  if (!start)
    return fail(ErrorKind::bad_input, start.error().message, path,
                "another --state, or state what the model takes: --start-up and --model-memory");
  const double bytes = memory_of(*report);
  if (!(bytes > 0)) return fail(ErrorKind::bad_input, "the report says nothing about memory", path);
  return KeepAliveModel{.name = name, .report = path, .load_ns = 1e9 * start->load_s.mean, .bytes = bytes};
}

Status fits(const KeepAliveModel& model, const std::string& what, const std::string& where,
            const KeepAliveRequest& request) {
  if (!request.host_memory || model.bytes <= static_cast<double>(request.host_memory->count)) return {};
  return fail(ErrorKind::bad_input,
              fmt::format("{} takes {}, more than the {} of the host", what, format_bytes(model.bytes),
                          format_bytes(static_cast<double>(request.host_memory->count))),
              where, "a larger --host-memory");
}

}  // namespace

Result<KeepAliveModels> KeepAliveModels::open(const KeepAliveRequest& request) {
  KeepAliveModels models;
  for (const auto& [name, path] : request.reports) {
    Result<KeepAliveModel> model = measured(name, path, request.state);
    if (!model) return fail(model.error());
    if (Status status = fits(*model, fmt::format("model '{}'", name), path, request); !status)
      return fail(status.error());
    models.measured_.emplace(name, *std::move(model));
  }
  if (request.start_up) {
    models.stated_ = KeepAliveModel{.load_ns = static_cast<double>(request.start_up->count()),
                                    .bytes = static_cast<double>(request.model_memory->count)};
    if (Status status = fits(*models.stated_, "a model", "--model-memory", request); !status)
      return fail(status.error());
  }
  return models;
}

Result<KeepAliveModel> KeepAliveModels::find(const TraceModel& model, const std::string& trace) const {
  if (const auto known = measured_.find(model.name); known != measured_.end()) return known->second;
  if (!stated_) {
    return fail(ErrorKind::bad_input, fmt::format("nothing says what model '{}' takes", model.name),
                fmt::format("{}:{}", trace, model.line),
                fmt::format("--model {}=REPORT.json, or for all without a report --start-up 5s --model-memory 2GiB",
                            model.name));
  }
  KeepAliveModel stated = *stated_;
  stated.name = model.name;
  return stated;
}

std::vector<std::string> KeepAliveModels::never_asked_for(const std::vector<KeepAliveModel>& models) const {
  std::vector<std::string> names;
  for (const auto& [name, model] : measured_) {
    if (std::ranges::find(models, name, &KeepAliveModel::name) == models.end()) names.push_back(name);
  }
  return names;
}

}  // namespace mlplan::cli
