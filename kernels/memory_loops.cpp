#include "kernels/memory_loops.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "kernels/line_of.h"
#include "kernels/together.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace mlplan::kernels {

namespace {

constexpr std::size_t kLine = 64;
constexpr double kScalar = 3;

// Wide enough for any memory: a core does more of these in a second than the memory brings lines.
using Pair = double __attribute__((vector_size(16)));
constexpr std::size_t kPairsOfLine = kLine / sizeof(Pair);

// Between lines, so that the compiler makes no call of memcpy or memset of the loop, which choose their own stores.
void line_ends() { asm volatile("" : : : "memory"); }

void write_lines(Pair* to, std::size_t lines) {
  const Pair value = {kScalar, kScalar};
  for (std::size_t i = 0; i < lines; ++i, to += kPairsOfLine) {
    for (std::size_t k = 0; k < kPairsOfLine; ++k) to[k] = value;
    line_ends();
  }
}

void copy_lines(Pair* to, const Pair* from, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i, to += kPairsOfLine, from += kPairsOfLine) {
    for (std::size_t k = 0; k < kPairsOfLine; ++k) to[k] = from[k];
    line_ends();
  }
}

#ifdef __SSE2__
void stream_lines(Pair* to, const Pair* from, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i, to += kPairsOfLine, from += kPairsOfLine) {
    for (std::size_t k = 0; k < kPairsOfLine; ++k) _mm_stream_pd(reinterpret_cast<double*>(to + k), from[k]);
  }
  _mm_sfence();
}
#endif

void triad_lines(Pair* to, const Pair* left, const Pair* right, std::size_t lines) {
  const Pair scalar = {kScalar, kScalar};
  for (std::size_t i = 0; i < lines; ++i) {
    for (std::size_t k = 0; k < kPairsOfLine; ++k) to[k] = left[k] + scalar * right[k];
    to += kPairsOfLine;
    left += kPairsOfLine;
    right += kPairsOfLine;
    line_ends();
  }
}

// Sums that do not wait for each other.
void read_lines(const Pair* from, std::size_t lines) {
  Pair sums[kPairsOfLine] = {};
  for (std::size_t i = 0; i < lines; ++i, from += kPairsOfLine) {
    for (std::size_t k = 0; k < kPairsOfLine; ++k) sums[k] += from[k];
  }
  for (Pair& sum : sums) asm volatile("" : : "m"(sum));  // somebody wants them
}

// Of all last-level caches of the machine together; 0 where that cannot be seen.
std::int64_t last_level_bytes() {
  std::set<std::string> seen;
  std::int64_t bytes = 0;
  for (const int cpu : allowed_cpus()) {
    std::string of_which;
    std::int64_t size = 0;
    for (int index = 0; index < 8; ++index) {
      const std::string folder =
          "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" + std::to_string(index);
      const std::string text = line_of(folder + "/size");
      if (text.empty()) break;
      size = std::strtoll(text.c_str(), nullptr, 10) * (text.back() == 'M' ? 1 << 20 : 1 << 10);
      of_which = line_of(folder + "/shared_cpu_list");
    }
    if (seen.insert(of_which).second) bytes += size;
  }
  return bytes;
}

}  // namespace

const std::vector<LoopFacts>& memory_loops() {
  static const std::vector<LoopFacts> all = {{MemoryLoop::read, "read", 1},
                                             {MemoryLoop::write, "write", 1},
                                             {MemoryLoop::copy, "copy", 2},
#ifdef __SSE2__
                                             {MemoryLoop::streaming_copy, "streaming_copy", 2},
#endif
                                             {MemoryLoop::triad, "triad", 3}};
  return all;
}

Arrays::Arrays(std::int64_t bytes_of_each, int threads, std::vector<int> cpus)
    : threads_(std::max(threads, 1)), cpus_(std::move(cpus)) {
  const auto unit = static_cast<std::int64_t>(kLine) * threads_;
  bytes_ = std::max<std::int64_t>((bytes_of_each + unit - 1) / unit, 1) * unit;
  const auto size = static_cast<std::size_t>(bytes_);
  for (double*& array : arrays_) {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      error_ = "there is not enough memory";
      return;
    }
    array = static_cast<double*>(memory);
    ::madvise(memory, size, MADV_HUGEPAGE);
  }
  const Together touched = together(
      threads_,
      [&](int thread) {
        const std::size_t begin = share_begin(thread);
        const std::size_t end = share_begin(thread + 1);
        for (std::size_t i = 0; i < 3; ++i) std::fill(arrays_[i] + begin, arrays_[i] + end, static_cast<double>(i + 1));
      },
      cpus_);
  error_ = touched.error;
}

Arrays::~Arrays() {
  for (double* array : arrays_) {
    if (array != nullptr) ::munmap(array, static_cast<std::size_t>(bytes_));
  }
}

std::size_t Arrays::share_begin(int thread) const {
  return static_cast<std::size_t>(bytes_ / threads_) / sizeof(double) * static_cast<std::size_t>(thread);
}

std::int64_t Arrays::pass(MemoryLoop loop) const {
  if (!error_.empty()) return 0;
  const Together all = together(
      threads_,
      [&](int thread) {
        const std::size_t begin = share_begin(thread);
        const std::size_t lines = (share_begin(thread + 1) - begin) * sizeof(double) / kLine;
        auto* const a = reinterpret_cast<Pair*>(arrays_[0] + begin);
        const auto* const b = reinterpret_cast<const Pair*>(arrays_[1] + begin);
        const auto* const c = reinterpret_cast<const Pair*>(arrays_[2] + begin);
        switch (loop) {
          case MemoryLoop::read: read_lines(b, lines); break;
          case MemoryLoop::write: write_lines(a, lines); break;
          case MemoryLoop::copy: copy_lines(a, b, lines); break;
#ifdef __SSE2__
          case MemoryLoop::streaming_copy: stream_lines(a, b, lines); break;
#else
          case MemoryLoop::streaming_copy: break;
#endif
          case MemoryLoop::triad: triad_lines(a, b, c, lines); break;
        }
      },
      cpus_);
  return all.error.empty() ? std::max<std::int64_t>(all.ns, 1) : 0;
}

std::int64_t array_bytes_for_this_machine() {
  constexpr std::int64_t kLeast = std::int64_t{256} << 20;
  const std::int64_t available =
      static_cast<std::int64_t>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  return std::min(std::max(kLeast, 4 * last_level_bytes()), std::max<std::int64_t>(available / 8, 1 << 20));
}

}  // namespace mlplan::kernels
