#include "planner/sizing/plan_maker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "planner/sizing/search.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::instance_type;
using examples::kGiB;
using examples::kMs;
using examples::stat_of;
using examples::steady_row;

namespace {

// A step a minute.
Traffic by_minute(std::vector<double> rates) {
  mlplan::RateSeries series;
  series.step_s = 60;
  series.per_s = std::move(rates);
  Traffic traffic;
  traffic.shape = std::move(series);
  traffic.source = "rates.csv";
  return traffic;
}

// Twelve minutes up and down between two rates.
Traffic wave(double low, double high) {
  std::vector<double> rates;
  for (int i = 0; i < 12; ++i) rates.push_back(low + (high - low) * (0.5 - 0.5 * std::cos(i * 0.6)));
  return by_minute(std::move(rates));
}

// One model, four types of one core speed: the larger ones a little cheaper for what they are.
struct Asked {
  Catalog catalog = {};
  PlanQuestion question = {};

  Asked() {
    catalog.instances = {instance_type("one", 1, 4, 0.05, 20), instance_type("two", 2, 8, 0.095, 20),
                         instance_type("four", 4, 16, 0.18, 20), instance_type("quick", 2, 8, 0.12, 30)};
    Report report = examples::report();
    report.steady = {steady_row(1, 1, 1, 20), steady_row(4, 1, 1, 60), steady_row(1, 1, 2, 22),
                     steady_row(4, 1, 2, 66)};
    question.reports = {{report, "r.json", nullptr}};
    question.catalog_source = "shipped";
    question.traffic = wave(20, 60);
    question.slo.latency = {{0.95, 100 * kMs}};
    question.scaling = ScalingChoice::fixed;
    question.seed = 7;
    question.version = "1";
  }
  Asked(const Asked&) = delete;

  Report& report() { return question.reports.front().report; }

  // Every plan is one that can be read.
  Plan plan() {
    question.catalog = &catalog;
    question.types = examples::all_of(catalog);
    question.reports.front().measured_on = measured_on ? &catalog.instances.at(*measured_on) : nullptr;
    Result<Plan> plan = make_plan(question);
    if (!plan) FAIL(plan.error().message);
    const std::string text = write_plan(*plan);
    const Result<Plan> read = read_plan(text, "plan.json");
    if (!read) FAIL(read.error().where << ": " << read.error().message);
    CHECK(write_plan(*read) == text);
    CHECK(plan->recommendation.has_value() != plan->infeasible.has_value());
    return std::move(*plan);
  }
  Deployment recommendation() {
    const Plan made = plan();
    if (!made.recommendation) FAIL(made.infeasible->because);
    return *made.recommendation;
  }
  Infeasible infeasible() {
    const Plan made = plan();
    REQUIRE(made.infeasible);
    CHECK(made.summary.find(made.infeasible->because) != std::string::npos);
    return *made.infeasible;
  }

  std::optional<std::size_t> measured_on = 0;  // the type with this index
};

// What a search of everything finds: each candidate at each count, by the judge and the stretch that certify a plan.
double cheapest_of_all(const Asked& asked, const PlanQuestion& question) {
  const CandidateQuestion of{
      .reports = &question.reports, .types = &question.types, .spread = speed_spread(asked.catalog, "x86_64")};
  const Result<Candidates> candidates = candidates_of(of);
  const Result<Demand> demand = demand_of(question.traffic, question.arrivals, {}, 1);
  REQUIRE(candidates);
  REQUIRE(demand);
  const std::vector<Window> windows = {busiest_window(*demand, {.requests = 200'000})};
  double cheapest = INFINITY;
  for (const Candidate& candidate : candidates->all) {
    const Candidate slow = slower(candidate, 1 + candidate.error);
    auto count = static_cast<std::int64_t>(std::ceil(demand->peak_per_s / (0.95 * slow.capacity_per_s())));
    for (; static_cast<double>(count) * candidate.usd_per_hour < cheapest; ++count) {
      if (judge({slow, fixed_scaling(count)}, windows, {question.slo.latency, std::nullopt}, {}, question.seed).kept)
        cheapest = static_cast<double>(count) * candidate.usd_per_hour;
    }
  }
  return cheapest;
}

double headroom(const Deployment& deployment) {
  double sum = 0;
  for (const HeadroomPart& part : deployment.headroom) sum += part.instances;
  return sum;
}

double cost(const Deployment& deployment) { return deployment.predicted.usd_per_hour.value; }

// A trace of requests: `in_parallel` streams of one a second each, out of step.
std::vector<double> stream(int in_parallel, double seconds) {
  std::vector<double> times;
  for (int k = 0; k < in_parallel; ++k) {
    for (double at = std::fmod(k * 0.6180339887, 1.0); at < seconds; at += 1 + 0.3 * std::sin(at + k))
      times.push_back(at);
  }
  std::ranges::sort(times);
  return times;
}

void play(Asked& asked, std::vector<double> times) {
  RequestTrace trace;
  trace.requests = static_cast<std::int64_t>(times.size());
  trace.span_s = times.back() - times.front();
  trace.rates.step_s = 1;
  trace.rates.per_s.assign(static_cast<std::size_t>(times.back()) + 1, 0);
  for (const double time : times) trace.rates.per_s[static_cast<std::size_t>(time)] += 1;
  asked.question.traffic.shape = std::move(trace);
  asked.question.arrivals = std::move(times);
}

}  // namespace

TEST_CASE("equal questions give equal plans, byte by byte, and another seed is another question") {
  for (const ScalingChoice scaling : {ScalingChoice::fixed, ScalingChoice::live}) {
    Asked a;
    Asked b;
    a.question.scaling = b.question.scaling = scaling;
    a.question.traffic = b.question.traffic = wave(5, 30);
    CHECK(write_plan(a.plan()) == write_plan(b.plan()));
    b.question.seed = 8;
    CHECK(write_plan(a.plan()) != write_plan(b.plan()));
  }
}

TEST_CASE("no candidate at any count that keeps the objectives is cheaper than the plan") {
  for (const double slo_ms : {45.0, 70.0, 250.0}) {
    for (const double high : {40.0, 120.0}) {  // within what a search simulates at once, and beyond it
      if (high > 100 && slo_ms > 100) continue;
      Asked asked;
      asked.catalog.instances.resize(high > 100 ? 2 : 4);
      asked.question.traffic = wave(20, high);
      asked.question.slo.latency = {{0.95, slo_ms * kMs}};
      const double planned = cost(asked.recommendation());
      CAPTURE(slo_ms);
      CAPTURE(high);
      CHECK(planned == doctest::Approx(cheapest_of_all(asked, asked.question)));
    }
  }
}

TEST_CASE("the recommendation keeps the objectives by its own figures, and says what it was judged with") {
  Asked asked;
  const Plan plan = asked.plan();
  const Deployment& best = *plan.recommendation;
  REQUIRE(best.predicted.latency.size() == 4);  // p50, p90, p95, p99
  const LatencyPrediction& p95 = best.predicted.latency[2];
  CHECK(p95.quantile == 0.95);
  CHECK(p95.response_ns.value <= *p95.response_ns.high);
  CHECK(*p95.response_ns.high <= 100 * kMs);
  CHECK(best.predicted.attainment.low.value() >= 0.95);
  CHECK(best.predicted.usd_per_hour.value ==
        doctest::Approx(static_cast<double>(best.instances) * best.instance.usd_per_hour));
  CHECK(best.predicted.usd_per_1000_inferences.value ==
        doctest::Approx(best.predicted.usd_per_hour.value / (3.6 * plan.traffic.mean_per_s)));
  for (const Deployment& other : plan.runners_up) {
    CHECK(cost(other) >= cost(best));
    CHECK(other.instance.name != best.instance.name);
  }
  CHECK(plan.simulated.requests > 0);
  CHECK(plan.what_if.size() == 3);
}

TEST_CASE("more requests never cost less: the same stream and more beside it") {
  double before = 0;
  for (const int streams : {10, 20, 40, 60, 100}) {
    Asked asked;
    asked.catalog.instances.resize(1);
    play(asked, stream(streams, 200));
    const double now = cost(asked.recommendation());
    CAPTURE(streams);
    CHECK(now >= before - 0.05 - 1e-9);  // one instance
    before = now;
  }
  CHECK(before > 0.1);
}

TEST_CASE("a tighter objective never costs less") {
  double before = 0;
  for (const double slo_ms : {500.0, 200.0, 100.0, 60.0, 40.0}) {
    Asked asked;
    asked.catalog.instances.resize(2);
    asked.question.slo.latency = {{0.95, slo_ms * kMs}};
    const double now = cost(asked.recommendation());
    CAPTURE(slo_ms);
    CHECK(now >= before - 1e-9);
    before = now;
  }
}

TEST_CASE("a slower start never costs less where the load is followed") {
  double before = 0;
  for (const double node_s : {1.0, 60.0, 240.0}) {
    Asked asked;
    asked.catalog.instances.resize(1);
    asked.question.scaling = ScalingChoice::live;
    asked.question.traffic = wave(5, 40);
    asked.question.start_up.node_s = node_s;
    asked.question.slo.exposure = 0.05;
    const double now = cost(asked.recommendation());
    CAPTURE(node_s);
    CHECK(now >= before - 0.05);
    before = now;
  }
}

TEST_CASE("following the load is bought only where it is cheaper than a fixed fleet") {
  Asked fixed;
  fixed.question.traffic = wave(2, 60);
  Asked either;
  either.question.traffic = wave(2, 60);
  either.question.scaling = ScalingChoice::cheapest;
  CHECK(cost(either.recommendation()) <= cost(fixed.recommendation()) + 1e-9);
}

TEST_CASE("parts of the headroom sum to the instances that are bought") {
  for (const bool live : {false, true}) {
    for (const std::int64_t survive : {0, 2}) {
      Asked asked;
      asked.question.traffic = wave(5, 40);
      asked.question.scaling = live ? ScalingChoice::live : ScalingChoice::fixed;
      asked.question.slo.survive.instances = survive;
      const Deployment best = asked.recommendation();
      CAPTURE(live);
      CAPTURE(survive);
      CHECK(headroom(best) == doctest::Approx(static_cast<double>(best.instances)).epsilon(1e-3));
      const auto failure = std::ranges::find(best.headroom, "failure", &HeadroomPart::name);
      CHECK((failure == best.headroom.end() ? 0 : failure->instances) == static_cast<double>(survive));
    }
  }
}

TEST_CASE("failures to survive, zones and availability are spares on top of what serves") {
  Asked plain;
  const std::int64_t serving = plain.recommendation().instances;
  Asked zone;
  zone.question.slo.survive.zones = 1;
  const Deployment with_zone = zone.recommendation();
  CHECK(with_zone.instances >= with_zone.scaling.highest * 3 / 2);
  CHECK(with_zone.pool.by_failures == with_zone.instances - with_zone.scaling.highest);
  Asked available;
  available.question.slo.availability = 0.9999;
  available.question.failures.time_between_s = 3600;
  CHECK(available.recommendation().pool.by_failures.value_or(0) > 0);
  CHECK(serving > 0);
}

TEST_CASE("a question without an objective, or with availability and no failures, is refused") {
  const auto error_of = [](auto change) {
    Asked asked;
    asked.question.catalog = &asked.catalog;
    asked.question.types = examples::all_of(asked.catalog);
    change(asked.question);
    const Result<Plan> plan = make_plan(asked.question);
    REQUIRE_FALSE(plan);
    return plan.error();
  };
  CHECK(error_of([](PlanQuestion& question) { question.slo.latency.clear(); }).where == "--slo");
  CHECK(error_of([](PlanQuestion& question) { question.slo.availability = 0.99; }).hint.find("--mtbf") == 0);
  CHECK(error_of([](PlanQuestion& question) { question.traffic = by_minute({0, 0}); }).kind == ErrorKind::bad_input);
  CHECK(error_of([](PlanQuestion& question) { question.reports.front().report.steady.clear(); }).where == "r.json");
}

TEST_CASE("no type with enough memory: memory is named, with what is needed and what there is") {
  Asked asked;
  asked.report().memory.peak_rss = stat_of(64 * kGiB);
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "memory");
  CHECK(why.because.find("67.6 GiB") != std::string::npos);  // 64.25 GiB and 5 % of the whole
  CHECK(why.because.find("four") != std::string::npos);
}

TEST_CASE("an objective below the service time: latency is named, with the fastest there is") {
  Asked asked;
  asked.question.slo.latency = {{0.99, 5 * kMs}};
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "latency");
  CHECK(why.because.find("quick") != std::string::npos);
}

TEST_CASE("no candidate at all: why, and that it is not memory") {
  Asked asked;
  for (InstanceType& type : asked.catalog.instances) type.prices.clear();
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "compute");
  CHECK(why.because.find("no price") != std::string::npos);
}

TEST_CASE("a budget that is too small: the cheapest that would do, and by how much it misses") {
  Asked asked;
  asked.question.limits.budget_usd_per_hour = 0.03;
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "budget");
  REQUIRE(why.nearest);
  CHECK(cost(*why.nearest) > 0.03);
  CHECK(why.because.find("$0.03") != std::string::npos);
  CHECK(why.nearest_misses.find("more than the budget") != std::string::npos);
  asked.question.limits.budget_usd_per_hour = cost(*why.nearest) + 1e-6;
  CHECK(cost(asked.recommendation()) == doctest::Approx(cost(*why.nearest)));
}

TEST_CASE("too few instances allowed: the maximum is named, with the smallest fleet there is") {
  Asked asked;
  asked.question.traffic = wave(20, 600);
  asked.question.limits.max_instances = 1;
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "maximum");
  REQUIRE(why.nearest);
  CHECK(why.nearest->instance.name == "four");  // though others are cheaper
  CHECK(why.nearest->instances > 1);
  CHECK(why.because.find(std::to_string(why.nearest->instances) + " instances") != std::string::npos);
}

TEST_CASE("a maximum that only a dear type keeps chooses that, past any number of cheap ones") {
  Asked asked;
  asked.catalog.instances.resize(1);
  for (int i = 0; i < 12; ++i)
    asked.catalog.instances.push_back(instance_type("s" + std::to_string(i), 1, 4, 0.05, 20));
  asked.catalog.instances.push_back(instance_type("dear", 16, 64, 9, 20));
  asked.question.traffic = wave(5, 90);
  CHECK(asked.recommendation().instances > 1);
  asked.question.limits.max_instances = 1;
  CHECK(asked.recommendation().instance.name == "dear");
}

TEST_CASE("both a budget and a maximum: the one that is missed is named") {
  Asked asked;
  asked.catalog.instances.resize(1);
  asked.question.limits.budget_usd_per_hour = 1000;
  asked.question.limits.max_instances = 1;
  CHECK(asked.infeasible().constraint == "maximum");
}

TEST_CASE("at least the instances asked for are bought") {
  Asked asked;
  asked.question.traffic = by_minute({0.2, 0.5, 0.2, 0.1, 0.3});
  CHECK(asked.recommendation().instances == 1);
  asked.question.limits.min_instances = 3;
  const Deployment best = asked.recommendation();
  CHECK(best.instances == 3);
  CHECK(best.binding.constraint == "minimum");
  CHECK(headroom(best) == doctest::Approx(3).epsilon(1e-3));
}

TEST_CASE("a model of 32 GB is planned on a type with room for it, and memory is what binds") {
  Asked asked;
  Report& report = asked.report();
  report.memory.peak_rss = stat_of(32 * kGiB);
  report.cold_start.states = {examples::cold_start("model_cold", 300)};
  report.steady = {steady_row(1, 1, 1, 400), steady_row(1, 1, 2, 440)};
  asked.catalog.instances = {instance_type("small", 4, 16, 0.1, 20), instance_type("medium", 4, 32, 0.2, 20),
                             instance_type("large", 4, 48, 0.4, 20), instance_type("huge", 16, 128, 3, 20)};
  asked.measured_on = 2;
  asked.question.traffic = by_minute({0.5, 1, 2, 2, 1});
  asked.question.slo.latency = {{0.95, 1500 * kMs}};
  const Plan plan = asked.plan();
  REQUIRE(plan.recommendation);
  const Deployment& best = *plan.recommendation;
  CHECK(best.instance.name == "large");
  CHECK(best.workers == 1);
  CHECK(best.binding.constraint == "memory");
  CHECK(best.memory.needed_bytes + best.memory.reserved_bytes <= best.memory.available_bytes);
  CHECK(best.memory.needed_bytes == static_cast<std::int64_t>(32 * kGiB));
  CHECK(best.pool.start_up_s.value() > 299);
  REQUIRE_FALSE(plan.catalog.left_out.empty());
  CHECK(plan.catalog.left_out.front().types == 2);
  CHECK(plan.catalog.left_out.front().why.find("too little memory") == 0);
}

TEST_CASE("memory that sessions hold asks for instances of its own") {
  Asked asked;
  asked.catalog.instances = {instance_type("one", 1, 4, 0.05, 20)};
  // At 60 a second for 30 s some 1800 sessions of 16 MiB: 28 GiB, of some 2.5 GiB in each.
  asked.question.state = {.bytes = 16 * 1024 * 1024, .lifetime_s = 30};
  const Deployment best = asked.recommendation();
  CHECK(best.binding.constraint == "memory");
  CHECK(best.instances >= 11);
  CHECK(best.memory.state_bytes > 0);
  CHECK(best.memory.needed_bytes + best.memory.reserved_bytes <= best.memory.available_bytes);
  asked.question.state.bytes = 8 * kGiB;
  const Infeasible why = asked.infeasible();
  CHECK(why.constraint == "memory");
}

TEST_CASE("an exposure that so short a trace cannot support is not promised, and how long one would be is said") {
  Asked asked;
  asked.question.scaling = ScalingChoice::live;
  asked.question.slo.exposure = 0.001;
  play(asked, stream(8, 1500));
  const Plan plan = asked.plan();
  REQUIRE(plan.recommendation);
  const WarmPool& pool = plan.recommendation->pool;
  CHECK_FALSE(pool.supported);
  CHECK(pool.windows < pool.windows_needed);
  CHECK(pool.windows_needed == 2995);  // ln 0.05 / ln 0.999
  CHECK(pool.refusal.find("2995 independent windows") != std::string::npos);
  CHECK(plan.summary.find("not promised") != std::string::npos);
  CHECK(plan.summary.find(pool.refusal) != std::string::npos);

  asked.question.slo.exposure = 0.2;
  CHECK(asked.recommendation().pool.supported);
}

TEST_CASE("a report measured on a type goes before one carried over to it") {
  Asked asked;
  asked.catalog.instances.resize(2);  // one, two
  Report on_two = asked.report();
  for (SteadyRow& row : on_two.steady) row.latency = stat_of(row.latency.median * 0.5, 0.01, {0.8, 0.9, 1, 1.1, 1.2});
  asked.question.reports.push_back({on_two, "two.json", &asked.catalog.instances[1]});
  const Plan plan = asked.plan();
  REQUIRE(plan.recommendation);
  CHECK(plan.recommendation->instance.name == "two");
  CHECK(plan.recommendation->report == "two.json");
  CHECK(plan.recommendation->extrapolation.kind == "measured");
  CHECK(plan.recommendation->extrapolation.time_factor == 1);
  REQUIRE(plan.reports.size() == 2);
  CHECK(plan.reports[1].measured_on == "two");
}

TEST_CASE("what is not known makes the plan dearer, never cheaper, and is said") {
  Asked known;
  Asked unknown;
  for (Asked* asked : {&known, &unknown}) {
    for (int i = 0; i < 10; ++i)
      asked->catalog.instances.push_back(instance_type("x" + std::to_string(i), 2, 8, 50, 12.0 + 2 * i));
  }
  unknown.measured_on.reset();
  const Plan plan = unknown.plan();
  REQUIRE(plan.recommendation);
  CHECK(plan.recommendation->extrapolation.kind == "unknown_speed");
  CHECK(cost(*plan.recommendation) >= cost(known.recommendation()));
  CHECK(std::ranges::count(plan.warnings, "core_speed_unknown", &Warning::code) == 1);
  CHECK(std::ranges::count(plan.warnings, "node_start_unknown", &Warning::code) == 1);
}

TEST_CASE("a constant rate is planned for a fixed fleet whatever was asked") {
  Asked asked;
  asked.catalog.instances.resize(1);
  asked.question.traffic.shape = ConstantRate{.per_s = 25};
  asked.question.scaling = ScalingChoice::cheapest;
  const Deployment best = asked.recommendation();
  CHECK(best.scaling.kind == "fixed");
  CHECK(best.instances >= 1);
}

TEST_CASE("a trace that is only known by its rates is said to be played as them") {
  Asked asked;
  play(asked, stream(8, 600));
  const auto said = [&] { return std::ranges::count(asked.plan().warnings, "trace_as_rates", &Warning::code) == 1; };
  CHECK_FALSE(said());
  asked.question.arrivals.clear();
  CHECK(said());
}

TEST_CASE("spares are stopped where that is cheaper and keeps what was asked for, and run where it is not") {
  Asked asked;
  asked.question.scaling = ScalingChoice::live;
  asked.question.traffic = by_minute({20, 20, 20, 60, 60, 20, 20, 20, 20, 60, 60, 20, 20, 20, 20});
  asked.question.slo.exposure = 0.05;
  asked.question.start_up.node_s = 60;
  const Plan running = asked.plan();
  REQUIRE(running.recommendation);
  CHECK(running.recommendation->pool.stopped == 0);
  REQUIRE(running.recommendation->pool.count > 1);

  asked.question.pool.stopped_ready_in_s = 5;
  asked.question.pool.stopped_usd_per_hour = 0.001;
  const Plan stopped = asked.plan();
  REQUIRE(stopped.recommendation);
  const Deployment& deployment = *stopped.recommendation;
  CHECK(deployment.pool.stopped > 0);
  CHECK(deployment.scaling.settings.at("stopped") == static_cast<double>(deployment.pool.stopped));
  CHECK(deployment.scaling.settings.at("stopped_ready_in_s") == 5);
  CHECK(deployment.predicted.usd_per_hour.value < running.recommendation->predicted.usd_per_hour.value);
  CHECK(deployment.predicted.usd_per_hour.value >
        deployment.predicted.instances.value * deployment.instance.usd_per_hour);
  CHECK(deployment.predicted.exposure.value <= 0.05);
  CHECK_FALSE(deployment.pool.exposure_by_formula);
  CHECK(stopped.summary.find("stopped beside them") != std::string::npos);
  const auto chosen = std::ranges::find(stopped.cost_and_exposure, true, &ParetoPoint::recommended);
  REQUIRE(chosen != stopped.cost_and_exposure.end());
  CHECK(chosen->name.find("stopped") != std::string::npos);
  double headroom = 0;
  for (const HeadroomPart& part : deployment.headroom) headroom += part.instances;
  CHECK(headroom == doctest::Approx(static_cast<double>(deployment.instances)));

  asked.question.pool.stopped_usd_per_hour = 1;  // more than one that runs
  CHECK(asked.plan().recommendation->pool.stopped == 0);
  asked.question.pool.stopped_usd_per_hour = 0.001;
  asked.question.pool.stopped_ready_in_s = 600;  // later than one that is started anew
  CHECK(asked.plan().recommendation->pool.stopped == 0);
}
