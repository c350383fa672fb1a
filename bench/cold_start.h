// One cold start: the state of the page cache made and proven, a new process, the parent's clock from before the spawn
// until it holds the first result.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/gpu_watch.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

enum class CacheState { model_cold, warm, all_cold };
std::string_view name_of(CacheState state);
std::string start_in_words(CacheState state);  // "model cold start"

struct ColdSample {
  CacheState state = CacheState::warm;
  bool proven = false;     // the state was there before and the sample's own reads agree
  std::string not_proven;  // otherwise: what spoke against it
  std::int64_t spawned_ns = 0;
  std::int64_t result_ns = 0;  // when the parent held the first result
  worker::ColdStartStamps stamps;
  std::optional<worker::Stamp> ready;         // of a program seen from outside, in place of the stamps: up to result_ns
  std::optional<worker::WarmedUp> warmed_up;  // absent: not tried in this sample
  std::optional<GpuSpan> gpu = {};            // from before the process to the end of its warm-up
  std::int64_t peak_rss_bytes = 0;            // from the first instruction to the end of the warm-up; 0: not told
};

// What a state is made of: files that are cold in model_cold and all_cold, and files that are cold in all_cold only.
struct StateFiles {
  std::vector<std::string> model;
  std::vector<std::string> libraries;
};
StateFiles files_of(const World& world);

// Whether the state can be made at all for these files, here; the reason when not. Tries it once.
std::optional<std::string> cannot_make(CacheState state, const StateFiles& files);

// Makes the state; the returned text says why it is not as wanted, if it is not.
Result<std::optional<std::string>> make_state(CacheState state, const StateFiles& files);

// What speaks against a cold state (not warm) in what a process read from storage before its framework was up, which is
// libraries alone. Pure.
std::optional<std::string> libraries_contradict(CacheState state, std::int64_t read, std::int64_t library_bytes);

// Makes the state, takes one sample, proves it; a warm-up follows unless warm_up_cap_ns is 0. `afterwards` is then
// given the process, alive, before it is ended. Errors: as WorkerProcess::await.
using Afterwards = std::function<Status(Worker&, const ColdSample&)>;
Result<ColdSample> take_cold_sample(CacheState state, const World& world, std::uint64_t padding,
                                    std::int64_t warm_up_cap_ns, const Afterwards& afterwards = {});

// One round of processes started together, warm.
struct SimultaneousRound {
  std::vector<double> time_to_first_result_ns;  // of each, in order of start
  std::optional<std::string> not_proven;        // what spoke against the warm state
};
Result<SimultaneousRound> take_simultaneous(const World& world, std::int64_t count);

}  // namespace mlplan::bench
