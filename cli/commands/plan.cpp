// mlplan plan: from reports, a catalog, a traffic and objectives to what to buy.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "cli/commands/catalog_flags.h"
#include "cli/commands/commands.h"
#include "cli/commands/plan_profiles.h"
#include "cli/commands/readers.h"
#include "cli/commands/report_file.h"
#include "cli/commands/slo_flags.h"
#include "cli/commands/trace_arrivals.h"
#include "cli/commands/traffic_flags.h"
#include "cli/output.h"
#include "cli/views/plan_view.h"
#include "planner/sizing/plan_maker.h"
#include "profiles/gpu_card.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

struct Choice {
  std::vector<std::string> reports;
  std::vector<std::string> measured_on;  // TYPE, or REPORT=TYPE
  std::vector<std::string> profiles;     // FILE, or TYPE=FILE
  std::deque<MachineProfile> of_reports;
  CatalogChoice catalog;
  TrafficChoice traffic;
  planner::PlanQuestion question;
  std::string scaling = "cheapest";
  std::string output;
  bool json = false;
  bool verbose = false;
};

Flags::Reader read_seconds(std::optional<double>& target) {
  return [&target](const std::string& value) -> Status {
    std::chrono::nanoseconds time{};
    if (Status status = read_duration(time)(value); !status) return status;
    target = to_seconds(time);
    return {};
  };
}

Flags::Reader read_usd(std::optional<double>& target) {
  return [&target](const std::string& value) -> Status {
    const std::optional<double> usd = number_of(value.starts_with('$') ? value.substr(1) : value);
    if (!usd || !(*usd > 0) || !std::isfinite(*usd))
      return fail(ErrorKind::usage, fmt::format("'{}' is no amount of US dollars", value), "", "12.50");
    target = usd;
    return {};
  };
}

Flags::Reader read_dim(std::map<std::string, std::int64_t>& dims) {
  return [&dims](const std::string& value) -> Status {
    const std::size_t equal = value.find('=');
    std::int64_t size = 0;
    if (equal == 0 || equal == std::string::npos)
      return fail(ErrorKind::usage, fmt::format("'{}' is no dimension", value), "", "seq=128");
    if (Status status = read_count(size)(value.substr(equal + 1)); !status) return status;
    dims[value.substr(0, equal)] = size;
    return {};
  };
}

Flags::Reader read_state(planner::StateSettings& state) {
  return [&state](const std::string& value) -> Status {
    const std::size_t at = value.find('@');
    const Result<Bytes> bytes = parse_bytes(value.substr(0, at));
    if (!bytes) return fail(bytes.error());
    if (at == std::string::npos)
      return fail(ErrorKind::usage, "it is not said how long a session lives", "", "2MiB@10m");
    std::chrono::nanoseconds time{};
    if (Status status = read_duration(time)(value.substr(at + 1)); !status) return status;
    state.bytes = static_cast<double>(bytes->count);
    state.lifetime_s = to_seconds(time);
    return {};
  };
}

Flags flags_of(Choice& choice) {
  planner::PlanQuestion& question = choice.question;
  Flags flags(
      "mlplan plan REPORT... [flags]",
      "Says which instance type to buy for a model, how many, how configured and how many to keep warm, what it "
      "costs and why. Exit code 1 where nothing fits, 4 where the traffic cannot carry the exposure asked for.");
  flags.positionals("REPORT", "what mlplan bench -o wrote; several for several machines",
                    [&choice](const std::string& value) -> Status {
                      choice.reports.push_back(value);
                      return {};
                    });
  flags.group("Traffic");
  declare_traffic(flags, choice.traffic);
  flags.group("Objectives");
  declare_slo(flags, question.slo);
  flags.value("--max-instances", "N", "at most so many", [&question](const std::string& value) -> Status {
    std::int64_t most = 0;
    if (Status status = read_count(most)(value); !status) return status;
    question.limits.max_instances = most;
    return {};
  });
  flags.value("--min-instances", "N", "at least so many (1)", read_count(question.limits.min_instances));
  flags.value("--objective", "WHAT", "cost, or latency within the --budget (cost)",
              read_choice(question.limits.objective, {"cost", "latency"}));
  flags.value("--budget", "USD", "at most so much an hour", read_usd(question.limits.budget_usd_per_hour));
  flags.group("What may be bought");
  declare_catalog(flags, choice.catalog);
  flags.value("--price", "OPTION", "how instances are bought: on_demand, spot, ... (on_demand)",
              read_text(question.limits.option));
  flags.repeatable("--measured-on", "TYPE",
                   "the instance type that was measured on; REPORT=TYPE where there are several",
                   [&choice](const std::string& value) -> Status {
                     choice.measured_on.push_back(value);
                     return {};
                   });
  flags.repeatable("--profile", "FILE",
                   "what mlplan probe found of the machine that was measured on; TYPE=FILE of an instance type: "
                   "times are carried over by both",
                   [&choice](const std::string& value) -> Status {
                     choice.profiles.push_back(value);
                     return {};
                   });
  flags.group("Starting");
  flags.value("--node-start", "TIME", "from the order of a machine until it runs, where the catalog does not say",
              read_seconds(question.start_up.node_s));
  flags.value("--image-start", "TIME", "to fetch the image", read_seconds(question.start_up.image_s));
  flags.value("--start-state", "STATE", "what a new instance finds: model_cold, warm or all_cold (model_cold)",
              read_choice(question.start_up.state, {"model_cold", "warm", "all_cold"}));
  flags.value("--scaling", "HOW", "fixed, live or cheapest (cheapest)",
              read_choice(choice.scaling, {"fixed", "live", "cheapest"}));
  flags.value("--stopped-start", "TIME", "until a stopped spare is ready, where spares may be stopped",
              read_seconds(question.pool.stopped_ready_in_s));
  flags.value("--stopped-price", "USD", "of a stopped spare an hour", read_usd(question.pool.stopped_usd_per_hour));
  flags.value("--miss-cost", "USD", "what a request that meets a cold start costs", read_usd(question.pool.miss_usd));
  flags.group("Failures and state");
  flags.value("--mtbf", "TIME", "mean time between failures of one instance",
              read_seconds(question.failures.time_between_s));
  flags.value("--zones", "N", "that instances are spread over (3)", read_count(question.failures.zones));
  flags.value("--state", "BYTES@TIME", "memory that a request or session holds, and how long it lives: 2MiB@10m",
              read_state(question.state));
  flags.value("--session-requests", "N", "that a session makes, where it is sessions that hold memory (1)",
              [&question](const std::string& value) -> Status {
                std::int64_t requests = 0;
                if (Status status = read_count(requests)(value); !status) return status;
                question.state.sessions_per_request = 1 / static_cast<double>(requests);
                return {};
              });
  flags.repeatable("--dim", "NAME=N", "plan for this size of a dimension, as it was measured", read_dim(question.dims));
  flags.group("Output");
  flags.value("-o,--output", "FILE", "write the plan; - is standard output", read_text(choice.output));
  flags.toggle("-v,--verbose", "leave nothing out", choice.verbose);
  flags.toggle("--json", "print the plan as JSON in place of the view", choice.json);
  flags.value("--seed", "N", "of the simulations (0)", read_seed(question.seed));
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  return flags;
}

Status read_reports(const std::vector<std::string>& paths, planner::PlanQuestion& question) {
  for (const std::string& path : paths) {
    Result<Report> report = open_report(path);
    if (!report) return fail(report.error());
    question.reports.push_back({.report = *std::move(report), .path = path});
    const planner::MeasuredReport& first = question.reports.front();
    if (question.reports.back().report.model.sha256 != first.report.model.sha256) {
      return fail(ErrorKind::bad_input,
                  fmt::format("is of another model ({}) than {} ({})", question.reports.back().report.model.path,
                              first.path, first.report.model.path),
                  path, "a plan is for one model: give its reports only");
    }
  }
  return {};
}

Status check_limits(const PlanLimits& limits) {
  if (!limits.max_instances || limits.min_instances <= *limits.max_instances) return {};
  return fail(ErrorKind::usage,
              fmt::format("at least {} instances cannot be at most {}", limits.min_instances, *limits.max_instances),
              "--min-instances, --max-instances");
}

// The types to choose from: some, and one at least that can be bought as was asked for.
Status select_types(const Choice& choice, const Catalog& catalog, planner::PlanQuestion& question) {
  question.types = select(catalog, choice.catalog.conditions);
  if (question.types.empty())
    return fail(ErrorKind::usage, "no type of the catalog meets all conditions", "--where", "mlplan catalog list");
  std::vector<std::string> options;
  for (const InstanceType* type : question.types) {
    for (const Price& price : type->prices) {
      if (price.option == question.limits.option) return {};
      if (std::ranges::find(options, price.option) == options.end()) options.push_back(price.option);
    }
  }
  return fail(ErrorKind::usage, fmt::format("no type has a price for '{}'", question.limits.option), "--price",
              fmt::format("{}", fmt::join(options, ", ")));
}

// A report from a GPU says which, as the driver names it; one of NVIDIA's that the type has not was not measured on it.
Status check_card(const planner::MeasuredReport& measured, const InstanceType& type, const std::string& flag) {
  if (!is_on_gpu(measured.report)) return {};
  if (!type.gpu)
    return fail(ErrorKind::usage, fmt::format("{} has no GPU, and {} was measured on one", type.name, measured.path),
                flag, "mlplan catalog list --where 'gpu_count>=1'");
  const std::string card = gpu_name_of(measured.report);
  const bool is_named = card.starts_with("NVIDIA ") || card.starts_with("Tesla ");
  if (!is_named || is_same_card(*type.gpu, card)) return {};
  return fail(
      ErrorKind::usage,
      fmt::format("{} has a GPU {}, and {} was measured on a {}", type.name, type.gpu->name, measured.path, card), flag,
      "the type that it was measured on, or leave it out");
}

Status match_types(const std::vector<std::string>& named, const Catalog& catalog, planner::PlanQuestion& question) {
  for (const std::string& value : named) {
    const std::size_t equal = value.find('=');
    const std::string name = value.substr(equal == std::string::npos ? 0 : equal + 1);
    const Result<const InstanceType*> type = type_named(name, catalog, "--measured-on " + value);
    if (!type) return fail(type.error());
    bool found = false;
    for (planner::MeasuredReport& report : question.reports) {
      if (equal != std::string::npos && report.path != value.substr(0, equal)) continue;
      if (Status status = check_card(report, **type, "--measured-on " + value); !status) return status;
      report.measured_on = *type;
      found = true;
    }
    if (!found)
      return fail(ErrorKind::usage, fmt::format("'{}' is none of the reports", value.substr(0, equal)),
                  "--measured-on " + value);
  }
  return {};
}

// Of two reports that say the same of every type only one would count, and the other be ignored in silence.
Status refuse_alike(const std::vector<planner::MeasuredReport>& reports) {
  for (std::size_t i = 1; i < reports.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const planner::MeasuredReport& one = reports[k];
      const planner::MeasuredReport& other = reports[i];
      const MachineInfo& machine = other.report.machine;
      if (!machine.fingerprint.empty() && machine.fingerprint == one.report.machine.fingerprint) {
        return fail(ErrorKind::bad_input, fmt::format("was measured on the same machine as {}", one.path), other.path,
                    "give only the one that the plan shall rest on");
      }
      if (is_on_gpu(other.report) != is_on_gpu(one.report)) continue;
      if (other.measured_on != one.measured_on || machine.cpu.architecture != one.report.machine.cpu.architecture)
        continue;
      if (other.measured_on != nullptr) {
        return fail(ErrorKind::bad_input, fmt::format("was measured on {}, like {}", other.measured_on->name, one.path),
                    other.path, "give only the one that the plan shall rest on");
      }
      return fail(ErrorKind::bad_input,
                  fmt::format("nothing says on which instance types it and {} were measured", one.path), other.path,
                  fmt::format("--measured-on {}=TYPE, or give only one of them", other.path));
    }
  }
  return {};
}

}  // namespace

Result<int> run_plan(const std::vector<std::string>& arguments, const Context& context) {
  Choice choice;
  const Flags flags = flags_of(choice);
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) {
    if (Status status = write_answer(**help); !status) return fail(status.error());
    return 0;
  }
  planner::PlanQuestion& question = choice.question;
  if (question.pool.stopped_ready_in_s.has_value() != question.pool.stopped_usd_per_hour.has_value()) {
    return fail(ErrorKind::usage, "a stopped spare has a time and a price", "--stopped-start, --stopped-price",
                "give both");
  }
  if (Status status = check_output_file(choice.output); !status) return fail(status.error());
  if (Status status = check_limits(question.limits); !status) return fail(status.error());
  if (Status status = read_reports(choice.reports, question); !status) return fail(status.error());
  const Result<Catalog> catalog = open_catalog(choice.catalog, context.remarks);
  if (!catalog) return fail(catalog.error());
  question.catalog = &*catalog;
  question.catalog_source = choice.catalog.path.empty() ? "shipped" : choice.catalog.path;
  if (Status status = select_types(choice, *catalog, question); !status) return fail(status.error());
  if (Status status = match_types(choice.measured_on, *catalog, question); !status) return fail(status.error());
  if (Status status = refuse_alike(question.reports); !status) return fail(status.error());
  if (Status status = match_profiles(choice.profiles, choice.of_reports, question); !status)
    return fail(status.error());
  Result<Traffic> traffic = open_traffic(choice.traffic);
  if (!traffic) return fail(traffic.error());
  question.traffic = *std::move(traffic);
  if (choice.traffic.bursts) question.bursts = *choice.traffic.bursts;
  if (std::holds_alternative<RequestTrace>(question.traffic.shape)) {
    Result<OpenedArrivals> opened = open_arrivals(question.traffic);
    if (!opened) return fail(opened.error());
    if (auto* listed = std::get_if<planner::ListedArrivals>(&opened->arrivals))
      question.arrivals = std::move(listed->times_s);
  }
  question.scaling = choice.scaling == "fixed"  ? planner::ScalingChoice::fixed
                     : choice.scaling == "live" ? planner::ScalingChoice::live
                                                : planner::ScalingChoice::cheapest;
  question.version = MLPLAN_VERSION;
  question.argv = context.argv;

  const Result<Plan> plan = planner::make_plan(question);
  if (!plan) return fail(plan.error());
  if (is_file(choice.output)) {
    if (Status status = write_file(choice.output, write_plan(*plan)); !status) return fail(status.error());
  }

  const bool as_json = choice.json || choice.output == "-";
  Style style = context.answer;
  style.verbose = choice.verbose;
  if (Status status = write_answer(as_json ? write_plan(*plan) : plan_view(*plan, style)); !status)
    return fail(status.error());
  if (!plan->recommendation) return 1;
  return plan->recommendation->pool.supported ? 0 : exit_code(ErrorKind::inconclusive);
}

}  // namespace mlplan::cli
