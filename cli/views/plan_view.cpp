#include "cli/views/plan_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/views/deployment_view.h"
#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/plan_alternatives.h"
#include "cli/views/warm_pool_view.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::size_t kFewReasons = 1;    // of the short view
constexpr std::size_t kMostWindows = 12;  // of the long one

std::string joined(const std::vector<std::string>& parts, const char* separator = ", ") {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string traffic_text(const PlannedTraffic& traffic) {
  std::string text = format_rate(traffic.mean_per_s);
  if (traffic.peak_per_s > traffic.mean_per_s) text += fmt::format(", {} at the peak", format_rate(traffic.peak_per_s));
  return text;
}

std::string headline(const Plan& plan, const Style& style) {
  const std::string model = plan.reports.empty() ? "plan" : plan.reports.front().model;
  const std::string facts = traffic_text(plan.traffic);
  const std::string name = truncated_left(model, std::max(20, style.width - columns_of(facts) - 2));
  return paint(shown(name, style), Ink::bold, style) + "  " + shown(facts, style) + "\n";
}

std::string asked_text(const Plan& plan) {
  std::vector<std::string> parts;
  for (const LatencyObjective& objective : plan.slo.latency) parts.push_back(format_latency_objective(objective));
  if (plan.slo.exposure)
    parts.push_back("a cold start for at most " + format_percentage(*plan.slo.exposure) + " of the requests");
  if (plan.slo.availability) parts.push_back(format_rare_share(*plan.slo.availability) + " available");
  std::vector<std::string> failures;
  if (plan.slo.survive.instances > 0) failures.push_back(counted(plan.slo.survive.instances, "instance"));
  if (plan.slo.survive.zones > 0) failures.push_back("a zone");
  if (!failures.empty()) parts.push_back(joined(failures, " and ") + " may fail");
  if (plan.limits.min_instances > 1) parts.push_back("at least " + counted(plan.limits.min_instances, "instance"));
  if (plan.limits.max_instances) parts.push_back("at most " + counted(*plan.limits.max_instances, "instance"));
  if (plan.limits.budget_usd_per_hour)
    parts.push_back("at most " + format_usd(*plan.limits.budget_usd_per_hour) + " USD/h");
  if (plan.limits.objective == "latency") parts.push_back("the fastest");
  return joined(parts);
}

std::string answer(const Plan& plan, const Style& style) {
  std::string text = headline(plan, style);
  if (const std::string asked = asked_text(plan); !asked.empty()) text += paragraph("asked", asked, style);
  const Ink ink = plan.recommendation ? Ink::green : Ink::red;
  if (!plan.summary.empty()) text += paragraph(plan.recommendation ? "answer" : "no plan", plan.summary, style, ink);
  if (!plan.infeasible) return text;
  const Infeasible& why = *plan.infeasible;
  const bool said = plan.summary.find(why.because) != std::string::npos;
  text += paragraph("in the way", said ? why.constraint : why.constraint + ": " + why.because, style, Ink::red);
  if (why.nearest)
    text += paragraph("nearest", bought_name(*why.nearest) + ": " + why.nearest_misses, style, Ink::yellow);
  return text;
}

std::string simulated_text(const Simulated& simulated, const Style& style) {
  std::vector<std::string> reasons;
  for (const SimulatedWindow& window : simulated.windows) {
    const bool listed = std::find(reasons.begin(), reasons.end(), window.why) != reasons.end();
    if (!window.why.empty() && !listed) reasons.push_back(window.why);
  }
  std::string text =
      fmt::format("{} in {} of {}", counted(simulated.requests, "request"),
                  counted(simulated.replications, "replication"), counted(std::ssize(simulated.windows), "window"));
  if (!reasons.empty()) text += fmt::format(" ({})", joined(reasons));
  if (style.verbose) {
    text += fmt::format("; {} simulated, {} dealt with by formulas", counted(simulated.deployments, "deployment"),
                        format_integer(simulated.screened));
  }
  if (!simulated.why_enough.empty()) text += ": " + simulated.why_enough;
  std::string lines = paragraph("simulated", text, style);
  if (!style.verbose) return lines;
  std::size_t listed = 0;
  for (const SimulatedWindow& window : simulated.windows) {
    if (++listed > kMostWindows) {
      const auto more = std::ssize(simulated.windows) - static_cast<std::ptrdiff_t>(kMostWindows);
      return lines + paragraph("", fmt::format("and {} more: --json lists all", format_integer(more)), style);
    }
    lines += paragraph("",
                       fmt::format("{} from {} on: {}", format_duration(window.duration_s * 1e9),
                                   format_duration(window.start_s * 1e9), window.why),
                       style);
  }
  return lines;
}

std::string report_text(const PlannedReport& report, bool verbose) {
  std::vector<std::string> facts;
  if (report.measured_on) facts.push_back("on " + *report.measured_on);
  if (!report.grade.empty()) facts.push_back("grade " + report.grade);
  if (verbose && !report.model.empty()) facts.push_back(report.model);
  if (verbose && !report.fingerprint.empty()) facts.push_back("machine " + report.fingerprint);
  if (verbose && !report.sha256.empty()) facts.push_back("sha256 " + report.sha256);
  return facts.empty() ? report.path : report.path + fmt::format(" ({})", joined(facts));
}

std::string catalog_text(const PlannedCatalog& catalog, bool verbose) {
  std::string text = fmt::format("{}: {} of {} considered", catalog.source, format_integer(catalog.considered),
                                 counted(catalog.types, "type"));
  std::vector<std::string> reasons;
  for (const LeftOut& left_out : catalog.left_out) {
    if (!verbose && reasons.size() == kFewReasons) {
      reasons.emplace_back("…");
      break;
    }
    reasons.push_back(fmt::format("{} ({})", format_integer(left_out.types), left_out.why));
  }
  return reasons.empty() ? text : text + "; left out: " + joined(reasons, "; ");
}

std::string notes(const char* label, const std::vector<std::string>& sentences, const Style& style) {
  std::string text;
  for (const std::string& sentence : sentences) {
    text += paragraph(text.empty() ? label : "", sentence, style);
  }
  return text;
}

std::string evidence(const Plan& plan, const Style& style) {
  std::string text;
  if (plan.simulated.requests > 0) text += simulated_text(plan.simulated, style);
  for (const PlannedReport& report : plan.reports) {
    text += paragraph(&report == &plan.reports.front() ? "measured" : "", report_text(report, style.verbose), style);
  }
  if (plan.catalog.types > 0) text += paragraph("catalog", catalog_text(plan.catalog, style.verbose), style);
  text += notes("intervals", plan.confidence_notes, style);
  if (style.verbose) text += notes("traffic", plan.traffic.notes, style) + notes("assumed", plan.assumptions, style);
  for (const Warning& warning : plan.warnings) {
    const char* const stop = warning.message.ends_with('.') ? "" : ".";
    const std::string hint = warning.hint.empty() ? "" : stop + (" Try: " + warning.hint);
    text += paragraph("warning", warning.message + hint, style, Ink::yellow);
  }
  if (style.verbose) {
    const std::string tool = fmt::format("mlplan {}, seed {}: {}", plan.version, plan.seed, shell_line(plan.argv));
    text += paragraph("run", tool, style);
  }
  if (!style.verbose && !plan.assumptions.empty())
    text += paragraph("assumed", counted(std::ssize(plan.assumptions), "thing") + ": -v lists them, and all the rest",
                      style);
  return text;
}

std::vector<std::string> deployment_blocks(const Deployment& deployment, const Plan& plan, const Style& style) {
  return {what_to_buy(deployment, style), expectations(deployment, plan, style), headroom_view(deployment, style),
          warm_pool_view(deployment.pool, plan.slo, style)};
}

}  // namespace

std::string plan_view(const Plan& plan, const Style& style) {
  std::vector<std::string> blocks = {answer(plan, style)};
  const auto append = [&](std::vector<std::string> more) {
    for (std::string& block : more) blocks.push_back(std::move(block));
  };
  if (plan.recommendation) {
    append(deployment_blocks(*plan.recommendation, plan, style));
  } else if (plan.infeasible && plan.infeasible->nearest) {
    append(deployment_blocks(*plan.infeasible->nearest, plan, style));
  }
  append(
      {what_if_view(plan, style), runners_up_view(plan, style), trade_offs_view(plan, style), evidence(plan, style)});
  std::erase(blocks, "");
  return joined(blocks, "\n");
}

}  // namespace mlplan::cli
