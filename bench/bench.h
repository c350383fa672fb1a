// The one entry point of the bench: options in, report out. Spawns workers, measures, and leaves nothing behind.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/options.h"
#include "profiles/measure.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

// What is going on, for a progress line. fraction is of the time that the whole run is now expected to take, 0..1.
struct Progress {
  std::string doing;  // "warm start 4 of 12"
  double fraction = 0;
  double seconds_left = 0;  // estimate; 0 when unknown
  std::string so_far;       // live headline: "time to first result 1.21 s (n = 4)"
};

// Given what was measured so far, one report for each model (at first nothing), the measures that more samples are
// wanted of.
using Look = std::function<std::vector<Measure>(const std::vector<Report>& so_far)>;
// Of the samples that a run makes at most, by the time of each look at them.
inline constexpr std::array<double, 3> kLooks = {0.25, 0.5, 1};

struct Hooks {
  std::function<void(const Progress&)> progress = {};  // called between samples, never while something is timed
  std::function<bool()> interrupted = {};              // polled between and during samples
  std::vector<std::string> argv = {};
  Look wanted = {};  // where it is set nothing else is measured, and the run ends as soon as nothing is wanted
};

// What a run ends with. `failure` is why it ended early (mlplan.stop is "failed"): what had been measured by then is in
// the report, which is marked partial, as after an interrupt.
struct Outcome {
  Report report;
  std::optional<Error> failure = {};
};

// Errors, when nothing at all was measured: bad_input (file, input, op library), not_measured (the model threw, hung,
// crashed or does not fit), usage, interrupted.
Result<Outcome> run(const Options& options, const Hooks& hooks);

// Measures several models in one run and one time box (the first one's), each task for all of them one right after the
// other in random order, so that what disturbs the machine disturbs all alike; their reports name the same
// mlplan.session. Errors as for run().
Result<std::vector<Outcome>> run_in_turns(std::span<const Options> options, const Hooks& hooks);

// What `inspect` shows: the model part of a report, with inferred inputs and their reasons, without measuring anything.
struct Inspection {
  ModelInfo model;
  std::vector<std::string> not_inferred;  // signature text of arguments that need --input
  std::vector<InputSpec> to_edit;         // a guess at each of these to correct
  std::vector<std::string> notes;         // "batch can be changed: outputs follow", "batch is fixed at 1 by the trace"
  std::string libtorch;
};
Result<Inspection> inspect(const Options& options, const Hooks& hooks);

// Writes a sample model through the worker. size: "small", "medium", "large" or a number of bytes of weights ("100MB").
Status write_sample(const std::string& name, const std::string& size, const std::string& path, std::uint64_t seed,
                    const Options& options);
inline constexpr std::array<std::string_view, 5> kSampleNames = {"mlp", "cnn", "transformer", "recommender", "lstm"};

}  // namespace mlplan::bench
