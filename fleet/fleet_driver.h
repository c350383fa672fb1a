// What a Fleet asks of whoever makes its instances: simulated ones, which take drawn times, or real processes.
//
// `id` is an instance's place in the fleet; when it has ended, another one may take that place. Seconds on the driver's
// clock.
#pragma once

#include <cstdint>

namespace mlplan {

class FleetDriver {
 public:
  FleetDriver() = default;
  FleetDriver(const FleetDriver&) = delete;
  FleetDriver& operator=(const FleetDriver&) = delete;
  virtual ~FleetDriver() = default;

  // Start one, to serve or into the pool. Fleet::loaded() when it could serve, at once or later, or Fleet::end() when
  // it never will; that never from in here, since the fleet would start the next one.
  virtual void begin_load(double now, std::uint32_t id, bool into_pool) = 0;
  // One from the pool is to serve. Fleet::drawn() when it does, at once or later.
  virtual void leave_pool(double now, std::uint32_t id) = 0;
  // It is no longer the fleet's, whatever it was doing: what the driver holds for it (a process, a timer) ends, and
  // nothing more is said of it.
  virtual void ended(double now, std::uint32_t id) = 0;
};

}  // namespace mlplan
