// The benchmarks of mlplan-kernels, a file a subject. Each says in its label which limit it should reach and gives, as
// counters, that limit and the fraction of it that was reached. One iteration is one sample.
//
// A name is SUBJECT/WHAT, then what varies: memory/copy/threads:2.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mlplan::kernels {

struct Settings {
  int threads = 1;        // at most
  std::string file = {};  // to read from a disk; empty: one is written into `folder`
  std::string folder = ".";
  std::string self = {};  // this program
  int device = 0;         // the GPU, by CUDA's number
};

// 1, 2, 4, ... and the most.
std::vector<int> thread_counts(int most);

struct Limit {
  std::optional<double> value;  // in the unit of the figure; absent: not known
  std::string text;             // what it is, or why it is not known
};

// What the figure of a benchmark is.
enum class Figure { bytes_per_s, flop_per_s, hz, ns };

struct Sample {
  double ns = 0;      // that the work took
  double amount = 1;  // bytes, flop or cycles of it; of a time: how many times it was done
  std::string error = {};
};

// Registers a benchmark of which every iteration is one call of `take`. `limit` is asked after the first. A sample of
// an error ends the benchmark with it.
void add_benchmark(const std::string& name, Figure figure, int samples, std::function<Sample()> take,
                   std::function<Limit()> limit);

void add_memory_benchmarks(const Settings& settings);
void add_page_fault_benchmarks(const Settings& settings);
void add_process_benchmarks(const Settings& settings);
void add_file_benchmarks(const Settings& settings);
void add_arithmetic_benchmarks(const Settings& settings);
// All of them fail, and say why, where there is no GPU, no driver, or no CUDA in this build. Asks the driver.
void add_gpu_benchmarks(const Settings& settings);

// What the flag below does, which the benchmarks give to processes that are new: prints the nanoseconds of starting the
// driver and of making a context on the device, or why neither could be done. For main to return.
inline constexpr const char* kTimeGpuStart = "--time-gpu-start";
int time_gpu_start(int device);

// Prints, as a line of JSON, the median times of one kernel by events alone and isolated
// (kernels/gpu/isolated_timer.h). For main to return: 3, and why on standard error, where it could not be done.
inline constexpr const char* kCompareGpuTimers = "--compare-gpu-timers";
int compare_gpu_timers(int device);

// The most that any loop over memory moved with so many threads, bytes/s; measured when it is first asked for.
double memory_rate(int threads);

}  // namespace mlplan::kernels
