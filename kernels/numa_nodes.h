// The machine's NUMA nodes, as far as this process may run on them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlplan::kernels {

// "0-3,8" -> 0, 1, 2, 3, 8; empty where it is no such list.
std::vector<int> cpus_of_list(std::string_view list);

// The allowed CPUs of each node that has some; all of them as one node where the kernel shows none.
std::vector<std::vector<int>> numa_nodes(const std::string& folder = "/sys/devices/system/node");

}  // namespace mlplan::kernels
