// Events by time, soonest first, in a flat heap of four children a node: for what is under way (busy slots, instances),
// never for arrivals. Events at the same time come in an order that depends on nothing but the calls made.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace mlplan::planner {

// Event has a member `double time`.
template <class Event>
class EventHeap {
 public:
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  const Event& top() const { return events_.front(); }
  double next_time() const { return events_.empty() ? std::numeric_limits<double>::infinity() : events_.front().time; }

  void push(Event event) {
    events_.push_back(event);
    std::size_t here = events_.size() - 1;
    while (here > 0) {
      const std::size_t parent = (here - 1) / kChildren;
      if (!(event.time < events_[parent].time)) break;
      events_[here] = events_[parent];
      here = parent;
    }
    events_[here] = event;
  }
  void pop() {
    const Event last = events_.back();
    events_.pop_back();
    if (!events_.empty()) sink(last);
  }
  void replace_top(Event event) { sink(event); }

 private:
  static constexpr std::size_t kChildren = 4;

  // Puts `event` where the top was.
  void sink(Event event) {
    const std::size_t count = events_.size();
    std::size_t here = 0;
    while (true) {
      const std::size_t first = here * kChildren + 1;
      if (first >= count) break;
      std::size_t soonest = first;
      const std::size_t end = first + kChildren < count ? first + kChildren : count;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (events_[child].time < events_[soonest].time) soonest = child;
      }
      if (!(events_[soonest].time < event.time)) break;
      events_[here] = events_[soonest];
      here = soonest;
    }
    events_[here] = event;
  }

  std::vector<Event> events_;
};

}  // namespace mlplan::planner
