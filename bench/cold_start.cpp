#include "bench/cold_start.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/page_cache.h"
#include "bench/proc_files.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kColdShare = 0.01;  // at most this much of a cold file is resident
constexpr double kWarmShare = 0.99;  // at least this much of a warm one
// A start that finds no library in the page cache reads at least this much of them: 44 % with libtorch 2.11 (200 of 460
// MB), pages that are touched and what read-ahead brings along. One that finds them there reads nothing.
constexpr double kTouchedShare = 0.1;
constexpr std::int64_t kStrayBytes = std::int64_t{2}
                                     << 20;  // read by a warm start for reasons of its own: configuration, locale

std::optional<std::string> resident_at_most(const std::vector<std::string>& files, const char* what) {
  const Result<Residency> now = residency(files);
  if (!now) return now.error().message;
  if (now->share() <= kColdShare) return std::nullopt;
  return fmt::format("{} of {} stayed in the page cache", format_percentage(now->share()), what);
}

std::optional<std::string> resident_at_least(const std::vector<std::string>& files, const char* what) {
  const Result<Residency> now = residency(files);
  if (!now) return now.error().message;
  if (now->share() >= kWarmShare) return std::nullopt;
  return fmt::format("only {} of {} would stay in the page cache", format_percentage(now->share()), what);
}

// What the sample itself read from storage must fit the state it was meant to be in.
std::optional<std::string> contradicted(const worker::ColdStartStamps& stamps, CacheState state, const World& world) {
  if (state == CacheState::warm) {
    const std::int64_t read = stamps.first_result.read_bytes;
    if (read <= world.model_bytes / 100 + kStrayBytes) return std::nullopt;
    return fmt::format("a warm start read {} from storage", format_bytes(static_cast<double>(read)));
  }
  // Before the framework (and CUDA) is up only libraries are read, afterwards the model and at most a few pages of
  // libraries.
  const bool with_cuda = stamps.torch_cuda_init.time_ns != 0;
  const std::int64_t of_libraries = (with_cuda ? stamps.torch_cuda_init : stamps.framework).read_bytes;
  const std::int64_t read = stamps.first_result.read_bytes - of_libraries;
  const Result<Residency> libraries = residency(world.libraries);
  if (!libraries) return libraries.error().message;
  if (auto why = libraries_contradict(state, of_libraries, libraries->bytes)) return why;
  const double expected = 0.95 * static_cast<double>(world.model_bytes);
  if (static_cast<double>(read) >= expected) return std::nullopt;
  // A loader that leaves part of the file alone reads less: then that part is still not resident.
  const Result<Residency> after = residency(world.load.path);
  if (after && after->share() < 0.95 && static_cast<double>(read) >= 0.95 * static_cast<double>(after->resident))
    return std::nullopt;
  return fmt::format("a cold start read only {} of {} from storage", format_bytes(static_cast<double>(read)),
                     format_bytes(static_cast<double>(world.model_bytes)));
}

}  // namespace

std::string_view name_of(CacheState state) {
  switch (state) {
    case CacheState::model_cold: return "model_cold";
    case CacheState::warm: return "warm";
    case CacheState::all_cold: return "all_cold";
  }
  return "unknown";
}

std::string start_in_words(CacheState state) {
  std::string name(name_of(state));
  std::replace(name.begin(), name.end(), '_', ' ');
  return name + " start";
}

StateFiles files_of(const World& world) { return {{world.load.path}, world.libraries}; }

std::optional<std::string> cannot_make(CacheState state, const StateFiles& files) {
  if (state == CacheState::warm) return std::nullopt;
  for (const std::string& file : files.model) {
    if (const std::string name = file_system(file); !has_storage(name)) {
      return fmt::format("{} lies on {}, which is memory: there is no cold state; copy it to a disk to measure one",
                         files.model.size() == 1 ? "the model" : file, name);
    }
    if (!can_see_residency(file)) {
      return std::string(
          "the kernel tells only a file's owner whether it is in the page cache: run as the owner, or on a copy of "
          "your "
          "own");
    }
  }
  const Result<std::optional<std::string>> made = make_state(state, files);
  if (!made) return made.error().message;
  return *made;
}

std::optional<std::string> libraries_contradict(CacheState state, std::int64_t read, std::int64_t library_bytes) {
  const std::string amount = format_bytes(static_cast<double>(read));
  const std::string all = format_bytes(static_cast<double>(library_bytes));
  if (state == CacheState::all_cold && static_cast<double>(read) < kTouchedShare * static_cast<double>(library_bytes))
    return fmt::format("an all cold start read only {} of {} of libraries from storage", amount, all);
  if (state != CacheState::all_cold && read > library_bytes / 100 + kStrayBytes)
    return fmt::format("its libraries were to be in the page cache, but {} of {} were read from storage", amount, all);
  return std::nullopt;
}

Result<std::optional<std::string>> make_state(CacheState state, const StateFiles& files) {
  for (const std::string& file : files.model) {
    if (Status done = state == CacheState::warm ? make_resident(file) : evict(file); !done) return fail(done.error());
  }
  for (const std::string& file : files.libraries) {
    if (Status done = state == CacheState::all_cold ? evict(file) : make_resident(file); !done)
      return fail(done.error());
  }
  if (auto why = state == CacheState::all_cold ? resident_at_most(files.libraries, "the libraries")
                                               : resident_at_least(files.libraries, "the libraries")) {
    return why;
  }
  return state == CacheState::warm ? resident_at_least(files.model, "the model file")
                                   : resident_at_most(files.model, "the model file");
}

Result<ColdSample> take_cold_sample(CacheState state, const World& world, std::uint64_t padding,
                                    std::int64_t warm_up_cap_ns, const Afterwards& afterwards) {
  const Result<std::optional<std::string>> made = make_state(state, files_of(world));
  if (!made) return fail(made.error());
  ColdSample out;
  out.state = state;
  SpawnOptions spawn;
  spawn.threads = world.cold_threads;
  spawn.padding = padding;
  spawn.verbs = {"cold_start"};
  if (warm_up_cap_ns > 0) spawn.verbs.emplace_back("warm_up");
  spawn.warm_up_cap_ns = warm_up_cap_ns;
  if (world.gpu) out.gpu = GpuSpan{world.gpu->state(), {}};
  Result<Worker> worker = spawn_worker(world, spawn);
  if (!worker) return fail(worker.error());
  const Result<worker::Reply> started = worker->process.await(world.limits);
  if (!started) return fail(started.error());
  out.spawned_ns = worker->process.spawned_ns();
  out.result_ns = worker->process.last_reply_ns();
  out.stamps = started->stamps;
  if (warm_up_cap_ns > 0) {
    const Result<worker::Reply> warmed = worker->process.await(world.limits);
    if (!warmed) return fail(warmed.error());
    out.warmed_up = warmed->warmed_up;
  }
  if (out.gpu) out.gpu->after = world.gpu->state();
  // Not wait4's ru_maxrss: what is spawned by vfork inherits the peak of mlplan itself there.
  const std::optional<std::int64_t> peak = read_peak_rss(worker->process.pid());
  if (!peak)
    return fail(ErrorKind::not_measured, "the kernel does not tell the peak memory of a process", "/proc/PID/status");
  out.peak_rss_bytes = *peak;
  if (*made) {
    out.not_proven = **made;
  } else if (const auto why = contradicted(out.stamps, state, world)) {
    out.not_proven = *why;
  } else {
    out.proven = true;
  }
  if (afterwards) {
    if (Status done = afterwards(*worker, out); !done) return fail(done.error());
  }
  worker->process.finish();
  return out;
}

Result<SimultaneousRound> take_simultaneous(const World& world, std::int64_t count) {
  const Result<std::optional<std::string>> made = make_state(CacheState::warm, files_of(world));
  if (!made) return fail(made.error());
  SimultaneousRound out;
  out.not_proven = *made;
  std::vector<Worker> workers;
  workers.reserve(static_cast<std::size_t>(count));
  SpawnOptions spawn;
  spawn.threads = world.cold_threads;
  spawn.verbs = {"cold_start"};
  for (std::int64_t i = 0; i < count; ++i) {
    Result<Worker> worker = spawn_worker(world, spawn);
    if (!worker) return fail(worker.error());
    workers.push_back(std::move(*worker));
  }
  for (Worker& worker : workers) {
    // The replies are read one after the other, so the worker's own last stamp counts, on the same clock.
    const Result<worker::Reply> reply = worker.process.await(world.limits);
    if (!reply) return fail(reply.error());
    out.time_to_first_result_ns.push_back(
        static_cast<double>(reply->stamps.first_result.time_ns - worker.process.spawned_ns()));
    if (const auto why = contradicted(reply->stamps, CacheState::warm, world)) out.not_proven = why;
  }
  return out;
}

}  // namespace mlplan::bench
