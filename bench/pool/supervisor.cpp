#include "bench/pool/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <pcg_random.hpp>
#include <utility>

#include "bench/clock.h"
#include "bench/pool/pool_worker.h"
#include "bench/pool/punctual.h"
#include "bench/proc_files.h"

namespace mlplan::bench {

namespace {

constexpr double kSecond = 1e9;
constexpr double kLookEvery_s = 0.1;
constexpr std::int64_t kMostVainStarts = 5;  // in a row, of instances that never became ready
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Supervisor final : public PoolWorld {
 public:
  Supervisor(const PoolPlay& play, Policy& policy, Crew& crew)
      : world_(crew.world()), play_(play), crew_(crew), pool_(play.pool, policy, *this), random_(play.seed) {
    record_.requests.resize(play.schedule_s.size());
    for (std::size_t i = 0; i < play.schedule_s.size(); ++i)
      record_.requests[i].scheduled_ns = std::llround(play.schedule_s[i] * kSecond);
  }

  Result<PoolRecord> run();

  void start(double now, std::uint32_t instance) override;
  bool leave_pool(double now, std::uint32_t instance) override;
  void end(double now, std::uint32_t instance) override;
  void serve(double now, std::uint32_t instance, std::uint32_t slot, std::span<const RequestId> batch) override;
  void lost(double now, RequestId request) override;
  void rejected(double now, RequestId request) override;

 private:
  struct Process {
    PoolWorker worker;
    std::uint32_t number = 0;
    bool ready = false;
    std::vector<RequestId> batch = {};  // it has
  };
  struct Instance {
    std::vector<Process> processes = {};    // by slot
    std::optional<std::size_t> start = {};  // its place in record_.starts
    std::optional<double> replaces_end_at = {};
    bool killed = false;
  };
  struct Leaving {
    double at = 0;
    std::uint32_t instance = 0;
    std::uint32_t process = 0;
  };
  using Instances = std::map<std::uint32_t, Instance>;

  double seconds() const { return static_cast<double>(now_ns() - begin_ns_) / kSecond; }
  std::int64_t since_begin(std::int64_t time_ns) const { return time_ns - begin_ns_; }

  void add(Crew::Instance&& workers, bool ready, Instance& instance);
  Status take_first();
  void leave_to_crew();
  void loop();
  double next_moment() const;
  void sleep_until(double time);
  void hear(std::uint32_t id, std::size_t slot);
  void take_stub(std::uint32_t id, std::size_t slot, const WorkerNews& news);
  void became_ready(std::uint32_t id, std::size_t slot);
  void ended_by_itself(std::uint32_t id, const Error& why, bool hung);
  void let_out(double now);
  void look();
  void kill_one();
  void mark();
  void bury();

  const World& world_;
  const PoolPlay& play_;
  Crew& crew_;
  Pool pool_;
  pcg64 random_;
  PoolRecord record_;
  Instances instances_;
  std::list<PoolWorker> dying_;           // killed and not reaped
  std::vector<Leaving> leaving_;          // the pool, in order
  std::optional<double> end_to_replace_;  // of the instance that died just now
  std::vector<pollfd> polled_;
  std::vector<std::pair<std::uint32_t, std::size_t>> polled_of_;
  std::string reason_;  // of what is being lost
  std::int64_t begin_ns_ = 0;
  std::uint32_t numbers_ = 0;
  std::uint64_t tickets_ = 0;
  std::int64_t vain_starts_ = 0;
  std::size_t next_request_ = 0;
  std::size_t next_kill_ = 0;
  double next_look_ = 0;
  std::int64_t answered_ = 0;
};

// --- what the pool asks for
// ----------------------------------------------------------------------------------------------

void Supervisor::add(Crew::Instance&& workers, bool ready, Instance& instance) {
  for (PoolWorker& worker : workers)
    instance.processes.push_back({.worker = std::move(worker), .number = numbers_++, .ready = ready});
}

void Supervisor::start(double, std::uint32_t id) {
  Instance& instance = instances_[id];
  instance.start = record_.starts.size();
  record_.starts.push_back({.at_ns = since_begin(now_ns())});
  instance.replaces_end_at = std::exchange(end_to_replace_, std::nullopt);
  if (Result<Crew::Instance> workers = crew_.start(false)) {
    add(*std::move(workers), false, instance);
  } else {
    record_.gave_up = workers.error();
  }
  record_.most_instances = std::max(record_.most_instances, std::ssize(instances_));
}

bool Supervisor::leave_pool(double now, std::uint32_t id) {
  if (const std::optional<double> ended_at = std::exchange(end_to_replace_, std::nullopt))
    record_.replaced_ns.push_back(std::llround((now + play_.pool_exit_s - *ended_at) * kSecond));
  if (play_.pool_exit_s == 0) return true;
  leaving_.push_back({now + play_.pool_exit_s, id, instances_.at(id).processes.front().number});
  return false;
}

// Those that have been on their way out of the pool long enough; one that ended meanwhile is another one by now.
void Supervisor::let_out(double now) {
  while (!leaving_.empty() && leaving_.front().at <= now) {
    const Leaving next = leaving_.front();
    leaving_.erase(leaving_.begin());
    const auto found = instances_.find(next.instance);
    if (found == instances_.end() || found->second.processes.empty()) continue;
    if (found->second.processes.front().number == next.process) pool_.drawn(now, next.instance);
  }
}

void Supervisor::end(double, std::uint32_t id) {
  const auto found = instances_.find(id);
  if (found == instances_.end()) return;
  for (Process& process : found->second.processes) {
    process.worker.process().end_soon();
    dying_.push_back(std::move(process.worker));
  }
  instances_.erase(found);
}

void Supervisor::serve(double, std::uint32_t id, std::uint32_t slot, std::span<const RequestId> batch) {
  Process& process = instances_.at(id).processes[slot];
  process.batch.assign(batch.begin(), batch.end());
  const std::int64_t now = since_begin(now_ns());
  for (const RequestId id_of : batch) {
    PlayedRequest& request = record_.requests[id_of];
    request.given_ns = now;
    request.batch = static_cast<std::int32_t>(batch.size());
    request.exposed = pool_.exposed(id_of);
  }
  // Where nobody is there any more, the closed channel is heard of next.
  process.worker.give({.number = tickets_++, .batch = static_cast<std::int64_t>(batch.size())});
}

void Supervisor::lost(double, RequestId id) {
  record_.requests[id].outcome = RequestOutcome::lost;
  ++record_.reasons[reason_];
  ++answered_;
}

void Supervisor::rejected(double, RequestId id) {
  record_.requests[id].outcome = RequestOutcome::rejected;
  ++answered_;
}

// --- what becomes of processes
// -------------------------------------------------------------------------------------------

void Supervisor::take_stub(std::uint32_t id, std::size_t slot, const WorkerNews& news) {
  Process& process = instances_.at(id).processes[slot];
  const std::int64_t heard = since_begin(now_ns());
  for (const RequestId request_id : std::exchange(process.batch, {})) {
    PlayedRequest& request = record_.requests[request_id];
    request.started_ns = since_begin(news.stub->started_ns);
    request.done_ns = since_begin(news.stub->done_ns);
    request.heard_ns = heard;
    request.outcome = news.stub->failure_bytes > 0 ? RequestOutcome::failed : RequestOutcome::done;
    if (news.stub->failure_bytes > 0) ++record_.reasons[news.failure];
    ++answered_;
  }
  pool_.served(seconds(), id, static_cast<std::uint32_t>(slot));
}

void Supervisor::became_ready(std::uint32_t id, std::size_t slot) {
  Instance& instance = instances_.at(id);
  instance.processes[slot].ready = true;
  if (!std::ranges::all_of(instance.processes, &Process::ready)) return;
  vain_starts_ = 0;
  const std::int64_t now = since_begin(now_ns());
  if (instance.start) {
    PlayedStart& start = record_.starts[*instance.start];
    start.took_ns = now - start.at_ns;
  }
  if (instance.replaces_end_at) record_.replaced_ns.push_back(now - std::llround(*instance.replaces_end_at * kSecond));
  pool_.loaded(seconds(), id);
}

void Supervisor::ended_by_itself(std::uint32_t id, const Error& why, bool hung) {
  Instance& instance = instances_.at(id);
  const bool was_ready = std::ranges::all_of(instance.processes, &Process::ready);
  const double now = seconds();
  if (instance.killed) {
    reason_ = "killed on purpose";
  } else {
    reason_ = why.message;
    ++(hung ? record_.hung : record_.died);
    if (!was_ready && ++vain_starts_ >= kMostVainStarts) record_.gave_up = why;
  }
  end_to_replace_ = now;
  pool_.died(now, id);
  end_to_replace_.reset();  // the policy wants no other in its place
}

void Supervisor::hear(std::uint32_t id, std::size_t slot) {
  const auto found = instances_.find(id);
  if (found == instances_.end() || slot >= found->second.processes.size()) return;
  const WorkerNews news = found->second.processes[slot].worker.news();
  if (news.stub) take_stub(id, slot, news);
  if (news.ready && instances_.contains(id)) became_ready(id, slot);
  if (news.ended && instances_.contains(id)) ended_by_itself(id, *news.ended, false);
}

void Supervisor::bury() {
  dying_.remove_if([](PoolWorker& worker) {
    pollfd exit{worker.process().exit_descriptor(), POLLIN, 0};
    if (::poll(&exit, 1, 0) <= 0) return false;
    worker.process().kill();
    return true;
  });
}

// Ten times a second: what does not say itself that something is wrong.
void Supervisor::look() {
  next_look_ = seconds() + kLookEvery_s;
  bury();
  const std::int64_t now = now_ns();
  std::vector<std::pair<std::uint32_t, Error>> overdue;
  for (auto& [id, instance] : instances_) {
    for (Process& process : instance.processes) {
      if (std::optional<Error> error = process.worker.overdue(now, world_.limits)) {
        overdue.emplace_back(id, *std::move(error));
        break;
      }
    }
  }
  for (const auto& [id, error] : overdue) {
    if (instances_.contains(id)) ended_by_itself(id, error, true);
  }
  if (world_.limits.interrupted && world_.limits.interrupted()) record_.interrupted = true;
  if (play_.progress)
    play_.progress({.time_s = seconds(),
                    .duration_s = play_.duration_s,
                    .sent = static_cast<std::int64_t>(next_request_),
                    .done = answered_,
                    .instances = pool_.counts()});
}

// An instance that serves, drawn at random, as the simulator does it: where there is none, nothing can fail.
void Supervisor::kill_one() {
  ++next_kill_;
  std::vector<Instance*> ready;
  for (const std::uint32_t id : pool_.ready_ids()) {
    if (Instance& instance = instances_.at(id); !instance.killed) ready.push_back(&instance);
  }
  if (ready.empty()) return;
  Instance& victim = *ready[random_(static_cast<std::uint32_t>(ready.size()))];
  victim.killed = true;
  record_.kills_ns.push_back(since_begin(now_ns()));
  for (Process& process : victim.processes) process.worker.process().end_soon();
}

void Supervisor::mark() {
  const double now = seconds();
  record_.marks.push_back({since_begin(now_ns()), pool_.totals(now)});
}

// --- the loop
// ------------------------------------------------------------------------------------------------------------

Status Supervisor::take_first() {
  const std::int64_t count = play_.pool.fleet.initial_instances + play_.pool.fleet.initial_pool;
  if (Status filled = crew_.fill(count); !filled) return filled;
  for (std::int64_t i = 0; i < count; ++i) add(crew_.take(), true, instances_[static_cast<std::uint32_t>(i)]);
  record_.most_instances = count;
  return {};
}

void Supervisor::leave_to_crew() {
  std::vector<Crew::Instance> free_ones;
  for (auto& [id, instance] : instances_) {
    const auto free = [](const Process& process) { return process.ready && process.batch.empty(); };
    if (instance.killed || !std::ranges::all_of(instance.processes, free)) continue;
    Crew::Instance workers;
    for (Process& process : instance.processes) workers.push_back(std::move(process.worker));
    free_ones.push_back(std::move(workers));
  }
  crew_.return_first(std::move(free_ones));
  instances_.clear();
}

double Supervisor::next_moment() const {
  double next = std::min(pool_.next_time(), next_look_);
  if (next_request_ < play_.schedule_s.size()) next = std::min(next, play_.schedule_s[next_request_]);
  if (!leaving_.empty()) next = std::min(next, leaving_.front().at);
  if (next_kill_ < play_.kills_s.size()) next = std::min(next, play_.kills_s[next_kill_]);
  return next;
}

void Supervisor::sleep_until(double time) {
  polled_.clear();
  polled_of_.clear();
  for (auto& [id, instance] : instances_) {
    for (std::size_t slot = 0; slot < instance.processes.size(); ++slot) {
      WorkerProcess& process = instance.processes[slot].worker.process();
      polled_.push_back({process.channel_descriptor(), POLLIN, 0});
      polled_.push_back({process.output_descriptor(), POLLIN, 0});
      polled_of_.emplace_back(id, slot);
    }
  }
  const auto wait_ns = std::max<std::int64_t>(0, std::llround((time - seconds()) * kSecond));
  const timespec timeout{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
  if (::ppoll(polled_.data(), polled_.size(), &timeout, nullptr) <= 0) return;
  for (std::size_t i = 0; i < polled_of_.size(); ++i) {
    const auto [id, slot] = polled_of_[i];
    if ((polled_[2 * i + 1].revents & POLLIN) != 0) {
      if (const auto found = instances_.find(id); found != instances_.end() && slot < found->second.processes.size())
        found->second.processes[slot].worker.process().drain_output();
    }
    if (polled_[2 * i].revents != 0) hear(id, slot);
  }
}

void Supervisor::loop() {
  const double end = std::max(play_.duration_s, play_.schedule_s.empty() ? 0 : play_.schedule_s.back());
  double give_up = kInfinity;
  mark();
  while (!record_.gave_up && !record_.interrupted) {
    while (next_request_ < play_.schedule_s.size() && play_.schedule_s[next_request_] <= seconds()) {
      const auto id = static_cast<RequestId>(next_request_++);
      PlayedRequest& request = record_.requests[id];
      request.outcome = RequestOutcome::unfinished;
      request.sent_ns = since_begin(now_ns());
      pool_.arrive(seconds(), id);
    }
    const double now = seconds();
    let_out(now);
    if (pool_.next_time() <= now) pool_.advance(now);
    if (next_kill_ < play_.kills_s.size() && play_.kills_s[next_kill_] <= now) kill_one();
    if (next_look_ <= now) look();
    const auto marked = static_cast<double>(record_.marks.size());
    if (marked <= static_cast<double>(play_.marks) && now >= end * marked / static_cast<double>(play_.marks)) {
      mark();
      if (static_cast<std::int64_t>(record_.marks.size()) > play_.marks) give_up = now + play_.drain_s;
    }
    if (give_up < kInfinity && (pool_.empty() || now >= give_up)) break;
    double until = std::min(next_moment(), give_up);
    if (static_cast<std::int64_t>(record_.marks.size()) <= play_.marks)
      until = std::min(until, end * static_cast<double>(record_.marks.size()) / static_cast<double>(play_.marks));
    sleep_until(until);
  }
}

Result<PoolRecord> Supervisor::run() {
  if (Status taken = take_first(); !taken) return fail(taken.error());
  const Punctual punctual;
  begin_ns_ = now_ns() + 5'000'000;
  while (now_ns() < begin_ns_) ::usleep(1000);
  pool_.begin();
  const std::int64_t cpu_before_ns = thread_cpu_ns();
  loop();
  record_.own_cpu_s = static_cast<double>(thread_cpu_ns() - cpu_before_ns) / kSecond;
  if (record_.marks.size() < 2) mark();
  for (auto& [id, instance] : instances_) {
    for (Process& process : instance.processes) {
      if (!process.ready) continue;
      record_.memory_bytes += read_memory(process.worker.process().pid()).value_or(ProcessMemory{}).pss;
      ++record_.memory_processes;
    }
  }
  leave_to_crew();
  return std::move(record_);
}

}  // namespace

Result<PoolRecord> play(const PoolPlay& play, Policy& policy, Crew& crew) {
  return Supervisor(play, policy, crew).run();
}

}  // namespace mlplan::bench
