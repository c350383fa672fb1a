#include "cli/views/beside_machine_view.h"

#include <doctest/doctest.h>

#include "cli/terminal.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

BesideMachine beside() {
  BesideMachine out{.profile = "here.json", .probed_at = "2026-01-05T10:00:00Z"};
  const auto rate = [&](const char* figure, const char* limit, double reached, double most, const char* assumes = "") {
    out.figures.push_back({.figure = figure,
                           .limit = limit,
                           .fraction = reached / most,
                           .reached_bytes_per_s = reached,
                           .limit_bytes_per_s = most,
                           .assumes = assumes});
  };
  out.figures.push_back({.figure = "cold_start.warm.process_start",
                         .limit = "process/true",
                         .fraction = 0.06,
                         .reached = 14.2e6,
                         .limit_time = 0.85e6});
  rate("cold_start.warm.file_read", "disk/page_cache/threads:1", 1.9e9, 9.4e9);
  rate("cold_start.model_cold.file_read", "disk/read", 0.9e9, 2.6e9);
  rate("cold_start.warm.copy_to_device", "gpu/to_device_pinned/device:0", 5.1e9, 25.6e9);
  const char* const assumes = "each inference reads all weights once";
  rate("steady[batch=1,threads=1,workers=1]", "gpu/memory_read/device:0", 0.4e12, 4.3e12, assumes);
  rate("steady[batch=8,threads=1,workers=1]", "gpu/memory_read/device:0", 0.2e12, 4.3e12, assumes);
  rate("steady[batch=1,threads=1,workers=2]", "gpu/memory_read/device:0", 4.9e12, 4.3e12, assumes);
  out.not_compared = {"cold_start.all_cold.file_read: the profile has no disk/read"};
  return out;
}

}  // namespace

TEST_CASE("figures stand beside the machine's with the share that was reached; of the steady rows the nearest") {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  check_golden("beside_machine_100.txt", beside_machine_view(beside(), Style{}));
}

TEST_CASE("the long view of it has every row, and why the others are not there") {
  const std::string text = beside_machine_view(beside(), Style{.verbose = true});
  CHECK(text.find("steady[batch=8") != std::string::npos);
  CHECK(text.find("the profile has no disk/read") != std::string::npos);
}

TEST_CASE("where nothing could be compared only that is said") {
  BesideMachine nothing;
  nothing.not_compared = {"steady: a test"};
  const std::string text = beside_machine_view(nothing, Style{});
  CHECK(text.find("BESIDE") == std::string::npos);
  CHECK(text.find("1 figure: -v says why") != std::string::npos);
  CHECK(beside_machine_view({}, Style{}).empty());
}
