// Memory limits of the control groups this process lives in, versions 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mlplan::bench {

struct CgroupMemory {
  std::string version = "none";             // "v1", "v2" or "none"
  std::optional<std::int64_t> limit_bytes;  // the tightest on the path from this group to the root
  std::optional<std::int64_t> used_bytes;   // of the group that has the tightest limit
};

// `root` is "/" but in tests: it stands before /proc/self/cgroup, /proc/self/mountinfo and /sys/fs/cgroup.
CgroupMemory read_cgroup_memory(const std::string& root = "/");

struct CgroupCpu {
  std::optional<double> cpus;                // quota / period, the tightest on the path
  std::optional<std::int64_t> throttled_ns;  // so far
};
CgroupCpu read_cgroup_cpu(const std::string& root = "/");

}  // namespace mlplan::bench
