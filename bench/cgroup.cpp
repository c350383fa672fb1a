#include "bench/cgroup.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <vector>

#include "bench/proc_files.h"

namespace mlplan::bench {
namespace {

// A limit of v1 that means "none" is the largest page multiple below 2^63.
constexpr std::int64_t kUnlimited = std::int64_t{1} << 60;

std::optional<std::int64_t> read_number(const std::string& path) { return leading_integer(read_text(path)); }

// The number behind "key " at the start of a line, as in memory.stat.
std::optional<std::int64_t> read_entry(const std::string& path, std::string_view key) {
  std::istringstream lines(read_text(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
      return leading_integer(std::string_view(line).substr(key.size()));
  }
  return std::nullopt;
}

// Page cache counts as used, but the kernel drops it before it kills anyone.
std::int64_t droppable_bytes(const std::string& folder, bool version_1) {
  const std::string path = folder + "/memory.stat";
  const std::string prefix = version_1 ? "total_" : "";  // with the groups below, as the usage is
  return read_entry(path, prefix + "inactive_file").value_or(0) + read_entry(path, prefix + "active_file").value_or(0);
}

struct Hierarchy {
  std::string mount;  // folder of the hierarchy's root, under `root`
  std::string path;   // of our group within it
};

// The hierarchy with this controller: v1 when a line of /proc/self/cgroup names it, else v2's "0::/path".
std::optional<std::pair<Hierarchy, bool>> find(const std::string& root, const std::string& controller) {
  std::istringstream groups(read_text(root + "proc/self/cgroup"));
  std::optional<std::string> unified;
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") unified = path;
    if (controllers.find("," + controller + ",") != std::string::npos) {
      // v1: the mount point is the one whose super options name the controller.
      std::istringstream mounts(read_text(root + "proc/self/mountinfo"));
      for (std::string mount; std::getline(mounts, mount);) {
        const std::size_t dash = mount.find(" - cgroup ");
        if (dash == std::string::npos) continue;
        const std::string options = "," + mount.substr(mount.rfind(' ') + 1) + ",";
        if (options.find("," + controller + ",") == std::string::npos) continue;
        std::istringstream fields(mount);
        std::string id, parent, device, group_root, point;
        fields >> id >> parent >> device >> group_root >> point;
        // In a container the mount shows the group itself: its root is our path.
        const std::string within =
            group_root != "/" && path.starts_with(group_root) ? path.substr(group_root.size()) : path;
        return std::pair{Hierarchy{root + point.substr(1), within}, true};
      }
    }
  }
  if (!unified) return std::nullopt;
  std::istringstream mounts(read_text(root + "proc/self/mountinfo"));
  for (std::string mount; std::getline(mounts, mount);) {
    if (mount.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(mount);
    std::string id, parent, device, group_root, point;
    fields >> id >> parent >> device >> group_root >> point;
    return std::pair{Hierarchy{root + point.substr(1), *unified}, false};
  }
  return std::nullopt;
}

// Our group's folder and all above it, innermost first; a path that does not exist (a container's) is left out.
std::vector<std::string> folders(const Hierarchy& hierarchy) {
  std::vector<std::string> out;
  std::string path = hierarchy.path;
  while (true) {
    std::string folder = hierarchy.mount + (path == "/" ? "" : path);
    if (std::filesystem::exists(folder)) out.push_back(folder);
    const std::size_t slash = path.rfind('/');
    if (path == "/" || path.empty() || slash == std::string::npos) return out;
    path = slash == 0 ? "/" : path.substr(0, slash);
  }
}

}  // namespace

CgroupMemory read_cgroup_memory(const std::string& root) {
  CgroupMemory out;
  const auto found = find(root, "memory");
  if (!found) return out;
  const auto& [hierarchy, version_1] = *found;
  for (const std::string& folder : folders(hierarchy)) {
    const auto limit = read_number(folder + (version_1 ? "/memory.limit_in_bytes" : "/memory.max"));
    const auto used = read_number(folder + (version_1 ? "/memory.usage_in_bytes" : "/memory.current"));
    if (limit || used) out.version = version_1 ? "v1" : "v2";
    if (!limit || *limit >= kUnlimited) continue;
    out.limit_bytes = std::min(*limit, out.limit_bytes.value_or(*limit));
    const std::int64_t needed = std::max<std::int64_t>(0, used.value_or(0) - droppable_bytes(folder, version_1));
    const std::int64_t room = std::max<std::int64_t>(0, *limit - needed);
    out.room_bytes = std::min(room, out.room_bytes.value_or(room));
  }
  return out;
}

std::optional<std::int64_t> oom_kills(const std::string& root) {
  if (const auto found = find(root, "memory")) {
    const auto& [hierarchy, version_1] = *found;
    // The group itself: a kill counts there, whichever group's limit was met.
    if (const std::vector<std::string> path = folders(hierarchy); !path.empty()) {
      const std::string file = path.front() + (version_1 ? "/memory.oom_control" : "/memory.events");
      if (const auto kills = read_entry(file, "oom_kill")) return kills;
    }
  }
  return read_entry(root + "proc/vmstat", "oom_kill");
}

CgroupCpu read_cgroup_cpu(const std::string& root) {
  CgroupCpu out;
  const auto found = find(root, "cpu");
  if (!found) return out;
  const auto& [hierarchy, version_1] = *found;
  for (const std::string& folder : folders(hierarchy)) {
    std::int64_t quota = -1;
    std::int64_t period = 0;
    if (version_1) {
      quota = read_number(folder + "/cpu.cfs_quota_us").value_or(-1);
      period = read_number(folder + "/cpu.cfs_period_us").value_or(0);
    } else {
      std::istringstream text(read_text(folder + "/cpu.max"));
      std::string first;
      if (text >> first >> period && first != "max") quota = leading_integer(first).value_or(-1);
    }
    if (quota > 0 && period > 0) {
      const double cpus = static_cast<double>(quota) / static_cast<double>(period);
      if (!out.cpus || cpus < *out.cpus) out.cpus = cpus;
    }
    std::istringstream statistics(read_text(folder + "/cpu.stat"));
    std::int64_t value = 0;
    for (std::string key; statistics >> key >> value;) {
      if (key == "throttled_usec") out.throttled_ns = out.throttled_ns.value_or(0) + value * 1000;
      if (key == "throttled_time") out.throttled_ns = out.throttled_ns.value_or(0) + value;
    }
  }
  return out;
}

}  // namespace mlplan::bench
