// A candidate: one instance type, run in one configuration, with what it then takes to serve and to start. All of them
// are made from reports and a catalog by rules alone; none is simulated here.
//
// Configurations are those that were measured: threads of a worker, batches; and as many workers as the type's vCPUs
// and memory allow within the share of the machine that was measured (service_model.h). Times in seconds.
//
// A report from a GPU is planned onto types with GPUs, one from a CPU onto those without. Workers then are as many on
// each GPU as were measured side by side and its memory has room for, and no larger a share of the vCPUs is in use than
// was measured; GPUs of one instance are taken not to slow each other down.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "planner/simulation/scenario.h"
#include "planner/sizing/memory_need.h"
#include "planner/sizing/service_model.h"
#include "planner/sizing/time_scale.h"
#include "profiles/catalog.h"
#include "profiles/machine_profile.h"
#include "profiles/plan.h"
#include "profiles/report.h"

namespace mlplan::planner {

inline constexpr double kMostUtilisation = 0.95;  // that a plan lets last

// Why types of the other kind than the reports' are left out.
inline constexpr const char* kHasGpu = "has a GPU: the model was measured on a CPU";
inline constexpr const char* kNoGpu = "has no GPU: the model was measured on one";

struct MeasuredReport {
  Report report;
  std::string path;
  const InstanceType* measured_on = nullptr;  // in the catalog; null: not known
  const MachineProfile* profile = nullptr;    // of its machine; null: not probed
};

// By name of the instance type.
using TypeProfiles = std::map<std::string, MachineProfile>;

// What comes before a cold start of the model, where it is known.
struct StartUpAdditions {
  std::optional<double> node_s;  // a catalog's own figure for a type goes first
  std::optional<double> image_s;
  std::string state = "model_cold";  // of the report: what a new instance finds
};

// One of a candidate's GPUs; bytes are nominal.
struct GpuFit {
  std::int64_t workers = 1;       // that run on it
  std::int64_t most_workers = 1;  // that it has room for, as far as is known
  std::int64_t most_seen = 1;     // that were measured side by side on one
  double memory = 0;
  double reserved = 0;
  std::optional<double> needed = {};  // by its workers; absent: it is only known that they fit
};

struct Candidate {
  const InstanceType* type = nullptr;
  double usd_per_hour = 0;
  std::size_t report = 0;  // index of the one it rests on
  std::int64_t workers = 1;
  std::int64_t threads = 1;
  std::int64_t max_batch = 1;
  TimeScale scale = {};
  double error = 0;          // relative, of all times: measurement and extrapolation together
  double memory_needed = 0;  // bytes, without state
  double memory_reserved = 0;
  std::int64_t most_workers_in_memory = 0;
  std::optional<GpuFit> gpu = {};                   // the fullest; absent: it runs on CPUs
  std::shared_ptr<const WorkerModel> worker = {};   // as it was measured
  double service_factor = 1;                        // on its service times: this type, with all workers busy
  double load_factor = 1;                           // on the measured cold start: this type, all workers at once
  double load_more_s = 0;                           // what reading takes longer on its disk
  std::shared_ptr<const Distribution> load_s = {};  // the measured cold start
  std::optional<double> node_s = {};
  std::optional<double> image_s = {};

  double slots() const { return static_cast<double>(workers); }
  double capacity_per_s() const;      // inputs per second of one instance, saturated, at its best batch
  InstanceSettings instance() const;  // how one serves; batches that wait for none
  StartUpSettings start_up() const;
  double start_up_quantile(double q) const;                      // node and image included where known
  double start_up_s() const { return start_up_quantile(0.95); }  // what is planned with
};

// Times longer by a factor: how a plan is held against an error.
Candidate slower(Candidate candidate, double factor);

struct Candidates {
  std::vector<Candidate> all = {};
  std::vector<LeftOut> left_out = {};       // most types first
  std::int64_t considered = 0;              // types with at least one candidate
  std::optional<double> least_memory = {};  // bytes of memory that one worker asks of a type, where that left types out
};

struct CandidateQuestion {
  const std::vector<MeasuredReport>* reports = nullptr;
  const std::vector<const InstanceType*>* types = nullptr;
  SpeedSpread spread = {};
  const TypeProfiles* profiles = nullptr;
  std::string option = kOnDemand;
  StartUpAdditions start_up = {};
  std::map<std::string, std::int64_t> dims = {};
};

// ErrorKind::bad_input: a report without what planning needs.
Result<Candidates> candidates_of(const CandidateQuestion& question);

// "c7i.large with 2 workers of 1 thread, batches up to 4"
std::string name_of(const Candidate& candidate);

}  // namespace mlplan::planner
