#include "planner/simulation/fleet.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace mlplan::planner {

namespace {

std::optional<Sampler> sampler(const std::optional<Distribution>& law) {
  return law ? std::optional<Sampler>(*law) : std::nullopt;
}

}  // namespace

Fleet::Fleet(const FleetSettings& settings, pcg64 random)
    : settings_(settings),
      random_(random),
      load_(settings.start_up.load_s),
      node_(sampler(settings.start_up.node_s)),
      image_(sampler(settings.start_up.image_s)),
      pool_exit_(settings.start_up.pool_exit_s),
      pool_fill_(sampler(settings.start_up.pool_fill_s)),
      start_ups_(settings.start_up.simultaneous_factor),
      loading_until_(-std::numeric_limits<double>::infinity()) {}

void Fleet::begin() {
  desired_ = settings_.initial_instances;
  pool_target_ = settings_.initial_pool;
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
  const auto room = [&] { return present() + counts_.stopping < settings_.max_instances; };
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
      const std::uint32_t id = pooled_ids_.back();
      pooled_ids_.pop_back();
      ++events_.cancelled;
      remove(id);
    }
  }
  most_ = std::max(most_, present());
}

double Fleet::next_time() const { return std::min(start_ups_.next_time(), timers_.next_time()); }

void Fleet::advance(double now) {
  settle(now);
  while (timers_.next_time() <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    if (instances_[timer.instance].generation != timer.generation) continue;
    switch (timer.kind) {
      case Timer::Kind::load: load(now, timer.instance); break;
      case Timer::Kind::ready: make_ready(now, timer.instance); break;
      case Timer::Kind::notice: notice_over.push_back(timer.instance); break;
    }
  }
  while (start_ups_.next_time() <= now) {
    const StartUps::Load load = start_ups_.pop(now);
    if (instances_[load.instance].generation != load.generation) continue;
    start_ups_.count_finished(now);
    instances_[load.instance].loads = false;
    loaded(now, load.instance);
  }
}

void Fleet::end(double now, std::uint32_t id) {
  settle(now);
  remove(id);
}

void Fleet::give_notice(double now, std::uint32_t id, double notice_s) {
  settle(now);
  set_state(id, State::stopping);
  left_service.push_back(id);
  timers_.push({now + notice_s, id, instances_[id].generation, Timer::Kind::notice});
}

void Fleet::finished(double now, std::uint32_t id) {
  settle(now);
  remove(id);
}

InstanceCounts Fleet::counts() const {
  InstanceCounts counts = counts_;
  counts.loading += backlog_;
  return counts;
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

void Fleet::remove(std::uint32_t id) {
  set_state(id, State::absent);
  ++instances_[id].generation;
  instances_[id].load = 0;
  instances_[id].loads = false;
  free_places_.push_back(id);
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
    const std::uint32_t id = pooled_ids_.back();
    pooled_ids_.pop_back();
    draw(now, id);
    return;
  }
  if (pool_target_ > 0) {
    ++events_.misses;
    if (settings_.missed_draw == MissedDraw::waits_for_refill) {
      ++backlog_;
      return;
    }
  }
  ++events_.cold_starts;
  begin_load(now, place(), false);
}

// Draws in the same order whether or not there is a node or an image to wait for, so that equal seeds give equal loads.
void Fleet::begin_load(double now, std::uint32_t id, bool into_pool) {
  Instance& instance = instances_[id];
  instance.ordered_at = now;
  double before = 0;
  if (into_pool && pool_fill_) {
    instance.work_s = pool_fill_->draw(random_);
  } else {
    instance.work_s = load_.draw(random_);
    if (node_) before += node_->draw(random_);
    if (image_) before += image_->draw(random_);
  }
  set_state(id, into_pool ? State::filling : State::loading);
  if (before > 0) {
    timers_.push({now + before, id, instance.generation, Timer::Kind::load});
  } else if (instance.work_s > 0) {
    load(now, id);
  } else {
    loaded(now, id);
  }
}

void Fleet::load(double now, std::uint32_t id) {
  Instance& instance = instances_[id];
  start_ups_.add(now, instance.work_s, id, instance.generation);
  instance.loads = true;
}

void Fleet::draw(double now, std::uint32_t id) {
  const double exit_s = pool_exit_.draw(random_);
  instances_[id].ordered_at = now;
  if (exit_s > 0) {
    set_state(id, State::loading);
    timers_.push({now + exit_s, id, instances_[id].generation, Timer::Kind::ready});
  } else {
    make_ready(now, id);
  }
}

void Fleet::loaded(double now, std::uint32_t id) {
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
  // Before its load began, or on the way out of the pool, it is in a timer, which its generation makes void.
  if (instances_[id].loads) start_ups_.cancel(now);
  ++events_.cancelled;
  remove(id);
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

}  // namespace mlplan::planner
