#include "bench/schedule.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <pcg_random.hpp>

namespace mlplan::bench {

Schedule make_schedule(const std::vector<TaskGroup>& groups, double budget_ns, std::uint64_t seed) {
  Schedule out;
  for (const TaskGroup& group : groups) {
    out.counts.push_back(std::min(group.least, group.most));
    out.expected_ns += static_cast<double>(out.counts.back()) * group.cost_ns;
  }
  while (true) {
    std::size_t chosen = groups.size();
    double smallest = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (out.counts[i] >= groups[i].most || out.expected_ns + groups[i].cost_ns > budget_ns) continue;
      const double spent = static_cast<double>(out.counts[i]) * groups[i].cost_ns / groups[i].weight;
      if (chosen == groups.size() || spent < smallest) {
        chosen = i;
        smallest = spent;
      }
    }
    if (chosen == groups.size()) break;
    ++out.counts[chosen];
    out.expected_ns += groups[chosen].cost_ns;
  }

  // As many rounds as the rarest of the repeated kinds has tasks, so that each kind is in every round as evenly as it
  // can be.
  std::int64_t rounds = 1;
  for (const std::int64_t count : out.counts) rounds = std::max(rounds, count);
  pcg64 random(seed);
  for (std::int64_t round = 0; round < rounds; ++round) {
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      // The k-th of `count` tasks goes into round floor(k * rounds / count).
      const std::int64_t count = out.counts[i];
      const std::int64_t before = (round * count + rounds - 1) / rounds;
      const std::int64_t after = ((round + 1) * count + rounds - 1) / rounds;
      for (std::int64_t k = before; k < after; ++k) {
        tasks.push_back({groups[i].kind, groups[i].parameter, groups[i].cost_ns, k < groups[i].least});
      }
    }
    for (std::size_t i = tasks.size(); i > 1; --i) {
      std::swap(tasks[i - 1], tasks[boost::random::uniform_int_distribution<std::size_t>(0, i - 1)(random)]);
    }
    out.tasks.insert(out.tasks.end(), tasks.begin(), tasks.end());
  }
  return out;
}

}  // namespace mlplan::bench
