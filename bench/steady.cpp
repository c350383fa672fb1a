#include "bench/steady.h"

#include <algorithm>
#include <array>
#include <boost/random/uniform_int_distribution.hpp>
#include <limits>
#include <numeric>
#include <pcg_random.hpp>

#include "bench/clock.h"
#include "bench/proc_files.h"
#include "bench/statistics.h"
#include "bench/stopping_rule.h"
#include "bench/warm_up.h"

namespace mlplan::bench {
namespace {

constexpr std::int64_t kUntimedFirst = 3;  // of a shape new to the process: profiling and specialisation happen then
constexpr std::int64_t kUntimedAgain = 1;  // of a shape seen before: caches
constexpr std::int64_t kMostInBlock = 5'000;
constexpr std::int64_t kMostSideBySide = 400'000;  // time ends those, or a fast worker would leave the others alone
constexpr std::int64_t kStartTogetherNs =
    20'000'000;                              // workers side by side get the request this long before they begin
constexpr double kInferencesSideBySide = 5;  // that a block of theirs must hold, at least
constexpr double kTailInferences = 2;        // that each goes on for past the block, so that none runs alone at its end

constexpr std::int64_t kIsolatedInBlock = 10;  // at most; they and the runs back to back take half a block each
constexpr std::int64_t kBackToBackInBlock = 200;

std::vector<CellSamples*> random_turns(const std::vector<CellSamples*>& cells, const VisitPlan& plan) {
  std::vector<CellSamples*> turns;
  pcg64 random(plan.order_seed);
  for (std::int64_t round = 0; round < plan.blocks_per_cell; ++round) {
    std::vector<CellSamples*> order = cells;
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[boost::random::uniform_int_distribution<std::size_t>(0, i - 1)(random)]);
    }
    turns.insert(turns.end(), order.begin(), order.end());
  }
  return turns;
}

// Elements of the input that vary: by this the cells of a visit go from small to large.
double extent_of(const Cell& cell) {
  double extent = static_cast<double>(cell.batch);
  for (const auto& [name, value] : cell.dims) extent *= static_cast<double>(value);
  return extent;
}

worker::Request request_for(const World& world, const Cell& cell, const Worker& worker) {
  worker::Request request = world.request("measure", cell.threads, worker.scratch.path());
  request.measure.input = world.input;
  request.measure.input.dims["batch"] = cell.batch;
  for (const auto& [name, value] : cell.dims) request.measure.input.dims[name] = value;
  return request;
}

// Sends each worker its request and takes all answers. nullopt: some worker is dead, and the cell marked. A refusal by
// the model marks the cell too; the answers are then fewer than the workers.
Result<std::optional<std::vector<worker::Measured>>> ask_all(const World& world, CellSamples& cell,
                                                             std::vector<Worker>& workers,
                                                             const std::vector<worker::Request>& requests) {
  std::vector<worker::Measured> measured;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (Status sent = workers[i].process.send(requests[i]); !sent) return fail(sent.error());
  }
  for (Worker& worker : workers) {
    Result<worker::Reply> reply = worker.process.await_with_failure(world.limits);
    if (!reply) {
      if (reply.error().kind == ErrorKind::interrupted) return fail(reply.error());
      cell.failure = reply.error().message;
      cell.out_of_memory = worker.process.ran_out_of_memory();
      return std::nullopt;
    }
    if (reply->failure) {
      cell.failure = reply->failure->message;
      cell.out_of_memory = worker.process.ran_out_of_memory();
    } else {
      measured.push_back(std::move(reply->measured));
    }
  }
  return measured;
}

// Untimed inferences on every worker; with `peak` their resident peak meanwhile (bytes, of the worker that had most).
Result<bool> settle_shape(const World& world, CellSamples& cell, std::int64_t untimed, std::vector<Worker>& workers,
                          std::int64_t* peak) {
  std::vector<worker::Request> requests;
  for (const Worker& worker : workers) {
    worker::Request request = request_for(world, cell.cell, worker);
    request.measure.untimed = untimed - 1;
    request.measure.min_time_ns = 0;
    request.measure.min_count = request.measure.max_count = 1;
    requests.push_back(std::move(request));
    if (peak != nullptr) reset_peak_rss(worker.process.pid());
  }
  const auto answers = ask_all(world, cell, workers, requests);
  if (!answers) return fail(answers.error());
  if (!*answers) return false;
  for (const worker::Measured& one : **answers) cell.expected_ns = static_cast<double>(one.latency_ns.back());
  for (const Worker& worker : workers) {
    if (peak != nullptr) *peak = std::max(*peak, read_peak_rss(worker.process.pid()).value_or(0));
  }
  return true;
}

// What the work takes on a GPU by itself, besides as a server has it. A gate that did not hold once costs its limit and
// would again.
void ask_for_gpu_times(const World& world, const CellSamples& cell, const VisitPlan& plan,
                       worker::MeasureRequest& request) {
  if (world.load.device == "cpu") return;
  const auto in_half =
      static_cast<std::int64_t>(static_cast<double>(plan.block_ns) / 2 / std::max(cell.expected_ns, 1.0));
  if (cell.not_isolated.empty()) request.isolated = std::clamp<std::int64_t>(in_half, 1, kIsolatedInBlock);
  request.back_to_back = std::clamp<std::int64_t>(in_half, 2, kBackToBackInBlock);
}

// The answers of all workers to the requests of one block; as ask_all.
Result<std::optional<std::vector<worker::Measured>>> ask_for_block(const World& world, CellSamples& cell,
                                                                   const VisitPlan& plan,
                                                                   std::vector<Worker>& workers) {
  const bool together = workers.size() > 1;
  double block_ns = static_cast<double>(plan.block_ns);
  if (together) {
    const Result<bool> alive = settle_shape(world, cell, kUntimedAgain, workers, nullptr);
    if (!alive) return fail(alive.error());
    if (!*alive) return std::nullopt;
    if (!cell.failure.empty()) return std::vector<worker::Measured>();
    block_ns = std::max(block_ns, kInferencesSideBySide * cell.expected_ns) + kTailInferences * cell.expected_ns;
  }
  const std::int64_t start_at = together ? now_ns() + kStartTogetherNs : 0;
  std::vector<worker::Request> requests;
  for (const Worker& worker : workers) {
    worker::Request request = request_for(world, cell.cell, worker);
    if (together) {
      request.measure.input.inputs.clear();  // as settled just now
    } else {
      request.measure.untimed = kUntimedAgain;
      ask_for_gpu_times(world, cell, plan, request.measure);
    }
    request.measure.min_time_ns = static_cast<std::int64_t>(block_ns);
    request.measure.max_count = together ? kMostSideBySide : kMostInBlock;
    request.measure.start_at_ns = start_at;
    requests.push_back(std::move(request));
  }
  return ask_all(world, cell, workers, requests);
}

// One block of one cell on all workers. False: the visit must end (a worker died), the cell is marked.
Result<bool> run_block(const World& world, CellSamples& cell, const VisitPlan& plan, std::vector<Worker>& workers) {
  Result<std::optional<std::vector<worker::Measured>>> answers;
  measure_cool(world.gpu, cell.gpu, [&] {
    answers = ask_for_block(world, cell, plan, workers);
    return answers && *answers && (*answers)->size() == workers.size();
  });
  if (!answers) return fail(answers.error());
  if (!*answers) return false;
  if ((*answers)->size() < workers.size()) return true;
  std::vector<WorkerBlock> blocks;
  for (worker::Measured& one : **answers) {
    cell.device.back().insert(cell.device.back().end(), one.device_ns.begin(), one.device_ns.end());
    cell.enqueue.back().insert(cell.enqueue.back().end(), one.enqueue_ns.begin(), one.enqueue_ns.end());
    cell.isolated.back().insert(cell.isolated.back().end(), one.isolated_ns.begin(), one.isolated_ns.end());
    cell.back_to_back.back().insert(cell.back_to_back.back().end(), one.back_to_back_ns.begin(),
                                    one.back_to_back_ns.end());
    if (!one.not_isolated.empty()) cell.not_isolated = one.not_isolated;
    blocks.push_back({one.begin_ns, std::move(one.latency_ns)});
  }
  const SideBySide block = combine(blocks);
  if (block.latency_ns.empty()) {
    cell.failure = "the workers were never busy at the same time: the machine did not run them together";
    return true;
  }
  cell.expected_ns = block.latency_ns.back();
  cell.latencies.back().insert(cell.latencies.back().end(), block.latency_ns.begin(), block.latency_ns.end());
  cell.throughput.back().push_back(block.inferences_per_s * static_cast<double>(cell.cell.batch));
  ++cell.blocks;
  return true;
}

// Absent on a CPU, where no inference has such a time.
std::optional<Stat> summarise_on_gpu(std::vector<std::vector<double>> visits) {
  std::erase_if(visits, [](const std::vector<double>& visit) { return visit.empty(); });
  if (visits.empty()) return std::nullopt;
  return summarise_blocks(visits);
}

auto all_visits(CellSamples& cell) {
  return std::array{&cell.latencies, &cell.device, &cell.enqueue, &cell.isolated, &cell.back_to_back, &cell.throughput};
}

// The stopping rule over all visits of a cell.
StoppingRule rule_of(const CellSamples& samples) {
  StoppingRule rule;
  for (const std::vector<double>& visit : samples.latencies) rule.add_block(visit);
  return rule;
}

}  // namespace

void note_warm_up(CellSamples& cell, const worker::WarmedUp& warmed) {
  cell.warm_up_inferences = std::min(cell.warm_up_inferences.value_or(warmed.inferences), warmed.inferences);
  if (!warmed.steady) (warmed.inferences < kInferencesToDecide ? cell.undecided : cell.not_warm) = true;
}

SideBySide combine(const std::vector<WorkerBlock>& workers) {
  SideBySide out;
  if (workers.empty()) return out;
  std::int64_t begin = workers.front().begin_ns;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  for (const WorkerBlock& worker : workers) {
    begin = std::max(begin, worker.begin_ns);
    end = std::min(end, std::accumulate(worker.latency_ns.begin(), worker.latency_ns.end(), worker.begin_ns));
  }
  if (end <= begin) return out;
  double inferences = 0;
  for (const WorkerBlock& worker : workers) {
    std::int64_t at = worker.begin_ns;
    for (const std::int64_t latency : worker.latency_ns) {
      const std::int64_t start = at;
      at += latency;
      if (start >= begin && start < end) out.latency_ns.push_back(static_cast<double>(latency));
      const std::int64_t within = std::min(at, end) - std::max(start, begin);
      if (within > 0) inferences += static_cast<double>(within) / static_cast<double>(latency);
    }
  }
  out.inferences_per_s = inferences * 1e9 / static_cast<double>(end - begin);
  return out;
}

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
  std::vector<worker::WarmedUp> warmed;
  for (Worker& worker : workers) {
    if (const Result<worker::Reply> started = worker.process.await(world.limits); !started)
      return fail(started.error());
    Result<worker::Reply> reply = worker.process.await(world.limits);
    if (!reply) return fail(reply.error());
    warmed.push_back(reply->warmed_up);
  }
  return measure_cells(world, std::move(cells), plan, workers, warmed);
}

Status measure_cells(const World& world, std::vector<CellSamples*> cells, const VisitPlan& plan,
                     std::vector<Worker>& workers, const std::vector<worker::WarmedUp>& warmed) {
  std::erase_if(cells, [](const CellSamples* cell) { return !cell->failure.empty(); });
  std::sort(cells.begin(), cells.end(),
            [](const CellSamples* a, const CellSamples* b) { return extent_of(a->cell) < extent_of(b->cell); });
  bool alive = true;
  for (CellSamples* cell : cells) {
    // A slow shape is not run more often untimed than it will be timed.
    const bool slow = cell->expected_ns * static_cast<double>(kUntimedFirst) > static_cast<double>(plan.block_ns);
    std::int64_t peak = 0;
    const Result<bool> settled = settle_shape(world, *cell, slow ? 1 : kUntimedFirst, workers, &peak);
    if (!settled) return fail(settled.error());
    alive = *settled;
    if (!alive) break;
    if (!cell->failure.empty()) continue;
    cell->peak_rss.push_back(static_cast<double>(peak));
    cell->processes += static_cast<std::int64_t>(workers.size());
    for (const worker::WarmedUp& one : warmed) note_warm_up(*cell, one);
    for (auto* visits : all_visits(*cell)) visits->emplace_back();
  }
  for (CellSamples* cell : random_turns(cells, plan)) {
    if (!alive) break;
    if (!cell->failure.empty()) continue;
    const Result<bool> done = run_block(world, *cell, plan, workers);
    if (!done) return fail(done.error());
    alive = *done;
  }
  for (CellSamples* cell : cells) {
    if (cell->latencies.empty() || !cell->latencies.back().empty()) continue;
    // The visit ended before its turn.
    for (auto* visits : all_visits(*cell)) visits->pop_back();
  }
  for (Worker& worker : workers) worker.process.finish();
  return {};
}

bool settled(const CellSamples& samples) {
  return !samples.failure.empty() || rule_of(samples).verdict() != Stop::go_on;
}

SteadyRow assemble_row(const CellSamples& samples, const std::string& why_ended) {
  SteadyRow out;
  out.batch = samples.cell.batch;
  out.threads = samples.cell.threads;
  out.workers = samples.cell.workers;
  out.concurrency = samples.cell.concurrency;
  out.dims = samples.cell.dims;
  out.blocks = samples.blocks;
  out.processes = samples.processes;
  if (samples.not_warm) {
    out.warm = false;
  } else if (!samples.undecided && samples.warm_up_inferences) {
    out.warm = true;
  }
  out.warm_up_inferences = samples.warm_up_inferences.value_or(0);
  out.failure = samples.failure;
  StatOptions options;
  options.percentiles = {0.5, 0.9, 0.99, 0.999};
  out.latency = summarise_blocks(samples.latencies, options);
  out.device = summarise_on_gpu(samples.device);
  out.enqueue = summarise_on_gpu(samples.enqueue);
  out.gpu = conditions_of(samples.gpu);
  out.isolated = summarise_on_gpu(samples.isolated);
  out.back_to_back = summarise_on_gpu(samples.back_to_back);
  if (!out.isolated) out.not_isolated = samples.not_isolated;
  out.throughput = summarise_blocks(samples.throughput);
  out.peak_rss = summarise(samples.peak_rss);
  if (!samples.failure.empty()) {
    out.stop = samples.out_of_memory ? "out_of_memory" : "failed";
    return out;
  }
  const StoppingRule rule = rule_of(samples);
  const Stop verdict = rule.verdict();
  out.stop = verdict != Stop::go_on ? std::string(name_of(verdict)) : out.latency.n == 1 ? "single_sample" : why_ended;
  out.unmet = rule.unmet();
  return out;
}

}  // namespace mlplan::bench
