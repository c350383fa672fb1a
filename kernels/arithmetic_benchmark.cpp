// What the cores compute by element type: multiply-adds in registers, and matrix products, which are made of them.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <new>

#include "kernels/arithmetic.h"
#include "kernels/benchmarks.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 5;
constexpr int kLeastSize = 700;      // of a matrix
constexpr double kLeastNs = 5e6;     // of a sample
constexpr double kUnitsOfACore = 2;  // for multiply-adds: as server processors have for vectors of this width

double clock_hz() {
  static const double hz = core_clock_hz();
  return hz;
}

// The highest clock that the kernel knows of, 0 where it does not say.
double highest_clock_hz() {
  double khz = 0;
  std::ifstream("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq") >> khz;
  return khz * 1e3;
}

template <class T>
struct Matrices {  // of one thread
  explicit Matrices(const Multiplier<T>& by) {
    while (n < kLeastSize) n += by.rows * by.columns;
    const auto elements = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    a.resize(elements);
    b.resize(elements);
    c.resize(elements);
    for (std::size_t i = 0; i < elements; ++i) {
      a[i] = static_cast<T>(static_cast<double>(i * 2654435761U % 1000) / 500 - 1);
      b[i] = static_cast<T>(static_cast<double>(i * 40503U % 1000) / 500 - 1);
    }
    const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(by.packed_fixed + n * by.packed_of_n);
    packed.reset(static_cast<T*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64)));
    if (!packed) throw std::bad_alloc();
  }
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  int n = 0;
  std::vector<T> a, b, c;
  std::unique_ptr<T, Free> packed;
};

// Every thread multiplies matrices of its own: what as many single-threaded workers can reach, with no part in it of
// how well one product can be divided.
template <class T>
Sample multiply(const Multiplier<T>& by, int threads) {
  static std::vector<std::unique_ptr<Matrices<T>>> of_threads;
  while (std::ssize(of_threads) < threads) of_threads.push_back(std::make_unique<Matrices<T>>(by));
  const double n = of_threads.front()->n;
  const Together all = together(
      threads,
      [&](int thread) {
        Matrices<T>& mine = *of_threads[static_cast<std::size_t>(thread)];
        by.multiply(mine.n, mine.a.data(), mine.b.data(), mine.c.data(), mine.packed.get());
        benchmark::DoNotOptimize(mine.c.front());
      },
      allowed_cpus());
  return {static_cast<double>(all.ns), 2 * n * n * n * threads, all.error};
}

template <class T>
Sample multiply_add(const Multiplier<T>& by, int threads) {
  const long rounds = static_cast<long>(kLeastNs * 4 / 12);  // of 12 multiply-adds, each half a cycle
  const Together all =
      together(threads, [&](int) { benchmark::DoNotOptimize(by.multiply_add(rounds)); }, allowed_cpus());
  return {static_cast<double>(all.ns), static_cast<double>(rounds) * static_cast<double>(by.flop_of_round) * threads,
          all.error};
}

template <class T>
double best_multiply_add(const Multiplier<T>& by, int threads) {
  static std::map<int, double> known;
  if (const auto found = known.find(threads); found != known.end()) return found->second;
  double best = 0;
  for (int i = 0; i < kSamples; ++i) {
    const Sample sample = multiply_add(by, threads);
    if (sample.ns > 0) best = std::max(best, sample.amount * 1e9 / sample.ns);
  }
  return known[threads] = best;
}

template <class T>
void add(const Multiplier<T>& by, const std::string& type, int threads) {
  const std::string at = "_" + type + "/threads:" + std::to_string(threads);
  const auto cycles = [&by, threads]() -> Limit {
    if (clock_hz() <= 0) return {{}, "not known: no clock is seen on this architecture"};
    const double flop_of_vector = static_cast<double>(by.flop_of_round) / 12;
    return {clock_hz() * kUnitsOfACore * flop_of_vector * threads,
            "two multiply-adds of a vector each cycle of each core"};
  };
  add_benchmark(
      "arithmetic/multiply_add" + at, Figure::flop_per_s, kSamples,
      [&by, threads] { return multiply_add(by, threads); }, cycles);
  add_benchmark(
      "arithmetic/gemm" + at, Figure::flop_per_s, kSamples, [&by, threads] { return multiply(by, threads); },
      [&by, threads] { return Limit{best_multiply_add(by, threads), "multiply-adds in registers, as many threads"}; });
}

}  // namespace

void add_arithmetic_benchmarks(const Settings& settings) {
  add_benchmark(
      "arithmetic/clock", Figure::hz, kSamples,
      [] {
        const double hz = core_clock_hz();
        return hz > 0 ? Sample{1e9, hz} : Sample{0, 0, "no clock is seen on this architecture"};
      },
      [] {
        const double highest = highest_clock_hz();
        return highest > 0 ? Limit{highest, "the highest clock that the kernel knows"}
                           : Limit{{}, "not known: the kernel shows no clock"};
      });
  const Arithmetic& best = *usable_arithmetic().front();
  for (const int threads : thread_counts(settings.threads)) {
    add(best.f32, "f32", threads);
    add(best.f64, "f64", threads);
  }
}

}  // namespace mlplan::kernels
