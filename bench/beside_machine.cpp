#include "bench/beside_machine.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "bench/machine.h"
#include "profiles/gpu_card.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/units.h"

namespace mlplan::bench {

namespace {

constexpr double kBeyondCache = 4;  // times the cache's size: what is less may largely stay in it

using OneFigure = std::optional<MachineFigure>;

// One that takes time.
const Phase* timed_phase(const ColdStartState& state, const char* name) {
  const Phase* phase = find_phase(state.phases, name);
  return phase != nullptr && phase->wall.n > 0 && phase->wall.median > 0 ? phase : nullptr;
}

class Comparison {
 public:
  Comparison(const Report& report, const ProfileInUse& machine)
      : report_(report),
        machine_(machine),
        gpu_(is_on_gpu(report) ? gpu_named(machine.profile, gpu_name_of(report)) : nullptr) {
    out_.profile = machine.path;
    out_.probed_at = machine.profile.started_at;
  }

  BesideMachine compare() {
    if (is_on_gpu(report_) && gpu_ == nullptr) not_compared("the GPU", "the profile has no figures of it");
    if (!machine_.same_storage)
      not_compared("reading from storage", "the probe read another file system than the model's");
    for (const ColdStartState& state : report_.cold_start.states) {
      if (find_state(report_, state.name) != nullptr) compare_start(state);
    }
    compare_steady();
    return std::move(out_);
  }

 private:
  void not_compared(const std::string& what, const std::string& why) { out_.not_compared.push_back(what + ": " + why); }

  void add_rate(const std::string& figure, double bytes_per_s, const std::string& limit, const OneFigure& machine,
                const std::string& assumes = {}) {
    if (!machine || !(machine->best > 0)) return not_compared(figure, "the profile has no " + limit);
    out_.figures.push_back({.figure = figure,
                            .limit = limit,
                            .fraction = bytes_per_s / machine->best,
                            .reached_bytes_per_s = bytes_per_s,
                            .limit_bytes_per_s = machine->best,
                            .assumes = assumes});
  }

  void add_time(const std::string& figure, double ns, const std::string& limit, const OneFigure& machine) {
    if (!machine || !(machine->best > 0)) return not_compared(figure, "the profile has no " + limit);
    out_.figures.push_back(
        {.figure = figure, .limit = limit, .fraction = machine->best / ns, .reached = ns, .limit_time = machine->best});
  }

  void compare_start(const ColdStartState& state) {
    const std::string at = "cold_start." + state.name + ".";
    const MachineProfile& profile = machine_.profile;
    if (const Phase* phase = timed_phase(state, "process_start"))
      add_time(at + phase->name, phase->wall.median, "process/true", profile.process_start.small);
    compare_reading(state, at);
    if (gpu_ == nullptr) return;
    const std::string device = "/device:" + std::to_string(gpu_->info.device);
    if (const Phase* phase = timed_phase(state, "cuda_driver"))
      add_time(at + phase->name, phase->wall.median, "gpu/start_driver" + device, gpu_->start.driver);
    if (const Phase* phase = timed_phase(state, "cuda_context"))
      add_time(at + phase->name, phase->wall.median, "gpu/start_context" + device, gpu_->start.context);
    if (const Phase* phase = timed_phase(state, "copy_to_device");
        phase != nullptr && state.copied_bytes.value_or(0) > 0) {
      const double rate = static_cast<double>(*state.copied_bytes) * 1e9 / phase->wall.median;
      add_rate(at + phase->name, rate, "gpu/to_device_pinned" + device, gpu_->copies.to_device_pinned);
      add_rate(at + phase->name, rate, "gpu/to_device_pageable" + device, gpu_->copies.to_device_pageable);
    }
  }

  void compare_reading(const ColdStartState& state, const std::string& at) {
    const Phase* phase = timed_phase(state, "file_read");
    if (phase == nullptr) return;
    if (report_.model.format != "torchscript")
      return not_compared(at + phase->name, "how much of a compiled package is read is not counted");
    const double rate = static_cast<double>(report_.model.bytes) * 1e9 / phase->wall.median;
    if (state.name == "warm") {
      const auto& cache = machine_.profile.storage.page_cache;
      const auto one = std::ranges::find(cache, 1, &PageCacheFigures::threads);
      add_rate(at + phase->name, rate, "disk/page_cache/threads:1", one == cache.end() ? OneFigure() : one->read);
    } else if (machine_.same_storage) {
      add_rate(at + phase->name, rate, "disk/read", machine_.profile.storage.read);
    }
  }

  // Memory as seen by so many threads: those that were probed, or by all of them where there are more.
  const MemoryFigures* memory_of(std::int64_t threads) const {
    const auto& rows = machine_.profile.memory;
    if (rows.empty()) return nullptr;
    const auto most = std::ranges::max_element(rows, {}, &MemoryFigures::threads);
    if (threads >= most->threads) return &*most;
    const auto same = std::ranges::find(rows, threads, &MemoryFigures::threads);
    return same == rows.end() ? nullptr : &*same;
  }

  void compare_steady() {
    if (report_.steady.empty() || (is_on_gpu(report_) && gpu_ == nullptr)) return;
    double weights = 0;
    for (const DTypeBytes& each : report_.model.weights) weights += static_cast<double>(each.bytes);
    if (!(weights > 0)) return not_compared("steady", "the report does not say how large the weights are");
    const std::optional<std::int64_t> cache = gpu_ != nullptr ? gpu_->info.l2_bytes : machine_.cache_bytes;
    if (cache.value_or(0) <= 0)
      return not_compared("steady", "how large the cache is that may hold the weights is not known");
    if (weights < kBeyondCache * static_cast<double>(*cache)) {
      return not_compared("steady", fmt::format("weights of {} may come from the cache of {}", format_bytes(weights),
                                                format_bytes(static_cast<double>(*cache))));
    }
    for (const SteadyRow& row : report_.steady) {
      if (row.mode == "closed" && row.throughput.n > 0 && row.concurrency == 1) compare_row(row, weights);
    }
  }

  void compare_row(const SteadyRow& row, double weights) {
    std::string figure = fmt::format("steady[batch={},threads={},workers={}", row.batch, row.threads, row.workers);
    for (const auto& [name, size] : row.dims) figure += fmt::format(",{}={}", name, size);
    figure += "]";
    const char* const assumes = "each inference reads all weights once";
    const double rate = weights * row.throughput.median / static_cast<double>(row.batch);
    if (gpu_ != nullptr) {
      return add_rate(figure, rate, "gpu/memory_read/device:" + std::to_string(gpu_->info.device), gpu_->memory.read,
                      assumes);
    }
    const MemoryFigures* memory = memory_of(row.threads * row.workers);
    if (memory == nullptr)
      return not_compared(figure,
                          fmt::format("the profile has no memory/read with {} threads", row.threads * row.workers));
    add_rate(figure, rate, "memory/read/threads:" + std::to_string(memory->threads), memory->read, assumes);
  }

  const Report& report_;
  const ProfileInUse& machine_;
  const GpuProfile* gpu_;
  BesideMachine out_ = {};
};

bool is_same_file_system(const std::string& a, const std::string& b) {
  struct stat of_a{};
  struct stat of_b{};
  return ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev;
}

}  // namespace

Result<ProfileInUse> open_profile_of_this_machine(const std::string& path, const std::string& model_path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<MachineProfile> profile = read_machine_profile(*text, path);
  if (!profile) return fail(profile.error());
  MachineInfo here = describe_machine(model_path, {});
  here.fingerprint = fingerprint(here, "");
  const MachineInfo& there = profile->machine;
  if (there.fingerprint != here.fingerprint) {
    const auto text_of = [](const MachineInfo& machine) {
      return fmt::format("{}, {}, {}, fingerprint {}", machine.cpu.model_name, format_count(machine.cpu.logical, "CPU"),
                         format_bytes(static_cast<double>(machine.memory.total_bytes)), machine.fingerprint);
    };
    return fail(ErrorKind::bad_input,
                fmt::format("is of another machine ({}) than this one ({}), or of this one set up otherwise",
                            text_of(there), text_of(here)),
                path + ": /machine/fingerprint", "mlplan probe -o FILE, here");
  }
  ProfileInUse out{.path = path, .profile = *std::move(profile)};
  out.same_storage = is_same_file_system(model_path, out.profile.storage.folder);
  if (const long bytes = ::sysconf(_SC_LEVEL3_CACHE_SIZE); bytes > 0) out.cache_bytes = bytes;
  return out;
}

BesideMachine beside_machine(const Report& report, const ProfileInUse& machine) {
  return Comparison(report, machine).compare();
}

}  // namespace mlplan::bench
