// The page of shared memory that tells the parent what the worker is doing, even after it died.
#pragma once

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Maps the page behind kBlackboxFd; null when there is none or it is too small.
Blackbox* map_blackbox();

void enter(Blackbox& blackbox, Phase phase);

inline void count_inference(Blackbox& blackbox) {
  // One writer, so a plain load and store: no locked instruction between two inferences.
  blackbox.inferences.store(blackbox.inferences.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace mlplan::worker
