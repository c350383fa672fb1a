#include "bench/diagnoses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kLedgerShare = 0.02;               // by which two ways to tell a GPU's memory may differ, ...
constexpr double kLedgerBytes = 8.0 * 1024 * 1024;  // ... or by this
constexpr double kHostBoundShare = 0.8;             // of the time on the device, spent on queueing its work

std::string readable(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

double part(const Phase& phase, std::string_view name) {
  for (const auto& [part_name, stat] : phase.parts) {
    if (part_name == name) return stat.median;
  }
  return 0;
}

void where_the_time_goes(const ColdStartState& state, std::vector<std::string>& out) {
  const auto largest = std::max_element(state.phases.begin(), state.phases.end(),
                                        [](const Phase& a, const Phase& b) { return a.wall.median < b.wall.median; });
  if (largest == state.phases.end() || !(state.time_to_first_result.median > 0)) return;
  const double share = largest->wall.median / state.time_to_first_result.median;
  static const std::pair<std::string_view, std::string_view> meanings[] = {
      {"process_start", "exec and dynamic linking of libtorch's libraries"},
      {"framework_start", "libtorch's static initialisers and first use, the same for every model"},
      {"cuda_driver", "NVIDIA's driver: its libraries, and the way to the card"},
      {"cuda_libraries", "CUDA's libraries, over 2 GB, the same for every model"},
      {"cuda_context", "the process's own set-up on the GPU, the same for every model"},
      {"op_libraries", "loading the custom operators"},
      {"unpack", "writing the package's files out before they can be loaded"},
      {"file_read", "getting the model's bytes into memory"},
      {"deserialise", "parsing, compiling the program and building the modules"},
      {"copy_to_device", "the weights on their way to the GPU, tensor by tensor, from memory that is not pinned"},
      {"first_inference", "the first run: code paths and memory used for the first time"}};
  std::string meaning;
  for (const auto& [name, text] : meanings) {
    if (name == largest->name) meaning = fmt::format(" ({})", text);
  }
  out.push_back(fmt::format("A {} start spends {} of its time in {}{}.", readable(state.name), format_percentage(share),
                            readable(largest->name), meaning));
}

// Of a program seen from outside, which has one phase: how much of the start it computes.
void busy_or_waiting(const ColdStartState& state, std::vector<std::string>& out) {
  const Phase* all = find_phase(state.phases, "until_ready");
  if (all == nullptr || !(all->wall.median > 0)) return;
  out.push_back(fmt::format("Until a {} start is ready its processes use {} of CPU time in {}.", readable(state.name),
                            format_duration(all->cpu.median), format_duration(all->wall.median)));
}

void distance_from_the_limit(const ColdStartState& state, double bytes, std::vector<std::string>& out) {
  const Phase* read = find_phase(state.phases, "file_read");
  const bool warm = state.name == "warm";
  const std::optional<double>& limit = warm ? state.limit.copy_bytes_per_s : state.limit.read_bytes_per_s;
  if (read == nullptr || !(read->wall.median > 0) || !limit) return;
  if (read->wall.median < 0.05 * state.time_to_first_result.median) return;  // not where the time is
  const double rate = bytes * 1e9 / read->wall.median;
  std::string text = fmt::format(
      "{} reading runs at {} where {} gives {}", warm ? "Warm" : "Cold", format_byte_rate(rate),
      warm ? "copying from the page cache" : "the fastest plain read of this file", format_byte_rate(*limit));
  const std::pair<std::string_view, std::string_view> causes[] = {
      {"first_touch", "first touch of fresh memory is an estimated"},
      {"cpu_wait", "waiting for a CPU that others had is"},
      {"storage_wait", "waiting for storage is"},
      {"off_cpu", warm ? "time off the CPU, the reason unknown, is" : "waiting, for storage or for a CPU, is"}};
  const auto share = [&](std::string_view name) { return part(*read, name) / read->wall.median; };
  const auto main_cause = std::max_element(std::begin(causes), std::end(causes), [&](const auto& a, const auto& b) {
    return share(a.first) < share(b.first);
  });
  if (share(main_cause->first) >= 0.3)
    text += fmt::format(": {} {} of it", main_cause->second, format_percentage(share(main_cause->first)));
  out.push_back(text + ".");
}

void rate_of_copying(const ColdStartState& state, std::vector<std::string>& out) {
  const Phase* copy = find_phase(state.phases, "copy_to_device");
  if (copy == nullptr || !state.copied_bytes || !(copy->wall.median > 0)) return;
  if (copy->wall.median < 0.05 * state.time_to_first_result.median) return;  // not where the time is
  const auto bytes = static_cast<double>(*state.copied_bytes);
  out.push_back(fmt::format("Copying {} to the GPU takes {} of a {} start, {}.", format_bytes(bytes),
                            format_duration(copy->wall.median), readable(state.name),
                            format_byte_rate(bytes * 1e9 / copy->wall.median)));
}

// Said only where it cannot be chance: three rounds or more, the last start of each slower than single starts are.
void simultaneous_starts(const Report& report, std::vector<std::string>& out) {
  const ColdStartState* warm = find_state(report, "warm");
  std::vector<std::string> found;
  for (const SimultaneousStarts& starts : report.cold_start.simultaneous) {
    if (warm == nullptr || !starts.slowdown || starts.rounds < 3) continue;
    if (starts.slowest.min <= warm->time_to_first_result.high.value_or(warm->time_to_first_result.max)) continue;
    found.push_back(
        found.empty() ? fmt::format("{} starts at once take {:.1f} times as long each", starts.starts, *starts.slowdown)
                      : fmt::format("{} take {:.1f} times as long", starts.starts, *starts.slowdown));
  }
  if (!found.empty()) out.push_back(fmt::format("{}: stagger them, or plan with that.", fmt::join(found, ", ")));
}

// Said of what differs by more than the intervals; nothing is said of what does not.
void varied_starts(const Report& report, std::vector<std::string>& out) {
  const ColdStartState* warm = find_state(report, "warm");
  if (warm == nullptr || !warm->time_to_first_result.low || !warm->time_to_first_result.high) return;
  const Stat& found = warm->time_to_first_result;
  for (const VariedStarts& varied : report.cold_start.varied) {
    const Stat& other = varied.time_to_first_result;
    if (!other.low || !other.high || (*other.low <= *found.high && *found.low <= *other.high)) continue;
    out.push_back(fmt::format("With {}={} a warm start takes {} where it takes {} as found.", varied.variable,
                              varied.value, format_duration(other.median), format_duration(found.median)));
  }
}

// "at most 0.31 apart, with NaN on one side only in 12 of 1,000 values"
std::string how_far(const Agreement& agreement) {
  if (agreement.mismatched_nan > 0) {
    return fmt::format("NaN stands on one side only in {} of {} values", agreement.mismatched_nan, agreement.values);
  }
  if (agreement.max_abs_error == std::numeric_limits<double>::max()) return "an infinity stands on one side only";
  return fmt::format("they are up to {:.3g} apart where values reach {:.3g}", agreement.max_abs_error.value_or(0),
                     agreement.scale.value_or(0));
}

// One warning for all rows: the smallest batch is where it is worst, the largest says how far it reaches.
void warn_about_host_bound(const Report& report, std::vector<Warning>& out) {
  std::vector<const SteadyRow*> bound;
  for (const SteadyRow& row : report.steady) {
    if (is_host_bound(row).value_or(false)) bound.push_back(&row);
  }
  if (bound.empty()) return;
  std::vector<std::string> rows;
  for (const SteadyRow* row : bound) rows.push_back(std::to_string(row->batch));
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  const SteadyRow& first = *bound.front();
  out.push_back(
      {"host_bound",
       fmt::format("at batch {} the CPU sets the pace, not the GPU: queueing the work of an inference takes {}, by "
                   "itself it takes {} on the GPU",
                   fmt::join(rows, ", "), format_duration(first.enqueue->median),
                   format_duration(first.isolated->median)),
       "a larger batch costs little more; else fewer and larger operators: torch.jit.freeze, fusion, or a "
       "CUDA graph in the server"});
}

void warn_about_gpu(const Report& report, std::vector<Warning>& out) {
  constexpr const char* kCool = "let it cool, look after its airflow and power, and measure again";
  for (const ColdStartState& state : report.cold_start.states) {
    if (state.gpu_slowed == 0) continue;
    out.push_back({"gpu_slowed",
                   fmt::format("heat or the power supply slowed the GPU down in {} of {} {} starts, after {} were "
                               "taken again for that",
                               state.gpu_slowed, state.time_to_first_result.n, readable(state.name), state.gpu_again),
                   kCool});
  }
  for (const SteadyRow& row : report.steady) {
    if (!row.gpu || row.gpu->slowed_blocks == 0) continue;
    out.push_back({"gpu_slowed",
                   fmt::format("at batch {} the GPU was slowed down in {} of {} blocks ({}), after {} were measured "
                               "again for that",
                               row.batch, row.gpu->slowed_blocks, row.blocks, fmt::join(row.gpu->slowed_by, ", "),
                               row.gpu->again_blocks),
                   kCool});
  }
  const std::optional<GpuMemory>& memory = report.memory.gpu;
  if (memory && memory->process.n > 0 && memory->disagreement) {
    const double off_bytes = *memory->disagreement * memory->process.median;
    if (*memory->disagreement > kLedgerShare && off_bytes > kLedgerBytes)
      out.push_back(
          {"gpu_memory_disagrees",
           fmt::format("the GPU's memory of a worker is {} off between two ways to tell it", format_bytes(off_bytes)),
           "measure while nobody else is on the GPU"});
  }
  if (memory && memory->disturbed > 0)
    out.push_back({"gpu_disturbed",
                   fmt::format("other processes came or went on the GPU in {} of the passes over its memory: left out",
                               memory->disturbed),
                   "measure while nobody else is on the GPU"});
  for (const VariedStarts& varied : report.cold_start.varied) {
    std::string wanted = varied.value;
    for (char& c : wanted) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_mode = wanted == "lazy" || wanted == "eager";
    if (varied.variable != "CUDA_MODULE_LOADING" || !is_mode || varied.module_loading.empty() ||
        varied.module_loading == wanted)
      continue;
    out.push_back({"no_effect",
                   fmt::format("with CUDA_MODULE_LOADING={} modules were loaded {} all the same", varied.value,
                               varied.module_loading == "lazy" ? "lazily" : "eagerly"),
                   "write LAZY or EAGER"});
  }
}

// A golden that differs is told whatever the reason; the others only where a model that repeats itself disagrees.
void warn_about_outputs(const Quality& quality, std::vector<Warning>& out) {
  const auto differs = [](const std::optional<Agreement>& agreement) {
    return agreement && agreement->verdict == "differs";
  };
  if (differs(quality.golden)) {
    out.push_back({"golden_differs",
                   fmt::format("the outputs differ from those in {} by more than rounding: {}", quality.golden->against,
                               how_far(*quality.golden)),
                   "if the change is wanted, write a new one with --save-golden"});
  }
  if (!quality.repeatable.value_or(false)) return;
  if (differs(quality.batch_split)) {
    out.push_back(
        {"batch_split_differs",
         fmt::format("a row's output depends on the other rows of its batch: {}", how_far(*quality.batch_split)),
         "batch norm in training mode? call model.eval() before exporting, or serve without batching"});
  }
  if (differs(quality.threads)) {
    out.push_back(
        {"threads_differ",
         fmt::format("outputs depend on the number of threads by more than rounding: {}", how_far(*quality.threads)),
         "compare outputs at the number of threads that serves"});
  }
}

}  // namespace

std::vector<std::string> diagnose(const Report& report) {
  std::vector<std::string> out;
  const ColdStartState* cold = find_state(report, "model_cold");
  const ColdStartState* warm = find_state(report, "warm");
  const ColdStartState* headline = cold != nullptr ? cold : warm;
  if (headline != nullptr && report.command) busy_or_waiting(*headline, out);
  if (headline != nullptr && !report.command) where_the_time_goes(*headline, out);
  for (const ColdStartState* state : {cold, warm}) {
    if (state != nullptr) distance_from_the_limit(*state, static_cast<double>(report.model.bytes), out);
  }
  if (headline != nullptr) rate_of_copying(*headline, out);
  simultaneous_starts(report, out);
  varied_starts(report, out);
  if (headline != nullptr) {
    const Phase* first = find_phase(headline->phases, "first_inference");
    const SteadyRow* row = nullptr;
    for (const SteadyRow& each : report.steady) {
      if (each.mode == "closed" && each.concurrency == 1 && each.workers == 1 && each.latency.n > 0 &&
          (row == nullptr || each.batch < row->batch || (each.batch == row->batch && each.threads > row->threads)))
        row = &each;
    }
    if (first != nullptr && row != nullptr && first->wall.median >= 3 * row->latency.median) {
      out.push_back(fmt::format(
          "The first inference takes {:.0f} times a steady one ({} against {}): warm up before taking traffic.",
          first->wall.median / row->latency.median, format_duration(first->wall.median),
          format_duration(row->latency.median)));
    }
  }
  if (report.memory.marginal_worker && report.memory.marginal_worker->n > 0 && report.memory.peak_rss.n > 0) {
    const double share = report.memory.marginal_worker->median / report.memory.peak_rss.median;
    if (share < 0.9) {
      out.push_back(
          fmt::format("A second {} on the same host adds {}, {} of the first one's peak: the rest is shared or "
                      "only needed while loading.",
                      report.command ? "one" : "worker", format_bytes(report.memory.marginal_worker->median),
                      format_percentage(share)));
    }
  }
  return out;
}

std::optional<bool> is_host_bound(const SteadyRow& row) {
  // What the model does on the GPU as it is deployed has the host's gaps in it, and where the model waits for the GPU
  // itself the host's time has the GPU's: only a time by itself tells them apart.
  if (!row.isolated || !row.enqueue || !(row.isolated->median > 0)) return std::nullopt;
  return row.enqueue->median > kHostBoundShare * row.isolated->median;
}

std::vector<Warning> warn(const Report& report) {
  std::vector<Warning> out;
  for (const ColdStartState& state : report.cold_start.states) {
    const std::string name = readable(state.name);
    if (!state.achieved) {
      out.push_back({"state_not_achieved", fmt::format("no {} start was measured: {}", name, state.why_not), {}});
      continue;
    }
    const Stat& wall = state.time_to_first_result;
    if (state.unattributed.median > 0.05 * wall.median) {
      out.push_back({"unattributed_time",
                     fmt::format("{} of a {} start is in no phase",
                                 format_percentage(state.unattributed.median / wall.median), name),
                     "the machine may be busy, or the model's libraries do work between the phases"});
    }
    if (!wall.outliers.empty()) {
      out.push_back({"outliers",
                     fmt::format("{} of {} {} starts lie far from the rest (up to {}); they are kept",
                                 wall.outliers.size(), wall.n, name, format_duration(wall.max)),
                     "look for other load on the machine"});
    }
    if (state.rejected > 0) {
      out.push_back({"samples_rejected",
                     fmt::format("{} {} start{} left out because the state could not be proven: {}", state.rejected,
                                 name, state.rejected == 1 ? " was" : "s were", state.rejected_why.front()),
                     {}});
    }
    if (state.never_steady > 0) {
      out.push_back({"never_steady",
                     fmt::format("{} of {} {} starts did not reach steady state within the warm-up", state.never_steady,
                                 wall.n, name),
                     "latency may drift: look at the warm-up in the report, or raise --time-box"});
    }
  }
  if (report.quality.nan_values > 0 || report.quality.inf_values > 0) {
    out.push_back({"not_finite",
                   fmt::format("of {} output values {} are NaN and {} infinite", report.quality.output_values,
                               report.quality.nan_values, report.quality.inf_values),
                   "check the weights, the dtype and the range of the inputs (--input NAME:f32[...]=uniform)"});
  }
  if (report.quality.repeatable && !*report.quality.repeatable) {
    out.push_back({"not_repeatable",
                   fmt::format("the same input gave different outputs in one process{}",
                               report.quality.max_abs_difference
                                   ? fmt::format(" (by up to {:.3g})", *report.quality.max_abs_difference)
                                   : std::string()),
                   "random layers left in training mode? call model.eval() before exporting"});
  }
  warn_about_outputs(report.quality, out);
  for (const SteadyRow& row : report.steady) {
    if (!row.failure.empty()) {
      out.push_back({row.stop == "out_of_memory" ? "does_not_fit" : "cell_failed",
                     fmt::format("batch {} with {} threads: {}", row.batch, row.threads, row.failure),
                     {}});
    }
  }
  warn_about_host_bound(report, out);
  warn_about_gpu(report, out);
  for (const SteadyRow& row : report.steady) {
    if (row.generator_late.value_or(false)) {
      out.push_back({"generator_late",
                     fmt::format("at {} mlplan sent {} of the requests late: no percentiles, since they would be "
                                 "its own and not the model's",
                                 format_rate(row.rate_per_s.value_or(0)), format_percentage(*row.late_fraction)),
                     "nothing else running; --threads below the number of CPUs helps, too"});
    }
  }
  for (const LoadKnee& knee : report.load) {
    if (knee.verdict == "not_decided") {
      out.push_back({"load_not_decided", "the search for the highest rate did not come to an end in the time box",
                     "--only load with a longer --time-box"});
    }
  }
  if (report.machine.grade == "C") {
    out.push_back({"noisy_machine", fmt::format("the machine was not quiet: {}", fmt::join(report.machine.why, "; ")),
                   "measure again when it is, or on another machine"});
  }
  return out;
}

}  // namespace mlplan::bench
