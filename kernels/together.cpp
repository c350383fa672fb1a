#include "kernels/together.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <latch>
#include <system_error>
#include <thread>

#include "kernels/on_cpus.h"

namespace mlplan::kernels {

std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> out;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return out;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) out.push_back(cpu);
  }
  return out;
}

Together together(int threads, const std::function<void(int)>& work, const std::vector<int>& cpus) {
  const auto count = static_cast<std::size_t>(std::max(threads, 1));
  const auto cpu_of = [&](std::size_t i) {
    return cpus.empty() ? std::vector<int>() : std::vector<int>{cpus[i % cpus.size()]};
  };
  std::vector<std::int64_t> ends(count);
  std::latch ready(static_cast<std::ptrdiff_t>(count) - 1);
  std::atomic<bool> go = false;
  std::atomic<bool> give_up = false;
  const auto release = [&] {
    go = true;
    go.notify_all();
  };
  std::int64_t begin = 0;
  {
    std::vector<std::jthread> helpers;  // joined at the end of this block
    try {
      for (std::size_t i = 1; i < count; ++i) {
        helpers.emplace_back([&, i] {
          const OnCpus stay(cpu_of(i));
          ready.count_down();
          go.wait(false);
          if (give_up) return;
          work(static_cast<int>(i));
          ends[i] = now_ns();
        });
      }
    } catch (const std::system_error& error) {
      give_up = true;
      release();
      return {0, error.code().message()};
    }
    const OnCpus stay(cpu_of(0));
    ready.wait();
    begin = now_ns();
    release();
    work(0);
    ends[0] = now_ns();
  }
  return {*std::ranges::max_element(ends) - begin, {}};
}

}  // namespace mlplan::kernels
