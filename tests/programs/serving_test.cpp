// What it costs to serve requests one by one, of a real model in real workers.
#include <doctest/doctest.h>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {

TEST_CASE("a bench run says what serving one by one costs, by the number of threads") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  Invocation bench = {{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]", "--only", "steady", "--batch", "1",
                       "--threads", "1", "--workers", "1,2", "--time-box", "15s", "-q", "-o", path}};
  bench.environment["COLUMNS"] = "160";
  const Ended ended = run(bench);
  check_end(ended, 0, {});
  const Result<Report> report = read_report(content_of(path), path);
  REQUIRE(report);
  REQUIRE(report->serving.size() == 1);
  const ServingRow& row = report->serving.front();
  CHECK(row.threads == 1);
  CHECK(row.workers == 2);
  REQUIRE(row.hand_over.n >= 1);
  CHECK(row.after_idle.median > 0);
  CHECK(row.cooling_ns >= 0);
  CHECK(row.warming_ns >= 0);
  REQUIRE(row.after_idle_beside);
  CHECK(row.after_idle_beside->n == row.after_idle.n);
  REQUIRE(row.beside);
  CHECK(row.beside->n == row.hand_over.n);
  CHECK(row.hand_over.median > 0);
  CHECK(row.after_idle.n == row.hand_over.n);
  // Three turns of each of two workers at least, each of a run alone and of one of both, of 3 inferences at least.
  CHECK(row.inferences >= 54 * row.hand_over.n);
  CHECK(ended.out.find("one by one") != std::string::npos);
  CHECK(ended.out.find("with 2 workers busy at once") != std::string::npos);
}

TEST_CASE("a worker alone has no neighbours, and a run without steady state measures nothing of it") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  const auto measured = [&](const char* part) {
    check_end(run({{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]", "--only", part, "--batch", "1",
                    "--threads", "1", "--workers", "1", "--time-box", "10s", "-q", "-o", path}}),
              0, {});
    Result<Report> report = read_report(content_of(path), path);
    REQUIRE(report);
    return *std::move(report);
  };
  const Report alone = measured("steady");
  REQUIRE(alone.serving.size() == 1);
  CHECK(alone.serving.front().workers == 1);
  CHECK_FALSE(alone.serving.front().beside);
  CHECK_FALSE(alone.serving.front().after_idle_beside);
  CHECK(measured("memory").serving.empty());
}

}  // namespace mlplan::tests
