#include "tests/accuracy/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <vector>

#include "bench/machine.h"
#include "bench/probe.h"
#include "bench/program_output.h"
#include "profiles/support/units.h"
#include "tests/accuracy/value.h"

namespace mlplan::accuracy {

namespace {

struct Bandwidth {
  double copy = 0;
  double triad = 0;
};

// A shell, so that a program is found as a user's shell finds it.
bench::ProgramOutput run_shell(const std::string& command) {
  return value(bench::run_program({"/bin/sh", "-c", command}, std::chrono::minutes(2), {}));
}

Bandwidth stream_rates(const std::string& program, std::int64_t threads) {
  std::istringstream out(run_shell(fmt::format("{} {}", program, threads)).out);
  Bandwidth rates;
  out >> rates.copy >> rates.triad;
  return rates;
}

// Bytes a second by dd's own clock: "268435456 bytes (268 MB, 256 MiB) copied, 0.1 s, 2.7 GB/s".
double dd_rate(const std::string& file) {
  const std::string said =
      run_shell(fmt::format("LC_ALL=C; export LC_ALL; dd if={0} of=/dev/null iflag=nocache count=0 2>/dev/null; "
                            "dd if={0} of=/dev/null bs=4M 2>&1",
                            file))
          .out;
  const std::size_t copied = said.find("copied, ");
  if (copied == std::string::npos) return 0;
  double bytes = 0;
  double seconds = 0;
  std::istringstream(said.substr(said.rfind('\n', copied) + 1)) >> bytes;
  std::istringstream(said.substr(copied + 8)) >> seconds;
  return seconds > 0 ? bytes / seconds : 0;
}

void print_row(const std::string& name, double ours, double theirs, double again) {
  fmt::print("{:<34}      {:>9} {:>9}  {:>20.3f}   {:>20.3f}\n", name, format_byte_rate(ours), format_byte_rate(theirs),
             ours / theirs, again / theirs);
  std::fflush(stdout);
}

}  // namespace

void print_probe(const std::string& stream, const std::string& folder, int rounds) {
  fmt::print("\nWhat the machine gives: mlplan probe, in turns with plain loops and with dd; the best of {} each\n",
             rounds);
  fmt::print("{:<34}      {:>9} {:>9}  {:>20}   {:>20}\n", "", "mlplan", "reference", "mlplan / reference",
             "reference / itself");
  const std::int64_t most = bench::usable_cpu_count({});
  std::vector<std::int64_t> counts = {1};
  if (most > 1) counts.push_back(most);
  std::vector<Bandwidth> ours(counts.size()), theirs(counts.size()), again(counts.size());
  double disk = 0, dd = 0, dd_again = 0;

  const std::string file = folder + "/read_by_dd";
  run_shell(fmt::format("head -c 268435456 /dev/urandom > {} && sync {}", file, file));
  bench::ProbeOptions options;
  options.most_rounds = 1;
  options.folder = folder;
  options.subjects = {"memory", "disk"};
  const auto better = [](Bandwidth& best, const Bandwidth& seen) {
    best = {std::max(best.copy, seen.copy), std::max(best.triad, seen.triad)};
  };
  for (int round = 0; round < rounds; ++round) {
    const MachineProfile profile = value(bench::probe(options, {}));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      for (const MemoryFigures& row : profile.memory) {
        if (row.threads == counts[i] && row.copy && row.triad) better(ours[i], {row.copy->best, row.triad->best});
      }
      better(theirs[i], stream_rates(stream, counts[i]));
      better(again[i], stream_rates(stream, counts[i]));
    }
    if (profile.storage.read) disk = std::max(disk, profile.storage.read->best);
    dd = std::max(dd, dd_rate(file));
    dd_again = std::max(dd_again, dd_rate(file));
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string threads = format_count(counts[i], "thread");
    print_row("memory copy, " + threads, ours[i].copy, theirs[i].copy, again[i].copy);
    print_row("memory triad, " + threads, ours[i].triad, theirs[i].triad, again[i].triad);
  }
  if (disk > 0)
    print_row("disk read, against dd", disk, dd, dd_again);
  else
    fmt::print("{:<34}      not measured: this file system has no cold state\n", "disk read, against dd");
}

}  // namespace mlplan::accuracy
