#include "bench/pool/pool.h"

#include <algorithm>
#include <utility>

namespace mlplan::bench {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

Pool::Pool(const PoolSettings& settings, Policy& policy, PoolWorld& world)
    : settings_(settings), policy_(policy), world_(world), fleet_(settings.fleet, *this) {}

void Pool::begin() {
  fleet_.begin();
  take_changes(0);
  next_decision_ = policy_.interval_s();
}

// Integrals up to `now`.
void Pool::pass(double now) {
  const double since = now - now_;
  sums_.queued_s += static_cast<double>(queued_) * since;
  sums_.in_service_s += static_cast<double>(in_service_) * since;
  sums_.busy_slot_s += static_cast<double>(busy_slots_) * since;
  sums_.busy_instance_s += static_cast<double>(busy_instances_) * since;
  now_ = now;
}

// --- requests
// ------------------------------------------------------------------------------------------------------------

void Pool::arrive(double now, RequestId request) {
  pass(now);
  ++sums_.arrivals;
  if (exposed_.size() <= request) exposed_.resize(request + 1);
  if (!shared()) {
    route(now, {request, now});
    return;
  }
  if (!had_free_ && static_cast<std::int64_t>(queue_.size()) >= settings_.queue_limit) {
    world_.rejected(now, request);
    return;
  }
  queue_.push_back({request, now});
  ++queued_;
  if (had_free_) {
    serve_waiting(now);
  } else if (policy_.decides_on_wait()) {
    decide(now, true);
  }
}

bool Pool::due(const Queue& queue, double now) const {
  if (queue.empty()) return false;
  return static_cast<std::int64_t>(queue.size()) >= settings_.max_batch || settings_.batch_timeout_s == 0 ||
         now >= queue.front().arrival + settings_.batch_timeout_s;
}

void Pool::start(double now, std::uint32_t slot, Queue& queue) {
  Slot& here = slots_[slot];
  const auto count = std::min(queue.size(), static_cast<std::size_t>(settings_.max_batch));
  const double loading_until = fleet_.loading_until(now);
  here.batch.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const Waiting request = queue.front();
    queue.pop_front();
    const bool lacked_slot = now > request.arrival && !had_free_ && last_free_ <= request.arrival;
    exposed_[request.request] = lacked_slot && loading_until >= request.arrival;
    here.batch.push_back(request.request);
  }
  queued_ -= static_cast<std::int64_t>(count);
  in_service_ += static_cast<std::int64_t>(count);
  ++busy_slots_;
  const std::uint32_t id = slot / settings_.slots_per_instance;
  if (shared() && fleet_.instance(id).load++ == 0) ++busy_instances_;
  world_.serve(now, id, slot - first_slot(id), here.batch);
}

// Shared queue: free slots take what is due.
void Pool::serve_waiting(double now) {
  while (!free_slots_.empty() && due(queue_, now)) {
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    start(now, slot, queue_);
  }
  const bool free = !free_slots_.empty();
  if (had_free_ && !free) last_free_ = now;
  had_free_ = free;
}

// least_outstanding: the free slots of an instance take what is due in its own queue.
void Pool::serve_instance(double now, std::uint32_t id) {
  for (std::uint32_t slot = first_slot(id); slot < first_slot(id) + settings_.slots_per_instance; ++slot) {
    if (!slots_[slot].batch.empty()) continue;
    if (!due(instance_queues_[id], now)) return;
    start(now, slot, instance_queues_[id]);
  }
}

void Pool::route(double now, const Waiting& request) {
  const std::uint32_t id = least_loaded_.first();
  if (id == LeastLoaded::kNone) {
    if (queued_ >= settings_.queue_limit) {
      world_.rejected(now, request.request);
      return;
    }
    queue_.push_back(request);
    ++queued_;
    if (policy_.decides_on_wait()) decide(now, true);
    return;
  }
  Fleet::Instance& instance = fleet_.instance(id);
  const bool has_free = instance.load < static_cast<std::int32_t>(settings_.slots_per_instance);
  if (!has_free && queued_ >= settings_.queue_limit) {
    world_.rejected(now, request.request);
    return;
  }
  if (instance.load++ == 0) ++busy_instances_;
  least_loaded_.change(id, 1);
  instance_queues_[id].push_back(request);
  ++queued_;
  const std::int64_t waiting = queued_;
  serve_instance(now, id);
  if (policy_.decides_on_wait() && !has_free && queued_ == waiting) decide(now, true);
}

void Pool::served(double now, std::uint32_t id, std::uint32_t slot_of_instance) {
  pass(now);
  const std::uint32_t slot = first_slot(id) + slot_of_instance;
  const auto batch = static_cast<std::int32_t>(slots_[slot].batch.size());
  slots_[slot].batch.clear();
  sums_.completions += batch;
  in_service_ -= batch;
  --busy_slots_;
  Fleet::Instance& instance = fleet_.instance(id);
  if (shared()) {
    if (--instance.load == 0) {
      --busy_instances_;
      instance.idle_since = now;
    }
    if (instance.state == Fleet::State::ready) {
      free_slots_.push_back(slot);
      if (due(queue_, now)) {
        serve_waiting(now);
      } else {
        had_free_ = true;
      }
    } else if (instance.load == 0) {
      fleet_.finished(now, id);
    }
    return;
  }
  instance.load -= batch;
  least_loaded_.change(id, -batch);
  serve_instance(now, id);
  if (instance.load == 0) {
    --busy_instances_;
    instance.idle_since = now;
    if (instance.state == Fleet::State::stopping) fleet_.finished(now, id);
  }
}

// --- instances
// -----------------------------------------------------------------------------------------------------------

void Pool::begin_load(double now, std::uint32_t id, bool) { world_.start(now, id); }
void Pool::leave_pool(double now, std::uint32_t id) {
  if (world_.leave_pool(now, id)) fleet_.drawn(now, id);
}
void Pool::ended(double now, std::uint32_t id) { world_.end(now, id); }

void Pool::loaded(double now, std::uint32_t id) {
  pass(now);
  fleet_.loaded(now, id);
  take_changes(now);
}

void Pool::drawn(double now, std::uint32_t id) {
  pass(now);
  fleet_.drawn(now, id);
  take_changes(now);
}

void Pool::died(double now, std::uint32_t id) {
  pass(now);
  const bool busy = fleet_.instance(id).load > 0;
  const std::size_t end = std::min<std::size_t>(slots_.size(), first_slot(id + 1));
  for (std::size_t slot = first_slot(id); slot < end; ++slot) {
    std::vector<RequestId> batch = std::exchange(slots_[slot].batch, {});
    if (batch.empty()) continue;
    in_service_ -= static_cast<std::int64_t>(batch.size());
    --busy_slots_;
    for (const RequestId request : batch) world_.lost(now, request);
  }
  if (busy) --busy_instances_;
  if (shared()) {
    std::erase_if(free_slots_, [&](std::uint32_t slot) { return slot / settings_.slots_per_instance == id; });
  } else {
    least_loaded_.remove(id);
    if (id < instance_queues_.size()) {
      for (const Waiting& request : std::exchange(instance_queues_[id], {})) {
        --queued_;
        world_.lost(now, request.request);
      }
    }
  }
  fleet_.end(now, id);
  ++fleet_.events().failures;
  if (shared()) serve_waiting(now);
  fleet_.balance(now);
  take_changes(now);
}

// An instance takes requests from now on.
void Pool::admit(double now, std::uint32_t id) {
  slots_.resize(std::max<std::size_t>(slots_.size(), first_slot(id + 1)));
  if (shared()) {
    for (std::uint32_t i = settings_.slots_per_instance; i-- > 0;) free_slots_.push_back(first_slot(id) + i);
    serve_waiting(now);
    return;
  }
  instance_queues_.resize(std::max<std::size_t>(instance_queues_.size(), id + 1));
  least_loaded_.add(id, 0);
  while (!queue_.empty()) {  // what came when none was ready
    --queued_;
    const Waiting request = queue_.front();
    queue_.pop_front();
    route(now, request);
  }
}

// An instance takes nothing new; what it has it finishes.
void Pool::release(double now, std::uint32_t id) {
  if (shared()) {
    std::erase_if(free_slots_, [&](std::uint32_t slot) { return slot / settings_.slots_per_instance == id; });
    serve_waiting(now);
  } else {
    least_loaded_.remove(id);
  }
  if (fleet_.instance(id).load == 0) fleet_.finished(now, id);
}

void Pool::take_changes(double now) {
  while (!fleet_.became_ready.empty() || !fleet_.left_service.empty()) {
    for (const std::uint32_t id : std::exchange(fleet_.left_service, {})) release(now, id);
    for (const std::uint32_t id : std::exchange(fleet_.became_ready, {})) {
      if (fleet_.instance(id).state == Fleet::State::ready) admit(now, id);
    }
  }
}

// --- the policy
// ----------------------------------------------------------------------------------------------------------

Observation Pool::observe(double now, bool on_wait) const {
  Observation observation = fleet_.observe(now, settings_.slots_per_instance);
  const double ready_slot_s = observation.totals.ready_slot_s;
  observation.in_service = in_service_;
  observation.queued = queued_;
  observation.busy_instances = busy_instances_;
  observation.totals = sums_;
  observation.totals.ready_slot_s = ready_slot_s;
  observation.on_wait = on_wait;
  return observation;
}

void Pool::decide(double now, bool on_wait) {
  const Orders orders = policy_.decide(observe(now, on_wait));
  if (on_wait && orders.desired == fleet_.desired() && orders.pool == fleet_.pool_target()) return;
  fleet_.order(now, orders);
  take_changes(now);
}

double Pool::next_time() const {
  double next = next_decision_;
  if (settings_.batch_timeout_s == 0 || settings_.max_batch == 1) return next;
  if (shared()) {
    if (!queue_.empty() && !free_slots_.empty())
      next = std::min(next, queue_.front().arrival + settings_.batch_timeout_s);
    return next;
  }
  for (const std::uint32_t id : fleet_.ready_ids()) {
    const Queue& queue = instance_queues_[id];
    if (queue.empty()) continue;
    const auto first = slots_.begin() + first_slot(id);
    const bool free =
        std::any_of(first, first + settings_.slots_per_instance, [](const Slot& slot) { return slot.batch.empty(); });
    if (free) next = std::min(next, queue.front().arrival + settings_.batch_timeout_s);
  }
  return next;
}

void Pool::advance(double now) {
  pass(now);
  if (next_decision_ <= now) {
    decide(now, false);
    next_decision_ = now + policy_.interval_s();
  }
  if (settings_.batch_timeout_s == 0 || settings_.max_batch == 1) return;
  if (shared()) {
    serve_waiting(now);
  } else {
    for (const std::uint32_t id : fleet_.ready_ids()) serve_instance(now, id);
  }
}

PoolTotals Pool::totals(double now) const {
  PoolTotals totals;
  totals.instances = fleet_.seconds(now);
  totals.events = fleet_.events();
  totals.busy_slot_s = sums_.busy_slot_s + static_cast<double>(busy_slots_) * (now - now_);
  totals.ready_slot_s = (totals.instances.ready + totals.instances.stopping) * settings_.slots_per_instance;
  return totals;
}

}  // namespace mlplan::bench
