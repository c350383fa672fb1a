#include "cli/views/verification_view.h"

#include <doctest/doctest.h>

#include <sstream>

#include "cli/terminal.h"
#include "tests/cli/example_verifications.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

std::string render(const Verification& verification, const Style& style) {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  return verification_view(verification, "verified.json", style);
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a verification is a table of predicted and measured, what happened, and the verdict last") {
  CHECK(read_verification(write_verification(examples::tail_missed()), "v.json"));  // the example is a valid document
  check_golden("verification_100.txt", render(examples::tail_missed(), Style{}));
  Style narrow;
  narrow.width = 80;
  narrow.unicode = false;
  check_golden("verification_ascii_80.txt", render(examples::tail_missed(), narrow));
}

TEST_CASE("what the prediction would have been, had one known the machine's speed, is told where it is known") {
  Verification verification = examples::tail_missed();
  CHECK_FALSE(has(render(verification, Style{}), "hindsight"));
  for (ComparedQuantity& row : verification.comparisons) {
    if (row.quantity == "response.p99") row.in_hindsight = row.measured.value / 1.25;
  }
  Style wide;
  wide.width = 160;
  const std::string text = render(verification, wide);
  CHECK(has(text, "hindsight"));
  CHECK(has(text, "response p99 114 ms (+25 %)"));
}

TEST_CASE("no line of a verification is wider than the terminal") {
  for (const int width : {80, 100}) {
    Style style;
    style.width = width;
    std::istringstream lines(render(examples::tail_missed(), style));
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(columns_of(line) <= width, line);
  }
}

TEST_CASE("a run that was cut short before anything could be compared still says what happened") {
  Verification verification = examples::tail_missed();
  verification.interrupted = true;
  verification.verdict = "inconclusive";
  verification.why = "Interrupted before there were enough requests.";
  verification.comparisons.clear();
  verification.objectives.clear();
  verification.explanations.clear();
  verification.timeline.clear();
  const std::string text = render(verification, Style{});
  CHECK(has(text, "interrupted after"));
  CHECK(has(text, "requests   4,480 due"));
  CHECK_FALSE(has(text, "QUANTITY"));
  CHECK_FALSE(has(text, "TIMELINE"));
  CHECK(text.ends_with("inconclusive: Interrupted before there were enough requests.\n"));
}

TEST_CASE("a late generator and a noisy machine are named, and only then") {
  Verification verification = examples::tail_missed();
  CHECK_FALSE(has(render(verification, Style{}), "generator"));
  CHECK_FALSE(has(render(verification, Style{}), "noisy"));
  verification.generator.is_late = true;
  verification.noise.reasons = {"12 % of CPU time was stolen."};
  const std::string text = render(verification, Style{});
  CHECK(has(text, "generator  0.4 % of the requests sent late, p99 210 µs after their time"));
  CHECK(has(text, "noisy      12 % of CPU time was stolen."));
}

TEST_CASE("instances that are as predicted all the time take no band") {
  Verification verification = examples::tail_missed();
  CHECK_FALSE(has(render(verification, Style{}), "  pooled  "));
  verification.timeline.back().measured.pooled = 0;
  CHECK(has(render(verification, Style{}), "  pooled  "));
}

TEST_CASE("a quantity is called by its name in words") {
  CHECK(quantity_label("response.p99") == "response p99");
  CHECK(quantity_label("response.p99.9") == "response p99.9");
  CHECK(quantity_label("peak_memory") == "peak memory");
  CHECK(quantity_label("exposure") == "exposure");
}
