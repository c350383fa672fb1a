// Cold starts and misses of the pool where the load changes, by mlplan's own policy.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <numbers>

#include "tests/accuracy/verify_support.h"

namespace mlplan::accuracy {

namespace {

constexpr double kStep_s = 5;
constexpr double kSeconds = 120;
constexpr std::int64_t kMostInstances = 8;  // that run, each at the load of the plan: they share the CPUs
// There are no instance types of one CPU that could be bought.
constexpr const char* kType =
    "instance_type,cloud,region,arch,vcpus,memory_gib,usd_per_hour\none,any,any,x86_64,1,4,0.05\n";

struct Shape {
  const char* name;
  std::function<double(double)> load;  // of the most, by the part of the run that is over
  const char* objectives;              // flags of the plan, and how spares may be kept
  bool misses_its_pool = false;        // orders two at once of a pool of one
};

void write_rates(const Shape& shape, double most_per_s, const std::string& path) {
  std::ofstream file(path);
  file << "time,rate\n";
  for (double time = 0; time < kSeconds; time += kStep_s)
    file << fmt::format("{},{:.4f}\n", time, most_per_s * shape.load(time / kSeconds));
}

// A smaller pool than any plan would have, so that there are misses to be predicted.
void make_pool_too_small(Plan& plan, const std::string& path) {
  Deployment& deployment = *plan.recommendation;
  deployment.instances += 1 - deployment.pool.stopped;
  deployment.pool.count += 1 - deployment.pool.stopped;
  deployment.pool.stopped = 1;
  deployment.scaling.settings["stopped"] = 1;
  deployment.scaling.settings["stopped_ready_in_s"] = 1;
  deployment.scaling.settings["step"] = 2;
  std::ofstream(path) << write_plan(plan);
}

}  // namespace

void print_starts(const std::string& mlplan, const std::string& folder) {
  const Shape shapes[] = {
      {"step", [](double at) { return at < 0.33 ? 0.15 : 0.8; }, "--slo p99=400ms"},
      {"burst", [](double at) { return at >= 0.4 && at < 0.7 ? 2.0 : 0.3; }, "--slo p99=400ms", true},
      {"diurnal", [](double at) { return 0.55 - 0.45 * std::cos(2 * std::numbers::pi * at); },
       "--slo p99=400ms --exposure 2% --stopped-start 3s --stopped-price 0.002"},
  };
  const VerifiedSample sample = make_sample(mlplan, folder, "30ms");
  bench_sample(sample, "1,2", 60);
  const std::string catalog = folder + "/catalog.csv";
  std::ofstream(catalog) << kType;
  int judged = 0;
  int inside = 0;
  fmt::print("\nStarts under changing load, {:.0f} s each, by mlplan's policy: predicted (95 %) and counted.\n\n",
             kSeconds);
  fmt::print("  {:<8} {:>4} {:>7} {:>14} {:>24} {:>24} {:>24} {}\n", "", "seed", "n", "spares, pool", "cold starts",
             "pool draws", "pool misses", "verdict");
  const std::vector<std::string> wanted = list_of("SHAPES", "step,burst,diurnal");
  for (const Shape& shape : shapes) {
    if (std::ranges::find(wanted, shape.name) == wanted.end()) continue;
    const double one = plan_for(sample, fmt::format("--catalog {} --rate 1/s --slo p99=2s --scaling fixed", catalog))
                           .recommendation->capacity_per_s;
    write_rates(shape, one * 3, sample.traffic);
    Plan live =
        plan_for(sample, fmt::format("--catalog {} --traffic {} --measured-on one --scaling live --node-start 40s "
                                     "{}",
                                     catalog, sample.traffic, shape.objectives));
    if (shape.misses_its_pool) make_pool_too_small(live, sample.plan);
    const WarmPool& pool = live.recommendation->pool;
    const auto runs = static_cast<int>(number_of(list_of("RUNS", "3").front()));
    for (int seed = 1; seed <= runs; ++seed) {
      const Verification found = verify_plan(
          sample, fmt::format("--traffic {} --instances {} --from 0s --duration {:.0f}s --seed {}", sample.traffic,
                              std::min(live.recommendation->instances - pool.stopped, kMostInstances), kSeconds, seed));
      std::string line = fmt::format("  {:<8} {:>4} {:>7} {:>14}", shape.name, seed, found.requests.completed,
                                     fmt::format("{:.0f} of {}, {}", found.pool.policy_settings.at("spares"),
                                                 found.scaling.instances, found.pool.initial_pool));
      for (const char* quantity : {"cold_starts", "pool_draws", "pool_misses"}) {
        const auto row = std::ranges::find(found.comparisons, quantity, &ComparedQuantity::quantity);
        if (row == found.comparisons.end()) {
          line += fmt::format("{:>25}", "-");
          continue;
        }
        ++judged;
        inside += row->inside.value_or(false) ? 1 : 0;
        line += fmt::format(" {:>5.1f} ({:>4.1f}-{:>4.1f}) {:>4.0f}{}", row->predicted.value,
                            row->predicted.low.value_or(0), row->predicted.high.value_or(0), row->measured.value,
                            row->inside.value_or(false) ? ' ' : '!');
      }
      fmt::print("{} {}\n", line, found.verdict);
      std::fflush(stdout);
    }
  }
  fmt::print("\n  inside the interval: {} of {}\n", inside, judged);
}

}  // namespace mlplan::accuracy
