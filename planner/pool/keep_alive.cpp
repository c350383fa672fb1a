#include "planner/pool/keep_alive.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace mlplan::planner {

namespace {

// What is held in memory, over time.
class Memory {
 public:
  explicit Memory(KeepAliveResult& result) : result_(result) {}

  void pass_to(double now) {
    result_.byte_s += used_ * (now - now_);
    now_ = now;
  }
  void take(double bytes) {
    used_ += bytes;
    result_.most_bytes = std::max(result_.most_bytes, used_);
  }
  void release(double bytes) {
    used_ -= bytes;
    ++result_.evictions;
  }
  double used() const { return used_; }

 private:
  KeepAliveResult& result_;
  double used_ = 0;
  double now_ = 0;
};

// Models that come and go by time alone. Each has one change before it at most: it is unloaded, or loaded again.
class TimedReplay : public KeepAliveReplay {
 public:
  void add(const KeptModel& model) override { states_.push_back({.model = model}); }

  void request(double at_s, std::size_t index) override {
    // A model is still there at the moment at which it is unloaded.
    while (!changes_.empty() && *changes_.begin() < Change{at_s, true, 0}) change();
    memory_.pass_to(at_s);
    State& state = states_[index];
    ++result_.requests;
    if (state.used && at_s >= state.done_s) saw_idle(index, at_s - state.done_s);
    if (!state.kept) load(state, at_s);
    if (at_s < state.ready_s) {
      ++result_.cold;
      result_.waited_s += state.ready_s - at_s;
    }
    state.used = true;
    state.done_s = std::max(at_s, state.ready_s);
    const IdleHistogram::Stay stay = stay_of(index);
    state.from_s = state.done_s + stay.from_s;
    state.until_s = std::max(state.from_s, state.done_s + stay.until_s);
    if (state.next) changes_.erase(*state.next);
    plan(state, {state.from_s > state.done_s ? state.done_s : state.until_s, true, index});
  }

  const KeepAliveResult& result() const override { return result_; }

 protected:
  virtual void saw_idle(std::size_t model, double idle_s) = 0;  // since its last request was done
  virtual IdleHistogram::Stay stay_of(std::size_t model) const = 0;

 private:
  struct Change {
    double at_s = 0;
    bool unloads = false;
    std::size_t model = 0;
    auto operator<=>(const Change&) const = default;
  };
  struct State {
    KeptModel model = {};
    bool used = false;
    bool kept = false;
    double ready_s = 0;  // its load is over
    double done_s = 0;   // the last request
    double from_s = 0;   // loaded again, if not in memory all along
    double until_s = 0;  // unloaded
    std::optional<Change> next = {};
  };

  void load(State& state, double now) {
    ++result_.loads;
    state.kept = true;
    state.ready_s = now + state.model.load_s;
    memory_.take(state.model.bytes);
  }
  void plan(State& state, const Change& change) {
    state.next = change;
    changes_.insert(change);
  }
  void change() {
    const Change now = *changes_.begin();
    changes_.erase(changes_.begin());
    State& state = states_[now.model];
    state.next.reset();
    memory_.pass_to(now.at_s);
    if (!now.unloads) {
      load(state, now.at_s);
      ++result_.ahead;
      plan(state, {state.until_s, true, now.model});
      return;
    }
    state.kept = false;
    memory_.release(state.model.bytes);
    if (now.at_s < state.from_s) plan(state, {state.from_s, false, now.model});
  }

  std::vector<State> states_;
  std::set<Change> changes_;
  KeepAliveResult result_ = {};
  Memory memory_{result_};
};

class FixedReplay final : public TimedReplay {
 public:
  explicit FixedReplay(const FixedKeepAlive& rule) : rule_(rule) {}

 private:
  void saw_idle(std::size_t, double) override {}
  IdleHistogram::Stay stay_of(std::size_t) const override { return {.until_s = rule_.keep_s}; }

  FixedKeepAlive rule_;
};

class HybridReplay final : public TimedReplay {
 public:
  explicit HybridReplay(const HybridHistogram& rule) : rule_(rule) {}

  void add(const KeptModel& model) override {
    TimedReplay::add(model);
    idle_.emplace_back(rule_);
  }

 private:
  void saw_idle(std::size_t model, double idle_s) override { idle_[model].add(idle_s); }
  IdleHistogram::Stay stay_of(std::size_t model) const override { return idle_[model].stay(); }

  HybridHistogram rule_;
  std::vector<IdleHistogram> idle_;
};

class GreedyDualReplay final : public KeepAliveReplay {
 public:
  explicit GreedyDualReplay(const GreedyDual& rule) : limit_(rule.memory_bytes) {}

  void add(const KeptModel& model) override { states_.push_back({.model = model}); }

  void request(double at_s, std::size_t index) override {
    memory_.pass_to(at_s);
    State& state = states_[index];
    const KeptModel& model = state.model;
    ++result_.requests;
    if (state.kept) {
      by_priority_.erase({state.priority, index});
    } else {
      ++result_.loads;
      state.requests = 0;
      state.ready_s = at_s + model.load_s;
      if (model.bytes <= limit_) make_room(model.bytes);
    }
    if (at_s < state.ready_s) {
      ++result_.cold;
      result_.waited_s += state.ready_s - at_s;
    }
    if (model.bytes > limit_) return;
    if (!std::exchange(state.kept, true)) memory_.take(model.bytes);
    ++state.requests;
    const double worth = model.bytes > 0 ? model.load_s / model.bytes : std::numeric_limits<double>::max();
    state.priority = clock_ + static_cast<double>(state.requests) * worth;
    by_priority_.insert({state.priority, index});
  }

  const KeepAliveResult& result() const override { return result_; }

 private:
  struct State {
    KeptModel model = {};
    bool kept = false;
    std::int64_t requests = 0;  // since it was loaded
    double priority = 0;
    double ready_s = 0;
  };

  void make_room(double bytes) {
    while (memory_.used() + bytes > limit_ && !by_priority_.empty()) {
      const auto [priority, index] = *by_priority_.begin();
      by_priority_.erase(by_priority_.begin());
      clock_ = priority;
      states_[index].kept = false;
      memory_.release(states_[index].model.bytes);
    }
  }

  double limit_;
  std::vector<State> states_;
  std::set<std::pair<double, std::size_t>> by_priority_ = {};
  double clock_ = 0;
  KeepAliveResult result_ = {};
  Memory memory_{result_};
};

}  // namespace

std::unique_ptr<KeepAliveReplay> make_replay(const KeepAlive& rule) {
  if (const auto* fixed = std::get_if<FixedKeepAlive>(&rule)) return std::make_unique<FixedReplay>(*fixed);
  if (const auto* hybrid = std::get_if<HybridHistogram>(&rule)) return std::make_unique<HybridReplay>(*hybrid);
  return std::make_unique<GreedyDualReplay>(std::get<GreedyDual>(rule));
}

}  // namespace mlplan::planner
