// The start-ups of a simulated fleet: how long each takes, drawn at random, and when it is over.
//
// It carries out what the fleet asks of its driver, in simulated time, and remembers when a notice given is over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <pcg_random.hpp>
#include <vector>

#include "fleet/fleet.h"
#include "planner/simulation/event_heap.h"
#include "planner/simulation/sampler.h"
#include "planner/simulation/scenario.h"
#include "planner/simulation/start_ups.h"

namespace mlplan::planner {

FleetLimits limits_of(const FleetSettings& settings);

class SimulatedStarts : public FleetDriver {
 public:
  // Both must outlive it; the fleet may still be under construction.
  SimulatedStarts(const StartUpSettings& settings, pcg64 random, Fleet& fleet);

  void begin_load(double now, std::uint32_t id, bool into_pool) override;
  void leave_pool(double now, std::uint32_t id) override;
  void ended(double now, std::uint32_t id) override;

  // The instance is in `notice_over` at `time`, unless it ended before.
  void remind(double time, std::uint32_t id);
  // The next event, and carrying out all up to `now`.
  double next_time() const { return std::min(start_ups_.next_time(), timers_.next_time()); }
  void advance(double now);

  std::int64_t loads_under_way() const { return start_ups_.count(); }
  // From now on each load is slowed at least so much.
  void set_least_slowdown(double now, double slowdown) { start_ups_.set_least_slowdown(now, slowdown); }

  std::vector<std::uint32_t> notice_over;  // whoever reads it empties it

 private:
  struct Load {
    double work_s = 0;       // alone
    bool under_way = false;  // it is among the loads that slow each other down
  };
  struct Timer {
    double time = 0;
    std::uint32_t instance = 0;
    std::uint32_t generation = 0;  // of the instance: another one makes the timer void
    enum class Kind : std::uint8_t { load, ready, notice } kind = Kind::load;
  };

  void load(double now, std::uint32_t id);
  void set_timer(double time, std::uint32_t id, Timer::Kind kind);

  Fleet& fleet_;
  pcg64 random_;
  Sampler load_;
  std::optional<Sampler> node_;
  std::optional<Sampler> image_;
  Sampler pool_exit_;
  std::optional<Sampler> pool_fill_;
  StartUps start_ups_;
  EventHeap<Timer> timers_;
  std::vector<Load> loads_;  // by instance
};

}  // namespace mlplan::planner
