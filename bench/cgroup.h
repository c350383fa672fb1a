// Limits of the control groups this process (and every worker it spawns) lives in, versions 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mlplan::bench {

struct CgroupMemory {
  std::string version = "none";             // "v1", "v2" or "none"
  std::optional<std::int64_t> limit_bytes;  // the tightest on the path from this group to the root
  // What may still be taken: limit - (usage - page cache that can be dropped), the least of all groups on the path. Not
  // that of the tightest limit: a parent that others have filled may leave less.
  std::optional<std::int64_t> room_bytes;
};

// `root` is "/" but in tests: it stands before /proc/self/cgroup, /proc/self/mountinfo and /sys/fs/cgroup.
CgroupMemory read_cgroup_memory(const std::string& root = "/");

// How many processes of this group the kernel has killed because memory ran out, so far. In the root group, which does
// not count, those of the whole machine; absent where neither is told.
std::optional<std::int64_t> oom_kills(const std::string& root = "/");

struct CgroupCpu {
  std::optional<double> cpus;                // quota / period, the tightest on the path
  std::optional<std::int64_t> throttled_ns;  // so far
};
CgroupCpu read_cgroup_cpu(const std::string& root = "/");

}  // namespace mlplan::bench
