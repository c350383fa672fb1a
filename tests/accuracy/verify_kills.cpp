// A pool under a high rate for a minute, whose workers are killed: is every request accounted for, and does the
// supervisor grow?
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "profiles/support/units.h"
#include "tests/accuracy/verify_support.h"

extern char** environ;

namespace mlplan::accuracy {

namespace {

constexpr double kSeconds = 60;
constexpr double kWantedRate = 1000;
constexpr double kHighestLoad = 0.8;

double rss_bytes(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// Runs it, and what it has of memory twice a second.
std::vector<double> watch(const std::string& command) {
  const std::string text = "exec " + command;
  const char* arguments[] = {"sh", "-c", text.c_str(), nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, const_cast<char**>(arguments), environ) != 0) std::exit(1);
  std::vector<double> out;
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    out.push_back(rss_bytes(pid));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return out;
}

}  // namespace

void print_kills(const std::string& mlplan, const std::string& folder) {
  const VerifiedSample sample = make_sample(mlplan, folder, "1ms");
  bench_sample(sample, "1,2", 20);
  const double rate =
      std::min(kWantedRate, kHighestLoad * capacity_per_s(plan_for(sample, "--rate 1/s --slo p99=2s --scaling fixed")));
  const std::vector<double> rss =
      watch(fmt::format("{} verify {} --rate {:.1f}/s --duration {:.0f}s --kill 10 -q -o {} > /dev/null", sample.mlplan,
                        sample.plan, rate, kSeconds, sample.verification));
  const Verification found = last_verification(sample);
  const VerifiedRequests& requests = found.requests;
  const std::int64_t counted =
      requests.completed + requests.failed + requests.lost + requests.rejected + requests.unfinished;
  fmt::print("\nTen kills within {:.0f} s, {:.0f} requests a second:\n\n", kSeconds, rate);
  fmt::print("  due {}: answered {}, failed {}, lost {}, rejected {}, unfinished {}; not counted {}\n",
             requests.scheduled, requests.completed, requests.failed, requests.lost, requests.rejected,
             requests.unfinished, requests.scheduled - counted);
  fmt::print("  killed {}, replaced {}, at most {} instances\n", found.workers.killed, found.workers.replaced,
             found.workers.most_at_once);
  for (const char* quantity : {"availability", "cold_starts", "response.p99"}) {
    const auto row = std::ranges::find(found.comparisons, quantity, &ComparedQuantity::quantity);
    if (row == found.comparisons.end()) continue;
    fmt::print("  {}: predicted {:.6g} ({:.6g} to {:.6g}), measured {:.6g}\n", quantity, row->predicted.value,
               row->predicted.low.value_or(0), row->predicted.high.value_or(0), row->measured.value);
  }
  // From the end the run and its predictions are looked at; before it workers start and the run is predicted.
  const auto played = static_cast<std::size_t>(kSeconds * 2);
  if (rss.size() > played) {
    const auto begin = rss.end() - static_cast<std::ptrdiff_t>(played);
    fmt::print("  memory of the supervisor: {} 50 s before its end, {} 25 s, {} 3 s before it\n",
               format_bytes(*(begin + 20)), format_bytes(*(begin + 70)), format_bytes(*(rss.end() - 6)));
  }
}

}  // namespace mlplan::accuracy
