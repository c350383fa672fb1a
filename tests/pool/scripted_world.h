// A world for Pool in which every start and every batch takes a time that is known: the real pool's loop with a clock
// that jumps from event to event.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "bench/pool/pool.h"

namespace mlplan::tests {

struct Decided {
  Observation observation;
  Orders orders;
};

// Keeps what another policy is shown and what it orders.
class RecordingPolicy final : public Policy {
 public:
  explicit RecordingPolicy(std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {}
  std::string_view name() const override { return inner_->name(); }
  double interval_s() const override { return inner_->interval_s(); }
  bool decides_on_wait() const override { return inner_->decides_on_wait(); }
  Orders decide(const Observation& observation) override {
    decided.push_back({observation, inner_->decide(observation)});
    return decided.back().orders;
  }
  std::vector<Decided> decided = {};

 private:
  std::unique_ptr<Policy> inner_;
};

class ScriptedWorld final : public bench::PoolWorld {
  // Of (time, what): when the next one is, and taking it.
  template <class Events>
  static double next_of(const Events& events) {
    double next = std::numeric_limits<double>::infinity();
    for (const auto& event : events) next = std::min(next, event.first);
    return next;
  }
  template <class Events>
  static auto take(Events& events) {
    const auto first = std::ranges::min_element(events, {}, [](const auto& event) { return event.first; });
    auto what = first->second;
    events.erase(first);
    return what;
  }

 public:
  // What the next start and the next batch take.
  ScriptedWorld(const bench::PoolSettings& settings, Policy& policy, std::function<double()> start_s,
                std::function<double(std::size_t batch)> service_s)
      : pool(settings, policy, *this), start_s_(std::move(start_s)), service_s_(std::move(service_s)) {}

  // Until `end`.
  void run(const std::vector<double>& arrivals, double end) {
    pool.begin();
    std::size_t next = 0;
    while (true) {
      const double start = next_of(starts_);
      const double done = next_of(services_);
      const double arrival = next < arrivals.size() ? arrivals[next] : std::numeric_limits<double>::infinity();
      const double decision = pool.next_time();
      const double now = std::min({start, done, arrival, decision});
      if (now > end) return;
      if (start <= now) {
        const std::uint32_t id = take(starts_);
        pool.loaded(now, id);
      } else if (decision <= now) {
        pool.advance(now);
      } else if (done <= now) {
        const auto [id, slot] = take(services_);
        answered += batches_.at(std::pair(id, slot));
        pool.served(now, id, slot);
      } else {
        pool.arrive(now, static_cast<bench::RequestId>(next++));
      }
    }
  }

  void start(double now, std::uint32_t id) override { starts_.emplace_back(now + start_s_(), id); }
  bool leave_pool(double, std::uint32_t) override { return true; }
  void end(double, std::uint32_t id) override {
    ++ended;
    std::erase_if(starts_, [id](const auto& entry) { return entry.second == id; });
    std::erase_if(services_, [id](const auto& entry) { return entry.second.first == id; });
  }
  void serve(double now, std::uint32_t id, std::uint32_t slot, std::span<const bench::RequestId> batch) override {
    batches_[{id, slot}] = batch.size();
    services_.emplace_back(now + service_s_(batch.size()), std::pair(id, slot));
  }
  void lost(double, bench::RequestId request) override { lost_requests.push_back(request); }
  void rejected(double, bench::RequestId request) override { rejected_requests.push_back(request); }

  bench::Pool pool;
  std::size_t answered = 0;
  std::size_t ended = 0;
  std::vector<bench::RequestId> lost_requests = {};
  std::vector<bench::RequestId> rejected_requests = {};

 private:
  std::function<double()> start_s_;
  std::function<double(std::size_t)> service_s_;
  std::vector<std::pair<double, std::uint32_t>> starts_ = {};
  std::vector<std::pair<double, std::pair<std::uint32_t, std::uint32_t>>> services_ = {};
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> batches_ = {};
};

}  // namespace mlplan::tests
