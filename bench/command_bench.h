// A bench run of any program, seen from outside: how long from nothing until it is ready, in each state of the page
// cache, and what memory its processes take. A new start for every sample, in the same random order and time box, with
// the same proofs and into the same report as a model's. Nothing is known of its inside, so there is one phase,
// until_ready, and no steady state.
#pragma once

#include "bench/bench.h"
#include "bench/cold_start.h"
#include "bench/command_options.h"

namespace mlplan::bench {

// Errors, when nothing was measured: usage (the command, --ready, a port in use), bad_input (a cold file), not_measured
// (it ended, or was not ready in time), interrupted. Of `options` the time box, samples, seed, environment, CPUs,
// memory limit, all_cold, cold_start and memory count.
Result<Outcome> run_command(const Options& options, const CommandOptions& command, const Hooks& hooks);

// What speaks against the state in what the processes read from storage until they were ready. `brought_in`: bytes of
// the files that were to be cold and are in the page cache afterwards. Pure.
struct StorageReads {
  std::int64_t read = 0;
  std::int64_t cold_file_bytes = 0;
  std::int64_t brought_in = 0;
};
std::optional<std::string> reads_contradict(CacheState state, const StorageReads& reads);

}  // namespace mlplan::bench
