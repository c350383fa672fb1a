#include "kernels/numa_nodes.h"

#include <algorithm>
#include <iterator>

#include "kernels/line_of.h"
#include "kernels/together.h"
#include "profiles/support/units.h"

namespace mlplan::kernels {

std::vector<int> cpus_of_list(std::string_view list) { return parse_cpu_list(list).value_or(std::vector<int>()); }

std::vector<std::vector<int>> numa_nodes(const std::string& folder) {
  std::vector<std::vector<int>> out;
  const std::vector<int> allowed = allowed_cpus();
  for (const int node : cpus_of_list(line_of(folder + "/online"))) {
    const std::vector<int> all = cpus_of_list(line_of(folder + "/node" + std::to_string(node) + "/cpulist"));
    std::vector<int> cpus;
    std::ranges::set_intersection(all, allowed, std::back_inserter(cpus));
    if (!cpus.empty()) out.push_back(std::move(cpus));
  }
  if (out.empty()) out.push_back(allowed);
  return out;
}

}  // namespace mlplan::kernels
