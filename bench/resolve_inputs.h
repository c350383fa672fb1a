// What the model is called with: flags before the file before the graph, confirmed by a trial run in a process of its
// own (the pilot), which also tells what a start and an inference cost, so that the plan can be made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/output_quality.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct Pilot {
  worker::BuildFacts build;
  worker::Description description;
  std::vector<InputSpec> inputs;
  std::map<std::string, std::int64_t> dims;  // defaults of all symbols
  std::vector<std::string> outputs;
  worker::QualityFacts quality;
  OutputQuality outputs_held_against;
  std::vector<std::string> mapped_files;  // by the worker once the model had run
  double start_ns = 0;                    // spawn to model loaded, as found (no state made)
  double first_inference_ns = 0;          // with the making of its inputs
  double inference_ns = 0;                // one inference at the defaults, after a few
  std::int64_t peak_rss_bytes = 0;
  std::int64_t printed_bytes = 0;
};

// World::input is not needed yet. Errors: bad_input with the signature and a ready-made --input when an argument cannot
// be inferred or the trial run refuses it.
Result<Pilot> run_pilot(const World& world, const Options& options);

// What `inspect` needs: loads and describes, without a trial run; arguments that cannot be inferred are no error here.
Result<Pilot> describe_only(const World& world, const Options& options);

// Pure: merges flags into what was described; flags win by name, or by position when all arguments are given.
Result<std::vector<InputSpec>> merge_inputs(const std::vector<InputSpec>& flags, const worker::Description& described,
                                            const std::string& method);

// Values of all symbols outside of their sweeps: --dim's first value, the file's default, 1 for batch; clamped to
// bounds.
Result<std::map<std::string, std::int64_t>> default_dims(const std::vector<InputSpec>& inputs,
                                                         const worker::Description& described, const Options& options);

}  // namespace mlplan::bench
