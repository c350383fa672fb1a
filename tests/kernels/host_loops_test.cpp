#include "kernels/host_loops.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace mlplan::kernels;

namespace {

constexpr std::int64_t kPage = 4096;

// A file of `bytes` bytes on storage, in the working folder; gone with its owner.
class ScratchFile {
 public:
  explicit ScratchFile(std::int64_t bytes) {
    std::string path = "host_loops_test_XXXXXX";
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    path_ = path;
    std::vector<char> block(1 << 20, 'x');
    for (std::int64_t done = 0; done < bytes;) {
      const auto length = static_cast<std::size_t>(std::min<std::int64_t>(bytes - done, 1 << 20));
      REQUIRE(::write(fd, block.data(), length) == static_cast<ssize_t>(length));
      done += static_cast<std::int64_t>(length);
    }
    ::close(fd);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }
  bool in_memory() const {
    struct statfs info{};
    ::statfs(path_.c_str(), &info);
    return info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a cold read finds the file out of the page cache and fetches all of it from storage") {
  constexpr std::int64_t kBytes = (std::int64_t{16} << 20) + 12345;  // not a multiple of block or page
  const ScratchFile file(kBytes);
  if (file.in_memory()) {
    MESSAGE("skipped: the working folder is in memory and has no cold state");
    return;
  }
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    const ReadRate rate = read_cold(file.path(), {.threads = threads, .block_bytes = std::int64_t{1} << 20});
    CHECK(rate.error == "");
    CHECK(rate.bytes == kBytes);
    CHECK(rate.resident_before <= 0.01);
    CHECK(rate.from_storage >= kBytes * 95 / 100);
    CHECK(rate.bytes_per_s > 0);
  }
}

TEST_CASE("a warm read copies the whole file and fetches nothing from storage") {
  constexpr std::int64_t kBytes = (std::int64_t{8} << 20) + 1;
  const ScratchFile file(kBytes);
  for (const int threads : {1, 2}) {
    read_cold(file.path(), {});  // from wherever it was
    const ReadRate rate = read_warm(file.path(), {.threads = threads});
    CHECK(rate.error == "");
    CHECK(rate.bytes == kBytes);
    CHECK(rate.resident_before == 1);
    CHECK(rate.from_storage <= kBytes / 100);
    CHECK(rate.bytes_per_s > 0);
  }
}

TEST_CASE("a file that somebody has mapped cannot be made cold, and that is said") {
  constexpr std::int64_t kBytes = std::int64_t{4} << 20;
  const ScratchFile file(kBytes);
  const int fd = ::open(file.path().c_str(), O_RDONLY);
  void* mapped = ::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  REQUIRE(mapped != MAP_FAILED);
  const ReadRate rate = read_cold(file.path(), {});
  ::munmap(mapped, kBytes);
  ::close(fd);
  CHECK(rate.error == "");
  CHECK(rate.resident_before > 0.5);
}

TEST_CASE("at most the wanted bytes are read, from the start of the file") {
  const ScratchFile file(std::int64_t{4} << 20);
  const ReadOptions options{.limit_bytes = 1'000'001, .threads = 2, .block_bytes = 300'000};
  CHECK(read_warm(file.path(), options).bytes == 1'000'001);
  CHECK(read_cold(file.path(), options).bytes == 1'000'001);
}

TEST_CASE("a file of one byte is read, and threads without work do no harm") {
  const ScratchFile file(1);
  CHECK(read_warm(file.path(), {.threads = 8}).bytes == 1);
  CHECK(read_cold(file.path(), {.threads = 0, .block_bytes = 0}).bytes == 1);
}

TEST_CASE("what cannot be read is an error with its reason and no rate") {
  const ScratchFile empty(0);
  for (const auto& read : {read_cold, read_warm}) {
    CHECK(read("no/such/file", {}).error == "No such file or directory");
    CHECK(read("no/such/file", {}).bytes_per_s == 0);
    CHECK(read(empty.path(), {}).error == "nothing to read");
    CHECK(read(".", {}).error == "not a regular file");
    CHECK(read(empty.path(), {}).bytes == 0);
  }
}

TEST_CASE("first touch faults once per page, and huge pages, where there are any, save faults") {
  constexpr std::int64_t kBytes = std::int64_t{32} << 20;
  const FirstTouch touch = first_touch(kBytes);
  CHECK(touch.faults >= kBytes / kPage);
#ifndef __SANITIZE_THREAD__  // which has memory of its own for every page
  CHECK(touch.faults <= kBytes / kPage + 64);
#endif
  CHECK(touch.bytes_per_s > 0);
  CHECK(touch.fault_ns > 0);
  if (touch.huge_bytes_per_s > 0) {
    CHECK(touch.huge_faults <= touch.faults / 2);
    CHECK(touch.huge_page_ns > 0);
  } else {
    CHECK(touch.huge_faults == 0);
    CHECK(touch.huge_page_ns == 0);
  }
}

TEST_CASE("a fault costs the CPU time it took, not the wait for a CPU that others had") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  constexpr std::int64_t kBytes = std::int64_t{256} << 20;
  FirstTouch touch;
  {
    // Three that never rest on the CPU of the loop, which then gets a quarter of it, and half at the very most.
    std::vector<std::jthread> busy;
    for (int i = 0; i < 3; ++i) {
      busy.emplace_back([](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
        }
      });
    }
    touch = first_touch(kBytes);
  }
  sched_setaffinity(0, sizeof before, &before);
  const double cpu_s = touch.fault_ns * static_cast<double>(touch.faults) / 1e9;
  const double wall_s = static_cast<double>(kBytes) / touch.bytes_per_s;
  CHECK(cpu_s < 0.6 * wall_s);
}

TEST_CASE("first touch of less than a page touches one, of nothing none") {
  const FirstTouch one = first_touch(1);
  CHECK(one.faults >= 1);
  CHECK(one.faults <= 8);
  CHECK(first_touch(0).bytes_per_s == 0);
  CHECK(first_touch(-1).faults == 0);
}

TEST_CASE("the loops give back the memory they took") {
  const auto resident_bytes = [] {
    std::int64_t virtual_pages = 0;
    std::int64_t pages = 0;
    std::ifstream statm("/proc/self/statm");
    statm >> virtual_pages >> pages;
    REQUIRE(statm.good());
    return pages * kPage;
  };
  const ScratchFile file(std::int64_t{4} << 20);
  first_touch(kPage);
  const auto before = resident_bytes();
  first_touch(std::int64_t{64} << 20);
  read_warm(file.path(), {.block_bytes = std::int64_t{32} << 20});
  CHECK(resident_bytes() - before < 16 << 20);
}
