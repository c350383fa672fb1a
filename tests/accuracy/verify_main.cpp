// `make accuracy`: how well mlplan predicts a real pool. Sample models are benched and planned for, and the plan is
// verified at several loads: each prediction is made by the program itself before its run, from a report made just
// before that, since the machine drifts. For a person to read: no test depends on it.
//
// LOADS: comma-separated percentages (30,50,70,85). MODELS: of 1ms, 5ms, 30ms (all). ARRIVALS: of poisson, trace (all).
// SECONDS: of each run (20).
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
constexpr Model kModels[] = {{"1ms", "mlp", "16MB"}, {"5ms", "mlp", "40MB"}, {"30ms", "transformer", "50MB"}};

constexpr const char* kTrace = "/AzureLLMInferenceTrace_code.csv";  // the burstiest

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

// The times of a trace's requests, in seconds from its first.
std::vector<double> trace_times() {
  std::ifstream file(std::string(VERIFY_DATA_FOLDER) + kTrace);
  std::vector<double> out;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    // 2023-11-16 18:17:03.9799600,...: within one day
    const double hours = std::strtod(line.substr(11, 2).c_str(), nullptr);
    const double minutes = std::strtod(line.substr(14, 2).c_str(), nullptr);
    out.push_back((hours * 60 + minutes) * 60 + std::strtod(line.substr(17).c_str(), nullptr));
  }
  if (!out.empty()) {
    const double first = out.front();
    for (double& time : out) time -= first;
  }
  return out;
}

// So many of its requests as come in that time at that rate, their times scaled to it.
void write_trace(const std::vector<double>& times, double rate, double seconds, const std::string& path) {
  const auto count = std::min(times.size(), static_cast<std::size_t>(rate * seconds));
  const double scale = static_cast<double>(count) / rate / times[count - 1];
  std::ofstream file(path);
  file << "time\n";
  for (std::size_t i = 0; i < count; ++i) file << fmt::format("{:.6f}\n", times[i] * scale);
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
  double pace = 1;
  for (const Explanation& cause : found.explanations) {
    if (cause.cause == "service_inflated") service = cause.value.value_or(1);
    if (cause.cause == "report_outdated") pace = cause.value.value_or(1);
  }
  fmt::print("{} {:>6.3f} {:>6.3f} {:>5.1f} % {}\n", line, pace, service, found.generator.late_fraction * 100,
             found.verdict);
  std::fflush(stdout);
}

int main_of() {
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const bench::ScratchFolder scratch = value(bench::ScratchFolder::make());
  const std::string folder = scratch.path();
  const std::string mlplan = (here / "mlplan").string();
  const std::vector<std::string> models = list_of("MODELS", "1ms,5ms,30ms");
  const std::string seconds = list_of("SECONDS", "20").front();
  const std::vector<double> trace = trace_times();
  if (trace.empty()) fmt::print("There is no {}{}: Poisson arrivals only.\n", VERIFY_DATA_FOLDER, kTrace);
  Tally tally;
  fmt::print(
      "Predictions of mlplan verify beside a real pool that fills this machine, {} s each. A ! is outside its 95 % "
      "interval.\n\n",
      seconds);
  fmt::print("  {:<5} {:>6} {:<8} {:>7} {:>28} {:>28} {:>12} {:>6} {:>7} {:>7} {}\n", "", "load", "arrivals", "n",
             "p50: predicted, measured", "p99: predicted, measured", "utilisation", "pace", "service", "late",
             "verdict");
  for (const Model& model : kModels) {
    if (std::ranges::find(models, model.name) == models.end()) continue;
    const std::string file = fmt::format("{}/{}.pt", folder, model.name);
    run(fmt::format("{} sample {} --size {} -o {} > /dev/null", mlplan, model.sample, model.size, file));
    const std::string report = fmt::format("{}/{}.json", folder, model.name);
    const std::string plan_path = fmt::format("{}/{}-plan.json", folder, model.name);
    const std::string trace_path = fmt::format("{}/{}-trace.csv", folder, model.name);
    const std::string out = folder + "/verification.json";
    for (const std::string& load : list_of("LOADS", "30,50,70,85")) {
      for (const std::string& arrivals : list_of("ARRIVALS", "poisson,trace")) {
        if (arrivals == "trace" && trace.empty()) continue;
        run(fmt::format(
            "{} bench {} --only cold-start,steady --batch 1 --threads 1 --workers 1,2 --time-box 20s -q -o {} "
            "> /dev/null 2>&1",
            mlplan, file, report));
        run(fmt::format("{} plan {} --rate 1/s --slo p99=2s --scaling fixed -o {} > /dev/null 2>&1", mlplan, report,
                        plan_path));
        const Plan plan = value(read_plan(content_of(plan_path), plan_path));
        const double capacity =
            plan.recommendation->capacity_per_s * static_cast<double>(plan.recommendation->instances);
        const double rate = std::strtod(load.c_str(), nullptr) / 100 * capacity;
        std::string traffic = fmt::format("--rate {:.4f}/s", rate);
        if (arrivals == "trace") {
          write_trace(trace, rate, std::strtod(seconds.c_str(), nullptr), trace_path);
          traffic = "--traffic " + trace_path;
        }
        run(fmt::format("{} verify {} {} --duration {}s --seed {} -q -o {} > /dev/null", mlplan, plan_path, traffic,
                        seconds, load, out));
        print_run(model.name, load, arrivals.c_str(), value(read_verification(content_of(out), out)), tally);
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
