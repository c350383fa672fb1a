#include "cli/views/machine_view.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

MachineFigure figure(std::vector<double> samples, std::optional<double> limit, std::optional<double> fraction,
                     const char* limit_is) {
  return {samples.front(), samples.back(), samples, limit, fraction, limit_is};
}

MachineProfile example() {
  MachineProfile profile;
  profile.machine.cpu.model_name = "Example CPU";
  profile.machine.cpu.logical = 2;
  profile.machine.memory.total_bytes = std::int64_t{24} << 30;
  profile.machine.kernel = "6.1.0";
  profile.machine.grade = "B";
  profile.machine.why = {"runs virtualised (kvm)"};
  profile.rounds = 7;
  profile.wall_s = 52;
  profile.stop = "time_box";
  const char* const most = "the most that any loop over memory moved here";
  profile.memory = {{1, figure({11.2e9, 10.9e9}, 18e9, 0.62, most), {}, figure({14e9, 13e9}, 18e9, 0.78, most), {}, {}},
                    {2, {}, {}, figure({17e9, 15e9}, 18e9, 0.94, most), {}, {}}};
  profile.page_faults.fault = figure({250, 310}, 230, 0.92, "clearing the page");
  profile.process_start.small = figure({480'000, 510'000}, 210'000, 0.44, "a program that does nothing");
  profile.storage.read = figure({2.1e9, 1.9e9}, {}, {}, "not known: the data sheet of the storage");
  profile.clock = figure({3.05e9, 3.01e9}, {}, {}, "not known: the kernel shows no clock");
  profile.arithmetic = {{"f32", 2, {}, figure({160e9, 150e9}, 190e9, 0.84, "multiply-adds in registers")}};
  profile.not_measured = {{"faults/huge_fault", "the kernel grants no huge pages"}};
  return profile;
}

}  // namespace

TEST_CASE("a machine profile shows each figure beside its limit and the fraction of it, and what was not measured") {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  check_golden("machine_100.txt", machine_view(example(), "here.json", {.width = 100}));
}

TEST_CASE("with -v a machine profile says what every limit is") {
  const std::string text = machine_view(example(), "", {.width = 100, .verbose = true});
  for (const char* limit : {"the most that any loop over memory moved here", "clearing the page",
                            "a program that does nothing", "not known: the data sheet of the storage",
                            "not known: the kernel shows no clock", "multiply-adds in registers"})
    CHECK(text.find(limit) != std::string::npos);
}
