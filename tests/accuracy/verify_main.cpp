// `make accuracy`: how well mlplan predicts a real pool. Sample models are benched and planned for, and the plan is
// verified: each prediction is made by the program itself before its run. For a person to read: no test depends on it.
//
// CASES: comma-separated of predictions, starts, kills (all). MODELS: of 1ms, 5ms, 30ms (all). LOADS: percentages
// (30,50,70,85). ARRIVALS: of poisson, trace (all). SECONDS: of each run (by what its p99 needs). RUNS: of each shape
// of traffic (3); SHAPES: of step, burst, diurnal (all).
#include <algorithm>
#include <filesystem>

#include "bench/scratch_folder.h"
#include "tests/accuracy/value.h"
#include "tests/accuracy/verify_support.h"

int main() {
  using namespace mlplan;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const bench::ScratchFolder scratch = accuracy::value(bench::ScratchFolder::make());
  const std::string mlplan = (here / "mlplan").string();
  const std::vector<std::string> cases = accuracy::list_of("CASES", "predictions,starts,kills");
  const auto on = [&](const char* name) { return std::ranges::find(cases, name) != cases.end(); };
  if (on("predictions")) accuracy::print_predictions(mlplan, scratch.path());
  if (on("starts")) accuracy::print_starts(mlplan, scratch.path());
  if (on("kills")) accuracy::print_kills(mlplan, scratch.path());
}
