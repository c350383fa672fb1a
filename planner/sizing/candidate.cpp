#include "planner/sizing/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

// How much slower `workers` start at once on `vcpus` than one alone. Starts are taken to need a CPU each: as many to a
// CPU as were measured slow each other down as was measured, and along its last step beyond that.
double slowdown_of(const Report& report, std::int64_t workers, std::int64_t vcpus) {
  const double starts =
      static_cast<double>(workers) * static_cast<double>(report.machine.cpu.logical) / static_cast<double>(vcpus);
  double last_starts = 1;
  double last = 1;
  double slope = 1;
  for (const SimultaneousStarts& measured : report.cold_start.simultaneous) {
    if (!measured.slowdown || static_cast<double>(measured.starts) <= last_starts) continue;
    const auto here = static_cast<double>(measured.starts);
    const double factor = std::max(*measured.slowdown, last);
    slope = (factor - last) / (here - last_starts);
    if (starts <= here) return last + slope * std::max(starts - last_starts, 0.0);
    last_starts = here;
    last = factor;
  }
  return last + slope * std::max(starts - last_starts, 0.0);
}

// What reading the file takes longer on the type's disk than where it was measured; 0 where that is not known.
double slower_disk_s(const MeasuredReport& measured, const ColdStartState& state, const InstanceType& type,
                     double factor) {
  const ColdStartState* warm = find_state(measured.report, "warm");
  if (state.name == "warm" || warm == nullptr || !type.disk_bytes_per_s) return 0;
  const double reading = factor * (state.time_to_first_result.median - warm->time_to_first_result.median) / 1e9;
  const double at_least = static_cast<double>(measured.report.model.bytes) / *type.disk_bytes_per_s;
  return std::max(0.0, at_least - std::max(0.0, reading));
}

double root_sum_square(double a, double b) { return std::sqrt(a * a + b * b); }

// Of a report, shared by all candidates that rest on it.
struct Learnt {
  std::string architecture = {};
  std::vector<std::shared_ptr<const WorkerModel>> workers = {};
  std::shared_ptr<const Distribution> load_s = {};
};

class Maker {
 public:
  Maker(const CandidateQuestion& question, Candidates& out) : question_(question), out_(out) {}

  Status learn() {
    for (const MeasuredReport& measured : *question_.reports) {
      Result<ServiceModel> model = service_model_of(measured.report, measured.path, question_.dims);
      if (!model) return fail(model.error());
      if (model->device != "cpu") {
        return fail(ErrorKind::bad_input, "planning for a model on a GPU is not possible yet", measured.path,
                    "a report of --device cpu");
      }
      if (find_state(measured.report, question_.start_up.state) == nullptr) {
        return fail(
            ErrorKind::bad_input, fmt::format("the report has no cold start in the state {}", question_.start_up.state),
            measured.path,
            find_state(measured.report, "warm") != nullptr ? "--start-state warm, if that is what a new instance finds"
                                                           : "mlplan bench MODEL without --skip");
      }
      if (measured.report.memory.peak_rss.n == 0 && measured.report.memory.ledger.empty())
        return fail(ErrorKind::bad_input, "the report says nothing about memory", measured.path);
      Learnt learnt{.architecture = model->architecture};
      for (WorkerModel& worker : model->workers)
        learnt.workers.push_back(std::make_shared<const WorkerModel>(std::move(worker)));
      const ColdStartState& state = *find_state(measured.report, question_.start_up.state);
      learnt.load_s = std::make_shared<const Distribution>(from_nanoseconds(state.time_to_first_result));
      learnt_.push_back(std::move(learnt));
    }
    return {};
  }

  void add(const InstanceType& type) {
    const std::optional<double> price = type.usd_per_hour(question_.option);
    if (!price || *price <= 0) return leave_out(fmt::format("no price for {}", question_.option));
    if (!type.memory_bytes) return leave_out("memory not known");
    if (!type.vcpus || *type.vcpus < 1) return leave_out("vCPUs not known");
    if (is_burstable(type)) return leave_out("burstable: its CPUs are throttled under lasting load");
    if (type.gpu) return leave_out("has a GPU: the model was measured on a CPU");
    const std::optional<std::size_t> report = report_for(type);
    if (!report) {
      const std::string& measured = learnt_.front().architecture;
      return leave_out(type.architecture.empty()
                           ? fmt::format("the catalog does not say whether its processors are {}", measured)
                           : fmt::format("{} processors: the model was measured on {}", type.architecture, measured));
    }
    const std::size_t before = out_.all.size();
    std::optional<double> least_memory;  // of the configurations that do not fit
    for (const auto& worker : learnt_[*report].workers) add_configurations(type, *price, *report, worker, least_memory);
    if (least_memory) out_.least_memory = std::min(out_.least_memory.value_or(*least_memory), *least_memory);
    if (out_.all.size() == before) {
      return leave_out(least_memory ? fmt::format("too little memory: a worker needs {}",
                                                  format_bytes(static_cast<std::int64_t>(*least_memory)))
                                    : "fewer vCPUs than the threads that were measured");
    }
    ++out_.considered;
  }

  void finish() { std::ranges::stable_sort(out_.left_out, std::ranges::greater{}, &LeftOut::types); }

 private:
  void leave_out(const std::string& why) {
    const auto same = std::ranges::find(out_.left_out, why, &LeftOut::why);
    if (same == out_.left_out.end()) {
      out_.left_out.push_back({why, 1});
    } else {
      ++same->types;
    }
  }

  TimeScale scale_to(const InstanceType& type, const MeasuredReport& measured) const {
    const MachineProfile* there = nullptr;
    if (question_.profiles != nullptr) {
      if (const auto found = question_.profiles->find(type.name); found != question_.profiles->end())
        there = &found->second;
    }
    return time_scale({measured.measured_on, measured.profile, there}, type, question_.spread);
  }

  // One measured on the type itself before one whose machine is known, before any.
  std::optional<std::size_t> report_for(const InstanceType& type) const {
    std::optional<std::size_t> best;
    TimeScale least;
    for (std::size_t i = 0; i < learnt_.size(); ++i) {
      if (learnt_[i].architecture != type.architecture) continue;
      const TimeScale scale = scale_to(type, (*question_.reports)[i]);
      if (!best || std::tie(scale.error, scale.kind) < std::tie(least.error, least.kind)) {
        best = i;
        least = scale;
      }
    }
    return best;
  }

  void add_configurations(const InstanceType& type, double price, std::size_t report,
                          const std::shared_ptr<const WorkerModel>& shared, std::optional<double>& least_memory) {
    const WorkerModel& worker = *shared;
    const MeasuredReport& measured = (*question_.reports)[report];
    const std::int64_t vcpus = *type.vcpus;
    if (vcpus < worker.threads) return;
    const auto share_of = [&](std::int64_t workers) {
      return static_cast<double>(workers * worker.threads) / static_cast<double>(vcpus);
    };
    const auto memory = static_cast<double>(*type.memory_bytes);
    for (const ServiceLaw& largest : worker.service) {
      const MemoryNeed need = memory_need(measured.report, largest.row.batch, worker.threads);
      const std::int64_t fitting = most_workers(need, memory - reserved_bytes(memory));
      if (fitting < 1) {
        const double least = (need.first + reserved_bytes(0)) / 0.95;
        least_memory = std::min(least_memory.value_or(least), least);
        continue;
      }
      // All the type can run, half of them, and one.
      std::int64_t most = std::min(vcpus / worker.threads, fitting);
      while (most > 1 && share_of(most) > worker.largest_share() + 1e-9) --most;
      std::vector<std::int64_t> counts = {most};
      if (most / 2 > 1) counts.push_back(most / 2);
      if (most > 1) counts.push_back(1);
      for (const std::int64_t workers : counts) {
        Candidate candidate;
        candidate.type = &type;
        candidate.usd_per_hour = price;
        candidate.report = report;
        candidate.workers = workers;
        candidate.threads = worker.threads;
        candidate.max_batch = largest.row.batch;
        candidate.scale = scale_to(type, measured);
        candidate.error = root_sum_square(candidate.scale.error, worker.error);
        candidate.memory_needed = bytes_for(need, workers);
        candidate.memory_reserved = reserved_bytes(memory);
        candidate.most_workers_in_memory = fitting;
        candidate.worker = shared;
        candidate.service_factor = candidate.scale.factor * worker.factor_at(share_of(workers));
        add_start_up(candidate, measured);
        out_.all.push_back(std::move(candidate));
      }
    }
  }

  void add_start_up(Candidate& candidate, const MeasuredReport& measured) const {
    const ColdStartState& state = *find_state(measured.report, question_.start_up.state);
    candidate.load_s = learnt_[candidate.report].load_s;
    candidate.load_factor =
        candidate.scale.start_factor * slowdown_of(measured.report, candidate.workers, *candidate.type->vcpus);
    candidate.load_more_s = slower_disk_s(measured, state, *candidate.type, candidate.load_factor);
    candidate.node_s = candidate.type->node_start ? candidate.type->node_start->seconds : question_.start_up.node_s;
    candidate.image_s = question_.start_up.image_s;
  }

  const CandidateQuestion& question_;
  Candidates& out_;
  std::vector<Learnt> learnt_ = {};
};

}  // namespace

double Candidate::capacity_per_s() const {
  double best = 0;
  for (const ServiceLaw& law : worker->service) {
    if (law.row.batch > max_batch) break;
    best = std::max(best, static_cast<double>(law.row.batch) / (service_factor * law.row.time_s.mean));
  }
  return slots() * best;
}

InstanceSettings Candidate::instance() const {
  InstanceSettings settings{
      .workers = workers, .max_batch = max_batch, .service = {}, .after_idle = worker->after_idle};
  for (const ServiceLaw& law : worker->service) {
    if (law.row.batch > max_batch) break;
    settings.service.push_back({law.row.batch, scaled(law.row.time_s, service_factor)});
  }
  return settings;
}

StartUpSettings Candidate::start_up() const {
  StartUpSettings settings{.load_s = scaled(*load_s, load_factor)};
  for (double& sample : settings.load_s.samples) sample += load_more_s;
  settings.load_s.mean += load_more_s;
  if (node_s) settings.node_s = deterministic(*node_s);
  if (image_s) settings.image_s = deterministic(*image_s);
  return settings;
}

double Candidate::start_up_quantile(double q) const {
  return quantile(*load_s, q) * load_factor + load_more_s + node_s.value_or(0) + image_s.value_or(0);
}

Candidate slower(Candidate candidate, double factor) {
  candidate.service_factor *= factor;
  candidate.load_factor *= factor;
  return candidate;
}

Result<Candidates> candidates_of(const CandidateQuestion& question) {
  Candidates out;
  Maker maker(question, out);
  if (Status status = maker.learn(); !status) return fail(status.error());
  for (const InstanceType* type : *question.types) maker.add(*type);
  maker.finish();
  return out;
}

std::string name_of(const Candidate& candidate) {
  std::string name = candidate.type->name;
  if (candidate.workers > 1) name += fmt::format(", {} workers", candidate.workers);
  name += ", " + format_count(candidate.threads, "thread");
  if (candidate.max_batch > 1) name += fmt::format(", batch {}", candidate.max_batch);
  return name;
}

}  // namespace mlplan::planner
