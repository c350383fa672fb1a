// Response times and utilisation of constant pools, at several loads.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>

#include "bench/statistics.h"
#include "profiles/support/units.h"
#include "tests/accuracy/verify_support.h"

namespace mlplan::accuracy {

namespace {

constexpr const char* kTrace = "/AzureLLMInferenceTrace_code.csv";  // the burstiest
constexpr double kBench_s = 20;

// So long that p99 rests on some tens of requests beyond it at 30 % load.
const std::map<std::string, double> kSeconds = {{"1ms", 15}, {"5ms", 30}, {"30ms", 90}};

// The times of a trace's requests, in seconds from its first.
std::vector<double> trace_times() {
  std::ifstream file(std::string(VERIFY_DATA_FOLDER) + kTrace);
  std::vector<double> out;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    // 2023-11-16 18:17:03.9799600,...: within one day
    const double hours = number_of(line.substr(11, 2));
    const double minutes = number_of(line.substr(14, 2));
    out.push_back((hours * 60 + minutes) * 60 + number_of(line.substr(17)));
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
  std::vector<double> p50_hindsight = {};
  std::vector<double> p99_hindsight = {};
};

void note(const ComparedQuantity& row, std::vector<double>& errors, std::vector<double>& hindsight) {
  if (row.error) errors.push_back(std::abs(*row.error));
  if (row.in_hindsight) hindsight.push_back(std::abs(row.measured.value / *row.in_hindsight - 1));
}

std::string hindsight_error(const ComparedQuantity& row) {
  return row.in_hindsight ? fmt::format("{:>+6.1f} %", (row.measured.value / *row.in_hindsight - 1) * 100)
                          : fmt::format("{:>8}", "-");
}

std::string side_by_side(const ComparedQuantity& row) {
  return fmt::format("{:>8} {:>8} {:>+7.1f} %{}", format_duration(row.predicted.value),
                     format_duration(row.measured.value), row.error.value_or(0) * 100,
                     row.inside.value_or(false) ? ' ' : '!');
}

void print_run(const std::string& model, const std::string& load, const std::string& arrivals,
               const Verification& found, Tally& tally) {
  std::string line = fmt::format("  {:<5} {:>4} % {:<8} {:>7}", model, load, arrivals, found.requests.completed);
  std::string hindsight;
  for (const ComparedQuantity& row : found.comparisons) {
    // Of a pool that does not fail nothing is predicted that could be wrong.
    if (row.quantity == "memory" || row.quantity == "availability") continue;
    ++tally.judged;
    tally.inside += row.inside.value_or(false) ? 1 : 0;
    if (row.quantity == "response.p50") line += side_by_side(row);
    if (row.quantity == "response.p99") line += side_by_side(row);
    if (row.quantity == "utilisation")
      line += fmt::format(" {:>5.1f} {:>5.1f}{}", row.predicted.value * 100, row.measured.value * 100,
                          row.inside.value_or(false) ? ' ' : '!');
    if (row.quantity == "response.p50" || row.quantity == "response.p99") hindsight += hindsight_error(row);
    if (load == "85") continue;
    if (row.quantity == "response.p50") note(row, tally.p50_errors, tally.p50_hindsight);
    if (row.quantity == "response.p99") note(row, tally.p99_errors, tally.p99_hindsight);
  }
  double service = 1;
  double pace = 1;
  for (const Explanation& cause : found.explanations) {
    if (cause.cause == "service_inflated") service = cause.value.value_or(1);
    if (cause.cause == "report_outdated") pace = cause.value.value_or(1);
  }
  double drift = 0;
  for (const AssumedParameter& assumed : found.assumed) {
    if (assumed.name == "drift of the machine's speed") drift = assumed.value;
  }
  fmt::print("{} {:>6.3f} {:>5.1f} % {:>6.3f} {} {:>5.1f} % {}\n", line, pace, drift * 100, service, hindsight,
             found.generator.late_fraction * 100, found.verdict);
  std::fflush(stdout);
}

}  // namespace

void print_predictions(const std::string& mlplan, const std::string& folder) {
  const std::vector<double> trace = trace_times();
  if (trace.empty()) fmt::print("There is no {}{}: Poisson arrivals only.\n", VERIFY_DATA_FOLDER, kTrace);
  Tally tally;
  fmt::print(
      "Predictions of mlplan verify beside a real pool that fills this machine, by a report made just before. A ! is "
      "outside its 95 % interval.\n\n");
  fmt::print("  {:<5} {:>6} {:<8} {:>7} {:>28} {:>28} {:>12} {:>6} {:>7} {:>7} {:>16} {:>7} {}\n", "", "load",
             "arrivals", "n", "p50: predicted, measured", "p99: predicted, measured", "utilisation", "pace", "drift",
             "service", "hindsight", "late", "verdict");
  for (const std::string& name : list_of("MODELS", "1ms,5ms,30ms")) {
    const VerifiedSample sample = make_sample(mlplan, folder, name);
    const double seconds = number_of(list_of("SECONDS", std::to_string(kSeconds.at(name)).c_str()).front());
    for (const std::string& load : list_of("LOADS", "30,50,70,85")) {
      bench_sample(sample, "1,2", kBench_s);
      const double rate =
          number_of(load) / 100 * capacity_per_s(plan_for(sample, "--rate 1/s --slo p99=2s --scaling fixed"));
      for (const std::string& arrivals : list_of("ARRIVALS", "poisson,trace")) {
        if (arrivals == "trace" && trace.empty()) continue;
        std::string traffic = fmt::format("--rate {:.4f}/s", rate);
        if (arrivals == "trace") {
          write_trace(trace, rate, seconds, sample.traffic);
          traffic = "--traffic " + sample.traffic;
        }
        const Verification found =
            verify_plan(sample, fmt::format("{} --duration {:.0f}s --seed {}", traffic, seconds, load));
        print_run(name, load, arrivals, found, tally);
      }
    }
  }
  fmt::print("\n  median error at 30 to 70 %: p50 {:.1f} %, p99 {:.1f} %; inside the interval {} of {}\n",
             bench::median_of(tally.p50_errors) * 100, bench::median_of(tally.p99_errors) * 100, tally.inside,
             tally.judged);
  fmt::print(
      "  in hindsight, had one known how long inferences take in each stretch of the run: p50 {:.1f} %, p99 {:.1f} %\n",
      bench::median_of(tally.p50_hindsight) * 100, bench::median_of(tally.p99_hindsight) * 100);
}

}  // namespace mlplan::accuracy
