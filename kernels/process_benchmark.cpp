// Starting a process: one that does nothing, a small one of the system, and this program.
#include <unistd.h>

#include <filesystem>

#include "kernels/benchmarks.h"
#include "kernels/process_start.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 20;

std::string nothing_beside(const std::string& self) {
  return (std::filesystem::path(self).parent_path() / "mlplan-kernels-nothing").string();
}

}  // namespace

void add_process_benchmarks(const Settings& settings) {
  const std::string nothing = nothing_beside(settings.self);
  const auto start = [](const std::string& program, const std::vector<std::string>& arguments) {
    return [program, arguments] {
      const ProcessStart result = start_process(program, arguments);
      return Sample{static_cast<double>(result.ns), 1, result.error};
    };
  };
  const auto least = [nothing] {
    static const double best = [&nothing] {
      double least_ns = 0;
      for (int i = 0; i < kSamples; ++i) {
        const auto ns = static_cast<double>(start_process(nothing, {}).ns);
        if (ns > 0 && (least_ns == 0 || ns < least_ns)) least_ns = ns;
      }
      return least_ns;
    }();
    return Limit{best > 0 ? std::optional(best) : std::nullopt, "a program that needs no library and does nothing"};
  };
  add_benchmark("process/nothing", Figure::ns, kSamples, start(nothing, {}),
                [] { return Limit{{}, "not known: what this kernel takes for any process"}; });
  const char* const system_true = ::access("/bin/true", X_OK) == 0 ? "/bin/true" : "/usr/bin/true";
  add_benchmark("process/true", Figure::ns, kSamples, start(system_true, {}), least);
  add_benchmark("process/self", Figure::ns, kSamples, start(settings.self, {"--version", "--quiet"}), least);
}

}  // namespace mlplan::kernels
