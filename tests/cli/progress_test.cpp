#include "cli/views/progress.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::cli;

namespace {

struct FakeTerminal {
  std::string written;
  int columns = 100;
  std::chrono::steady_clock::time_point now{};

  ProgressLine::World world() {
    return {[this](std::string_view text) { written += text; }, [this] { return columns; }, [this] { return now; }};
  }
};

bench::Progress step(const std::string& doing, double fraction, double left = 0) {
  return {doing, fraction, left, "time to first result 1.21 s (n = 4)"};
}

}  // namespace

TEST_CASE("on a terminal one line is drawn over and erased at the end") {
  FakeTerminal terminal;
  {
    ProgressLine line(terminal.world(), Style{}, true);
    line.update(step("warm start 4 of 12", 0.5, 32));
    CHECK(terminal.written ==
          "\r██████████░░░░░░░░░░  50 %  warm start 4 of 12 · 32 s left · time to first result 1.21 s "
          "(n = 4)\033[K");
    line.update(step("warm start 5 of 12", 0.55, 95));
    CHECK(terminal.written.find("1m 35s left") != std::string::npos);
    CHECK(terminal.written.find('\n') == std::string::npos);
  }
  CHECK(terminal.written.ends_with("\r\033[K"));
}

TEST_CASE("the line never fills the last column, also when the terminal has become narrow") {
  FakeTerminal terminal;
  terminal.columns = 40;
  ProgressLine line(terminal.world(), Style{}, true);
  line.update(step("warm start 4 of 12", 0.5, 32));
  const std::string drawn = terminal.written.substr(1, terminal.written.size() - 4);
  CHECK(columns_of(drawn) <= 39);
}

TEST_CASE("in a log each kind of work is told once, and then at most one line in five seconds") {
  FakeTerminal terminal;
  ProgressLine line(terminal.world(), Style{}, false);
  line.update(step("warm start 1 of 12", 0.1));
  line.update(step("warm start 2 of 12", 0.2));
  line.update(step("memory pass 1 of 3", 0.25));
  terminal.now += std::chrono::seconds(4);
  line.update(step("warm start 3 of 12", 0.3));
  terminal.now += std::chrono::seconds(2);
  line.update(step("warm start 4 of 12", 0.4));
  line.finish();
  CHECK(terminal.written ==
        "mlplan:  10 %  warm start 1 of 12, time to first result 1.21 s (n = 4)\n"
        "mlplan:  25 %  memory pass 1 of 3, time to first result 1.21 s (n = 4)\n"
        "mlplan:  40 %  warm start 4 of 12, time to first result 1.21 s (n = 4)\n");
}

TEST_CASE("a fraction that is not one of zero to one is shown within") {
  FakeTerminal terminal;
  ProgressLine line(terminal.world(), Style{}, false);
  line.update(step("a", 1.7));
  line.update(step("b", std::numeric_limits<double>::quiet_NaN()));
  CHECK(terminal.written.find("100 %  a") != std::string::npos);
  CHECK(terminal.written.find("  0 %  b") != std::string::npos);
}
