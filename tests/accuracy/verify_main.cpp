// `make accuracy`: how well mlplan predicts a real pool. Sample models are benched and planned for, and the plan is
// verified at several loads: each prediction is made by the program itself before its run. For a person to read: no
// test depends on it.
//
// LOADS: comma-separated percentages (30,50,70,85). MODELS: of 1ms, 5ms, 30ms (all). SECONDS: of each run (20).
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "bench/scratch_folder.h"
#include "profiles/plan.h"
#include "profiles/support/units.h"
#include "profiles/verification.h"
#include "tests/accuracy/value.h"

namespace mlplan::accuracy {
namespace {

struct Model {
  const char* name;
  const char* sample;
  const char* size;
};
constexpr Model kModels[] = {{"1ms", "mlp", "8MB"}, {"5ms", "mlp", "40MB"}, {"30ms", "transformer", "50MB"}};

struct Arrivals {
  const char* name;
  const char* flags;
};
constexpr Arrivals kArrivals[] = {{"poisson", ""}, {"bursty", "--burst 0.05@5s"}};

std::vector<std::string> list_of(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  std::stringstream text(value != nullptr && *value != '\0' ? value : otherwise);
  std::vector<std::string> out;
  for (std::string item; std::getline(text, item, ',');) out.push_back(item);
  return out;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Exit codes of verify and plan say more than success: only what is no answer ends the run.
void run(const std::string& command) {
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  if (code == 0 || code == 1 || code == 4) return;
  fmt::print(stderr, "ended with {}: {}\n", code, command);
  std::exit(1);
}

struct Tally {
  int judged = 0;
  int inside = 0;
  std::vector<double> p50_errors = {};
  std::vector<double> p99_errors = {};
};

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

std::string side_by_side(const ComparedQuantity& row) {
  return fmt::format("{:>8} {:>8} {:>+7.1f} %{}", format_duration(row.predicted.value),
                     format_duration(row.measured.value), row.error.value_or(0) * 100,
                     row.inside.value_or(false) ? ' ' : '!');
}

void print_run(const std::string& model, const std::string& load, const char* arrivals, const Verification& found,
               Tally& tally) {
  std::string line = fmt::format("  {:<5} {:>4} % {:<8} {:>7}", model, load, arrivals, found.requests.completed);
  for (const ComparedQuantity& row : found.comparisons) {
    if (row.quantity == "memory") continue;
    ++tally.judged;
    tally.inside += row.inside.value_or(false) ? 1 : 0;
    if (row.quantity == "response.p50") line += side_by_side(row);
    if (row.quantity == "response.p99") line += side_by_side(row);
    if (row.quantity == "utilisation")
      line += fmt::format(" {:>5.1f} {:>5.1f}{}", row.predicted.value * 100, row.measured.value * 100,
                          row.inside.value_or(false) ? ' ' : '!');
    if (load == "85" || !row.error) continue;
    if (row.quantity == "response.p50") tally.p50_errors.push_back(std::abs(*row.error));
    if (row.quantity == "response.p99") tally.p99_errors.push_back(std::abs(*row.error));
  }
  double service = 1;
  for (const Explanation& cause : found.explanations) {
    if (cause.cause == "service_inflated") service = cause.value.value_or(1);
  }
  fmt::print("{} {:>6.3f} {:>5.1f} % {}\n", line, service, found.generator.late_fraction * 100, found.verdict);
  std::fflush(stdout);
}

int main_of() {
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const bench::ScratchFolder scratch = value(bench::ScratchFolder::make());
  const std::string folder = scratch.path();
  const std::string mlplan = (here / "mlplan").string();
  const std::vector<std::string> models = list_of("MODELS", "1ms,5ms,30ms");
  const std::string seconds = list_of("SECONDS", "20").front();
  Tally tally;
  fmt::print(
      "Predictions of mlplan verify beside a real pool that fills this machine, {} s each. A ! is outside its 95 % "
      "interval.\n\n",
      seconds);
  fmt::print("  {:<5} {:>6} {:<8} {:>7} {:>28} {:>28} {:>12} {:>7} {:>7} {}\n", "", "load", "arrivals", "n",
             "p50: predicted, measured", "p99: predicted, measured", "utilisation", "service", "late", "verdict");
  for (const Model& model : kModels) {
    if (std::ranges::find(models, model.name) == models.end()) continue;
    const std::string file = fmt::format("{}/{}.pt", folder, model.name);
    run(fmt::format("{} sample {} --size {} -o {} > /dev/null", mlplan, model.sample, model.size, file));
    const std::string report = fmt::format("{}/{}.json", folder, model.name);
    run(fmt::format("{} bench {} --batch 1 --threads 1 --workers 1,2 --time-box 40s -q -o {} > /dev/null 2>&1", mlplan,
                    file, report));
    const std::string plan_path = fmt::format("{}/{}-plan.json", folder, model.name);
    run(fmt::format("{} plan {} --rate 1000/s --slo p99=2s --scaling fixed -o {} > /dev/null 2>&1", mlplan, report,
                    plan_path));
    const Plan plan = value(read_plan(content_of(plan_path), plan_path));
    const double capacity = plan.recommendation->capacity_per_s * static_cast<double>(plan.recommendation->instances);
    for (const Arrivals& arrivals : kArrivals) {
      for (const std::string& load : list_of("LOADS", "30,50,70,85")) {
        const std::string out = folder + "/verification.json";
        run(fmt::format("{} verify {} --rate {:.4f}/s {} --duration {}s --seed {} -q -o {} > /dev/null", mlplan,
                        plan_path, std::strtod(load.c_str(), nullptr) / 100 * capacity, arrivals.flags, seconds, load,
                        out));
        print_run(model.name, load, arrivals.name, value(read_verification(content_of(out), out)), tally);
      }
    }
  }
  fmt::print("\n  median error at 30 to 70 %: p50 {:.1f} %, p99 {:.1f} %; inside the interval {} of {}\n",
             median_of(tally.p50_errors) * 100, median_of(tally.p99_errors) * 100, tally.inside, tally.judged);
  return 0;
}

}  // namespace
}  // namespace mlplan::accuracy

int main() { return mlplan::accuracy::main_of(); }
