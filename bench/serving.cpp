#include "bench/serving.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <pcg_random.hpp>
#include <random>
#include <thread>
#include <utility>

#include "bench/clock.h"
#include "bench/pool/punctual.h"
#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

constexpr std::int64_t kLeastTurns = 3;  // of each worker
// Idle moments are from the shortest that matters to as long as any that changes something, evenly by their logarithm.
constexpr double kShortestIdleNs = 0.3e6;
constexpr double kLongestIdleNs = 1e8;
constexpr double kRunNs = 30e6;  // a run: half of it to become warm
constexpr double kFewestInferences = 3;
constexpr double kMostInferences = 300;
constexpr double kLeastInferences = 27;  // of a worker's part of the fewest turns, idle moments included

struct Served {
  std::int64_t started_ns = 0;
  std::int64_t done_ns = 0;
  double hand_over_ns = 0;
};

class Workers {
 public:
  explicit Workers(Crew& crew) : crew_(crew), instances_(crew.take_all()) {
    for (Crew::Instance& instance : instances_) {
      for (PoolWorker& worker : instance) workers_.push_back(&worker);
    }
    given_ns_.resize(workers_.size());
  }
  void leave() {
    for (Crew::Instance& instance : instances_) crew_.leave(std::move(instance));
  }

  // Each of `who` serves so many, one at once after the other; by worker.
  Result<std::vector<std::vector<Served>>> serve(const std::vector<std::size_t>& who, std::size_t each);
  std::size_t size() const { return workers_.size(); }

 private:
  void give(std::size_t worker);

  Crew& crew_;
  std::vector<Crew::Instance> instances_;
  std::vector<PoolWorker*> workers_ = {};
  std::vector<std::int64_t> given_ns_ = {};
  std::uint64_t tickets_ = 0;
};

// Where nobody is there any more, the closed channel is heard of next.
void Workers::give(std::size_t worker) {
  given_ns_[worker] = now_ns();
  workers_[worker]->give({.number = tickets_++, .batch = 1});
}

Result<std::vector<std::vector<Served>>> Workers::serve(const std::vector<std::size_t>& who, std::size_t each) {
  std::vector<std::vector<Served>> served(workers_.size());
  std::vector<PoolWorker*> serving;
  for (const std::size_t worker : who) {
    serving.push_back(workers_[worker]);
    give(worker);
  }
  for (std::size_t left = who.size() * each; left > 0; --left) {
    const Result<NewsOf> next = wait_for_news(serving, crew_.world().limits);
    if (!next) return fail(next.error());
    const std::int64_t heard = now_ns();
    const std::size_t from = who[next->worker];
    const WorkerNews& news = next->news;
    if (!news.failure.empty())
      return fail(ErrorKind::not_measured, "an inference failed: " + news.failure, "while serving requests");
    const std::int64_t inference_ns = news.stub->done_ns - news.stub->started_ns;
    served[from].push_back({.started_ns = news.stub->started_ns,
                            .done_ns = news.stub->done_ns,
                            .hand_over_ns = static_cast<double>(heard - given_ns_[from] - inference_ns)});
    if (served[from].size() < each) give(from);
  }
  return served;
}

}  // namespace

Status visit_serving(Crew& crew, const ServingVisit& visit, ServingSamples& samples) {
  Workers workers(crew);
  const Punctual punctual;
  pcg64 random(visit.seed);
  std::uniform_real_distribution<double> idle(std::log(kShortestIdleNs), std::log(kLongestIdleNs));
  const auto be_idle = [&] {
    std::this_thread::sleep_for(std::chrono::nanoseconds(static_cast<std::int64_t>(std::exp(idle(random)))));
  };
  const auto each =
      static_cast<std::size_t>(std::clamp(std::ceil(kRunNs / visit.inference_ns), kFewestInferences, kMostInferences));
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < workers.size(); ++i) all.push_back(i);
  const std::int64_t began = now_ns();
  std::vector<WorkerRuns> runs(workers.size());
  std::vector<std::int64_t> idle_since(workers.size(), began);
  const auto keep = [&](std::size_t worker, const std::vector<Served>& served, bool beside) {
    ServedRun& run = runs[worker].emplace_back();
    run.idle_ns = static_cast<double>(served.front().started_ns - idle_since[worker]);
    run.beside = beside;
    for (const Served& one : served) run.inference_ns.push_back(static_cast<double>(one.done_ns - one.started_ns));
    idle_since[worker] = served.back().done_ns;
  };
  std::vector<double> beside;
  std::vector<double> hand_over;
  for (std::size_t turn = 0; now_ns() < began + visit.visit_ns || turn < kLeastTurns * workers.size(); ++turn) {
    const std::size_t worker = turn % workers.size();
    be_idle();
    const auto alone = workers.serve({worker}, each);
    if (!alone) return fail(alone.error());
    keep(worker, (*alone)[worker], false);
    hand_over.push_back((*alone)[worker].back().hand_over_ns);
    if (workers.size() < 2) continue;
    const double alone_ns = warm_inference_ns(runs[worker].back());
    be_idle();
    const auto together = workers.serve(all, each);
    if (!together) return fail(together.error());
    for (const std::size_t one : all) keep(one, (*together)[one], true);
    beside.push_back(warm_inference_ns(runs[worker].back()) / alone_ns);
  }
  workers.leave();
  samples.visits.push_back(std::move(runs));
  samples.hand_over_ns.push_back(median_of(hand_over));
  if (!beside.empty()) samples.beside.push_back(median_of(beside));
  return {};
}

double least_serving_ns(std::int64_t workers, double inference_ns) {
  return kLeastInferences * static_cast<double>(workers) * inference_ns;
}

ServingRow serving_row(const ServingSamples& samples) {
  std::vector<WorkerRuns> all;
  for (const std::vector<WorkerRuns>& visit : samples.visits) all.insert(all.end(), visit.begin(), visit.end());
  const WarmthTimes times = fit_warmth_times(all);
  const auto by_visit = [&](bool beside) {
    std::vector<double> out;
    for (const std::vector<WorkerRuns>& visit : samples.visits) {
      if (const std::optional<double> ratio = after_idle(visit, times, beside)) out.push_back(*ratio);
    }
    return out;
  };
  ServingRow row;
  row.threads = samples.threads;
  row.workers = samples.workers;
  row.after_idle = summarise(by_visit(false));
  row.cooling_ns = times.cooling_ns;
  row.warming_ns = times.warming_ns;
  if (!samples.beside.empty()) {
    row.after_idle_beside = summarise(by_visit(true));
    row.beside = summarise(samples.beside);
  }
  row.hand_over = summarise(samples.hand_over_ns);
  for (const WorkerRuns& runs : all) {
    for (const ServedRun& run : runs) row.inferences += std::ssize(run.inference_ns);
  }
  return row;
}

}  // namespace mlplan::bench
