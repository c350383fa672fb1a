// mlplan verify with real workers: a plan that is played, workers that are killed, that crash, hang and throw, and
// input that is wrong.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "profiles/verification.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

// Milliseconds from loading the model on: later than any warm-up, which ends after three seconds, on a busy machine
// too.
constexpr const char* kAfterWarmUp = "8000";

// A report and a plan of one model, made once for all tests.
struct Planned {
  Planned() {
    // A copy: other tests, at the same time, put the file in and out of the page cache.
    std::filesystem::copy_file(model_path("acts.pt"), at("acts.pt"));
    Invocation bench = benching("acts.pt", {"--only", "cold-start,steady", "--batch", "1", "--threads", "1",
                                            "--workers", "1", "--time-box", "10s", "-o", at("report.json"), "-q"});
    bench.arguments[1] = at("acts.pt");
    const Ended benched = run(bench);
    INFO("standard error: ", benched.err);
    REQUIRE(benched.exit_code == 0);
    const Ended planned = run({{"plan", at("report.json"), "--rate", "50/s", "--slo", "p99=500ms", "--start-state",
                                "warm", "-o", at("plan.json")}});
    INFO("standard error: ", planned.err);
    REQUIRE(planned.exit_code == 0);
  }
  std::string at(const std::string& name) const { return folder.path() + "/" + name; }
  TemporaryFolder folder;
};

const Planned& planned() {
  static const Planned made;
  return made;
}

struct Verified {
  Ended ended;
  Verification document;
};

Invocation verifying(const std::vector<std::string>& arguments, std::map<std::string, std::string> environment = {}) {
  Invocation out;
  out.arguments = {"verify", planned().at("plan.json"), "--op-library", BROKEN_OPERATORS, "--json", "-q"};
  out.arguments.insert(out.arguments.end(), arguments.begin(), arguments.end());
  out.environment = std::move(environment);
  return out;
}

Verified verify(const std::vector<std::string>& arguments, std::map<std::string, std::string> environment = {}) {
  Verified out{run(verifying(arguments, std::move(environment))), {}};
  INFO("standard error: ", out.ended.err);
  CHECK(out.ended.in_time);
  CHECK(out.ended.survivors == std::vector<std::string>{});
  CHECK(out.ended.scratch == std::vector<std::string>{});
  Result<Verification> document = read_verification(out.ended.out, "stdout");
  REQUIRE(document);
  out.document = *std::move(document);
  return out;
}

// Every request that was due became something.
void check_counted(const Verification& document) {
  const VerifiedRequests& requests = document.requests;
  CHECK(requests.scheduled ==
        requests.completed + requests.failed + requests.lost + requests.rejected + requests.unfinished);
  CHECK(requests.scheduled > 0);
}

}  // namespace

TEST_CASE("a plan is played: all requests are answered, and every figure has both sides") {
  const Verified run = verify({"--duration", "3s"});
  check_counted(run.document);
  CHECK(run.document.requests.completed == run.document.requests.scheduled);
  CHECK(run.document.requests.scheduled == run.document.window.requests);
  CHECK(run.document.scaling.instances == 1);
  REQUIRE(run.document.comparisons.size() >= 5);
  for (const ComparedQuantity& row : run.document.comparisons) {
    CHECK(row.predicted.low);
    CHECK(row.measured.value > 0);
    const bool of_requests = row.quantity.starts_with("response.") || row.quantity == "utilisation";
    CHECK(row.in_hindsight.has_value() == of_requests);
    if (row.in_hindsight) CHECK(*row.in_hindsight > 0);
  }
  CHECK(run.document.timeline.size() == 3);
  const int code = run.document.verdict == "holds" ? 0 : run.document.verdict == "misses" ? 1 : 4;
  CHECK(run.ended.exit_code == code);
}

TEST_CASE("workers that are killed are replaced, and what they were serving is counted as lost") {
  const Verified run = verify({"--duration", "6s", "--kill", "4"});
  check_counted(run.document);
  // Where nothing serves nothing can be killed, as it is predicted.
  const std::int64_t killed = run.document.workers.killed;
  CHECK(killed >= 1);
  CHECK(killed <= 4);
  CHECK(run.document.workers.died == 0);
  CHECK(run.document.workers.started >= killed);
  const bool says_so = std::ranges::any_of(run.document.scaling.not_verified, [](const std::string& sentence) {
    return sentence.find("kills") != std::string::npos;
  });
  CHECK(says_so == (killed < 4));
  CHECK(run.document.requests.failed == 0);
  CHECK(std::ranges::any_of(run.document.comparisons,
                            [](const ComparedQuantity& row) { return row.quantity == "availability"; }));
}

TEST_CASE("a model that crashes again and again is started again and again, with its reason told") {
  const Verified run = verify({"--duration", "14s"}, {{"BROKEN_ACT", "abort"}, {"BROKEN_AFTER", kAfterWarmUp}});
  check_counted(run.document);
  CHECK(run.document.workers.died >= 1);
  CHECK(run.document.workers.killed == 0);
  CHECK(run.document.requests.lost >= run.document.workers.died);
  REQUIRE_FALSE(run.document.requests.reasons.empty());
  CHECK(run.document.requests.reasons.front().reason.find("SIGABRT") != std::string::npos);
}

TEST_CASE("a model that throws fails requests and not the worker") {
  const Verified run = verify({"--duration", "12s"}, {{"BROKEN_ACT", "throw"}, {"BROKEN_AFTER", kAfterWarmUp}});
  check_counted(run.document);
  CHECK(run.document.requests.failed >= 1);
  CHECK(run.document.workers.died == 0);
  CHECK(run.document.workers.started == 1);
  REQUIRE_FALSE(run.document.requests.reasons.empty());
  CHECK(run.document.requests.reasons.front().reason.find("the broken operator threw this") != std::string::npos);
}

TEST_CASE("a worker that hangs is ended and replaced") {
  const Verified run = verify({"--duration", "14s", "--inference-limit", "500ms"},
                              {{"BROKEN_ACT", "sleep"}, {"BROKEN_AFTER", kAfterWarmUp}});
  check_counted(run.document);
  CHECK(run.document.workers.hung >= 1);
  CHECK(run.document.requests.lost >= 1);
  CHECK(run.document.workers.started >= 2);
}

TEST_CASE("a model that cannot even start ends the run with what it said") {
  const Ended ended = run(verifying({"--duration", "3s"}, {{"BROKEN_ON_LOAD", "abort"}}));
  check_end(ended, 3, {"SIGABRT"});
}

TEST_CASE("Ctrl-C gives what was measured by then, and leaves no process behind") {
  Invocation invocation = verifying({"--duration", "60s"});
  std::erase(invocation.arguments, "-q");
  Program program(invocation);
  REQUIRE(program.says("playing", std::chrono::seconds(80)));
  std::this_thread::sleep_for(std::chrono::seconds(3));
  ::kill(program.pid(), SIGINT);
  const Ended ended = program.wait();
  CHECK(ended.in_time);
  CHECK(ended.exit_code == 130);
  CHECK(ended.survivors == std::vector<std::string>{});
  CHECK(ended.scratch == std::vector<std::string>{});
  const Result<Verification> document = read_verification(ended.out, "stdout");
  REQUIRE(document);
  CHECK(document->interrupted);
  CHECK(document->verdict == "inconclusive");
  CHECK(document->requests.completed > 0);
  CHECK(document->requests.scheduled < document->window.requests);
}

TEST_CASE("what cannot be verified here is said before anything is started") {
  const std::string plan = planned().at("plan.json");
  check_end(run({{"verify", "no.json"}}), 2, {"no.json"});
  check_end(run({{"verify", planned().at("report.json")}}), 2, {"is no plan", "mlplan plan"});
  check_end(run(verifying({"--model", model_path("good.pt")})), 2, {"another model"});
  check_end(run(verifying({"--instances", "50"})), 2, {"--instances"});
  check_end(run(verifying({"--rate", "900000/s", "--duration", "1s"})), 2, {"what the instances here serve"});
  nlohmann::json report = nlohmann::json::parse(content_of(planned().at("report.json")));
  report["machine"]["fingerprint"] = "0123456789abcdef";
  write(planned().at("elsewhere.json"), report.dump());
  check_end(run(verifying({"--report", planned().at("elsewhere.json")})), 2,
            {"was measured on another machine", "mlplan bench"});
}

}  // namespace mlplan::tests
