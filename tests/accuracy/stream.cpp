// An independent measure of memory bandwidth, of plain loops alone: copy and triad over arrays of 256 MiB on huge pages
// by N threads, the best of 10 passes each, bytes counted as STREAM counts them. Prints "COPY TRIAD" in bytes a second.
#include <sys/mman.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kElements = (std::size_t{256} << 20) / sizeof(double);
constexpr int kPasses = 10;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double* make_array() {
  void* const memory = std::aligned_alloc(std::size_t{2} << 20, kElements * sizeof(double));
  if (memory == nullptr) std::abort();
  madvise(memory, kElements * sizeof(double), MADV_HUGEPAGE);
  return static_cast<double*>(memory);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 1;
  double* const a = make_array();
  double* const b = make_array();
  double* const c = make_array();
  double best[2] = {1e9, 1e9};
  double begin = 0;
  std::barrier all(threads);
  const auto work = [&](int thread) {
    const std::size_t from = kElements / static_cast<std::size_t>(threads) * static_cast<std::size_t>(thread);
    const std::size_t to = thread == threads - 1 ? kElements : from + kElements / static_cast<std::size_t>(threads);
    for (std::size_t i = from; i < to; ++i) a[i] = b[i] = c[i] = 1;
    for (int pass = 0; pass < 2 * kPasses; ++pass) {
      all.arrive_and_wait();
      if (thread == 0) begin = now_s();
      all.arrive_and_wait();
      if (pass % 2 == 0) {
        for (std::size_t i = from; i < to; ++i) a[i] = b[i];
      } else {
        for (std::size_t i = from; i < to; ++i) a[i] = b[i] + 3 * c[i];
      }
      all.arrive_and_wait();
      if (thread == 0) best[pass % 2] = std::min(best[pass % 2], now_s() - begin);
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int thread = 1; thread < threads; ++thread) helpers.emplace_back(work, thread);
    work(0);
  }
  const double bytes = static_cast<double>(kElements) * sizeof(double);
  std::printf("%.0f %.0f\n", 2 * bytes / best[0], 3 * bytes / best[1]);
  return a[kElements / 2] > 0 ? 0 : 1;
}
