// The worker's open loop and several calls at the same time, through the real worker, and the load in a report.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "bench/open_loop.h"
#include "bench/world.h"
#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

bench::World world_of(const std::string& model) {
  bench::World world;
  world.launch.worker_path =
      (std::filesystem::path(MLPLAN_PROGRAM).parent_path() / "mlplan-worker").lexically_normal().string();
  world.load.path = model_path(model);
  world.input.inputs = parse_input_flags({"x:f32[batch,4]"}).value();
  world.input.dims = {{"batch", 1}};
  return world;
}

// The reply to one serve of a fresh worker that has started.
Result<worker::Reply> serve(const bench::World& world, const worker::ServeRequest& wanted) {
  bench::SpawnOptions spawn;
  spawn.verbs = {"cold_start"};
  Result<bench::Worker> worker = bench::spawn_worker(world, spawn);
  if (!worker) return fail(worker.error());
  if (auto started = worker->process.await(world.limits); !started) return started;
  worker::Request request = world.request("serve", 1, worker->scratch.path());
  request.serve = wanted;
  if (Status sent = worker->process.send(request); !sent) return fail(sent.error());
  return worker->process.await(world.limits);
}

worker::Served served(const bench::World& world, const worker::ServeRequest& wanted) {
  const Result<worker::Reply> reply = serve(world, wanted);
  REQUIRE_MESSAGE(reply.has_value(), (reply ? std::string() : reply.error().message));
  return reply->served;
}

Result<Report> report_of(const Ended& ended) { return read_report(ended.out, "standard output"); }

}  // namespace

TEST_CASE("requests are sent no sooner than scheduled, started in order, one after the other") {
  worker::ServeRequest request;
  request.arrivals_ns = bench::arrival_times(bench::Arrivals::poisson, 500, 100, 3);
  request.give_up_ns = request.arrivals_ns.back() + 60'000'000'000;
  const worker::Served out = served(world_of("good.pt"), request);
  REQUIRE(out.sent_ns.size() == 100);
  REQUIRE(out.started_ns.size() == 100);
  REQUIRE(out.done_ns.size() == 100);
  CHECK(out.thread == std::vector<std::int64_t>(100, 0));
  for (std::size_t i = 0; i < 100; ++i) {
    CAPTURE(i);
    CHECK(out.sent_ns[i] >= request.arrivals_ns[i]);
    CHECK(out.started_ns[i] >= out.sent_ns[i]);
    CHECK(out.done_ns[i] >= out.started_ns[i]);
    if (i > 0) CHECK(out.started_ns[i] >= out.done_ns[i - 1]);
  }
}

TEST_CASE("several threads serve one queue, each request once") {
  bench::World world = world_of("good.pt");
  world.load.concurrency = 3;
  worker::ServeRequest request;
  request.concurrency = 3;
  request.arrivals_ns = std::vector<std::int64_t>(300, 0);  // all at once
  request.give_up_ns = 60'000'000'000;
  const worker::Served out = served(world, request);
  REQUIRE(out.done_ns.size() == 300);
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(out.done_ns[i] >= out.started_ns[i]);
    CHECK((out.thread[i] >= 0 && out.thread[i] < 3));
  }
}

TEST_CASE("nothing is started after the time to give up: what was not served is missing at the end") {
  worker::ServeRequest request;
  request.arrivals_ns = {0, 0, 1'000'000'000};
  request.give_up_ns = 500'000'000;
  const worker::Served out = served(world_of("good.pt"), request);
  CHECK(out.done_ns.size() == 2);
  CHECK(out.sent_ns.size() == 2);
}

TEST_CASE("back to back each thread begins where it ended") {
  bench::World world = world_of("good.pt");
  world.load.concurrency = 2;
  worker::ServeRequest request;
  request.concurrency = 2;
  request.min_time_ns = 0;
  request.min_count = 50;
  const worker::Served out = served(world, request);
  CHECK(out.sent_ns.empty());
  REQUIRE(out.done_ns.size() == 100);
  CHECK(std::count(out.thread.begin(), out.thread.end(), 1) == 50);
  for (std::size_t i = 1; i < 100; ++i) {
    if (out.thread[i] == out.thread[i - 1]) CHECK(out.started_ns[i] == out.done_ns[i - 1]);
  }
}

TEST_CASE("a model that throws ends the serving with its own words, on whichever thread") {
  bench::World world = world_of("good.pt");
  world.load.concurrency = 2;
  worker::ServeRequest request;
  request.input = world.input;
  request.input.inputs = parse_input_flags({"x:f32[batch,5]"}).value();
  request.concurrency = 2;
  request.arrivals_ns = {0, 1'000'000, 2'000'000};
  request.give_up_ns = 1'000'000'000;
  const Result<worker::Reply> reply = serve(world, request);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().message.find("mat1 and mat2") != std::string::npos);
}

TEST_CASE("a load stands in the report with its rates, and what no rate can keep is not found") {
  Ended ended = run({{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]", "--only", "load", "--rate",
                      "200/s,300/s", "--concurrency", "1,2", "--time-box", "12s", "--json", "-q"}});
  check_end(ended, 0, {});
  const Result<Report> report = report_of(ended);
  REQUIRE(report);
  REQUIRE(report->steady.size() == 5);
  std::int64_t open = 0;
  for (const SteadyRow& row : report->steady) {
    CHECK(row.failure.empty());
    if (row.mode != "open") {
      CHECK(row.concurrency == 2);
      CHECK(row.latency.n > 0);
      continue;
    }
    ++open;
    REQUIRE(row.rate_per_s);
    CHECK(row.arrivals == "poisson");
    REQUIRE((row.queue && row.service && row.saturated && row.late_fraction && row.generator_late));
    CHECK(row.service->n > 0);
    CHECK(row.latency.n == row.queue->n);
  }
  CHECK(open == 4);

  ended = run({{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]", "--only", "load", "--slo", "p50=1ns",
                "--time-box", "10s", "--json", "-q"}});
  check_end(ended, 0, {});
  const Result<Report> searched = report_of(ended);
  REQUIRE(searched);
  REQUIRE(searched->load.size() == 1);
  CHECK(searched->load[0].verdict != "found");  // "never", or not decided where the machine is slow
  CHECK_FALSE(searched->load[0].holds_per_s);
  CHECK(searched->load[0].capacity_per_s);
  CHECK(std::count_if(searched->steady.begin(), searched->steady.end(), [](const SteadyRow& row) {
          return row.mode == "open";
        }) == static_cast<std::ptrdiff_t>(searched->load[0].tried.size()));
}

TEST_CASE("a model that hangs under load is given up, and the rate says so") {
  Invocation invocation = benching(
      "acts.pt", {"--only", "load", "--rate", "50/s", "--time-box", "8s", "--inference-limit", "1s", "--json", "-q"});
  const TemporaryFolder folder;
  invocation.environment["BROKEN_ACT"] = "sleep";
  invocation.environment["BROKEN_FROM"] = "2";  // the pilot is the first
  invocation.environment["BROKEN_COUNT"] = folder.path() + "/count";
  check_end(run(invocation), 3, {"did not end within 1.00 s", "--inference-limit"});
}

TEST_CASE("a load that is none exits with 2") {
  const auto refused = [](const std::vector<std::string>& flags, const std::string& part) {
    std::vector<std::string> arguments = {"bench", model_path("good.pt")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    check_end(run({arguments}), 2, {part});
  };
  refused({"--rate", "0"}, "--rate 0");
  refused({"--rate", "5ms"}, "--rate 5ms");
  refused({"--slo", "p99=5GiB"}, "--slo p99=5GiB");
  refused({"--slo", "p999=5ms"}, "p999");
  refused({"--only", "load"}, "--rate 50/s");
}

}  // namespace mlplan::tests
