// mlplan-kernels: what this machine gives, by small benchmarks that name their limits. Google Benchmark's flags, and
//
//   --threads=N    at most so many (the CPUs this process may use)
//   --file=PATH    to read for the disk's figures; it should have 256 MiB
//   --folder=DIR   where a file for that is written (.); nothing is left of it
//   --device=N     the GPU that is measured (0)
//   --compare-gpu-timers   in place of all of them: one kernel on the GPU, timed in two ways that should agree
//   --version
//
// The GPU's benchmarks run where --benchmark_filter names them ("gpu"); without a filter only where there is a sign of
// a GPU.
//
// Exit code 0; 3 where a benchmark could not be done, which says why; 2 where no benchmark has such a name.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "kernels/arithmetic.h"
#include "kernels/benchmarks.h"
#include "kernels/gpu/presence.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

// Google Benchmark ends with 0 whatever became of its benchmarks.
template <class Reporter>
struct Strict : Reporter {
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    for (const auto& run : runs) failed |= run.error_occurred;
    Reporter::ReportRuns(runs);
  }
  bool failed = false;
};

template <class Reporter>
int run_with(Reporter reporter) {
  const std::size_t matched = benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed ? 3 : matched == 0 ? 2 : 0;
}

// The number after a flag, into `value`; false, and said, where it is none.
bool take_number(std::string_view argument, int least, int& value) {
  const std::size_t at = argument.find('=') + 1;
  const std::string_view text = argument.substr(at);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= least) return true;
  std::fprintf(stderr, "mlplan-kernels: %s takes a number from %d, not '%s'\n",
               std::string(argument.substr(0, at - 1)).c_str(), least, std::string(text).c_str());
  return false;
}

// Takes the flags of our own out of argv; false: one is wrong.
bool take_flags(int& argc, char** argv, Settings& settings) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--threads=")) {
      if (!take_number(argument, 1, settings.threads)) return false;
    } else if (argument.starts_with("--device=")) {
      if (!take_number(argument, 0, settings.device)) return false;
    } else if (argument.starts_with("--file=")) {
      settings.file = argument.substr(7);
    } else if (argument.starts_with("--folder=")) {
      settings.folder = argument.substr(9);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return true;
}

bool wants_gpu() {
  const std::string filter = benchmark::GetBenchmarkFilter();
  if (filter.empty() || filter == "all") return gpu::is_there_a_sign_of_a_gpu();
  return filter.find("gpu") != std::string::npos;
}

int main_of(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--version") == 0) {
    if (argc == 2) std::puts("mlplan-kernels " MLPLAN_VERSION);
    return 0;
  }
  Settings settings;
  settings.threads = static_cast<int>(std::max<std::size_t>(allowed_cpus().size(), 1));
  std::error_code error;
  settings.self = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (!take_flags(argc, argv, settings)) return 2;
  if (argc > 1 && std::strcmp(argv[1], kTimeGpuStart) == 0) return time_gpu_start(settings.device);
  if (argc > 1 && std::strcmp(argv[1], kCompareGpuTimers) == 0) return compare_gpu_timers(settings.device);
  bool as_json = false;
  for (int i = 1; i < argc; ++i) as_json |= std::strcmp(argv[i], "--benchmark_format=json") == 0;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("mlplan", MLPLAN_VERSION);
  benchmark::AddCustomContext("vectors", usable_arithmetic().front()->name);
  add_memory_benchmarks(settings);
  add_page_fault_benchmarks(settings);
  add_process_benchmarks(settings);
  add_file_benchmarks(settings);
  add_arithmetic_benchmarks(settings);
  if (wants_gpu()) add_gpu_benchmarks(settings);
  return as_json ? run_with(Strict<benchmark::JSONReporter>()) : run_with(Strict<benchmark::ConsoleReporter>());
}

}  // namespace
}  // namespace mlplan::kernels

int main(int argc, char** argv) { return mlplan::kernels::main_of(argc, argv); }
