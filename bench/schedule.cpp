#include "bench/schedule.h"

#include <algorithm>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <pcg_random.hpp>

namespace mlplan::bench {

Schedule make_schedule(const std::vector<TaskGroup>& groups, double budget_ns, std::uint64_t seed) {
  Schedule out;
  for (const TaskGroup& group : groups) {
    out.counts.push_back(std::max<std::int64_t>(0, std::min(group.least, group.most) - group.done));
    out.expected_ns += static_cast<double>(out.counts.back()) * group.cost_ns;
  }
  while (true) {
    std::size_t chosen = groups.size();
    double smallest = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::int64_t count = out.counts[i] + groups[i].done;
      if (count >= groups[i].most || out.expected_ns + groups[i].cost_ns > budget_ns) continue;
      const double spent = static_cast<double>(count) * groups[i].cost_ns / groups[i].weight;
      if (chosen == groups.size() || spent < smallest) {
        chosen = i;
        smallest = spent;
      }
    }
    if (chosen == groups.size()) break;
    ++out.counts[chosen];
    out.expected_ns += groups[chosen].cost_ns;
  }

  // As many rounds as the most frequent kind has tasks. Each kind is spread evenly over them, from an offset of its
  // own, so that rare kinds are not all in the first round.
  std::int64_t rounds = 1;
  for (const std::int64_t count : out.counts) rounds = std::max(rounds, count);
  pcg64 random(seed);
  std::vector<std::vector<Task>> by_round(static_cast<std::size_t>(rounds));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::int64_t count = out.counts[i];
    const double offset = boost::random::uniform_01<double>()(random);
    for (std::int64_t k = 0; k < count; ++k) {
      const auto round = static_cast<std::size_t>((static_cast<double>(k) + offset) * static_cast<double>(rounds) /
                                                  static_cast<double>(count));
      by_round[std::min(round, by_round.size() - 1)].push_back(
          {groups[i].kind, groups[i].parameter, groups[i].cost_ns, groups[i].done + k < groups[i].least});
    }
  }
  for (std::vector<Task>& tasks : by_round) {
    for (std::size_t i = tasks.size(); i > 1; --i) {
      std::swap(tasks[i - 1], tasks[boost::random::uniform_int_distribution<std::size_t>(0, i - 1)(random)]);
    }
    out.tasks.insert(out.tasks.end(), tasks.begin(), tasks.end());
  }
  return out;
}

}  // namespace mlplan::bench
