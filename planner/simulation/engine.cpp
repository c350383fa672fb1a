#include "planner/simulation/engine.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "planner/simulation/simulator.h"

namespace mlplan::planner {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

Engine::Engine(const Scenario& scenario, Policy& policy, std::uint64_t seed, std::uint64_t replication)
    : scenario_(scenario),
      policy_(policy),
      random_(seed, replication),
      starts_(scenario.fleet.start_up, random_.start_up, fleet_),
      fleet_(limits_of(scenario.fleet), starts_),
      service_(scenario.fleet.instance.service, scenario.fleet.instance.max_batch),
      failures_(scenario.fleet.failures.time_between_s, random_.failures),
      interruptions_(scenario.fleet.interruptions.time_between_s, random_.failures),
      shared_(scenario.routing == Routing::shared_queue),
      asks_on_wait_(policy.decides_on_wait()),
      shares_host_(scenario.fleet.host.has_value()),
      slots_per_instance_(
          static_cast<std::uint32_t>(scenario.fleet.instance.workers * scenario.fleet.instance.concurrency)),
      max_batch_(static_cast<std::size_t>(scenario.fleet.instance.max_batch)),
      batch_timeout_(scenario.fleet.instance.max_batch > 1 ? scenario.fleet.instance.batch_timeout_s : 0),
      after_idle_(scenario.fleet.instance.after_idle),
      grows_cold_(after_idle_.alone > 1 || after_idle_.beside > 1),
      source_(make_source(scenario.arrivals, random_.arrivals)),
      chunk_{},
      deadline_(kInfinity),
      last_free_(-kInfinity),
      next_point_(kInfinity),
      counting_from_(scenario.warm_up_s),
      counting_until_(scenario.duration_s),
      give_up_at_(kInfinity),
      next_stretch_(kInfinity) {
  if (shares_host_) pace_machine();
}

SimulationResult Engine::run() {
  result_.within_other.resize(scenario_.other_responses_s.size());
  fleet_.begin();
  take_changes(0);
  next_decision_ = policy_.interval_s();
  next_arrival();
  find_next_other();
  while (true) {
    double completion = completions_.next_time();
    const double rare = std::min(next_other_, deadline_);
    if (shares_host_) [[unlikely]] {
      if (!completions_.empty()) completion = services_.time_of(completion);
      services_.proceed(std::min({completion, rare, next_arrival_}));
    }
    if (rare <= completion && rare <= next_arrival_) {
      if (rare >= give_up_at_) break;
      other(rare);
    } else if (completion <= next_arrival_) {
      complete(completion);
    } else {
      arrive(next_arrival_);
      next_arrival();
    }
    if (shares_host_) [[unlikely]]
      share_host(now_);
    ++result_.events;
    if (closed_ && in_service_ + queued_ == 0) break;
  }
  result_.unfinished = result_.arrivals - result_.completed - result_.rejected - result_.lost;
  return std::move(result_);
}

inline void Engine::next_arrival() {
  if (chunk_next_ == chunk_size_) {
    chunk_size_ = source_->fill(chunk_);
    chunk_next_ = 0;
    if (chunk_size_ == 0) {
      next_arrival_ = kInfinity;
      return;
    }
  }
  next_arrival_ = chunk_[chunk_next_++];
  if (next_arrival_ >= scenario_.duration_s) next_arrival_ = kInfinity;
}

inline void Engine::arrive(double now) {
  advance(now);
  ++arrived_;
  const bool counted = now >= scenario_.warm_up_s;
  result_.arrivals += counted;
  if (!shared_) {
    route(now, now);
    return;
  }
  if (!had_free_ && static_cast<std::int64_t>(queue_.size()) >= scenario_.queue_limit) {
    result_.rejected += counted;
    return;
  }
  queue_.push_back(now);
  ++queued_;
  if (had_free_) {
    serve_waiting(now);
  } else if (asks_on_wait_) {
    decide(now, true);
  }
}

inline bool Engine::batch_is_due(const RequestQueue& queue, double now) const {
  return queue.size() >= max_batch_ ||
         (!queue.empty() && (batch_timeout_ == 0 || now >= queue.front() + batch_timeout_));
}

// Shared queue: free slots take what is due.
void Engine::serve_waiting(double now) {
  while (!free_slots_.empty() && batch_is_due(queue_, now)) {
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    start(now, slot, queue_, false);
  }
  update_deadline();
  const bool free = !free_slots_.empty();
  if (had_free_ && !free) last_free_ = now;
  had_free_ = free;
}

inline void Engine::update_deadline() {
  if (batch_timeout_ == 0) return;
  deadline_ = queue_.empty() || free_slots_.empty() ? kInfinity : queue_.front() + batch_timeout_;
}

// least_outstanding: the free slots of an instance take what is due in its own queue.
void Engine::serve_instance(double now, std::uint32_t id) {
  RequestQueue& queue = instance_queues_[id];
  const std::uint32_t first = first_slot(id);
  for (std::uint32_t slot = first; slot < first + slots_per_instance_; ++slot) {
    if (slots_[slot].batch > 0) continue;
    if (!batch_is_due(queue, now)) {
      // One timer for each batch, however many requests join it.
      if (!queue.empty() && queue.front() != timed_[id]) {
        timed_[id] = queue.front();
        const double due = queue.front() + batch_timeout_;
        batch_timers_.push({due, id, fleet_.instance(id).generation});
        next_other_ = std::min(next_other_, due);
      }
      return;
    }
    start(now, slot, queue, false);
  }
}

inline void Engine::start(double now, std::uint32_t slot, RequestQueue& queue, bool replaces_top) {
  Slot& here = slots_[slot];
  const std::size_t batch = std::min(queue.size(), max_batch_);
  const double loading_until = fleet_.loading_until(now);
  Request* request = &requests_[slot * max_batch_];
  for (std::size_t i = 0; i < batch; ++i, ++request) {
    const double arrival = queue.pop_front();
    const bool lacked_slot = now > arrival && !had_free_ && last_free_ <= arrival;
    *request = {arrival, lacked_slot && loading_until >= arrival};
  }
  here.start = now;
  here.batch = static_cast<std::uint32_t>(batch);
  queued_ -= static_cast<std::int64_t>(batch);
  in_service_ += static_cast<std::int64_t>(batch);
  double work = service_.draw(static_cast<std::int64_t>(batch), random_.service);
  if (grows_cold_) work += more_after_idle(now, here, busy_slots_ - (replaces_top ? 1 : 0));
  const double done = (shares_host_ ? services_.done() : now) + work;
  if (replaces_top) {
    completions_.replace_top({done, slot, here.epoch});
    return;
  }
  completions_.push({done, slot, here.epoch});
  ++busy_slots_;
  if (shared_) {
    Fleet::Instance& instance = fleet_.instance(here.instance);
    if (instance.load++ == 0) ++busy_instances_;
  }
}

// What a service takes longer that begins now, beside so many.
inline double Engine::more_after_idle(double now, Slot& slot, std::int64_t others_busy) const {
  if (slot.end < now) slot.coldness = after_idle_.coldness_after_idle(slot.coldness, now - slot.end);
  const InstanceSettings& instance = scenario_.fleet.instance;
  // Of instances with a machine each, all slots are taken to be busy: the law of a service is of that.
  const std::int64_t busy = shares_host_ ? others_busy : slots_per_instance_ - 1;
  return (after_idle_.factor(busy) - 1) * slot.coldness * instance.service.front().time_s.mean;
}

inline void Engine::complete(double now) {
  const Completion top = completions_.top();
  Slot& slot = slots_[top.slot];
  if (slot.epoch != top.epoch) {  // what it served was lost
    completions_.pop();
    return;
  }
  advance(now);
  const std::uint32_t batch = slot.batch;
  const double start_time = slot.start;
  const Request* request = &requests_[top.slot * max_batch_];
  for (std::uint32_t i = 0; i < batch; ++i, ++request) {
    if (request->arrival < scenario_.warm_up_s) continue;
    const double response = now - request->arrival;
    const double wait = start_time - request->arrival;
    result_.wait.record(wait);
    result_.response.record(response);
    result_.service.record(now - start_time);
    const bool within = response <= scenario_.slo_response_s;
    ++result_.completed;
    result_.waited += wait > 0;
    result_.within_slo += within;
    for (std::size_t k = 0; k < result_.within_other.size(); ++k)
      result_.within_other[k] += response <= scenario_.other_responses_s[k];
    if (request->exposed) {
      ++result_.exposed;
      result_.exposed_beyond_slo += !within;
    }
    point_max_response_ = std::max(point_max_response_, response);
  }
  result_.batches += start_time >= scenario_.warm_up_s;
  completions_count_ += batch;
  in_service_ -= batch;
  slot.batch = 0;
  slot.end = now;
  if (grows_cold_) slot.coldness = after_idle_.coldness_after_service(slot.coldness, now - start_time);

  const std::uint32_t id = slot.instance;
  Fleet::Instance& instance = fleet_.instance(id);
  if (shared_) {
    if (instance.state == Fleet::State::ready && batch_is_due(queue_, now)) {
      start(now, top.slot, queue_, true);
      update_deadline();
      return;
    }
    completions_.pop();
    --busy_slots_;
    if (--instance.load == 0) {
      --busy_instances_;
      instance.idle_since = now;
    }
    if (instance.state == Fleet::State::ready) {
      free_slots_.push_back(top.slot);
      had_free_ = true;
      update_deadline();
    } else if (instance.load == 0) {
      fleet_.finished(now, id);
      find_next_other();
    }
    return;
  }
  completions_.pop();
  --busy_slots_;
  instance.load -= static_cast<std::int32_t>(batch);
  least_loaded_.change(id, -static_cast<std::int32_t>(batch));
  serve_instance(now, id);
  if (instance.load == 0) {
    --busy_instances_;
    instance.idle_since = now;
    if (instance.state == Fleet::State::stopping) {
      fleet_.finished(now, id);
      find_next_other();
    }
  }
}

SimulationResult simulate(const Scenario& scenario, Policy& policy, std::uint64_t seed, std::uint64_t replication) {
  return Engine(scenario, policy, seed, replication).run();
}

}  // namespace mlplan::planner
