// The measuring of one model: what there is to do, what it costs, and doing one task of it. When, and in turns with
// which other model, is decided by who calls it (bench.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/evidence.h"
#include "bench/machine.h"
#include "bench/task_loop.h"

namespace mlplan::bench {

// What the pilot found a model to take. Models that take turns plan with the slowest of them, so that all are measured
// alike.
struct Pace {
  double start_ns = 0;  // up to the first result
  double inference_ns = 0;
};
Pace slower_of(const Pace& a, const Pace& b);

class ModelRun {
 public:
  // Both must outlive it.
  ModelRun(const Options& options, const Hooks& hooks, const TimeBox& box);

  // Tries the model, and what this machine gives. Errors: nothing can be measured.
  Status prepare();
  Pace pace() const;
  void plan(const Pace& pace);

  // What may still be done, at the costs seen so far.
  std::vector<TaskGroup> groups_now() const;
  // Those of them that give more samples of a measure, up to that share of the most that are made of each.
  std::vector<TaskGroup> groups_for(const std::vector<Measure>& wanted, double share) const;
  // From now on only these are wanted: starts go no further than they have to.
  void focus_on(const std::vector<Measure>& wanted);
  // Does one task of a group of these. What goes wrong is in found(): an interrupt or a failure ends the run, the
  // failure of several workers at once only that kind of task.
  void perform(const Task& task);
  bool over() const { return found_.interrupted || found_.failure; }
  std::string describe(TaskKind kind, std::int64_t parameter) const;
  std::string headline() const;

  // At the end.
  bool nothing_measured() const { return found_.nothing_measured(); }
  void interrupt() { found_.interrupted = true; }
  void run_out_of_time() { found_.time_ran_out = true; }  // with something still wanted
  const Evidence& found() const { return found_; }
  Report report(const NoiseWatch& noise, const std::vector<std::string>& argv);
  // Before: without what is only known at the end, such as the model's hash.
  Report report_so_far(const NoiseWatch& noise) const;

 private:
  double box_ns() const { return box_.share * box_.box_ns; }
  double left_ns() const { return box_.share * box_.left_ns(); }
  void tell(const std::string& doing) const {
    if (hooks_.progress) hooks_.progress({doing, 0, 0, headline()});
  }
  void plan_cold_starts();
  void plan_varied_starts();
  void plan_memory();
  void plan_steady();
  void plan_load_visits();
  void plan_serving();
  void add(TaskKind kind, std::int64_t parameter, double cost_ns, std::int64_t least, std::int64_t most,
           double weight) {
    tasks_.add({kind, parameter, cost_ns, least, most, weight});
  }
  bool fits_side_by_side(std::int64_t workers) const;
  std::int64_t warm_up_cap(CacheState state) const;
  CellCosts cell_costs(double budget_ns) const;

  Status carry_out(const Task& task);
  Status perform_cold_start(CacheState state);
  void note_gpu_at_end(MachineInfo& machine) const;
  Status use_well(Worker& worker, const ColdSample& sample);
  VisitPlan visit_plan(const VisitGroup& group) const;
  std::uint64_t task_seed() const { return options_.seed * 7919 + tasks_.number(); }  // another for each task
  LoadVisit load_visit() const;
  Status serve(ServingSamples& samples);
  bool of_several(const Task& task) const;
  void note_left_out();

  const Options& options_;
  const Hooks& hooks_;
  const TimeBox box_;
  Evidence found_;
  Pace pace_;
  double warm_up_ns_ = 0;  // of one warm-up, within its cap
  std::int64_t warm_up_cap_ns_ = 0;
  bool warm_up_fits_ = true;    // in the cap, so that every sample has one
  bool warm_up_wanted_ = true;  // after a start
  bool long_start_ = false;
  TaskBook tasks_;
};

}  // namespace mlplan::bench
