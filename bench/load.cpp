#include "bench/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/proc_files.h"
#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr std::int64_t kVisits = 6;  // that an interval of the median needs
constexpr double kShortestVisitNs = 0.5 * kSecond;
constexpr double kLongestVisitNs = 10 * kSecond;
constexpr double kFewestRequests = 30;  // of a visit, whatever its length
constexpr double kMostRequests = 5'000;
constexpr double kMargin = 1.2;                  // of the settling: the load is known only afterwards
constexpr std::int64_t kUntimed = 3;             // of each thread
constexpr double kLeastGraceNs = 0.2 * kSecond;  // for the queue to empty after the last arrival ...
constexpr double kGraceOfVisit = 0.5;            // ... and of the arrivals' time
constexpr double kGraceServices = 10;

// Requests of one visit: those that are to count, and before them as many at most that a queue needs to settle.
std::int64_t count_for(const CellSamples& cell, double rate_per_s, double counted) {
  const auto servers = static_cast<double>(cell.cell.concurrency);
  const double rho = rate_per_s * cell.expected_ns / kSecond / servers;
  const double settling = std::min(kMostRequests, kMargin * requests_to_settle(rho, servers));
  return static_cast<std::int64_t>(settling + std::max(settling, std::clamp(counted, kFewestRequests, kMostRequests)));
}

std::int64_t count_for(const LoadSamples& cell, std::int64_t visit_ns) {
  return count_for(cell.closed, *cell.rate_per_s, *cell.rate_per_s * static_cast<double>(visit_ns) / kSecond);
}

std::int64_t count_for(const SearchSamples& search) {
  return count_for(search.closed, search.search.next_rate().value_or(0),
                   static_cast<double>(search.search.requests_per_visit()));
}

worker::ServeRequest serve_request(const World& world, const Cell& cell) {
  worker::ServeRequest out;
  out.input = world.input;
  out.input.dims["batch"] = cell.batch;
  for (const auto& [name, value] : cell.dims) out.input.dims[name] = value;
  out.threads = cell.threads;
  out.concurrency = cell.concurrency;
  out.untimed = kUntimed;
  return out;
}

// A fresh process, warmed up, that serves once. nullopt: the cell failed and says why.
Result<std::optional<worker::Served>> serve_once(const World& world, CellSamples& cell,
                                                 const worker::ServeRequest& wanted, const LoadVisit& visit) {
  World concurrent = world;
  concurrent.load.concurrency = cell.cell.concurrency;
  SpawnOptions spawn;
  spawn.threads = cell.cell.threads;
  spawn.verbs = {"cold_start", "warm_up"};
  spawn.warm_up_cap_ns = visit.warm_up_cap_ns;
  Result<Worker> worker = spawn_worker(concurrent, spawn);
  if (!worker) return fail(worker.error());
  if (const auto started = worker->process.await(world.limits); !started) return fail(started.error());
  const Result<worker::Reply> warmed = worker->process.await(world.limits);
  if (!warmed) return fail(warmed.error());
  note_warm_up(cell, warmed->warmed_up);

  worker::Request request = concurrent.request("serve", cell.cell.threads, worker->scratch.path());
  request.serve = wanted;
  reset_peak_rss(worker->process.pid());
  Result<worker::Reply> reply;
  Status sent;
  measure_cool(world.gpu, cell.gpu, [&] {
    sent = worker->process.send(request);
    if (!sent) return false;
    reply = worker->process.await_with_failure(world.limits);
    return reply && !reply->failure;
  });
  if (!sent) return fail(sent.error());
  if (!reply) {
    if (reply.error().kind == ErrorKind::interrupted) return fail(reply.error());
    cell.failure = reply.error().message;
    cell.out_of_memory = worker->process.ran_out_of_memory();
    return std::nullopt;
  }
  if (reply->failure) {
    cell.failure = reply->failure->message;
    cell.out_of_memory = worker->process.ran_out_of_memory();
    return std::nullopt;
  }
  cell.peak_rss.push_back(static_cast<double>(read_peak_rss(worker->process.pid()).value_or(0)));
  ++cell.processes;
  worker->process.finish();
  return std::move(reply->served);
}

// Back to back on all threads: what the calls take, and how many there are in a second.
Status closed_visit(const World& world, CellSamples& cell, const LoadVisit& visit) {
  worker::ServeRequest request = serve_request(world, cell.cell);
  request.min_time_ns = visit.visit_ns;
  request.min_count = 5;
  const auto served = serve_once(world, cell, request, visit);
  if (!served) return fail(served.error());
  if (!*served) return {};
  std::vector<WorkerBlock> threads(static_cast<std::size_t>(cell.cell.concurrency));
  for (std::size_t i = 0; i < (*served)->done_ns.size(); ++i) {
    WorkerBlock& thread = threads[static_cast<std::size_t>((*served)->thread[i])];
    if (thread.latency_ns.empty()) thread.begin_ns = (*served)->started_ns[i];
    thread.latency_ns.push_back((*served)->done_ns[i] - (*served)->started_ns[i]);
  }
  SideBySide together = combine(threads);
  if (together.latency_ns.empty()) {
    cell.failure = "the calls were never under way at the same time: the machine did not run them together";
    return {};
  }
  std::vector<double> sorted = together.latency_ns;
  std::sort(sorted.begin(), sorted.end());
  cell.expected_ns = median(sorted);
  cell.latencies.push_back(std::move(together.latency_ns));
  cell.throughput.push_back({together.inferences_per_s * static_cast<double>(cell.cell.batch)});
  ++cell.blocks;
  return {};
}

Result<std::optional<OpenVisit>> open_visit(const World& world, CellSamples& cell, double rate_per_s,
                                            std::int64_t count, const LoadVisit& visit) {
  worker::ServeRequest request = serve_request(world, cell.cell);
  request.arrivals_ns = arrival_times(visit.arrivals, rate_per_s, count, visit.seed);
  const auto last = static_cast<double>(request.arrivals_ns.back());
  request.give_up_ns = static_cast<std::int64_t>(
      last + std::max({kLeastGraceNs, kGraceOfVisit * last, kGraceServices * cell.expected_ns}));
  const auto served = serve_once(world, cell, request, visit);
  if (!served) return fail(served.error());
  if (!*served) return std::nullopt;
  OpenVisit out;
  out.last_arrival = last;
  const std::size_t size = (*served)->done_ns.size();
  std::vector<double> services;
  for (std::size_t i = 0; i < size; ++i) {
    out.requests.push_back({static_cast<double>(request.arrivals_ns[i]), static_cast<double>((*served)->sent_ns[i]),
                            static_cast<double>((*served)->started_ns[i]), static_cast<double>((*served)->done_ns[i])});
    services.push_back(service_of(out.requests.back()));
  }
  out.unserved = count - static_cast<std::int64_t>(size);
  std::sort(services.begin(), services.end());
  if (!services.empty()) cell.expected_ns = median(services);
  ++cell.blocks;
  return out;
}

SteadyRow row_of(const CellSamples& facts, double rate_per_s, const std::vector<OpenVisit>& visits,
                 const OpenLoopFigures& figures, Arrivals arrivals, const std::string& why_ended) {
  SteadyRow out = assemble_row(facts, why_ended);
  out.mode = "open";
  out.rate_per_s = rate_per_s;
  out.arrivals = name_of(arrivals);
  out.blocks = out.processes = static_cast<std::int64_t>(visits.size());
  if (!facts.failure.empty()) return out;
  out.unmet.clear();
  out.latency = figures.response;
  out.queue = figures.queue;
  out.service = figures.service;
  out.throughput = figures.throughput;
  const auto batch = static_cast<double>(facts.cell.batch);
  if (batch > 1) {
    std::vector<double> inputs = figures.throughput.samples;
    for (double& rate : inputs) rate *= batch;
    out.throughput = summarise(std::move(inputs));
  }
  out.utilisation = figures.utilisation;
  out.saturated = figures.saturated;
  out.late_fraction = figures.late_fraction;
  out.generator_late = figures.generator_late;
  if (!figures.saturated && !figures.settled) {
    out.unmet.push_back(fmt::format(
        "at {:.0f} % load the queue needs {} requests to settle, more than half of a visit: no percentiles",
        figures.utilisation * 100,
        figures.utilisation < 1
            ? fmt::format("about {:.0f}",
                          requests_to_settle(figures.utilisation, static_cast<double>(facts.cell.concurrency)))
            : "endlessly many"));
  }
  if (figures.generator_late) {
    out.latency.percentiles.clear();
    out.queue->percentiles.clear();
    out.unmet.push_back(
        fmt::format("{:.2g} % of the requests were sent late, by mlplan and not by the model: no "
                    "percentiles",
                    figures.late_fraction * 100));
  }
  return out;
}

std::vector<Cell> load_cells(const Options& options, const CellCosts& costs) {
  std::vector<std::int64_t> batches = options.batches;
  const std::int64_t smallest = costs.batch_bounds.empty() ? 1 : std::max<std::int64_t>(1, costs.batch_bounds.front());
  if (!costs.has_batch || batches.empty()) batches = {smallest};
  if (costs.batch_bounds.size() == 2) {
    for (std::int64_t& batch : batches) batch = std::clamp(batch, costs.batch_bounds[0], costs.batch_bounds[1]);
    batches.erase(std::unique(batches.begin(), batches.end()), batches.end());
  }
  std::map<std::string, std::int64_t> dims;
  for (const auto& [name, values] : options.dims) {
    if (name != "batch" && !values.empty()) dims.emplace(name, values.front());
  }
  std::vector<Cell> out;
  for (const std::int64_t concurrency : options.concurrency) {
    const std::vector<std::int64_t> threads =
        options.threads.empty() ? std::vector{std::max<std::int64_t>(1, costs.cpus / concurrency)} : options.threads;
    for (const std::int64_t each : threads) {
      for (const std::int64_t batch : batches) out.push_back({batch, each, 1, dims, concurrency});
    }
  }
  return out;
}

// A guess that errs on the long side: calls at the same time share the CPUs.
double guess_ns(const Cell& cell, const CellCosts& costs) {
  const double base =
      costs.batch_bounds.empty() ? 1.0 : static_cast<double>(std::max<std::int64_t>(1, costs.batch_bounds[0]));
  const auto slower =
      static_cast<double>(costs.most_threads) / static_cast<double>(std::min(cell.threads, costs.most_threads));
  return costs.inference_ns * static_cast<double>(cell.batch) / base * slower;
}

}  // namespace

LoadPlan plan_load(const Options& options, const CellCosts& costs) {
  LoadPlan plan;
  for (const Cell& cell : load_cells(options, costs)) {
    const CellSamples empty{cell, guess_ns(cell, costs)};
    if (cell.concurrency > 1) plan.cells.push_back({empty});
    for (const double rate : options.rates) plan.cells.push_back({empty, rate});
    if (!options.slo.empty()) plan.searches.push_back({empty, LoadSearch(options.slo, cell.concurrency)});
  }
  // The search takes what it takes: half of the time where there is one.
  const auto visits = static_cast<double>(kVisits) * static_cast<double>(std::max<std::size_t>(1, plan.cells.size()));
  const double share = plan.searches.empty() ? 1 : 0.5;
  plan.visit_ns = static_cast<std::int64_t>(
      std::clamp(share * costs.budget_ns / visits - costs.start_ns, kShortestVisitNs, kLongestVisitNs));
  return plan;
}

double load_visit_ns(const LoadSamples& cell, const LoadPlan& plan) {
  if (!cell.rate_per_s) return static_cast<double>(plan.visit_ns) + 5 * cell.closed.expected_ns;
  return static_cast<double>(count_for(cell, plan.visit_ns)) / *cell.rate_per_s * kSecond;
}

double search_visit_ns(const SearchSamples& search, const LoadPlan& plan) {
  const double half_load_per_s =
      0.5 * static_cast<double>(search.closed.cell.concurrency) * kSecond / search.closed.expected_ns;
  return std::max(static_cast<double>(plan.visit_ns),
                  static_cast<double>(search.search.requests_per_visit()) / half_load_per_s * kSecond);
}

Status visit_load(const World& world, LoadSamples& cell, const LoadVisit& visit) {
  if (!cell.closed.failure.empty()) return {};
  if (!cell.rate_per_s) return closed_visit(world, cell.closed, visit);
  auto done = open_visit(world, cell.closed, *cell.rate_per_s, count_for(cell, visit.visit_ns), visit);
  if (!done) return fail(done.error());
  if (*done) cell.visits.push_back(std::move(**done));
  return {};
}

Status visit_search(const World& world, SearchSamples& search, const LoadVisit& visit) {
  if (settled(search)) return {};
  if (!search.search.capacity()) {
    if (Status done = closed_visit(world, search.closed, visit); !done) return done;
    if (search.closed.failure.empty()) {
      search.search.set_capacity(search.closed.throughput.back().front() /
                                 static_cast<double>(search.closed.cell.batch));
    }
    return {};
  }
  auto done = open_visit(world, search.closed, *search.search.next_rate(), count_for(search), visit);
  if (!done) return fail(done.error());
  if (*done) search.search.add(std::move(**done));
  return {};
}

bool settled(const LoadSamples& cell) {
  if (!cell.rate_per_s) return settled(cell.closed);
  if (!cell.closed.failure.empty()) return true;
  if (cell.visits.size() < 2) return false;
  const std::vector<double> percentiles = {0.5, 0.9, 0.99};
  const OpenLoopFigures figures = open_loop_figures(cell.visits, cell.closed.cell.concurrency, percentiles);
  if (figures.saturated) return true;
  return figures.response.low && figures.response.percentiles.size() == percentiles.size() &&
         std::all_of(figures.response.percentiles.begin(), figures.response.percentiles.end(),
                     [](const auto& each) { return each.second.high.has_value(); });
}

bool settled(const SearchSamples& search) { return !search.closed.failure.empty() || search.search.finished(); }

SteadyRow assemble_row(const LoadSamples& cell, Arrivals arrivals, const std::string& why_ended) {
  if (!cell.rate_per_s) return assemble_row(cell.closed, why_ended);
  const OpenLoopFigures figures = open_loop_figures(cell.visits, cell.closed.cell.concurrency, percentiles_of({}));
  SteadyRow out = row_of(cell.closed, *cell.rate_per_s, cell.visits, figures, arrivals, why_ended);
  if (cell.closed.failure.empty() && settled(cell)) out.stop = "converged";
  return out;
}

std::vector<SteadyRow> assemble_rows(const SearchSamples& search, const Options& options,
                                     const std::string& why_ended) {
  std::vector<SteadyRow> out;
  CellSamples facts = search.closed;
  facts.failure.clear();  // it ended the search, and no rate that was tried before
  for (const LoadSearch::Tried& tried : search.search.tried()) {
    const OpenLoopFigures figures =
        open_loop_figures(tried.visits, facts.cell.concurrency, percentiles_of(options.slo));
    out.push_back(row_of(facts, tried.rate_per_s, tried.visits, figures, options.arrivals, why_ended));
    if (tried.verdict != RateVerdict::undecided) out.back().stop = "converged";
  }
  return out;
}

LoadKnee assemble_knee(const SearchSamples& search, const Options& options) {
  const Cell& cell = search.closed.cell;
  LoadKnee out;
  out.batch = cell.batch;
  out.threads = cell.threads;
  out.concurrency = cell.concurrency;
  out.dims = cell.dims;
  out.arrivals = name_of(options.arrivals);
  out.objectives = options.slo;
  out.failure = search.closed.failure;
  out.verdict = search.search.found() ? "found" : search.search.hopeless() ? "never" : "not_decided";
  if (search.search.holding() > 0) out.holds_per_s = search.search.holding();
  out.capacity_per_s = search.search.capacity();
  if (out.capacity_per_s) out.fails_per_s = search.search.failing();
  const std::string name = percentile_name(options.slo.back().quantile);
  for (const LoadSearch::Tried& tried : search.search.tried()) {
    const OpenLoopFigures figures = open_loop_figures(tried.visits, cell.concurrency, percentiles_of(options.slo));
    TriedRate rate{tried.rate_per_s,
                   tried.verdict == RateVerdict::holds   ? "holds"
                   : tried.verdict == RateVerdict::fails ? "fails"
                                                         : "undecided",
                   {},
                   {}};
    if (const auto found = figures.response.percentiles.find(name); found != figures.response.percentiles.end()) {
      if (!figures.generator_late) rate.response = found->second.value;
      rate.response_high = found->second.high;
    }
    out.tried.push_back(std::move(rate));
  }
  std::sort(out.tried.begin(), out.tried.end(),
            [](const TriedRate& a, const TriedRate& b) { return a.rate_per_s < b.rate_per_s; });
  return out;
}

}  // namespace mlplan::bench
