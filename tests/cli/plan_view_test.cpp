#include "cli/views/plan_view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "cli/terminal.h"
#include "tests/cli/example_plans.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

std::string render(const Plan& plan, const Style& style) {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  return plan_view(plan, style);
}

Style wide(int width) {
  Style style;
  style.width = width;
  return style;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<Plan> all_plans() {
  return {examples::scheduled_plan(), examples::refused_exposure_plan(), examples::infeasible_plan()};
}

}  // namespace

TEST_CASE("a complete plan reads as it should at 100 and at 80 columns, and with nothing left out") {
  check_golden("plan_100.txt", render(examples::scheduled_plan(), wide(100)));
  check_golden("plan_80.txt", render(examples::scheduled_plan(), wide(80)));
  Style style = wide(100);
  style.verbose = true;
  check_golden("plan_verbose_100.txt", render(examples::scheduled_plan(), style));
}

TEST_CASE("an exposure that the traffic cannot show is not said to be kept") {
  check_golden("plan_refused_100.txt", render(examples::refused_exposure_plan(), wide(100)));
}

TEST_CASE("an infeasible plan says what is in the way and by how much the nearest misses") {
  check_golden("plan_infeasible_100.txt", render(examples::infeasible_plan(), wide(100)));
}

TEST_CASE("no line of a plan is wider than the screen") {
  for (const int width : {80, 100, 140}) {
    for (const Plan& plan : all_plans()) {
      for (const bool verbose : {false, true}) {
        Style style = wide(width);
        style.verbose = verbose;
        std::istringstream lines(render(plan, style));
        for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(columns_of(line) <= width, line);
      }
    }
  }
}

TEST_CASE("a plan takes about one and a half screens unless asked for more") {
  for (const Plan& plan : all_plans()) {
    const std::string text = render(plan, wide(100));
    CHECK(std::count(text.begin(), text.end(), '\n') <= 75);
  }
}

TEST_CASE("a locale without UTF-8 gets a plan in plain ASCII of the same lines") {
  Style style = wide(100);
  const std::string unicode = render(examples::scheduled_plan(), style);
  style.unicode = false;
  const std::string text = render(examples::scheduled_plan(), style);
  for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK_FALSE(contains(text, "?"));
  CHECK(std::count(text.begin(), text.end(), '\n') == std::count(unicode.begin(), unicode.end(), '\n'));
}

TEST_CASE("an objective that is only kept in the middle of its interval is not called kept") {
  Plan plan = examples::scheduled_plan();
  plan.recommendation->predicted.latency.back().response_ns = {78e6, 70e6, 91e6};
  CHECK(contains(render(plan, wide(100)), "likely kept"));
  plan.recommendation->predicted.latency.back().response_ns = {81e6, 70e6, 91e6};
  CHECK(contains(render(plan, wide(100)), "missed"));
}

TEST_CASE("the short view keeps the trade-offs beside the recommendation, the long one all") {
  Style style = wide(100);
  const std::string far_off = "2 x c7i.xlarge, 2 workers, 2 threads, batch 16";
  CHECK_FALSE(contains(render(examples::scheduled_plan(), style), far_off));
  style.verbose = true;
  CHECK(contains(render(examples::scheduled_plan(), style), far_off));
  Plan infeasible = examples::infeasible_plan();
  infeasible.cost_and_latency = {{"dear and slow", 9, 93e6}, {"dearer", 10, 92e6}, {"dearest", 11, 91e6}};
  CHECK(contains(render(infeasible, wide(100)), "dear and slow"));
}

TEST_CASE("nothing that was not found out is printed") {
  const std::string text = render(Plan{}, wide(100));
  CHECK_FALSE(contains(text, "nan"));
  CHECK_FALSE(contains(text, "–"));
  CHECK(std::count(text.begin(), text.end(), '\n') < 3);
  Plan plan;
  plan.recommendation.emplace();
  CHECK_FALSE(contains(render(plan, wide(100)), "nan"));
}
