#include "bench/cgroup.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"

using namespace mlplan::bench;

namespace {

void put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("the tightest memory limit on the way to the root counts in version 2") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "0::/a/b\n");
  put(root.path() + "/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n");
  put(root.path() + "/sys/fs/cgroup/a/memory.max", "1073741824\n");
  put(root.path() + "/sys/fs/cgroup/a/memory.current", "1000\n");
  put(root.path() + "/sys/fs/cgroup/a/b/memory.max", "max\n");
  put(root.path() + "/sys/fs/cgroup/a/b/memory.current", "500\n");
  const CgroupMemory memory = read_cgroup_memory(root.path() + "/");
  CHECK(memory.version == "v2");
  REQUIRE(memory.limit_bytes);
  CHECK(*memory.limit_bytes == 1073741824);
  CHECK(memory.used_bytes == 1000);
}

TEST_CASE("version 1 is read where the memory controller is mounted there, unlimited is no limit") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "4:memory:/job\n1:cpu,cpuacct:/\n0::/\n");
  put(root.path() + "/proc/self/mountinfo",
      "30 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
      "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "32 25 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
  put(root.path() + "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put(root.path() + "/sys/fs/cgroup/memory/memory.usage_in_bytes", "7\n");
  put(root.path() + "/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "2147483648\n");
  put(root.path() + "/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "42\n");
  put(root.path() + "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
  put(root.path() + "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  const CgroupMemory memory = read_cgroup_memory(root.path() + "/");
  CHECK(memory.version == "v1");
  CHECK(memory.limit_bytes == 2147483648);
  CHECK(memory.used_bytes == 42);
  CHECK(read_cgroup_cpu(root.path() + "/").cpus == 1.5);
}

TEST_CASE("in a container the mount shows the group itself") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "4:memory:/docker/abc\n");
  put(root.path() + "/proc/self/mountinfo",
      "31 25 0:27 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  put(root.path() + "/sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
  CHECK(read_cgroup_memory(root.path() + "/").limit_bytes == 1000000);
}

TEST_CASE("without control groups there is no limit") {
  const mlplan::tests::TemporaryFolder root;
  CHECK(read_cgroup_memory(root.path() + "/").version == "none");
  CHECK_FALSE(read_cgroup_memory(root.path() + "/").limit_bytes);
  CHECK_FALSE(read_cgroup_cpu(root.path() + "/").cpus);
}
