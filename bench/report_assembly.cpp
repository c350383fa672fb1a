#include "bench/report_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/diagnoses.h"
#include "bench/machine.h"
#include "bench/model_file.h"
#include "bench/statistics.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr double kOverrun = 1.2;            // of the time box, before it is a warning
constexpr double kLongestAdvised_s = 3600;  // who is told to wait longer needs another way out

std::string box_flag(double seconds) {
  const double rounded = std::ceil(seconds / 10) * 10;
  return rounded < 180 ? fmt::format("--time-box {:.0f}s", rounded)
                       : fmt::format("--time-box {:.0f}m", std::ceil(rounded / 60));
}

void assemble_run(Report& report, const Evidence& evidence, const Options& options,
                  const std::vector<std::string>& argv) {
  report.mlplan.version = MLPLAN_VERSION;
  report.mlplan.libtorch = evidence.pilot.build.torch_version;
  report.mlplan.libtorch_build = evidence.pilot.build.build;
  report.mlplan.argv = argv;
  report.mlplan.started_at = evidence.started_at;
  report.mlplan.seed = options.seed;
  report.mlplan.partial = evidence.interrupted || evidence.failure;
  report.mlplan.stop = evidence.failure        ? "failed"
                       : evidence.interrupted  ? "interrupted"
                       : evidence.time_ran_out ? "time_box"
                                               : "complete";
  if (evidence.failure) {
    report.mlplan.failure = fmt::format("{}, {}", evidence.failure->message, evidence.failure->where);
  }
  report.mlplan.environment = options.environment;
  report.mlplan.cpus = format_cpu_list(options.cpus.empty() ? usable_cpus() : options.cpus);
  report.mlplan.device = options.device;
}

void assemble_model(Report& report, const Evidence& evidence) {
  const Pilot& pilot = evidence.pilot;
  report.model = model_info(evidence.world, pilot);
  report.quality.repeatable = pilot.quality.repeatable;
  if (!pilot.quality.repeatable) report.quality.max_abs_difference = pilot.quality.max_abs_difference;
  report.quality.nan_values = pilot.quality.nan_values;
  report.quality.inf_values = pilot.quality.inf_values;
  report.quality.output_values = pilot.quality.output_values;
  const OutputQuality& held = pilot.outputs_held_against;
  if (held.golden) report.quality.max_abs_error = held.golden->max_abs_error;
  report.quality.golden = held.golden;
  report.quality.batch_split = held.batch_split;
  report.quality.threads = held.threads;
  report.quality.dtype = held.dtype;
  report.quality.not_checked = held.not_checked;
  for (const LedgerPass& pass : evidence.ledger) {
    report.quality.repeatable_across_processes =
        report.quality.repeatable_across_processes.value_or(true) && pass.output_digest == pilot.quality.digest;
  }
}

std::string why_not_achieved(const ColdStartState& state, const Evidence& evidence, const Options& options) {
  if (state.rejected > 0) {
    return fmt::format("none of {} samples could be proven: {}", state.rejected, state.rejected_why.front());
  }
  if (evidence.interrupted) return "the run was interrupted before one";
  if (evidence.failure) return "the run failed before one";
  return fmt::format(
      "the time box of {} left no room for one: trying it first took {} of it, and one start takes about {}",
      format_duration(static_cast<double>(options.time_box.count())), format_duration(evidence.prepared_ns),
      format_duration(evidence.cold_cost_ns));
}

void assemble_states(Report& report, const Evidence& evidence, const Options& options) {
  for (const CacheState state : {CacheState::model_cold, CacheState::warm, CacheState::all_cold}) {
    if (const auto found = evidence.impossible.find(state); found != evidence.impossible.end()) {
      ColdStartState none;
      none.name = name_of(state);
      none.why_not = found->second;
      report.cold_start.states.push_back(std::move(none));
      continue;
    }
    if (std::find(evidence.states.begin(), evidence.states.end(), state) == evidence.states.end()) continue;
    const bool any = std::ranges::any_of(evidence.samples, [&](const ColdSample& each) { return each.state == state; });
    if (evidence.only_what_was_wanted && !any) continue;
    ColdStartState made = assemble_state(state, evidence.samples, evidence.world.model_bytes, evidence.limits);
    if (const auto again = evidence.started_again.find(state); again != evidence.started_again.end())
      made.gpu_again = again->second;
    made.proof = "mincore before, read_bytes of the sample after";
    if (!made.achieved) made.why_not = why_not_achieved(made, evidence, options);
    report.cold_start.states.push_back(std::move(made));
  }
}

// Rounds whose warm state could not be proven are left out, and counted.
void assemble_simultaneous(Report& report, const Evidence& evidence) {
  const ColdStartState* warm = find_state(report, "warm");
  for (const auto& [starts, rounds] : evidence.simultaneous) {
    SimultaneousStarts out;
    out.starts = starts;
    out.state = "warm";
    std::vector<std::vector<double>> proven;
    std::vector<double> slowest;
    for (const SimultaneousRound& round : rounds) {
      if (round.not_proven) {
        ++out.rejected;
        continue;
      }
      proven.push_back(round.time_to_first_result_ns);
      slowest.push_back(*std::max_element(proven.back().begin(), proven.back().end()));
    }
    if (proven.empty()) continue;
    out.rounds = static_cast<std::int64_t>(proven.size());
    out.time_to_first_result = summarise_blocks(proven);
    out.slowest = summarise(slowest);
    if (warm != nullptr) out.slowdown = out.time_to_first_result.median / warm->time_to_first_result.median;
    report.cold_start.simultaneous.push_back(std::move(out));
  }
}

std::string why_no_gpu_memory(const Report& report, const Evidence& evidence) {
  if (evidence.world.gpu_is_a_part) return "NVML tells of the whole card, and this is a part of it (MIG)";
  return report.machine.gpus.empty() ? "" : report.machine.gpus.front().not_seen;
}

void assemble_varied_starts(Report& report, const Evidence& evidence) {
  for (const VariedSamples& varied : evidence.varied) {
    if (!varied.samples.empty())
      report.cold_start.varied.push_back(assemble_varied(varied, evidence.world.model_bytes, evidence.limits));
  }
}

void assemble_steady(Report& report, const Evidence& evidence, const Options& options) {
  const char* why_ended = evidence.failure        ? "failed"
                          : evidence.interrupted  ? "interrupted"
                          : evidence.time_ran_out ? "time_box"
                                                  : "visits";
  for (const auto& group : evidence.cell_samples) {
    for (const CellSamples& cell : group) {
      if (cell.blocks > 0 || !cell.failure.empty()) report.steady.push_back(assemble_row(cell, why_ended));
    }
  }
  for (const LoadSamples& cell : evidence.load.cells) {
    if (cell.closed.blocks > 0 || !cell.closed.failure.empty())
      report.steady.push_back(assemble_row(cell, options.arrivals, why_ended));
  }
  for (const SearchSamples& search : evidence.load.searches) {
    report.load.push_back(assemble_knee(search, options));
    for (SteadyRow& row : assemble_rows(search, options, why_ended)) report.steady.push_back(std::move(row));
  }
  for (const ServingSamples& serving : evidence.serving) {
    if (!serving.visits.empty()) report.serving.push_back(serving_row(serving));
  }
  std::sort(report.steady.begin(), report.steady.end(), [](const SteadyRow& a, const SteadyRow& b) {
    return std::tie(a.mode, a.concurrency, a.workers, b.threads, a.batch, a.dims, a.rate_per_s) <
           std::tie(b.mode, b.concurrency, b.workers, a.threads, b.batch, b.dims, b.rate_per_s);
  });
}

// How well the headline is known, and what would make it better.
void warn_about_headline(const Report& report, const Evidence& evidence, const Options& options,
                         std::vector<Warning>& out) {
  const double box_s = static_cast<double>(options.time_box.count()) / kSecond;
  std::vector<std::string> few;
  std::int64_t fewest = 6;
  for (const ColdStartState& state : report.cold_start.states) {
    const std::int64_t n = state.time_to_first_result.n;
    if (!state.achieved || n >= 6) continue;
    fewest = std::min(fewest, n);
    few.push_back(fmt::format("{} {}", n, state.name == "warm" ? "warm" : "cold"));
  }
  if (few.empty()) return;
  const double more_s = box_s + static_cast<double>((6 - fewest) * static_cast<std::int64_t>(evidence.states.size())) *
                                    2.5 * evidence.cold_cost_ns / kSecond;
  out.push_back({"too_few_samples",
                 fmt::format("{} start{} cannot carry a 95 % interval (6 of each are needed)", fmt::join(few, " and "),
                             few.size() == 1 && fewest == 1 ? "" : "s"),
                 more_s > kLongestAdvised_s ? std::string("--only cold-start takes no time for anything else")
                                            : box_flag(more_s)});
}

}  // namespace

std::vector<Warning> time_warnings(const Report& report, const Evidence& evidence, const Options& options) {
  std::vector<Warning> out;
  const double box_s = static_cast<double>(options.time_box.count()) / kSecond;
  if (evidence.interrupted) {
    out.push_back(
        {"partial", "the run was interrupted: what had been measured by then is here", "run it again for the rest"});
  }
  if (evidence.interrupted || evidence.failure) return out;
  warn_about_headline(report, evidence, options, out);
  if (!evidence.left_out.empty()) {
    std::vector<std::string> names;
    double cost_s = 0;
    for (const LeftOut& each : evidence.left_out) {
      names.push_back(each.what);
      cost_s += each.cost_ns / kSecond;
    }
    const double more_s = std::max(box_s, evidence.wall_ns / kSecond) + 2 * cost_s;
    out.push_back({"left_out", fmt::format("the time box had no room for: {}", fmt::join(names, ", ")),
                   more_s > kLongestAdvised_s ? std::string() : box_flag(more_s)});
  }
  if (!evidence.cells.left_out.empty()) {
    std::set<std::int64_t> sizes;
    for (const Cell& cell : evidence.cells.left_out) sizes.insert(cell.batch);
    const std::size_t count = evidence.cells.left_out.size();
    out.push_back({"cells_left_out",
                   fmt::format("{} steady cell{} (batch {}) did not fit the time box", count, count == 1 ? "" : "s",
                               fmt::join(sizes, ", ")),
                   evidence.box_for_all_cells_s ? box_flag(*evidence.box_for_all_cells_s) + " has room for them"
                                                : fmt::format("name those that matter, as in --batch 1,8 --threads {}",
                                                              evidence.world.cold_threads)});
  }
  if (evidence.wall_ns > kOverrun * box_s * kSecond) {
    out.push_back({"time_box_overrun",
                   fmt::format("the run took {} of a time box of {}: trying it first took {}, one start takes {}",
                               format_duration(evidence.wall_ns), format_duration(box_s * kSecond),
                               format_duration(evidence.prepared_ns), format_duration(evidence.cold_cost_ns)),
                   {}});
  }
  return out;
}

Report assemble_report(const Evidence& evidence, const Options& options, const std::vector<std::string>& argv) {
  Report report;
  report.machine = evidence.machine;
  assemble_run(report, evidence, options, argv);
  if (evidence.command) {
    report.command = evidence.command;
    report.model = evidence.program;
  } else {
    assemble_model(report, evidence);
  }
  report.machine.fingerprint =
      fingerprint(report.machine, report.mlplan.libtorch + report.mlplan.libtorch_build + options.device);
  assemble_states(report, evidence, options);
  assemble_simultaneous(report, evidence);
  assemble_varied_starts(report, evidence);
  std::vector<double> peaks;
  for (const ColdSample& sample : evidence.samples) {
    if (sample.peak_rss_bytes > 0) peaks.push_back(static_cast<double>(sample.peak_rss_bytes));
  }
  if (peaks.empty()) {
    for (const LedgerPass& pass : evidence.ledger) peaks.push_back(static_cast<double>(pass.peak));
  }
  report.memory =
      assemble_memory(evidence.ledger, evidence.marginal, peaks, evidence.by_dim, why_no_gpu_memory(report, evidence));
  assemble_steady(report, evidence, options);
  report.cold_start.diagnoses = diagnose(report);
  report.warnings = evidence.warnings;
  for (Warning& warning : warn(report)) report.warnings.push_back(std::move(warning));
  for (Warning& warning : time_warnings(report, evidence, options)) report.warnings.push_back(std::move(warning));
  return report;
}

}  // namespace mlplan::bench
