#include "planner/pool/keep_alive.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace mlplan::planner {

namespace {

// Models that come and go by time alone, so that each is looked at on its own, when its next request comes.
class TimedReplay {
 public:
  TimedReplay(std::span<const KeptModel> models, double end_s)
      : models_(models), states_(models.size()), end_s_(end_s) {}

  template <class StayOf>
  void request(const Invocation& invocation, StayOf stay_of) {
    const KeptModel& model = models_[invocation.model];
    State& state = states_[invocation.model];
    const double now = invocation.at_s;
    ++result_.requests;
    if (state.used && now < state.done_s) {
      wait(state.done_s - now);
      return;
    }
    state.done_s = ready_at(invocation.model, now);
    hold(model, now, state.done_s);
    if (state.done_s > now) wait(state.done_s - now);
    state.used = true;
    const IdleHistogram::Stay stay = stay_of();
    state.from_s = state.done_s + stay.from_s;
    state.until_s = std::max(state.from_s, state.done_s + stay.until_s);
  }

  // Since its last request is done; negative while it has none or is loading.
  double idle(const Invocation& invocation) const {
    const State& state = states_[invocation.model];
    return state.used ? invocation.at_s - state.done_s : -1;
  }

  KeepAliveResult finish() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].used && states_[i].done_s < end_s_) pass(i, end_s_);
    }
    return result_;
  }

 private:
  struct State {
    bool used = false;
    double done_s = 0;   // the last request
    double from_s = 0;   // loaded again, if not in memory all along
    double until_s = 0;  // unloaded
  };

  void wait(double seconds) {
    ++result_.cold;
    result_.waited_s += seconds;
  }
  void hold(const KeptModel& model, double from_s, double to_s) {
    result_.byte_s += model.bytes * std::max(0.0, std::min(to_s, end_s_) - from_s);
  }

  // Idle time from the last request to `now`.
  void pass(std::size_t index, double now) {
    const State& state = states_[index];
    hold(models_[index], state.from_s, std::min(now, state.until_s));
    const bool unloaded_first = state.from_s > state.done_s;
    result_.evictions += unloaded_first ? 1 : 0;
    if (unloaded_first && now >= state.from_s) {
      ++result_.loads;
      ++result_.ahead;
    }
    if (now > state.until_s && now > state.from_s) ++result_.evictions;
  }

  double ready_at(std::size_t index, double now) {
    const State& state = states_[index];
    if (state.used) {
      pass(index, now);
      if (now >= state.from_s && now <= state.until_s) {
        return state.from_s > state.done_s ? std::max(now, state.from_s + models_[index].load_s) : now;
      }
    }
    ++result_.loads;
    return now + models_[index].load_s;
  }

  std::span<const KeptModel> models_;
  std::vector<State> states_;
  double end_s_;
  KeepAliveResult result_ = {};
};

KeepAliveResult replay_fixed(std::span<const Invocation> invocations, std::span<const KeptModel> models, double end_s,
                             const FixedKeepAlive& rule) {
  TimedReplay timed(models, end_s);
  for (const Invocation& invocation : invocations)
    timed.request(invocation, [&] { return IdleHistogram::Stay{.until_s = rule.keep_s}; });
  return timed.finish();
}

KeepAliveResult replay_hybrid(std::span<const Invocation> invocations, std::span<const KeptModel> models, double end_s,
                              const HybridHistogram& rule) {
  TimedReplay timed(models, end_s);
  std::vector<IdleHistogram> idle(models.size(), IdleHistogram(rule));
  for (const Invocation& invocation : invocations) {
    const double idle_s = timed.idle(invocation);
    if (idle_s >= 0) idle[invocation.model].add(idle_s);
    timed.request(invocation, [&] { return idle[invocation.model].stay(); });
  }
  return timed.finish();
}

class GreedyDualReplay {
 public:
  GreedyDualReplay(std::span<const KeptModel> models, const GreedyDual& rule)
      : models_(models), limit_(rule.memory_bytes), states_(models.size()) {}

  void request(const Invocation& invocation) {
    const double now = invocation.at_s;
    pass_to(now);
    const KeptModel& model = models_[invocation.model];
    State& state = states_[invocation.model];
    ++result_.requests;
    if (state.kept) {
      by_priority_.erase({state.priority, invocation.model});
    } else {
      ++result_.loads;
      state = {.ready_s = now + model.load_s};
      if (model.bytes <= limit_) make_room(model.bytes);
    }
    if (now < state.ready_s) {
      ++result_.cold;
      result_.waited_s += state.ready_s - now;
    }
    if (model.bytes > limit_) return;
    if (!std::exchange(state.kept, true)) used_ += model.bytes;
    ++state.requests;
    const double worth = model.bytes > 0 ? model.load_s / model.bytes : std::numeric_limits<double>::max();
    state.priority = clock_ + static_cast<double>(state.requests) * worth;
    by_priority_.insert({state.priority, invocation.model});
  }

  KeepAliveResult result() const { return result_; }

 private:
  struct State {
    bool kept = false;
    std::int64_t requests = 0;  // since it was loaded
    double priority = 0;
    double ready_s = 0;
  };

  void pass_to(double now) {
    result_.byte_s += used_ * (now - now_);
    now_ = now;
  }
  void make_room(double bytes) {
    while (used_ + bytes > limit_ && !by_priority_.empty()) {
      const auto [priority, model] = *by_priority_.begin();
      by_priority_.erase(by_priority_.begin());
      clock_ = priority;
      states_[model].kept = false;
      used_ -= models_[model].bytes;
      ++result_.evictions;
    }
  }

  std::span<const KeptModel> models_;
  double limit_;
  std::vector<State> states_;
  std::set<std::pair<double, std::size_t>> by_priority_ = {};
  double clock_ = 0;
  double used_ = 0;
  double now_ = 0;
  KeepAliveResult result_ = {};
};

}  // namespace

KeepAliveResult replay(std::span<const Invocation> invocations, std::span<const KeptModel> models,
                       const KeepAlive& rule) {
  const double end_s = invocations.empty() ? 0 : invocations.back().at_s;
  if (const auto* fixed = std::get_if<FixedKeepAlive>(&rule)) return replay_fixed(invocations, models, end_s, *fixed);
  if (const auto* hybrid = std::get_if<HybridHistogram>(&rule))
    return replay_hybrid(invocations, models, end_s, *hybrid);
  GreedyDualReplay greedy(models, std::get<GreedyDual>(rule));
  for (const Invocation& invocation : invocations) greedy.request(invocation);
  return greedy.result();
}

}  // namespace mlplan::planner
