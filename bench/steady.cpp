#include "bench/steady.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <pcg_random.hpp>

#include "bench/clock.h"
#include "bench/proc_files.h"
#include "bench/statistics.h"
#include "bench/stopping_rule.h"

namespace mlplan::bench {
namespace {

constexpr std::int64_t kUntimedFirst = 3;  // of a shape new to the process: profiling and specialisation happen then
constexpr std::int64_t kUntimedAgain = 1;  // of a shape seen before: caches
constexpr std::int64_t kMostInBlock = 20'000;
constexpr std::int64_t kStartTogetherNs =
    20'000'000;  // workers side by side get the request this long before they begin

struct Turn {
  CellSamples* cell = nullptr;
  bool first = false;
};

std::vector<Turn> random_turns(const std::vector<CellSamples*>& cells, const VisitPlan& plan) {
  std::vector<Turn> turns;
  pcg64 random(plan.order_seed);
  for (std::int64_t round = 0; round < plan.blocks_per_cell; ++round) {
    std::vector<CellSamples*> order = cells;
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[boost::random::uniform_int_distribution<std::size_t>(0, i - 1)(random)]);
    }
    for (CellSamples* cell : order) turns.push_back({cell, round == 0});
  }
  return turns;
}

worker::Request block_request(const World& world, const Turn& turn, const VisitPlan& plan, const Worker& worker,
                              bool together) {
  const Cell& cell = turn.cell->cell;
  worker::Request request = world.request("measure", cell.threads, worker.scratch.path());
  request.measure.input = world.input;
  request.measure.input.dims["batch"] = cell.batch;
  for (const auto& [name, value] : cell.dims) request.measure.input.dims[name] = value;
  request.measure.untimed = turn.first ? kUntimedFirst : kUntimedAgain;
  // A slow shape is not run more often untimed than it will be timed.
  if (turn.cell->expected_ns * static_cast<double>(kUntimedFirst) > static_cast<double>(plan.block_ns))
    request.measure.untimed = 1;
  request.measure.min_time_ns = plan.block_ns;
  request.measure.min_count = 1;
  request.measure.max_count = kMostInBlock;
  if (together) request.measure.start_at_ns = now_ns() + kStartTogetherNs;
  return request;
}

// Overlap of the workers' blocks: only inferences while all were busy count.
struct Overlap {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

void record_block(CellSamples& cell, const std::vector<worker::Measured>& measured) {
  Overlap overlap{measured.front().begin_ns, measured.front().end_ns};
  for (const worker::Measured& one : measured) {
    overlap.begin_ns = std::max(overlap.begin_ns, one.begin_ns);
    overlap.end_ns = std::min(overlap.end_ns, one.end_ns);
  }
  std::vector<double> latencies;
  double inputs_per_s = 0;
  for (const worker::Measured& one : measured) {
    std::int64_t at = one.begin_ns;
    std::int64_t first = -1;
    std::int64_t last = -1;
    std::int64_t count = 0;
    for (const std::int64_t latency : one.latency_ns) {
      const std::int64_t start = at;
      at += latency;
      if (start < overlap.begin_ns || at > overlap.end_ns) continue;
      if (first < 0) first = start;
      last = at;
      ++count;
      latencies.push_back(static_cast<double>(latency));
    }
    if (count > 0 && last > first)
      inputs_per_s += static_cast<double>(count * cell.cell.batch) * 1e9 / static_cast<double>(last - first);
  }
  if (latencies.empty()) return;  // the workers' blocks did not overlap by a whole inference
  cell.expected_ns = latencies.back();
  cell.blocks.push_back(std::move(latencies));
  cell.throughput.push_back(inputs_per_s);
}

// One block of one cell on all workers. False: the visit must end (a worker died), the cell is marked.
Result<bool> run_block(const World& world, const Turn& turn, const VisitPlan& plan, std::vector<Worker>& workers) {
  CellSamples& cell = *turn.cell;
  for (Worker& worker : workers) reset_peak_rss(worker.process.pid());
  for (Worker& worker : workers) {
    if (Status sent = worker.process.send(block_request(world, turn, plan, worker, workers.size() > 1)); !sent)
      return fail(sent.error());
  }
  std::vector<worker::Measured> measured;
  for (Worker& worker : workers) {
    Result<worker::Reply> reply = worker.process.await_with_failure(world.limits);
    if (!reply) {
      if (reply.error().kind == ErrorKind::interrupted) return fail(reply.error());
      cell.failure = reply.error().message;
      cell.out_of_memory = reply.error().message.starts_with("the model needs more memory");
      return false;
    }
    if (reply->failure) {
      cell.failure = reply->failure->message;
      cell.out_of_memory = reply->failure->kind == "out_of_memory";
    } else {
      measured.push_back(std::move(reply->measured));
    }
  }
  if (measured.size() == workers.size()) record_block(cell, measured);
  return true;
}

}  // namespace

Status visit(const World& world, std::vector<CellSamples*> cells, const VisitPlan& plan) {
  std::erase_if(cells, [](const CellSamples* cell) { return !cell->failure.empty(); });
  if (cells.empty()) return {};
  const Cell& shape = cells.front()->cell;
  SpawnOptions spawn;
  spawn.threads = shape.threads;
  spawn.verbs = {"cold_start", "warm_up"};
  spawn.warm_up_cap_ns = plan.warm_up_cap_ns;
  std::vector<Worker> workers;
  workers.reserve(static_cast<std::size_t>(shape.workers));
  for (std::int64_t i = 0; i < shape.workers; ++i) {
    Result<Worker> worker = spawn_worker(world, spawn);
    if (!worker) return fail(worker.error());
    workers.push_back(std::move(*worker));
  }
  worker::WarmedUp warmed;
  for (Worker& worker : workers) {
    if (const Result<worker::Reply> started = worker.process.await(world.limits); !started)
      return fail(started.error());
    const Result<worker::Reply> reply = worker.process.await(world.limits);
    if (!reply) return fail(reply.error());
    warmed = reply->warmed_up;
  }

  std::map<CellSamples*, std::int64_t> peaks;
  for (const Turn& turn : random_turns(cells, plan)) {
    if (!turn.cell->failure.empty()) continue;
    const Result<bool> alive = run_block(world, turn, plan, workers);
    if (!alive) return fail(alive.error());
    if (!*alive) break;
    std::int64_t& peak = peaks[turn.cell];
    for (Worker& worker : workers) peak = std::max(peak, read_peak_rss(worker.process.pid()).value_or(0));
  }
  for (const auto& [cell, peak] : peaks) {
    cell->peak_rss.push_back(static_cast<double>(peak));
    cell->processes += static_cast<std::int64_t>(workers.size());
    cell->warm_up_inferences = static_cast<std::int64_t>(warmed.latency_ns.size());
    cell->warm = cell->warm && warmed.steady;
  }
  for (Worker& worker : workers) worker.process.finish();
  return {};
}

SteadyRow assemble_row(const CellSamples& samples, bool time_ran_out) {
  SteadyRow out;
  out.batch = samples.cell.batch;
  out.threads = samples.cell.threads;
  out.workers = samples.cell.workers;
  out.dims = samples.cell.dims;
  out.blocks = static_cast<std::int64_t>(samples.blocks.size());
  out.processes = samples.processes;
  out.warm = samples.warm;
  out.warm_up_inferences = samples.warm_up_inferences;
  out.failure = samples.failure;
  StatOptions options;
  options.percentiles = {0.5, 0.9, 0.99, 0.999};
  out.latency = summarise_blocks(samples.blocks, options);
  out.throughput = summarise(samples.throughput);
  out.peak_rss = summarise(samples.peak_rss);
  if (!samples.failure.empty()) {
    out.stop = samples.out_of_memory ? "out_of_memory" : "failed";
    return out;
  }
  StoppingRule rule;
  for (const std::vector<double>& block : samples.blocks) rule.add_block(block);
  const Stop verdict = rule.verdict(time_ran_out);
  // The planned visits are over: whatever is still unmet would have taken a longer time box.
  out.stop = name_of(verdict == Stop::go_on ? rule.verdict(true) : verdict);
  out.unmet = rule.unmet();
  return out;
}

}  // namespace mlplan::bench
