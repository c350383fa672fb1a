#include "kernels/host_loops.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "kernels/together.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::kernels {

namespace {

constexpr std::int64_t kEnoughWorkNs = 50'000'000;   // a figure rests on at least this much timed work
constexpr std::int64_t kLongWorkNs = 1'000'000'000;  // from here on one repetition has to do
constexpr int kFewestRepetitions = 3;
constexpr int kMostRepetitions = 200;
constexpr int kMostColdRepetitions = 8;  // dropping a cache is slow where the file is small
constexpr double kCold = 0.01;           // share that may be resident in a cold read
constexpr std::int64_t kHugePage = std::int64_t{2} << 20;

std::int64_t read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

double rate(std::int64_t bytes, std::int64_t ns) {
  return static_cast<double>(bytes) * 1e9 / static_cast<double>(std::max<std::int64_t>(ns, 1));
}

// The best of several counts as the limit: whether one more repetition is due after `done` that took work_ns together.
bool one_more(int done, int most, std::int64_t work_ns) {
  if (done >= most) return false;
  return work_ns < kEnoughWorkNs || (done < kFewestRepetitions && work_ns < kLongWorkNs);
}

std::int64_t page_bytes() { return sysconf(_SC_PAGESIZE); }

std::string in_words(int error) { return std::generic_category().message(error); }

UniqueFd open_to_read(const std::string& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

// Memory that came from mmap; data() is null when there was none to be had, or none was wanted.
class Mapping {
 public:
  Mapping(std::int64_t bytes, int protection, int flags, int fd) : bytes_(static_cast<std::size_t>(bytes)) {
    if (bytes <= 0) return;
    data_ = ::mmap(nullptr, bytes_, protection, flags, fd, 0);
    if (data_ == MAP_FAILED) data_ = nullptr;
  }
  static Mapping fresh_memory(std::int64_t bytes) {
    return {bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1};
  }
  Mapping(Mapping&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }
  std::byte* data() const { return static_cast<std::byte*>(data_); }

 private:
  std::size_t bytes_ = 0;
  void* data_ = nullptr;
};

// The compiler must take it that somebody reads the memory here.
void keep(const void* data) { asm volatile("" : : "g"(data) : "memory"); }

// Share of the first `bytes` of the file in the page cache. Since Linux 5.2 the kernel answers "all" to those who
// neither own the file nor may write it.
double resident_share(int fd, std::int64_t bytes) {
  const Mapping mapping(bytes, PROT_READ, MAP_SHARED, fd);
  if (mapping.data() == nullptr) return 1;
  std::vector<unsigned char> pages(static_cast<std::size_t>((bytes + page_bytes() - 1) / page_bytes()));
  if (::mincore(mapping.data(), static_cast<std::size_t>(bytes), pages.data()) != 0) return 1;
  const auto resident = std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; });
  return static_cast<double>(resident) / static_cast<double>(pages.size());
}

// Bytes this process has had fetched from storage so far; 0 where the kernel does not count them.
std::int64_t fetched_bytes() {
  std::ifstream io("/proc/self/io");
  std::string key;
  std::int64_t value = 0;
  while (io >> key >> value) {
    if (key == "read_bytes:") return value;
  }
  return 0;
}

struct Pass {
  std::int64_t ns = 0;
  std::int64_t bytes = 0;
  std::string error;
};

// Reads the blocks first, first + step, ... of the first `range` bytes into `buffer`.
void read_blocks(int fd, std::int64_t range, std::int64_t block, std::int64_t first, std::int64_t step,
                 std::byte* buffer, std::int64_t& bytes, int& error) {
  for (std::int64_t offset = first * block; offset < range; offset += step * block) {
    const std::int64_t length = std::min(block, range - offset);
    for (std::int64_t done = 0; done < length;) {
      const ssize_t got = ::pread(fd, buffer + done, static_cast<std::size_t>(length - done), offset + done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error = errno;
      if (got <= 0) return;
      done += got;
      bytes += got;
    }
  }
}

// One pass over the range: every thread has a descriptor (and with it a read-ahead) and a touched buffer of its own.
// The clock runs from when all are ready until the last is done.
Pass read_once(const std::string& path, std::int64_t range, const ReadOptions& options) {
  struct Share {
    std::int64_t bytes = 0;
    int error = 0;
  };
  const std::int64_t block = std::max(options.block_bytes, page_bytes());
  const int threads =
      static_cast<int>(std::clamp<std::int64_t>((range + block - 1) / block, 1, std::max(options.threads, 1)));
  std::vector<Share> shares(static_cast<std::size_t>(threads));
  std::vector<UniqueFd> files;
  std::vector<Mapping> buffers;
  for (int i = 0; i < threads; ++i) {
    files.push_back(open_to_read(path));
    if (!files.back()) return {0, 0, in_words(errno)};
    buffers.push_back(Mapping::fresh_memory(block));
    if (buffers.back().data() == nullptr) return {0, 0, in_words(ENOMEM)};
    std::memset(buffers.back().data(), 1, static_cast<std::size_t>(block));
  }

  Pass pass;
  const Together all = together(threads, [&](int thread) {
    const auto i = static_cast<std::size_t>(thread);
    read_blocks(files[i].get(), range, block, thread, threads, buffers[i].data(), shares[i].bytes, shares[i].error);
  });
  pass.ns = all.ns;
  pass.error = all.error;
  if (!pass.error.empty()) return pass;
  for (const Share& share : shares) {
    pass.bytes += share.bytes;
    if (share.error != 0) pass.error = in_words(share.error);
  }
  if (pass.error.empty() && pass.bytes != range) pass.error = "the file became shorter while it was read";
  return pass;
}

// Bytes of the file to read, or why there are none.
std::int64_t readable_range(int fd, const ReadOptions& options, std::string& error) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) {
    error = in_words(errno);
    return 0;
  }
  if (!S_ISREG(info.st_mode)) {
    error = "not a regular file";
    return 0;
  }
  const std::int64_t range = std::min<std::int64_t>(info.st_size, options.limit_bytes);
  if (range <= 0) error = "nothing to read";
  return range;
}

// prepare() before every pass; better(a, b) says which of two results is to be reported.
template <class Prepare, class Better>
ReadRate best_read(const std::string& path, const ReadOptions& options, int most, Prepare prepare, Better better) {
  ReadRate best;
  const UniqueFd file = open_to_read(path);
  if (!file) {
    best.error = in_words(errno);
    return best;
  }
  const std::int64_t range = readable_range(file.get(), options, best.error);
  if (!best.error.empty()) return best;
  std::int64_t work_ns = 0;
  for (int i = 0; one_more(i, most, work_ns); ++i) {
    prepare(file.get(), range);
    ReadRate result;
    result.resident_before = resident_share(file.get(), range);
    const std::int64_t fetched_before = fetched_bytes();
    Pass pass = read_once(path, range, options);
    result.from_storage = fetched_bytes() - fetched_before;
    result.bytes = pass.bytes;
    if (!pass.error.empty()) {
      best.error = std::move(pass.error);
      return best;
    }
    result.bytes_per_s = rate(pass.bytes, pass.ns);
    work_ns += pass.ns;
    if (i == 0 || better(result, best)) best = result;
  }
  return best;
}

struct Touched {
  std::int64_t ns = 0;      // wall
  std::int64_t cpu_ns = 0;  // of this thread: without what it waited for a CPU
  std::int64_t faults = 0;
};

// Writes a byte to every page of fresh memory that has been advised; ns = 0 when there is none, or no such advice.
Touched touch_once(std::int64_t bytes, int advice) {
  const Mapping mapping = Mapping::fresh_memory(bytes + kHugePage);
  if (mapping.data() == nullptr) return {};
  const auto address = reinterpret_cast<std::uintptr_t>(mapping.data());
  std::byte* const aligned = mapping.data() + (kHugePage - static_cast<std::int64_t>(address % kHugePage)) % kHugePage;
  // EINVAL: a kernel without huge pages, where memory is as MADV_NOHUGEPAGE would have it anyway.
  if (::madvise(aligned, static_cast<std::size_t>(bytes), advice) != 0 && advice == MADV_HUGEPAGE) return {};
  rusage before{};
  rusage after{};
  const std::int64_t page = page_bytes();
  getrusage(RUSAGE_THREAD, &before);
  const std::int64_t begin_ns = now_ns();
  const std::int64_t begin_cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID);
  for (std::int64_t offset = 0; offset < bytes; offset += page) aligned[offset] = std::byte{1};
  keep(aligned);
  const std::int64_t end_cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID);
  const std::int64_t end_ns = now_ns();
  getrusage(RUSAGE_THREAD, &after);
  return {std::max<std::int64_t>(end_ns - begin_ns, 1), std::max<std::int64_t>(end_cpu_ns - begin_cpu_ns, 1),
          after.ru_minflt - before.ru_minflt};
}

// The least wall and the least CPU time, which need not be of the same repetition.
Touched touch_best(std::int64_t bytes, int advice) {
  Touched best;
  std::int64_t work_ns = 0;
  for (int i = 0; one_more(i, kMostRepetitions, work_ns); ++i) {
    const Touched once = touch_once(bytes, advice);
    if (once.ns == 0) return best;
    work_ns += once.ns;
    const std::int64_t cpu_ns = i == 0 ? once.cpu_ns : std::min(best.cpu_ns, once.cpu_ns);
    if (i == 0 || once.ns < best.ns) best = once;
    best.cpu_ns = cpu_ns;
  }
  return best;
}

}  // namespace

// Buffered reads: O_DIRECT was slower on the virtual disk this was tried on (1.2-3.2 GB/s against 3.1-3.8 with
// read-ahead, blocks of 1 to 16 MiB, 1 to 4 threads), and does not exist on every file system.
ReadRate read_cold(const std::string& path, const ReadOptions& options) {
  const auto drop = [](int fd, std::int64_t) {
    ::fsync(fd);  // pages that wait to be written cannot be dropped
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  };
  // A pass that found pages in the cache is faster, but not at what is asked.
  const auto better = [](const ReadRate& a, const ReadRate& b) {
    const double found_a = std::max(a.resident_before, kCold);
    const double found_b = std::max(b.resident_before, kCold);
    return found_a != found_b ? found_a < found_b : a.bytes_per_s > b.bytes_per_s;
  };
  return best_read(path, options, kMostColdRepetitions, drop, better);
}

ReadRate read_warm(const std::string& path, const ReadOptions& options) {
  const auto bring_in = [&](int fd, std::int64_t range) {
    if (resident_share(fd, range) < 1) read_once(path, range, options);
  };
  const auto better = [](const ReadRate& a, const ReadRate& b) { return a.bytes_per_s > b.bytes_per_s; };
  return best_read(path, options, kMostRepetitions, bring_in, better);
}

FirstTouch first_touch(std::int64_t bytes) {
  FirstTouch result;
  if (bytes <= 0) return result;
  const std::int64_t page = page_bytes();
  bytes = (bytes + page - 1) / page * page;
  const Touched small = touch_best(bytes, MADV_NOHUGEPAGE);
  if (small.ns == 0 || small.faults == 0) return result;
  result.bytes_per_s = rate(bytes, small.ns);
  result.faults = small.faults;
  result.fault_ns = static_cast<double>(small.cpu_ns) / static_cast<double>(small.faults);
  const Touched huge = touch_best(bytes, MADV_HUGEPAGE);
  if (huge.ns == 0 || huge.faults > small.faults / 2) return result;
  result.huge_bytes_per_s = rate(bytes, huge.ns);
  result.huge_faults = huge.faults;
  result.huge_page_ns = static_cast<double>(huge.cpu_ns) * static_cast<double>(kHugePage) / static_cast<double>(bytes);
  return result;
}

}  // namespace mlplan::kernels
