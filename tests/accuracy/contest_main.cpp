// `make accuracy`, the contest: prints for each traffic in DATA (a folder) how mlplan's plan and the rules of thumb did
// on the part that none of them saw, and at the end how often each did better.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/accuracy/contest.h"

namespace mlplan::accuracy {
namespace {

std::vector<ContestFile> files_in(const std::string& folder) {
  std::vector<ContestFile> out;
  out.push_back({.name = "code assistant, trace", .path = folder + "/AzureLLMInferenceTrace_code.csv"});
  out.push_back({.name = "functions, trace", .path = folder + "/invitro_Azure2021_200.csv", .warm_up_s = 300});
  out.push_back({.name = "load balancer", .path = folder + "/NAB_elb_request_count_8c0756.csv"});
  for (const char* model :
       {"language/m-large", "language/m-mid", "language/m-small", "multimodal/mm-image", "reason/deepseek-r1"}) {
    ContestFile file{.name = model, .path = folder + "/servegen_aggregate_rate_10min.csv"};
    file.columns.rate = "rate_rps";
    file.columns.select = "model";
    file.columns.selected = model;
    out.push_back(std::move(file));
  }
  return out;
}

void print(const ContestTraffic& traffic, const ContestResult& result) {
  fmt::print("\n{}: service {:.2f} s, rates x {:.3g}; {:.1f} h seen, {:.1f} h and {:.0f} requests judged\n",
             result.name, traffic.service_s, traffic.scale, traffic.cut_s / 3600, traffic.judged_s / 3600,
             result.requests);
  fmt::print("  judged against seen: mean x {:.2f}, highest rate x {:.2f}\n",
             traffic.judged_mean_per_s / traffic.seen_mean_per_s, traffic.judged_peak_per_s / traffic.seen_peak_per_s);
  fmt::print("  plan: {}; {}\n", result.recommended, result.promised ? "promised" : "not promised: " + result.refusal);
  fmt::print("  {:<26} {:>10} {:>5} {:>9} {:>5} {:>8} {:>8}\n", "", "in time", "kept", "exposed", "kept", "$/h",
             "of ours");
  for (const Judgement& one : result.all) {
    fmt::print("  {:<26} {:>9.2f}% {:>5} {:>8.2f}% {:>5} {:>8.3f} {:>8.2f}\n", one.rule, 100 * one.attainment,
               one.keeps_latency() ? "yes" : "no", 100 * one.exposure, one.keeps_exposure() ? "yes" : "no",
               one.usd_per_hour, one.usd_per_hour / result.ours().usd_per_hour);
  }
  std::fflush(stdout);
}

void print_standing(const std::vector<ContestResult>& results) {
  int attained = 0;
  int refused = 0;
  std::map<std::string, int> kept;
  std::map<std::string, int> better;
  for (const ContestResult& result : results) {
    attained += result.ours().keeps_both() ? 1 : 0;
    refused += !result.ours().keeps_both() && !result.promised ? 1 : 0;
    for (const Judgement& one : result.all) {
      kept[one.rule] += one.keeps_both() ? 1 : 0;
      better[one.rule] += one.keeps_both() && one.usd_per_hour < result.ours().usd_per_hour ? 1 : 0;
    }
  }
  fmt::print(
      "\nOf {} traffics mlplan's plan kept both objectives on {}, and had not promised to on {} of the others.\n",
      results.size(), attained, refused);
  fmt::print("  {:<26} {:>10} {:>24}\n", "", "keeps both", "and costs less than ours");
  for (const Judgement& one : results.front().all)
    fmt::print("  {:<26} {:>10} {:>24}\n", one.rule, kept[one.rule], better[one.rule]);
  for (const ContestResult& result : results) {
    if (!result.attains_or_refused()) fmt::print("  promised and not kept: {}\n", result.name);
    for (const Judgement& one : result.all) {
      if (one.keeps_both() && one.usd_per_hour < result.ours().usd_per_hour)
        fmt::print("  for {:.0f} % less on {}: {}\n", 100 * (1 - one.usd_per_hour / result.ours().usd_per_hour),
                   result.name, one.rule);
    }
  }
}

int run(const std::string& folder, const std::string& only) {
  std::vector<ContestResult> results;
  const std::clock_t begin = std::clock();
  for (const ContestFile& file : files_in(folder)) {
    if (file.name.find(only) == std::string::npos) continue;
    if (!std::filesystem::exists(file.path)) {
      fmt::print("there is no {}\n", file.path);
      continue;
    }
    const Result<ContestTraffic> traffic = read_contest_traffic(file);
    const Result<ContestResult> result = traffic ? hold_contest(*traffic, 1) : fail(traffic.error());
    if (!result) {
      fmt::print(stderr, "mlplan-contest: {} ({}) {}\n", result.error().message, result.error().where,
                 result.error().hint);
      return 3;
    }
    print(*traffic, *result);
    results.push_back(*result);
  }
  if (!results.empty()) print_standing(results);
  fmt::print("{:.0f} s of CPU\n", static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  return 0;
}

}  // namespace
}  // namespace mlplan::accuracy

int main(int argc, char** argv) {
  return mlplan::accuracy::run(argc > 1 ? argv[1] : CONTEST_DATA_FOLDER, argc > 2 ? argv[2] : "");
}
