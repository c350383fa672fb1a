#include "fleet/fleet.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace mlplan {

Fleet::Fleet(const FleetLimits& limits, FleetDriver& driver)
    : limits_(limits), driver_(driver), loading_until_(-std::numeric_limits<double>::infinity()) {}

void Fleet::begin() {
  desired_ = limits_.initial_instances;
  pool_target_ = limits_.initial_pool;
  for (std::int64_t i = 0; i < desired_; ++i) make_ready(0, place());
  for (std::int64_t i = 0; i < pool_target_; ++i) {
    pooled_ids_.push_back(place());
    set_state(pooled_ids_.back(), State::pooled);
  }
  most_ = present();
}

void Fleet::order(double now, const Orders& orders) {
  desired_ = std::max<std::int64_t>(orders.desired, 0);
  pool_target_ = std::max<std::int64_t>(orders.pool, 0);
  keep_idle_s_ = orders.keep_idle_s;
  balance(now);
}

void Fleet::balance(double now) {
  settle(now);
  const auto room = [&] { return present() + counts_.stopping < limits_.max_instances; };
  while (serving() < desired_ && (room() || counts_.pooled > 0)) start_one(now);
  while (serving() > desired_ && stop_one(now)) {
  }
  while (counts_.pooled + counts_.filling < pool_target_ + backlog_ && room()) {
    ++events_.fills;
    begin_load(now, place(), true);
  }
  while (counts_.pooled + counts_.filling > pool_target_ + backlog_) {
    const std::optional<std::uint32_t> filling = newest(State::filling);
    if (filling) {
      give_up(now, *filling);
    } else {
      ++events_.cancelled;
      remove(now, take_from_pool());
    }
  }
  most_ = std::max(most_, present());
}

void Fleet::end(double now, std::uint32_t id) {
  settle(now);
  if (instances_[id].state == State::pooled) std::erase(pooled_ids_, id);
  remove(now, id);
}

void Fleet::give_notice(double now, std::uint32_t id) {
  settle(now);
  set_state(id, State::stopping);
  left_service.push_back(id);
}

void Fleet::finished(double now, std::uint32_t id) {
  settle(now);
  remove(now, id);
}

void Fleet::loaded(double now, std::uint32_t id) {
  settle(now);
  if (instances_[id].state == State::loading) {
    make_ready(now, id);
  } else if (backlog_ > 0) {
    --backlog_;
    draw(now, id);
  } else {
    set_state(id, State::pooled);
    pooled_ids_.push_back(id);
  }
}

void Fleet::drawn(double now, std::uint32_t id) {
  settle(now);
  make_ready(now, id);
}

InstanceCounts Fleet::counts() const {
  InstanceCounts counts = counts_;
  counts.loading += backlog_;
  return counts;
}

Observation Fleet::observe(double now, std::uint32_t slots_per_instance) const {
  const InstanceSeconds until_now = seconds(now);
  Observation observation;
  observation.time_s = now;
  observation.instances = counts();
  observation.desired = desired_;
  observation.pool = pool_target_;
  observation.totals.ready_slot_s = (until_now.ready + until_now.stopping) * slots_per_instance;
  return observation;
}

InstanceSeconds Fleet::seconds(double now) const {
  const double since = now - settled_at_;
  InstanceSeconds seconds = seconds_;
  seconds.ready += static_cast<double>(counts_.ready) * since;
  seconds.loading += static_cast<double>(counts_.loading) * since;
  seconds.pooled += static_cast<double>(counts_.pooled) * since;
  seconds.filling += static_cast<double>(counts_.filling) * since;
  seconds.stopping += static_cast<double>(counts_.stopping) * since;
  return seconds;
}

// --- states
// --------------------------------------------------------------------------------------------------------------

std::int64_t& Fleet::count_of(State state) {
  switch (state) {
    case State::ready: return counts_.ready;
    case State::loading: return counts_.loading;
    case State::pooled: return counts_.pooled;
    case State::filling: return counts_.filling;
    case State::stopping:
    case State::absent: break;
  }
  return counts_.stopping;
}

void Fleet::settle(double now) {
  if (now == settled_at_) return;
  seconds_ = seconds(now);
  if (counts_.loading + backlog_ > 0) loading_until_ = now;
  settled_at_ = now;
}

void Fleet::set_state(std::uint32_t id, State state) {
  Instance& instance = instances_[id];
  if (instance.state == State::ready) {
    ready_ids_[instance.ready_place] = ready_ids_.back();
    instances_[ready_ids_.back()].ready_place = instance.ready_place;
    ready_ids_.pop_back();
  }
  if (instance.state != State::absent) --count_of(instance.state);
  instance.state = state;
  if (state != State::absent) ++count_of(state);
  if (state == State::ready) {
    instance.ready_place = static_cast<std::uint32_t>(ready_ids_.size());
    ready_ids_.push_back(id);
  }
}

std::uint32_t Fleet::place() {
  if (free_places_.empty()) {
    instances_.emplace_back();
    return static_cast<std::uint32_t>(instances_.size() - 1);
  }
  const std::uint32_t id = free_places_.back();
  free_places_.pop_back();
  return id;
}

void Fleet::remove(double now, std::uint32_t id) {
  driver_.ended(now, id);
  set_state(id, State::absent);
  ++instances_[id].generation;
  instances_[id].load = 0;
  std::erase(became_ready, id);
  std::erase(left_service, id);
  free_places_.push_back(id);
}

std::uint32_t Fleet::take_from_pool() {
  const std::uint32_t id = pooled_ids_.back();
  pooled_ids_.pop_back();
  return id;
}

void Fleet::make_ready(double now, std::uint32_t id) {
  set_state(id, State::ready);
  instances_[id].idle_since = now;
  became_ready.push_back(id);
}

// --- starting
// ------------------------------------------------------------------------------------------------------------

void Fleet::start_one(double now) {
  if (counts_.pooled > 0) {
    ++events_.draws;
    draw(now, take_from_pool());
    return;
  }
  if (pool_target_ > 0) {
    ++events_.misses;
    if (limits_.missed_draw == MissedDraw::waits_for_refill) {
      ++backlog_;
      return;
    }
  }
  ++events_.cold_starts;
  begin_load(now, place(), false);
}

void Fleet::begin_load(double now, std::uint32_t id, bool into_pool) {
  instances_[id].ordered_at = now;
  set_state(id, into_pool ? State::filling : State::loading);
  driver_.begin_load(now, id, into_pool);
}

void Fleet::draw(double now, std::uint32_t id) {
  instances_[id].ordered_at = now;
  set_state(id, State::loading);
  driver_.leave_pool(now, id);
}

// --- stopping
// ------------------------------------------------------------------------------------------------------------

std::optional<std::uint32_t> Fleet::newest(State state) const {
  std::optional<std::uint32_t> found;
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    if (instances_[i].state != state) continue;
    if (!found || instances_[i].ordered_at >= instances_[*found].ordered_at) found = static_cast<std::uint32_t>(i);
  }
  return found;
}

// One that loads or fills will not be needed.
void Fleet::give_up(double now, std::uint32_t id) {
  ++events_.cancelled;
  remove(now, id);
}

// Of a surplus: what is not ready yet, newest first; then what has been idle longest; then what is least busy. False
// where nothing may stop yet.
bool Fleet::stop_one(double now) {
  if (keep_idle_s_ > 0) {
    std::optional<std::uint32_t> idlest;
    for (const std::uint32_t id : ready_ids_) {
      const Instance& instance = instances_[id];
      if (instance.load > 0 || instance.idle_since + keep_idle_s_ > now + 1e-9) continue;
      if (!idlest || instance.idle_since < instances_[*idlest].idle_since) idlest = id;
    }
    if (idlest) stop_ready(*idlest);
    return idlest.has_value();
  }
  if (backlog_ > 0) {
    --backlog_;
    return true;
  }
  if (counts_.loading > 0) {
    give_up(now, *newest(State::loading));
    return true;
  }
  if (ready_ids_.empty()) return false;
  const auto least = std::min_element(ready_ids_.begin(), ready_ids_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto key = [&](std::uint32_t id) {
      const Instance& instance = instances_[id];
      return std::tuple(instance.load, instance.load == 0 ? instance.idle_since : 0, id);
    };
    return key(a) < key(b);
  });
  stop_ready(*least);
  return true;
}

void Fleet::stop_ready(std::uint32_t id) {
  ++events_.stops;
  set_state(id, State::stopping);
  left_service.push_back(id);
}

}  // namespace mlplan
