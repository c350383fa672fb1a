#include "kernels/numa_nodes.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

void stay_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

}  // namespace

std::vector<int> cpus_of_list(std::string_view list) {
  std::vector<int> out;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    int first = 0;
    const char* const end = part.data() + part.size();
    auto [at, error] = std::from_chars(part.data(), part.data() + part.size(), first);
    int last = first;
    if (error == std::errc() && at != end && *at == '-') {
      const auto second = std::from_chars(at + 1, end, last);
      at = second.ptr;
      error = second.ec;
    }
    if (error != std::errc() || at != end || first < 0 || last < first || last >= CPU_SETSIZE) return {};
    for (int cpu = first; cpu <= last; ++cpu) out.push_back(cpu);
    list.remove_prefix(std::min(list.size(), part.size() + 1));
  }
  return out;
}

std::vector<std::vector<int>> numa_nodes(const std::string& folder) {
  std::vector<std::vector<int>> out;
  const std::vector<int> allowed = allowed_cpus();
  std::string line;
  std::ifstream online(folder + "/online");
  std::getline(online, line);
  for (const int node : cpus_of_list(line)) {
    std::ifstream file(folder + "/node" + std::to_string(node) + "/cpulist");
    std::string list;
    std::getline(file, list);
    const std::vector<int> all = cpus_of_list(list);
    std::vector<int> cpus;
    std::ranges::set_intersection(all, allowed, std::back_inserter(cpus));
    if (!cpus.empty()) out.push_back(std::move(cpus));
  }
  if (out.empty()) out.push_back(allowed);
  return out;
}

OnCpus::OnCpus(const std::vector<int>& cpus) : before_(allowed_cpus()) { stay_on(cpus); }

OnCpus::~OnCpus() { stay_on(before_); }

}  // namespace mlplan::kernels
