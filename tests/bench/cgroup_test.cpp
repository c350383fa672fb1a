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
  CHECK(memory.room_bytes == 1073740824);
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
  CHECK(memory.room_bytes == 2147483606);
  CHECK(read_cgroup_cpu(root.path() + "/").cpus == 1.5);
}

TEST_CASE("page cache that can be dropped is room, in both versions") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "4:memory:/job\n");
  put(root.path() + "/proc/self/mountinfo", "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  const std::string job = root.path() + "/sys/fs/cgroup/memory/job/";
  put(job + "memory.limit_in_bytes", "1000000\n");
  put(job + "memory.usage_in_bytes", "999000\n");
  put(job + "memory.stat",
      "cache 998000\ninactive_file 1\nactive_file 1\n"
      "total_inactive_file 700000\ntotal_active_file 90000\n");
  CHECK(read_cgroup_memory(root.path() + "/").room_bytes == 791000);

  put(root.path() + "/proc/self/cgroup", "0::/job\n");
  put(root.path() + "/proc/self/mountinfo", "31 25 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  const std::string job2 = root.path() + "/sys/fs/cgroup/job/";
  put(job2 + "memory.max", "1000000\n");
  put(job2 + "memory.current", "999000\n");
  put(job2 + "memory.stat", "anon 1000\nfile 998000\ninactive_file 500000\nactive_file 90000\n");
  CHECK(read_cgroup_memory(root.path() + "/").room_bytes == 591000);
}

TEST_CASE("the room is that of the fullest group, not of the one with the tightest limit") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "0::/all/mine\n");
  put(root.path() + "/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  put(root.path() + "/sys/fs/cgroup/all/memory.max", "5000\n");
  put(root.path() + "/sys/fs/cgroup/all/memory.current", "4900\n");  // by its neighbours
  put(root.path() + "/sys/fs/cgroup/all/mine/memory.max", "4000\n");
  put(root.path() + "/sys/fs/cgroup/all/mine/memory.current", "100\n");
  const CgroupMemory memory = read_cgroup_memory(root.path() + "/");
  CHECK(memory.limit_bytes == 4000);
  CHECK(memory.room_bytes == 100);
}

TEST_CASE("a group that is over its limit has no room, not less than none") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "0::/a\n");
  put(root.path() + "/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  put(root.path() + "/sys/fs/cgroup/a/memory.max", "5000\n");
  put(root.path() + "/sys/fs/cgroup/a/memory.current", "5100\n");
  CHECK(read_cgroup_memory(root.path() + "/").room_bytes == 0);
}

TEST_CASE("kills for want of memory are those of the group itself; the root group falls back on the machine's") {
  const mlplan::tests::TemporaryFolder root;
  put(root.path() + "/proc/self/cgroup", "4:memory:/a/b\n");
  put(root.path() + "/proc/self/mountinfo", "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  put(root.path() + "/sys/fs/cgroup/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 9\n");
  put(root.path() + "/sys/fs/cgroup/memory/a/b/memory.oom_control", "oom_kill_disable 1\nunder_oom 0\noom_kill 2\n");
  CHECK(oom_kills(root.path() + "/") == 2);

  put(root.path() + "/proc/self/cgroup", "0::/a\n");
  put(root.path() + "/proc/self/mountinfo", "31 25 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  put(root.path() + "/sys/fs/cgroup/a/memory.events", "low 0\nhigh 0\nmax 7\noom 4\noom_kill 3\n");
  CHECK(oom_kills(root.path() + "/") == 3);

  put(root.path() + "/proc/self/cgroup", "0::/\n");  // the root group has no memory.events
  CHECK_FALSE(oom_kills(root.path() + "/"));
  put(root.path() + "/proc/vmstat", "pgfault 1\noom_kill 5\n");
  CHECK(oom_kills(root.path() + "/") == 5);
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
  CHECK_FALSE(read_cgroup_memory(root.path() + "/").room_bytes);
  CHECK_FALSE(oom_kills(root.path() + "/"));
  CHECK_FALSE(read_cgroup_cpu(root.path() + "/").cpus);
}
