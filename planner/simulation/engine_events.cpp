#include <algorithm>
#include <limits>
#include <utility>

#include "planner/simulation/engine.h"
#include "planner/simulation/shared_host.h"

namespace mlplan::planner {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

InstanceSeconds operator-(const InstanceSeconds& a, const InstanceSeconds& b) {
  return {a.ready - b.ready, a.loading - b.loading, a.pooled - b.pooled, a.filling - b.filling,
          a.stopping - b.stopping};
}

InstanceEvents operator-(const InstanceEvents& a, const InstanceEvents& b) {
  return {a.cold_starts - b.cold_starts,
          a.draws - b.draws,
          a.misses - b.misses,
          a.fills - b.fills,
          a.stops - b.stops,
          a.cancelled - b.cancelled,
          a.failures - b.failures,
          a.interruptions - b.interruptions};
}

}  // namespace

void Engine::find_next_other() {
  const auto listed = [](const EndSettings& settings, std::size_t next) {
    return next < settings.at_s.size() ? settings.at_s[next] : kInfinity;
  };
  next_other_ =
      std::min({starts_.next_time(), failures_.next_time(), interruptions_.next_time(),
                listed(scenario_.fleet.failures, listed_failures_),
                listed(scenario_.fleet.interruptions, listed_interruptions_), next_decision_, batch_timers_.next_time(),
                next_point_, next_stretch_, counting_from_, counting_until_, give_up_at_});
}

// All that is due at `now`, in this order.
void Engine::other(double now) {
  advance(now);
  if (counting_from_ <= now) begin_counting(now);
  if (next_point_ <= now) close_point(now);
  if (counting_until_ <= now) end_counting(now);
  if (next_stretch_ <= now) {
    ++stretch_;
    pace_machine();
  }
  if (starts_.next_time() <= now) {
    starts_.advance(now);
    take_changes(now);
  }
  const auto end_one = [&](double notice_s, std::int64_t& count) {
    const std::vector<std::uint32_t>& ready = fleet_.ready_ids();
    if (ready.empty()) return;
    const std::uint32_t id = ready[draw_index(random_.failures, ready.size())];
    ++count;
    if (notice_s > 0) {
      fleet_.give_notice(now, id);
      starts_.remind(now + notice_s, id);
    } else {
      end_instance(now, id);
    }
    fleet_.balance(now);
    take_changes(now);
  };
  const auto happen = [&](Hazard& hazard, const EndSettings& settings, std::size_t& listed, std::int64_t& count) {
    while (listed < settings.at_s.size() && settings.at_s[listed] <= now) {
      ++listed;
      end_one(settings.notice_s, count);
    }
    if (hazard.next_time() > now) return;
    hazard.renew(now, random_.failures);
    end_one(settings.notice_s, count);
  };
  happen(failures_, scenario_.fleet.failures, listed_failures_, fleet_.events().failures);
  happen(interruptions_, scenario_.fleet.interruptions, listed_interruptions_, fleet_.events().interruptions);
  if (next_decision_ <= now) {
    decide(now, false);
    next_decision_ = now + policy_.interval_s();
  }
  while (batch_timers_.next_time() <= now) {
    const BatchTimer timer = batch_timers_.top();
    batch_timers_.pop();
    if (fleet_.instance(timer.instance).generation == timer.generation) serve_instance(now, timer.instance);
  }
  if (deadline_ <= now) serve_waiting(now);
  find_next_other();
}

// After each event, in which no time passes: at what pace services and loads go on. Start-ups that are about to be are
// found anew.
void Engine::share_host(double now) {
  const std::int64_t loads = starts_.loads_under_way();
  if (completions_.empty()) services_.restart();
  if (busy_slots_ == paced_slots_ && loads == paced_loads_) return;
  const SharedHost& host = *scenario_.fleet.host;
  services_.set_slowdown(machine_pace_ * service_slowdown(host, busy_slots_, loads));
  if (loads > 0) {
    starts_.set_least_slowdown(now, least_load_slowdown(host, busy_slots_, loads));
    find_next_other();
  }
  paced_slots_ = busy_slots_;
  paced_loads_ = loads;
}

// Of the stretch that begins; share_host() takes it up.
void Engine::pace_machine() {
  const SharedHost& host = *scenario_.fleet.host;
  const bool last = stretch_ + 1 >= host.pace.size();
  machine_pace_ = host.pace.empty() ? 1 : host.pace[stretch_];
  next_stretch_ = last ? kInfinity : static_cast<double>(stretch_ + 1) * host.pace_stretch_s;
  paced_slots_ = -1;
}

// --- the policy and the fleet
// --------------------------------------------------------------------------------------------

Observation Engine::observe(double now, bool on_wait) const {
  Observation observation = fleet_.observe(now, slots_per_instance_);
  observation.in_service = in_service_;
  observation.queued = queued_;
  observation.busy_instances = busy_instances_;
  observation.totals = {.arrivals = arrived_,
                        .completions = completions_count_,
                        .in_service_s = in_service_s_,
                        .queued_s = queued_s_,
                        .busy_instance_s = busy_instance_s_,
                        .busy_slot_s = busy_slot_s_,
                        .ready_slot_s = observation.totals.ready_slot_s};
  observation.on_wait = on_wait;
  return observation;
}

void Engine::decide(double now, bool on_wait) {
  const Orders orders = policy_.decide(observe(now, on_wait));
  if (on_wait && orders.desired == fleet_.desired() && orders.pool == fleet_.pool_target()) return;
  fleet_.order(now, orders);
  take_changes(now);
  find_next_other();
}

void Engine::take_changes(double now) {
  while (!fleet_.became_ready.empty() || !fleet_.left_service.empty() || !starts_.notice_over.empty()) {
    for (const std::uint32_t id : std::exchange(fleet_.left_service, {})) release(now, id);
    bool ended = false;
    for (const std::uint32_t id : std::exchange(starts_.notice_over, {})) {
      end_instance(now, id);
      ended = true;
    }
    if (ended) fleet_.balance(now);
    for (const std::uint32_t id : std::exchange(fleet_.became_ready, {})) {
      if (fleet_.instance(id).state == Fleet::State::ready) admit(now, id);
    }
  }
  const auto ready = static_cast<double>(fleet_.ready_ids().size());
  failures_.set_number(now, ready);
  interruptions_.set_number(now, ready);
}

// An instance takes requests from now on.
void Engine::admit(double now, std::uint32_t id) {
  const std::size_t slots = fleet_.places() * slots_per_instance_;
  for (std::size_t slot = slots_.size(); slot < slots; ++slot) {
    slots_.push_back({.instance = static_cast<std::uint32_t>(slot / slots_per_instance_)});
  }
  requests_.resize(slots * max_batch_);
  if (shared_) {
    for (std::uint32_t i = slots_per_instance_; i-- > 0;) free_slots_.push_back(first_slot(id) + i);
    serve_waiting(now);
    return;
  }
  instance_queues_.resize(fleet_.places());
  timed_.resize(fleet_.places());
  timed_[id] = -1;
  least_loaded_.add(id, 0);
  // What came when none was ready.
  while (!queue_.empty()) {
    --queued_;
    route(now, queue_.pop_front());
  }
}

// An instance takes nothing new; what it has it finishes.
void Engine::release(double now, std::uint32_t id) {
  if (shared_) {
    std::erase_if(free_slots_, [&](std::uint32_t slot) { return slots_[slot].instance == id; });
    serve_waiting(now);
  } else {
    least_loaded_.remove(id);
  }
  if (fleet_.instance(id).load == 0) fleet_.finished(now, id);
}

// least_outstanding: to the ready instance with the fewest requests.
void Engine::route(double now, double arrival) {
  const std::uint32_t id = least_loaded_.first();
  const bool counted = arrival >= scenario_.warm_up_s;
  if (id == LeastLoaded::kNone) {
    if (queued_ >= scenario_.queue_limit) {
      result_.rejected += counted;
      return;
    }
    queue_.push_back(arrival);
    ++queued_;
    if (asks_on_wait_) decide(now, true);
    return;
  }
  Fleet::Instance& instance = fleet_.instance(id);
  const bool has_free = instance.load < static_cast<std::int32_t>(slots_per_instance_);
  if (!has_free && queued_ >= scenario_.queue_limit) {
    result_.rejected += counted;
    return;
  }
  if (instance.load++ == 0) ++busy_instances_;
  least_loaded_.change(id, 1);
  instance_queues_[id].push_back(arrival);
  ++queued_;
  const std::int64_t waiting = queued_;
  serve_instance(now, id);
  if (asks_on_wait_ && !has_free && queued_ == waiting) decide(now, true);
}

// An instance is gone at once. What it was serving is lost or put back, and so is what waits in its own queue.
void Engine::end_instance(double now, std::uint32_t id) {
  std::vector<double> back;
  const auto drop = [&](double arrival) {
    const bool counted = arrival >= scenario_.warm_up_s;
    if (scenario_.fleet.retries) {
      result_.retried += counted;
      back.push_back(arrival);
    } else {
      result_.lost += counted;
    }
  };
  const bool busy = fleet_.instance(id).load > 0;
  for (std::uint32_t slot = first_slot(id); slot < first_slot(id) + slots_per_instance_; ++slot) {
    Slot& here = slots_[slot];
    if (here.batch == 0) continue;
    for (std::uint32_t i = 0; i < here.batch; ++i) drop(requests_[slot * max_batch_ + i].arrival);
    in_service_ -= here.batch;
    --busy_slots_;
    ++here.epoch;
    here.batch = 0;
  }
  if (busy) --busy_instances_;
  if (!shared_) {
    least_loaded_.remove(id);
    while (!instance_queues_[id].empty()) {
      --queued_;
      drop(instance_queues_[id].pop_front());
    }
  } else {
    std::erase_if(free_slots_, [&](std::uint32_t slot) { return slots_[slot].instance == id; });
  }
  fleet_.end(now, id);
  std::sort(back.begin(), back.end());
  if (shared_) {
    for (std::size_t i = back.size(); i-- > 0;) {
      queue_.push_front(back[i]);
      ++queued_;
    }
    serve_waiting(now);
  } else {
    for (const double arrival : back) route(now, arrival);
  }
}

// --- what is counted
// -----------------------------------------------------------------------------------------------------

Engine::Marks Engine::marks(double now) const {
  Marks marks;
  marks.queued_s = queued_s_;
  marks.in_service_s = in_service_s_;
  marks.busy_slot_s = busy_slot_s_;
  marks.instance_s = fleet_.seconds(now);
  marks.ready_slot_s = (marks.instance_s.ready + marks.instance_s.stopping) * slots_per_instance_;
  marks.events = fleet_.events();
  marks.arrivals = result_.arrivals;
  marks.completed = result_.completed;
  marks.within_slo = result_.within_slo;
  marks.exposed = result_.exposed;
  marks.wait_sum = result_.wait.sum();
  marks.response_sum = result_.response.sum();
  return marks;
}

void Engine::begin_counting(double now) {
  counting_from_ = kInfinity;
  begun_ = marks(now);
  fleet_.forget_most();
  if (scenario_.timeline_points > 0) {
    point_begun_ = begun_;
    point_start_ = now;
    next_point_ = point_end();
  }
}

void Engine::close_point(double now) {
  const Marks here = marks(now);
  const Marks& begun = point_begun_;
  const double length = now - point_start_;
  const InstanceSeconds seconds = here.instance_s - begun.instance_s;
  result_.timeline.push_back({.start_s = point_start_,
                              .arrivals = here.arrivals - begun.arrivals,
                              .completed = here.completed - begun.completed,
                              .beyond_slo = here.completed - here.within_slo - (begun.completed - begun.within_slo),
                              .exposed = here.exposed - begun.exposed,
                              .wait_s = here.wait_sum - begun.wait_sum,
                              .response_s = here.response_sum - begun.response_sum,
                              .max_response_s = point_max_response_,
                              .queued = (here.queued_s - begun.queued_s) / length,
                              .in_service = (here.in_service_s - begun.in_service_s) / length,
                              .ready = seconds.ready / length,
                              .loading = seconds.loading / length,
                              .pooled = seconds.pooled / length});
  point_begun_ = here;
  point_start_ = now;
  point_max_response_ = 0;
  next_point_ = point_end();
}

// Of the point that is open; infinity when all are closed. The last one ends with the arrivals, whatever rounding does.
double Engine::point_end() const {
  const auto ended = static_cast<std::int64_t>(result_.timeline.size()) + 1;
  if (ended > scenario_.timeline_points) return kInfinity;
  if (ended == scenario_.timeline_points) return scenario_.duration_s;
  const double step = (scenario_.duration_s - scenario_.warm_up_s) / static_cast<double>(scenario_.timeline_points);
  return scenario_.warm_up_s + static_cast<double>(ended) * step;
}

// Arrivals are over; what is still there may finish.
void Engine::end_counting(double now) {
  counting_until_ = kInfinity;
  const Marks end = marks(now);
  result_.measured_s = now - scenario_.warm_up_s;
  result_.instance_s = end.instance_s - begun_.instance_s;
  result_.instances = end.events - begun_.events;
  result_.most_instances = fleet_.most();
  result_.queued_s = end.queued_s - begun_.queued_s;
  result_.in_service_s = end.in_service_s - begun_.in_service_s;
  result_.busy_slot_s = end.busy_slot_s - begun_.busy_slot_s;
  result_.ready_slot_s = end.ready_slot_s - begun_.ready_slot_s;
  closed_ = true;
  give_up_at_ = now + scenario_.drain_s;
}

}  // namespace mlplan::planner
