#include "cli/views/simulation_view.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/terminal.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

Estimate between(double value, double low, double high) { return {value, low, high}; }

// An hour with a burst that the fleet follows too late: every number is given, none simulated.
Simulation late_for_a_burst() {
  Simulation s;
  s.version = "0.1.0";
  s.traffic = {"--rate 120/s --peak 300/s", "diurnal", 120, 300, 0, {}};
  s.fleet.report = "report.json";
  s.fleet.model = "/models/resnet50.pt";
  s.fleet.workers = 2;
  s.fleet.threads = 4;
  s.fleet.max_batch = 8;
  s.fleet.batch_timeout_ns = 5'000'000;
  s.fleet.service = {{1, {24.1e6, 0.02, 412}}, {4, {90.2e6, 0.01, 120}}, {8, {176e6, 0.01, 64}}};
  s.fleet.start_state = "model_cold";
  s.fleet.start_up = SimulatedTime{733e6, 0.001, 9};
  s.fleet.node_start = SimulatedTime{60e9, 0, 0};
  s.fleet.pool_exit = SimulatedTime{2e9, 0, 0};
  s.fleet.initial_instances = 3;
  s.policy = "ec2-pool";
  s.policy_settings = {{"max", 20}, {"pool", 2}, {"target", 0.7}};
  s.run = {28'800, 3600, 0, 5, 7, 0.95};
  s.verdict = "missed";
  s.objectives = {
      {"p50 within 50.0 ms", 0.5, between(0.125, 0.118, 0.132), "met", ""},
      {"p99 within 250 ms", 0.01, between(0.0424, 0.0311, 0.0537), "missed", ""},
      {"exposure up to 0.1 %", 0.001, between(0.0009, 0.0004, 0.0014), "inconclusive",
       "The interval lies on both sides of what is allowed: more replications or a longer time narrow it."}};
  SimulatedFigures& f = s.figures;
  f.requests = between(432'120, 431'400, 432'840);
  f.unserved = between(0.00012, 0, 0.0003);
  f.waited = between(0.412, 0.4, 0.424);
  f.exposure = s.objectives[2].missed;
  f.mean_response_ns = between(41.2e6, 40.8e6, 41.6e6);
  f.response = {{0.5, between(26.1e6, 25.9e6, 26.3e6)},
                {0.9, between(88e6, 80e6, 96e6)},
                {0.99, between(640e6, 310e6, 970e6)},
                {0.999, std::nullopt}};
  f.mean_batch = between(1.82, 1.8, 1.84);
  f.utilisation = between(0.612, 0.604, 0.62);
  f.ready = between(5.61, 5.55, 5.67);
  f.loading = between(0.12, 0.1, 0.14);
  f.pooled = between(1.9, 1.85, 1.95);
  f.most_instances = between(9.4, 8.7, 10.1);
  f.cold_starts = between(0.4, 0, 1.5);
  f.draws = between(6.2, 5.2, 7.2);
  f.stops = between(3, 2.1, 3.9);
  s.stretch_s = 15;
  for (int i = 0; i < 240; ++i) {
    const bool burst = i >= 100 && i < 160;
    SimulatedStretch stretch;
    stretch.start_s = 15.0 * i;
    stretch.arrivals_per_s = burst ? 300 : 100 + i % 8;
    stretch.queued = burst ? std::max(0, 120 - i) * 31.0 : 0;
    stretch.ready = burst ? std::min(8, 3 + (i - 100) / 4) : 3;
    stretch.loading = burst && i < 124 ? 2 : 0;
    stretch.pooled = burst && i < 124 ? 0 : 2;
    stretch.completed = 1500;
    stretch.late = burst && i < 120 ? 900 : 0;
    s.timeline.push_back(stretch);
  }
  s.assumptions = {"Requests come at random (Poisson): a stated rate says nothing of bursts.",
                   "Starts at once do not slow each other down."};
  return s;
}

std::string render(const Simulation& simulation, Style style) {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  return simulation_view(simulation, "sim.json", style);
}

}  // namespace

TEST_CASE("a simulation reads as it should at 80 columns") {
  Style style;
  style.width = 80;
  check_golden("simulation_80.txt", render(late_for_a_burst(), style));
  style.unicode = false;
  check_golden("simulation_ascii_80.txt", render(late_for_a_burst(), style));
}

TEST_CASE("what did not happen takes no line, but with -v") {
  Simulation simulation = late_for_a_burst();
  simulation.objectives.clear();
  const std::string text = render(simulation, Style{});
  CHECK(text.find("found the pool empty") == std::string::npos);
  CHECK(text.find("failures") == std::string::npos);
  Style verbose;
  verbose.verbose = true;
  CHECK(render(simulation, verbose).find("found the pool empty") != std::string::npos);
}

TEST_CASE("one replication shows no interval") {
  Simulation simulation = late_for_a_burst();
  simulation.run.replications = 1;
  for (Estimate SimulatedFigures::* figure : {&SimulatedFigures::requests, &SimulatedFigures::mean_response_ns})
    (simulation.figures.*figure).low = (simulation.figures.*figure).high = std::nullopt;
  CHECK(render(simulation, Style{}).find("–") != std::string::npos);
}
