#include "profiles/budget.h"

#include <doctest/doctest.h>

using namespace mlplan;

namespace {

Budget read(const std::string& text) {
  const Result<Budget> budget = read_budget(text, "b.toml");
  REQUIRE_MESSAGE(budget, (budget ? "" : budget.error().where + ": " + budget.error().message));
  return *budget;
}

Error error_of(const std::string& text) {
  const Result<Budget> budget = read_budget(text, "b.toml");
  REQUIRE_FALSE(budget);
  CHECK(budget.error().kind == ErrorKind::bad_input);
  CHECK_FALSE(budget.error().hint.empty());
  return budget.error();
}

Measure of(MeasureUnit unit) {
  Measure measure;
  measure.unit = unit;
  return measure;
}

}  // namespace

TEST_CASE("paths are dotted keys, quoted ones or tables, in the order of the file") {
  const Budget budget = read(
      "[budget]\n"
      "memory.peak_rss = \"2GiB\"\n"
      "cold_start.time_to_first_result = \"5s\"\n"
      "\"steady[batch=8,threads=2].latency.p99\" = {max = \"30ms\", max_regression = \"10%\"}\n"
      "throughput = {min = \"100/s\"}\n"
      "quality.max_abs_error = 1e-3\n"
      "quality.repeatable = true\n"
      "[budget.quality.nan_values]\n"
      "max = 0\n"
      "[budget.defaults]\n"
      "max_regression = \"5%\"\n"
      "[bench]\n"
      "time_box = \"1m\"\n");
  REQUIRE(budget.clauses.size() == 7);
  CHECK(budget.clauses[0].path == "memory.peak_rss");
  CHECK(budget.clauses[0].natural->text == "2GiB");
  CHECK(budget.clauses[0].natural->where == "b.toml:2:19");
  CHECK(budget.clauses[0].where == "b.toml:2:8");
  CHECK(budget.clauses[1].path == "cold_start.time_to_first_result");
  CHECK(budget.clauses[2].path == "steady[batch=8,threads=2].latency.p99");
  CHECK(budget.clauses[2].max->text == "30ms");
  CHECK(budget.clauses[2].max_regression == doctest::Approx(0.1));
  CHECK(budget.clauses[3].min->text == "100/s");
  CHECK_FALSE(budget.clauses[3].max);
  CHECK(budget.clauses[4].natural->text == "0.001");
  CHECK(budget.clauses[5].natural->text == "true");
  CHECK(budget.clauses[6].path == "quality.nan_values");
  CHECK(budget.clauses[6].max->text == "0");
  CHECK(budget.max_regression == doctest::Approx(0.05));
}

TEST_CASE("unknown keys name the nearest, at line and column") {
  Error error = error_of("[budget]\nmemory.peak_rss = {mx = \"2GiB\"}\n");
  CHECK(error.message == "unknown key 'mx'");
  CHECK(error.where == "b.toml:2:20");
  CHECK(error.hint == "max");
  error = error_of("[budget]\nthroughput = \"1/s\"\n[budget.defaults]\nmax_regresion = \"10%\"\n");
  CHECK(error.where == "b.toml:4:1");
  CHECK(error.hint == "max_regression");
  error = error_of("[bugdet]\nthroughput = \"1/s\"\n");
  CHECK(error.message == "has no table [budget]");
  CHECK(error.hint == "[budget] in place of [bugdet] in line 1");
}

TEST_CASE("what is no limit, no percentage or no TOML says where") {
  CHECK(error_of("[budget]\nthroughput = [1, 2]\n").where == "b.toml:2:14");
  CHECK(error_of("[budget]\nthroughput = {}\n").where == "b.toml:2:1");
  CHECK(error_of("[budget]\nthroughput = {max_regression = 0.1}\n").where == "b.toml:2:32");
  CHECK(error_of("[budget]\nthroughput = {max_regression = \"10\"}\n").where == "b.toml:2:32");
  CHECK(error_of("[budget]\nthroughput = {max_regression = \"-10%\"}\n").where == "b.toml:2:32");
  CHECK(error_of("[budget]\nmemory.peak_rss = 2GiB\n").where.starts_with("b.toml:2:"));
  CHECK(error_of("[budget]\n\"memory.peak_rss\" = \"2GiB\"\nmemory.peak_rss = \"3GiB\"\n").message ==
        "'memory.peak_rss' stands twice");
  CHECK(error_of("").where == "b.toml");
}

TEST_CASE("a limit is of the field's kind, or says what it should be") {
  const auto parsed = [](const char* text, MeasureUnit unit) { return parse_limit({text, "b.toml:2:3"}, of(unit)); };
  CHECK(*parsed("1.5s", MeasureUnit::nanoseconds) == 1.5e9);
  CHECK(*parsed("2GiB", MeasureUnit::bytes) == 2147483648.0);
  CHECK(*parsed("100/s", MeasureUnit::per_second) == 100);
  CHECK(*parsed("2GB/s", MeasureUnit::bytes_per_second) == 2e9);
  CHECK(*parsed("1e-3", MeasureUnit::number) == 1e-3);
  CHECK(*parsed("true", MeasureUnit::flag) == 1);
  for (const MeasureUnit unit : {MeasureUnit::nanoseconds, MeasureUnit::bytes, MeasureUnit::per_second,
                                 MeasureUnit::bytes_per_second, MeasureUnit::number, MeasureUnit::flag}) {
    for (const char* text : {"5 parsecs", "5", "", "5s", "5MiB", "5/s", "true"}) {
      const auto limit = parsed(text, unit);
      if (limit) continue;
      CAPTURE(text);
      CHECK(limit.error().kind == ErrorKind::bad_input);
      CHECK(limit.error().where == "b.toml:2:3");
      CHECK_FALSE(limit.error().message.empty());
    }
  }
  CHECK_FALSE(parsed("5", MeasureUnit::nanoseconds));
  CHECK_FALSE(parsed("5s", MeasureUnit::bytes));
  CHECK_FALSE(parsed("5s", MeasureUnit::number));
  CHECK_FALSE(parsed("nan", MeasureUnit::number));
  CHECK_FALSE(parsed("false", MeasureUnit::flag));
}

TEST_CASE("a flag's limit stands behind the last equal sign, selectors have their own") {
  Budget budget;
  REQUIRE(add_limit(budget, LimitKind::max, "steady[batch=8,threads=2].latency.p99=30ms", "--max"));
  REQUIRE(budget.clauses.size() == 1);
  CHECK(budget.clauses[0].path == "steady[batch=8,threads=2].latency.p99");
  CHECK(budget.clauses[0].max->text == "30ms");
  REQUIRE(add_limit(budget, LimitKind::max, "steady[batch=8,threads=2].latency.p99=40ms", "--max"));
  REQUIRE(add_limit(budget, LimitKind::min, "steady[batch=8,threads=2].latency.p99=1ms", "--min"));
  CHECK(budget.clauses.size() == 1);
  CHECK(budget.clauses[0].max->text == "40ms");
  CHECK(budget.clauses[0].min->text == "1ms");
  for (const char* wrong : {"memory.peak_rss", "=5s", "steady[batch=8].latency", ""}) {
    CAPTURE(wrong);
    CHECK_FALSE(add_limit(budget, LimitKind::max, wrong, "--max"));
  }
}
