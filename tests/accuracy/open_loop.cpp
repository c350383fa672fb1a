#include "tests/accuracy/open_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <vector>

#include "bench/machine.h"
#include "bench/open_loop.h"
#include "profiles/support/units.h"
#include "tests/accuracy/value.h"

namespace mlplan::accuracy {
namespace {

using bench::ServedRequest;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Half the width of the 95 % interval of the mean, relative to it, from the means of 20 stretches.
double relative_error(const std::vector<double>& values) {
  constexpr std::size_t kBatches = 20;
  const std::size_t size = values.size() / kBatches;
  std::vector<double> means;
  for (std::size_t b = 0; b < kBatches; ++b) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(b * size);
    means.push_back(mean({begin, begin + static_cast<std::ptrdiff_t>(size)}));
  }
  const double middle = mean(means);
  double squares = 0;
  for (const double each : means) squares += (each - middle) * (each - middle);
  constexpr double kT = 2.093;  // Student's t of 19 degrees at 97.5 %
  return kT * std::sqrt(squares / (kBatches - 1) / kBatches) / middle;
}

worker::Reply serve(const bench::World& world, bench::Worker& worker, worker::ServeRequest wanted) {
  worker::Request request = world.request("serve", 1, worker.scratch.path());
  request.serve = std::move(wanted);
  request.serve.input = world.input;
  request.serve.untimed = 3;
  value(worker.process.send(request).map([] { return 0; }));
  return value(worker.process.await(world.limits));
}

double back_to_back_ns(const bench::World& world, bench::Worker& worker) {
  worker::ServeRequest request;
  request.min_time_ns = 2'000'000'000;
  const worker::Served served = serve(world, worker, request).served;
  std::vector<double> services;
  for (std::size_t i = 0; i < served.done_ns.size(); ++i)
    services.push_back(static_cast<double>(served.done_ns[i] - served.started_ns[i]));
  return mean(services);
}

bench::OpenVisit open_loop(const bench::World& world, bench::Worker& worker, double rate_per_s, std::int64_t count,
                           std::uint64_t seed) {
  worker::ServeRequest request;
  request.arrivals_ns = bench::arrival_times(bench::Arrivals::poisson, rate_per_s, count, seed);
  request.give_up_ns = request.arrivals_ns.back() + 60'000'000'000;
  const std::vector<std::int64_t> arrivals = request.arrivals_ns;
  const worker::Served served = serve(world, worker, std::move(request)).served;
  bench::OpenVisit out;
  for (std::size_t i = 0; i < served.done_ns.size(); ++i) {
    out.requests.push_back({static_cast<double>(arrivals[i]), static_cast<double>(served.sent_ns[i]),
                            static_cast<double>(served.started_ns[i]), static_cast<double>(served.done_ns[i])});
  }
  out.last_arrival = static_cast<double>(arrivals.back());
  return out;
}

// The largest distance of a response from the recursion response = max(0, end of the one before - arrival) + service,
// with arrivals as scheduled or as sent; and the share of requests that are within 1 ms of it.
struct Distance {
  double largest_ns = 0;
  double within_1_ms = 0;
};
Distance from_lindley(const std::vector<ServedRequest>& requests, double ServedRequest::* arrival) {
  Distance out;
  double end = 0;
  for (const ServedRequest& request : requests) {
    end = std::max(request.*arrival, end) + bench::service_of(request);
    const double distance = std::abs(request.done - end);
    out.largest_ns = std::max(out.largest_ns, distance);
    out.within_1_ms += distance <= 1e6 ? 1 : 0;
  }
  out.within_1_ms /= static_cast<double>(requests.size());
  return out;
}

void print_row(double load, const bench::OpenVisit& visit) {
  const bench::OpenLoopFigures figures = bench::open_loop_figures({visit}, 1, {0.5, 0.9, 0.99});
  const auto& requests = visit.requests;
  std::vector<double> responses, services, squares;
  for (std::size_t i = static_cast<std::size_t>(figures.run_in); i < requests.size(); ++i) {
    responses.push_back(bench::response_of(requests[i]));
    services.push_back(bench::service_of(requests[i]));
    squares.push_back(services.back() * services.back());
  }
  const double service = mean(services);
  const double rate = static_cast<double>(requests.size() - 1) / (visit.last_arrival - requests.front().scheduled);
  const double rho = rate * service;
  const double theory = service + rate * mean(squares) / (2 * (1 - rho));
  const Distance scheduled = from_lindley(requests, &ServedRequest::scheduled);
  const Distance sent = from_lindley(requests, &ServedRequest::sent);
  fmt::print(
      "  {:>4.0f} % {:>6} {:>6.1f} % {:>9} {:>9} {:>9} {:>6.3f} ±{:>4.1f} %   {:>8} {:>7.2f} %  {:>8}   {:>5.2f} % "
      "{}\n",
      load * 100, requests.size(), rho * 100, format_duration(service), format_duration(mean(responses)),
      format_duration(theory), mean(responses) / theory, relative_error(responses) * 100,
      format_duration(scheduled.largest_ns), scheduled.within_1_ms * 100, format_duration(sent.largest_ns),
      figures.late_fraction * 100, figures.generator_late ? "late" : "on time");
  std::fflush(stdout);
}

}  // namespace

void print_open_loop(const bench::World& world, double effort) {
  bench::SpawnOptions spawn;
  spawn.verbs = {"cold_start", "warm_up"};
  bench::Worker worker = value(bench::spawn_worker(world, spawn));
  value(worker.process.await(world.limits));
  value(worker.process.await(world.limits));
  fmt::print(
      "\nOpen loop, Poisson arrivals, one server: mean response against M/G/1 with the run's own moments, each "
      "response "
      "against the Lindley recursion\n"
      "  {:>6} {:>6} {:>8} {:>9} {:>9} {:>9} {:>14}   {:>18}  {:>8}   {:>8} generator\n"
      "  {:>6} {:>6} {:>8} {:>9} {:>9} {:>9} {:>14}   {:>8} {:>9}  {:>8}   {:>8}\n",
      "wanted", "n", "load", "service", "response", "M/G/1", "ratio", "off by, as scheduled", "as sent", "late", "", "",
      "", "mean", "mean", "mean", "", "at most", "in 1 ms", "at most", "");
  const std::pair<double, double> loads[] = {{0.3, 4'000}, {0.5, 6'000}, {0.7, 15'000}, {0.85, 8'000}};
  std::uint64_t seed = 1;
  for (const auto& [load, count] : loads) {
    const double service = back_to_back_ns(world, worker);
    print_row(load, open_loop(world, worker, load * 1e9 / service,
                              std::max<std::int64_t>(200, static_cast<std::int64_t>(count * effort)), seed++));
  }

  // Threads that never sleep take every CPU twice: now the generator cannot be on time.
  const double service = back_to_back_ns(world, worker);
  std::atomic<bool> stop = false;
  {
    std::vector<std::jthread> busy;
    for (std::size_t i = 0; i < 2 * bench::usable_cpus().size(); ++i) {
      busy.emplace_back([&stop] {
        while (!stop.load(std::memory_order_relaxed)) {
        }
      });
    }
    const bench::OpenVisit visit = open_loop(world, worker, 0.1 * 1e9 / service, 200, seed);
    stop = true;
    fmt::print("  with every CPU busy twice:\n");
    print_row(0.1, visit);
    const bench::OpenLoopFigures figures = bench::open_loop_figures({visit}, 1, {0.5, 0.9, 0.99});
    std::vector<double> late;
    for (const ServedRequest& each : visit.requests) late.push_back(bench::lateness_of(each));
    fmt::print("  the generator was late by {} on the mean; without that the mean response is {}\n",
               format_duration(mean(late)),
               figures.punctual.empty() ? "unknown" : format_duration(mean(figures.punctual.front())));
  }
}

}  // namespace mlplan::accuracy
