#include "planner/sizing/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "profiles/gpu_card.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

// How much slower so many workers start at once on `vcpus` than one alone. Starts are taken to need a CPU each, and
// those on one GPU to share that: as many to a CPU or a GPU as were measured slow each other down as was measured, and
// along its last step beyond that.
double slowdown_of(const Report& report, const Candidate& candidate) {
  const double to_a_cpu = static_cast<double>(candidate.workers) * static_cast<double>(report.machine.cpu.logical) /
                          static_cast<double>(*candidate.type->vcpus);
  const double starts = std::max(to_a_cpu, candidate.gpu ? static_cast<double>(candidate.gpu->workers) : 0);
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

// Of one GPU where it was measured, nominal or as the machine's profile has it: what fitted there fits where as much
// is.
std::optional<double> measured_gpu_bytes(const MeasuredReport& measured, const InstanceType& type) {
  const std::string name = gpu_name_of(measured.report);
  const auto bytes = [](std::optional<std::int64_t> count) {
    return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
  };
  if (measured.measured_on != nullptr && measured.measured_on->gpu)
    return bytes(measured.measured_on->gpu->memory_bytes);
  if (is_same_card(*type.gpu, name)) return bytes(type.gpu->memory_bytes);
  if (measured.profile == nullptr) return std::nullopt;
  const GpuProfile* const probed = gpu_named(*measured.profile, name);
  if (probed == nullptr || probed->info.memory_bytes <= 0) return std::nullopt;
  return static_cast<double>(probed->info.memory_bytes);
}

// Of a report, shared by all candidates that rest on it.
struct Learnt {
  std::string architecture = {};
  bool on_gpu = false;
  std::int64_t vcpus = 1;  // of the machine
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
      if (find_state(measured.report, question_.start_up.state) == nullptr) {
        return fail(
            ErrorKind::bad_input, fmt::format("the report has no cold start in the state {}", question_.start_up.state),
            measured.path,
            find_state(measured.report, "warm") != nullptr ? "--start-state warm, if that is what a new instance finds"
                                                           : "mlplan bench MODEL without --skip");
      }
      if (measured.report.memory.peak_rss.n == 0 && measured.report.memory.ledger.empty())
        return fail(ErrorKind::bad_input, "the report says nothing about memory", measured.path);
      Learnt learnt{.architecture = model->architecture, .on_gpu = is_on_gpu(measured.report), .vcpus = model->vcpus};
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
    if (std::ranges::none_of(learnt_, [&](const Learnt& learnt) { return learnt.on_gpu == type.gpu.has_value(); })) {
      return leave_out(type.gpu ? kHasGpu : kNoGpu);
    }
    if (type.gpu && (type.gpu->count < 1 || !type.gpu->memory_bytes)) return leave_out("GPU's memory not known");
    const std::optional<std::size_t> report = report_for(type);
    if (!report) return leave_out(why_no_report(type));
    const std::size_t before = out_.all.size();
    std::optional<double> least_memory;  // of the configurations that do not fit
    bool room_on_gpu = true;
    for (const auto& worker : learnt_[*report].workers) {
      if (type.gpu)
        room_on_gpu &= add_on_gpus(type, *price, *report, worker, least_memory);
      else
        add_configurations(type, *price, *report, worker, least_memory);
    }
    if (least_memory) out_.least_memory = std::min(out_.least_memory.value_or(*least_memory), *least_memory);
    if (out_.all.size() == before) {
      if (!room_on_gpu) return leave_out(why_no_room((*question_.reports)[*report].report, *type.gpu));
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

  // nullopt: nothing carries the report's times over to the type.
  std::optional<TimeScale> scale_to(const InstanceType& type, const MeasuredReport& measured) const {
    const MachineProfile* there = nullptr;
    if (question_.profiles != nullptr) {
      if (const auto found = question_.profiles->find(type.name); found != question_.profiles->end())
        there = &found->second;
    }
    const ScaleFrom from{measured.measured_on, measured.profile, there};
    if (type.gpu) return gpu_time_scale(from, measured.report, type, question_.spread);
    return time_scale(from, type, question_.spread);
  }

  // One measured on the type itself before one whose machine is known, before any.
  std::optional<std::size_t> report_for(const InstanceType& type) const {
    std::optional<std::size_t> best;
    TimeScale least;
    for (std::size_t i = 0; i < learnt_.size(); ++i) {
      if (learnt_[i].architecture != type.architecture || learnt_[i].on_gpu != type.gpu.has_value()) continue;
      const std::optional<TimeScale> scale = scale_to(type, (*question_.reports)[i]);
      if (!scale) continue;
      if (!best || std::tie(scale->error, scale->kind) < std::tie(least.error, least.kind)) {
        best = i;
        least = *scale;
      }
    }
    return best;
  }

  // Of a type for which there is a report from its kind of device.
  std::string why_no_report(const InstanceType& type) const {
    const auto alike = [&](const Learnt& learnt) { return learnt.on_gpu == type.gpu.has_value(); };
    const auto first_alike = std::ranges::find_if(learnt_, alike);
    const std::string& measured = first_alike->architecture;
    if (type.architecture.empty())
      return fmt::format("the catalog does not say whether its processors are {}", measured);
    const bool runs_there = std::ranges::any_of(
        learnt_, [&](const Learnt& learnt) { return alike(learnt) && learnt.architecture == type.architecture; });
    if (!runs_there) return fmt::format("{} processors: the model was measured on {}", type.architecture, measured);
    const MeasuredReport& first = (*question_.reports)[static_cast<std::size_t>(first_alike - learnt_.begin())];
    const bool listed = first.measured_on != nullptr && first.measured_on->gpu;
    const std::string card = listed ? first.measured_on->gpu->name : gpu_name_of(first.report);
    return card.empty() ? "it is not known which GPU was measured (--measured-on)"
                        : fmt::format("another GPU than was measured ({}), without profiles of both (--profile)", card);
  }

  std::string why_no_room(const Report& report, const Gpu& gpu) const {
    const std::string size = format_bytes(static_cast<double>(*gpu.memory_bytes));
    const GpuNeed need = gpu_need(report, 1, 1, question_.dims);
    return need.worker
               ? fmt::format("a GPU of {} is too small: a worker takes {} of it", size, format_bytes(*need.worker))
               : fmt::format("nothing shows that a worker fits into a GPU of {}", size);
  }

  // The memory of a type on which one worker would fit, at the least of what does not.
  static void note_too_small(const MemoryNeed& need, std::optional<double>& least_memory) {
    const double least = (need.first + reserved_bytes(0)) / 0.95;
    least_memory = std::min(least_memory.value_or(least), least);
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
        note_too_small(need, least_memory);
        continue;
      }
      // All the type can run, half of them, and one.
      std::int64_t most = std::min(vcpus / worker.threads, fitting);
      while (most > 1 && share_of(most) > worker.largest_share() + 1e-9) --most;
      std::vector<std::int64_t> counts = {most};
      if (most / 2 > 1) counts.push_back(most / 2);
      if (most > 1) counts.push_back(1);
      for (const std::int64_t workers : counts) {
        Candidate candidate = candidate_of(type, price, report, shared);
        candidate.workers = workers;
        candidate.max_batch = largest.row.batch;
        candidate.memory_needed = bytes_for(need, workers);
        candidate.most_workers_in_memory = fitting;
        candidate.service_factor = candidate.scale.factor * worker.factor_at(share_of(workers));
        add_start_up(candidate, measured);
        out_.all.push_back(std::move(candidate));
      }
    }
  }

  // False where at no batch there is room on a GPU, as far as is known.
  bool add_on_gpus(const InstanceType& type, double price, std::size_t report,
                   const std::shared_ptr<const WorkerModel>& shared, std::optional<double>& least_memory) {
    const WorkerModel& worker = *shared;
    const MeasuredReport& measured = (*question_.reports)[report];
    const auto memory = static_cast<double>(*type.memory_bytes);
    const auto on_gpu = static_cast<double>(*type.gpu->memory_bytes);
    const auto most_seen = static_cast<std::int64_t>(worker.largest_share());
    // A worker has a core of two vCPUs for each of its threads, or what it had where so many were measured.
    const double share = std::clamp(
        static_cast<double>(most_seen * worker.threads) / static_cast<double>(learnt_[report].vcpus), 0.5, 1.0);
    if (*type.vcpus < worker.threads) return true;
    const auto by_cpus = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(share * static_cast<double>(*type.vcpus) / static_cast<double>(worker.threads)));
    bool any = false;
    for (const ServiceLaw& largest : worker.service) {
      const GpuNeed on_one = gpu_need(measured.report, largest.row.batch, worker.threads, question_.dims);
      const std::int64_t room = most_workers_on_gpu(on_one, on_gpu, measured_gpu_bytes(measured, type));
      if (room < 1) continue;
      any = true;
      const MemoryNeed need = memory_need(measured.report, largest.row.batch, worker.threads);
      const std::int64_t fitting = most_workers(need, memory - reserved_bytes(memory));
      if (fitting < 1) {
        note_too_small(need, least_memory);
        continue;
      }
      // All that a GPU can run, and one.
      std::vector<std::int64_t> counts = {type.gpu->count * std::min(room, most_seen)};
      if (counts.front() > type.gpu->count) counts.push_back(type.gpu->count);
      std::int64_t last = 0;
      for (std::int64_t workers : counts) {
        workers = std::min({workers, fitting, by_cpus});
        if (workers == last) continue;
        last = workers;
        const std::int64_t each = (workers + type.gpu->count - 1) / type.gpu->count;
        Candidate candidate = candidate_of(type, price, report, shared);
        candidate.workers = workers;
        candidate.max_batch = largest.row.batch;
        candidate.memory_needed = bytes_for(need, workers);
        candidate.most_workers_in_memory = fitting;
        candidate.gpu = GpuFit{.workers = each,
                               .most_workers = room,
                               .most_seen = most_seen,
                               .memory = on_gpu,
                               .reserved = reserved_gpu_bytes(on_gpu)};
        if (on_one.worker) candidate.gpu->needed = static_cast<double>(each) * *on_one.worker;
        candidate.service_factor = candidate.scale.factor * worker.factor_at(static_cast<double>(each));
        add_start_up(candidate, measured);
        out_.all.push_back(std::move(candidate));
      }
    }
    return any;
  }

  // What all configurations of a worker on a type have in common.
  Candidate candidate_of(const InstanceType& type, double price, std::size_t report,
                         const std::shared_ptr<const WorkerModel>& worker) const {
    Candidate candidate;
    candidate.type = &type;
    candidate.usd_per_hour = price;
    candidate.report = report;
    candidate.threads = worker->threads;
    candidate.scale = *scale_to(type, (*question_.reports)[report]);
    candidate.error = root_sum_square(candidate.scale.error, worker->error);
    candidate.memory_reserved = reserved_bytes(static_cast<double>(*type.memory_bytes));
    candidate.worker = worker;
    return candidate;
  }

  void add_start_up(Candidate& candidate, const MeasuredReport& measured) const {
    const ColdStartState& state = *find_state(measured.report, question_.start_up.state);
    candidate.load_s = learnt_[candidate.report].load_s;
    candidate.load_factor = candidate.scale.start_factor * slowdown_of(measured.report, candidate);
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
