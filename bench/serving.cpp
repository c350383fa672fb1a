#include "bench/serving.h"

#include <algorithm>
#include <chrono>
#include <pcg_random.hpp>
#include <random>
#include <thread>
#include <utility>

#include "bench/clock.h"
#include "bench/pool/crew.h"
#include "bench/pool/punctual.h"
#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

constexpr std::int64_t kLeastTurns = 3;  // of each worker
constexpr double kShortestIdleNs = 1e6;
constexpr double kLongestIdleNs = 1e8;

struct Served {
  double inference_ns = 0;
  double hand_over_ns = 0;
};

class Workers {
 public:
  explicit Workers(const World& world) : world_(world) {}

  Status start(const ServingSamples& of);
  // Each of `who` serves so many, one at once after the other; by worker.
  Result<std::vector<std::vector<Served>>> serve(const std::vector<std::size_t>& who, std::size_t each);
  std::size_t size() const { return workers_.size(); }

 private:
  void give(std::size_t worker);

  const World& world_;
  std::vector<PoolWorker> workers_;
  std::vector<std::int64_t> given_ns_;
  std::uint64_t tickets_ = 0;
};

Status Workers::start(const ServingSamples& of) {
  Crew crew(world_, {.threads = of.threads});
  if (Status filled = crew.fill(of.workers); !filled) return filled;
  for (std::int64_t i = 0; i < of.workers; ++i) workers_.push_back(std::move(crew.take().front()));
  given_ns_.resize(workers_.size());
  return {};
}

// Where nobody is there any more, the closed channel is heard of next.
void Workers::give(std::size_t worker) {
  given_ns_[worker] = now_ns();
  workers_[worker].give({.number = tickets_++, .batch = 1});
}

Result<std::vector<std::vector<Served>>> Workers::serve(const std::vector<std::size_t>& who, std::size_t each) {
  std::vector<std::vector<Served>> served(workers_.size());
  std::vector<PoolWorker*> serving;
  for (const std::size_t worker : who) {
    serving.push_back(&workers_[worker]);
    give(worker);
  }
  for (std::size_t left = who.size() * each; left > 0; --left) {
    const Result<NewsOf> next = wait_for_news(serving, world_.limits);
    if (!next) return fail(next.error());
    const std::int64_t heard = now_ns();
    const std::size_t from = who[next->worker];
    const WorkerNews& news = next->news;
    if (!news.failure.empty())
      return fail(ErrorKind::not_measured, "an inference failed: " + news.failure, "while serving requests");
    const auto inference = static_cast<double>(news.stub->done_ns - news.stub->started_ns);
    served[from].push_back({inference, static_cast<double>(heard - given_ns_[from]) - inference});
    if (served[from].size() < each) give(from);
  }
  return served;
}

}  // namespace

Status visit_serving(const World& world, const ServingVisit& visit, ServingSamples& samples) {
  Workers workers(world);
  if (Status started = workers.start(samples); !started) return started;
  const Punctual punctual;
  pcg64 random(visit.seed);
  std::uniform_real_distribution<double> inferences(1, 3);
  const auto be_idle = [&] {
    const double ns = std::clamp(inferences(random) * visit.inference_ns, kShortestIdleNs, kLongestIdleNs);
    std::this_thread::sleep_for(std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
  };
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < workers.size(); ++i) all.push_back(i);
  std::vector<double> after_idle;
  std::vector<double> beside;
  std::vector<double> hand_over;
  const std::int64_t end = now_ns() + visit.visit_ns;
  for (std::size_t turn = 0; now_ns() < end || turn < kLeastTurns * workers.size(); ++turn) {
    const std::size_t worker = turn % workers.size();
    be_idle();
    const auto alone = workers.serve({worker}, 2);
    if (!alone) return fail(alone.error());
    const Served& first = (*alone)[worker][0];
    const Served& second = (*alone)[worker][1];
    after_idle.push_back(first.inference_ns / second.inference_ns);
    hand_over.push_back(second.hand_over_ns);
    samples.inferences += 2;
    if (workers.size() < 2) continue;
    be_idle();
    const auto together = workers.serve(all, 3);
    if (!together) return fail(together.error());
    beside.push_back((*together)[worker][1].inference_ns / second.inference_ns);
    samples.inferences += static_cast<std::int64_t>(3 * workers.size());
  }
  samples.after_idle.push_back(median_of(after_idle));
  samples.hand_over_ns.push_back(median_of(hand_over));
  if (!beside.empty()) samples.beside.push_back(median_of(beside));
  return {};
}

ServingRow serving_row(const ServingSamples& samples) {
  ServingRow row;
  row.threads = samples.threads;
  row.workers = samples.workers;
  row.after_idle = summarise(samples.after_idle);
  if (!samples.beside.empty()) row.beside = summarise(samples.beside);
  row.hand_over = summarise(samples.hand_over_ns);
  row.inferences = samples.inferences;
  return row;
}

}  // namespace mlplan::bench
