#include "planner/pool/keep_alive_summary.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

// Of 100 requests in 100 s, each cold one waiting 2 s.
KeepAliveFigures rule(const std::string& name, std::int64_t cold, double mean_gib, double most_gib,
                      std::optional<double> host_gib = {}) {
  const KeepAliveResult result{.requests = 100,
                               .cold = cold,
                               .loads = cold,
                               .waited_s = 2.0 * static_cast<double>(cold),
                               .byte_s = 100 * mean_gib * kGiB,
                               .most_bytes = most_gib * kGiB};
  return figures_of(name, result, 100, host_gib ? std::optional(*host_gib * kGiB) : std::nullopt);
}

}  // namespace

TEST_CASE("figures of a rule are shares of requests and means over time") {
  const KeepAliveFigures figures = rule("10m", 20, 3, 8, 8);
  CHECK(figures.cold_share == 0.2);
  CHECK(figures.mean_cold_wait_ns == 2e9);
  CHECK(figures.mean_bytes == 3 * kGiB);
  CHECK(figures.fits == true);
  CHECK(rule("10m", 20, 3, 8.1, 8).fits == false);
  CHECK_FALSE(rule("10m", 20, 3, 8).fits);
  CHECK_FALSE(rule("10m", 0, 3, 8).mean_cold_wait_ns);
}

TEST_CASE("a rule is taken where no other is better in anything, else what each is good for is said") {
  const std::vector<KeepAliveFigures> clear = {rule("1m", 30, 4, 6), rule("hybrid", 20, 3, 6)};
  CHECK(best_of(clear) == "hybrid");
  CHECK(conclusion_of(clear) ==
        "Take hybrid: 20.0 % cold with 3.00 GiB in the mean; no other has fewer cold requests, less waiting or less "
        "memory.");
  const std::vector<KeepAliveFigures> mixed = {rule("1m", 30, 2, 6), rule("10m", 10, 5, 6), rule("1h", 10, 7, 7)};
  CHECK_FALSE(best_of(mixed));
  CHECK(conclusion_of(mixed) ==
        "No rule is best in everything: 1m: 30.0 % cold with 2.00 GiB in the mean (the least memory); 10m: 10.0 % cold "
        "with "
        "5.00 GiB in the mean (the fewest cold requests); 1h: 10.0 % cold with 7.00 GiB in the mean. 1h is better than "
        "10m in nothing.");
  CHECK_FALSE(best_of({rule("1m", 30, 2, 6)}));
}

TEST_CASE("a rule that does not fit on the host is not taken") {
  const std::vector<KeepAliveFigures> rules = {rule("1h", 5, 2, 9, 8), rule("1m", 30, 3, 6, 8),
                                               rule("2m", 20, 3, 6, 8)};
  CHECK(best_of(rules) == "2m");
  CHECK(conclusion_of(rules).ends_with("1h does not fit: it holds up to 9.00 GiB."));
  CHECK(conclusion_of({rules[0], rules[1]}).starts_with("Only one fits, 1m: 30.0 % cold"));
  CHECK(conclusion_of({rules[0]}) == "No rule fits on the host. 1h does not fit: it holds up to 9.00 GiB.");
}
