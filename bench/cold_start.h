// One cold start: the state of the page cache made and proven, a new process, the parent's clock from before the spawn
// until it holds the first result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

enum class CacheState { model_cold, warm, all_cold };
std::string_view name_of(CacheState state);

struct ColdSample {
  CacheState state = CacheState::warm;
  bool proven = false;     // the state was there before and the sample's own reads agree
  std::string not_proven;  // otherwise: what spoke against it
  std::int64_t spawned_ns = 0;
  std::int64_t result_ns = 0;  // when the parent held the first result
  worker::ColdStartStamps stamps;
  worker::WarmedUp warmed_up;
  std::int64_t peak_rss_bytes = 0;  // from the first instruction to the end of the warm-up
};

// Whether the state can be made at all for this model, here; the reason when not. Tries it once.
std::optional<std::string> cannot_make(CacheState state, const World& world);

// Makes the state; the returned text says why it is not as wanted, if it is not.
Result<std::optional<std::string>> make_state(CacheState state, const World& world);

// What speaks against a cold state (not warm) in what a process read from storage before its framework was up, which is
// libraries alone. Pure.
std::optional<std::string> libraries_contradict(CacheState state, std::int64_t read, std::int64_t library_bytes);

// Makes the state, takes one sample with its warm-up, proves it. Errors: as WorkerProcess::await.
Result<ColdSample> take_cold_sample(CacheState state, const World& world, std::uint64_t padding,
                                    std::int64_t warm_up_cap_ns);

// `count` processes started together, warm; time to first result of each, ns, in order of start.
Result<std::vector<double>> take_simultaneous(const World& world, std::int64_t count);

}  // namespace mlplan::bench
