// A solution that was sized for the highest rate, made to follow the load instead: how its policy orders, and with how
// few spares it keeps the objectives, found by simulating it on windows of the traffic.
//
// Candidates are taken one after another: the first decides in which steps orders go and how long they are held, and
// each begins its search for spares at what did for the one before. Where traffic was seen, a third of the exposure
// that was asked for is aimed at, as what comes will differ. Where it is known what stopped spares take and cost, as
// many as can be are stopped, if that is cheaper.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "planner/sizing/follow_load.h"
#include "planner/sizing/plan_question.h"
#include "planner/sizing/solution.h"

namespace mlplan::planner {

// How much of the traffic is simulated.
struct Depth {
  double requests = 0;      // of one replication
  double fewest_drawn = 0;  // windows at random, however many requests they have
};
inline constexpr Depth kSearchDepth = {300'000, 2};
inline constexpr Depth kFinalDepth = {2'000'000, 12};

class Following {
 public:
  // Both must outlive it.
  Following(const PlanQuestion& question, const Demand& demand) : question_(question), demand_(demand) {}

  // Gives the solution the policy that would follow the load with its instances, and what it would order.
  void prepare(const Sized& sized, Solution& solution) const;
  // Larger orders held for longer cost more instances and fewer start-ups, so that fewer spares do: from now on all
  // follow as it costs this one least.
  void choose_orders(Solution solution);
  // Makes the solution follow the load. False, and the solution as it was, where that cannot keep the objectives, or
  // costs more than a fixed fleet that can be promised as well and was not asked for.
  bool follow(Solution& solution, const Depth& depth);
  std::vector<Window> windows_for(const FollowSettings& policy, const Depth& depth) const;

 private:
  std::optional<Followed> fewest_spares_of(const Solution& solution, const std::vector<Window>& windows);
  // The solution with the policy that was found, and what it costs over all of the traffic.
  Solution made_live(Solution solution, const Followed& followed, const std::vector<Window>& windows) const;
  // The live solution with some of its spares stopped; nullopt where that keeps no objectives or costs as much.
  std::optional<Solution> with_stopped(const Solution& running, const std::vector<Window>& windows);
  Objectives objectives_aimed_at() const;
  double mean_instances(const Solution& solution, const FollowSettings& policy, const Judged& judged,
                        const std::vector<Window>& windows) const;

  const PlanQuestion& question_;
  const Demand& demand_;
  std::int64_t step_ = FollowSettings{}.step;
  double hold_s_ = FollowSettings{}.hold_s;
  std::optional<std::int64_t> guess_spares_ = {};
  std::optional<std::int64_t> guess_running_ = {};  // of them, where others are stopped
};

}  // namespace mlplan::planner
