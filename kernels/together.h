// Work that several threads begin at the same moment, timed from when all are ready until the last is done.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mlplan::kernels {

std::int64_t now_ns();  // CLOCK_MONOTONIC

struct Together {
  std::int64_t ns = 0;  // wall
  std::string error;    // empty when it worked; else why there are not as many threads, in words of the system
};

// Calls work(0) .. work(threads - 1), each on a thread of its own, the first on this one. `cpus`, where it is given,
// says which CPU the thread i stays on: cpus[i % size]. A thread that may not stay there runs anywhere.
Together together(int threads, const std::function<void(int)>& work, const std::vector<int>& cpus = {});

std::vector<int> allowed_cpus();  // of this thread, ascending

}  // namespace mlplan::kernels
