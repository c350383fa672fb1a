#include "planner/simulation/simulated_starts.h"

namespace mlplan::planner {

namespace {

std::optional<Sampler> sampler(const std::optional<Distribution>& law) {
  return law ? std::optional<Sampler>(*law) : std::nullopt;
}

}  // namespace

FleetLimits limits_of(const FleetSettings& settings) {
  return {.initial_instances = settings.initial_instances,
          .initial_pool = settings.initial_pool,
          .max_instances = settings.max_instances,
          .missed_draw = settings.missed_draw};
}

SimulatedStarts::SimulatedStarts(const StartUpSettings& settings, pcg64 random, Fleet& fleet)
    : fleet_(fleet),
      random_(random),
      load_(settings.load_s),
      node_(sampler(settings.node_s)),
      image_(sampler(settings.image_s)),
      pool_exit_(settings.pool_exit_s),
      pool_fill_(sampler(settings.pool_fill_s)),
      start_ups_(settings.simultaneous_factor) {}

// Draws in the same order whether or not there is a node or an image to wait for, so that equal seeds give equal loads.
void SimulatedStarts::begin_load(double now, std::uint32_t id, bool into_pool) {
  if (id >= loads_.size()) loads_.resize(id + 1);
  double before = 0;
  double& work_s = loads_[id].work_s;
  if (into_pool && pool_fill_) {
    work_s = pool_fill_->draw(random_);
  } else {
    work_s = load_.draw(random_);
    if (node_) before += node_->draw(random_);
    if (image_) before += image_->draw(random_);
  }
  if (before > 0) {
    set_timer(now + before, id, Timer::Kind::load);
  } else if (work_s > 0) {
    load(now, id);
  } else {
    fleet_.loaded(now, id);
  }
}

void SimulatedStarts::load(double now, std::uint32_t id) {
  start_ups_.add(now, loads_[id].work_s, id, fleet_.instance(id).generation);
  loads_[id].under_way = true;
}

void SimulatedStarts::leave_pool(double now, std::uint32_t id) {
  const double exit_s = pool_exit_.draw(random_);
  if (exit_s > 0) {
    set_timer(now + exit_s, id, Timer::Kind::ready);
  } else {
    fleet_.drawn(now, id);
  }
}

// Before its load began, or on the way out of the pool, it is in a timer, which its generation makes void.
void SimulatedStarts::ended(double now, std::uint32_t id) {
  if (id >= loads_.size() || !loads_[id].under_way) return;
  start_ups_.cancel(now);
  loads_[id].under_way = false;
}

void SimulatedStarts::remind(double time, std::uint32_t id) { set_timer(time, id, Timer::Kind::notice); }

void SimulatedStarts::set_timer(double time, std::uint32_t id, Timer::Kind kind) {
  timers_.push({time, id, fleet_.instance(id).generation, kind});
}

void SimulatedStarts::advance(double now) {
  fleet_.settle(now);
  while (timers_.next_time() <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    if (fleet_.instance(timer.instance).generation != timer.generation) continue;
    switch (timer.kind) {
      case Timer::Kind::load: load(now, timer.instance); break;
      case Timer::Kind::ready: fleet_.drawn(now, timer.instance); break;
      case Timer::Kind::notice: notice_over.push_back(timer.instance); break;
    }
  }
  while (start_ups_.next_time() <= now) {
    const StartUps::Load load = start_ups_.pop(now);
    if (fleet_.instance(load.instance).generation != load.generation) continue;
    start_ups_.count_finished(now);
    loads_[load.instance].under_way = false;
    fleet_.loaded(now, load.instance);
  }
}

}  // namespace mlplan::planner
