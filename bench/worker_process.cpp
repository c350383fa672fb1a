#include "bench/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <utility>

#include "bench/cgroup.h"
#include "bench/clock.h"
#include "bench/environment.h"
#include "bench/last_words.h"
#include "bench/proc_files.h"
#include "kernels/on_cpus.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr std::int64_t kLookEveryNs = 100'000'000;
constexpr std::size_t kKeepPrinted = 16384;

Error system_error(std::string_view what) {
  return {ErrorKind::not_measured, fmt::format("{}: {}", what, std::strerror(errno)), "mlplan-worker", {}};
}

// The descriptors 0..4 are the worker's; ours must lie above them, or the file actions would overwrite one another.
UniqueFd above_the_workers(int fd) {
  UniqueFd low(fd);
  return UniqueFd(::fcntl(low.get(), F_DUPFD_CLOEXEC, 10));
}

std::vector<std::string> worker_environment(const Launch& launch) {
  std::map<std::string, std::string> variables = own_variables();
  for (const auto& [name, value] : launch.environment) variables[name] = value;
  if (!launch.torch_library_folder.empty()) {
    std::string& path = variables["LD_LIBRARY_PATH"];
    path = path.empty() ? launch.torch_library_folder : launch.torch_library_folder + ":" + path;
  }
  variables[worker::kParentPidVariable] = std::to_string(::getpid());
  if (launch.stop_at_baseline) variables[worker::kStopAtBaselineVariable] = "1";
  variables["MLPLAN_PADDING"] = std::string(launch.padding, 'x');
  return as_environment(variables);
}

struct SpawnAttributes {
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};
  SpawnAttributes() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
};

Error error_of(const worker::WorkerFailure& failure) {
  const bool input_fault = failure.kind == "model_file" || failure.kind == "input" || failure.kind == "op_library" ||
                           failure.kind == "abi" || failure.kind == "device" || failure.kind == "usage";
  return {input_fault ? ErrorKind::bad_input : ErrorKind::not_measured, failure.message, "while " + failure.phase,
          failure.hint};
}

bool is_inference(worker::Phase phase) {
  return phase == worker::Phase::first_inference || phase == worker::Phase::warm_up ||
         phase == worker::Phase::measure || phase == worker::Phase::trial;
}

}  // namespace

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept { *this = std::move(other); }

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  if (this == &other) return *this;
  kill();
  if (blackbox_ != nullptr) ::munmap(blackbox_, sizeof(worker::Blackbox));
  pid_ = std::exchange(other.pid_, -1);
  pid_fd_ = std::move(other.pid_fd_);
  channel_ = std::move(other.channel_);
  output_ = std::move(other.output_);
  blackbox_ = std::exchange(other.blackbox_, nullptr);
  received_ = std::move(other.received_);
  printed_ = std::move(other.printed_);
  printed_bytes_ = other.printed_bytes_;
  spawned_ns_ = other.spawned_ns_;
  last_reply_ns_ = other.last_reply_ns_;
  exit_status_ = std::exchange(other.exit_status_, std::nullopt);
  highest_rss_bytes_ = other.highest_rss_bytes_;
  oom_kills_before_ = other.oom_kills_before_;
  ran_out_of_memory_ = other.ran_out_of_memory_;
  return *this;
}

WorkerProcess::~WorkerProcess() {
  kill();
  if (blackbox_ != nullptr) ::munmap(blackbox_, sizeof(worker::Blackbox));
}

Result<WorkerProcess> WorkerProcess::spawn(const Launch& launch, const std::vector<worker::Request>& requests) {
  WorkerProcess out;
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return fail(system_error("socketpair"));
  UniqueFd theirs = above_the_workers(sockets[1]);
  out.channel_ = UniqueFd(sockets[0]);
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return fail(system_error("pipe"));
  UniqueFd their_output = above_the_workers(pipe_ends[1]);
  out.output_ = UniqueFd(pipe_ends[0]);
  ::fcntl(out.output_.get(), F_SETFL, O_NONBLOCK);
  UniqueFd memory = above_the_workers(::memfd_create("mlplan-blackbox", MFD_CLOEXEC));
  if (!theirs || !their_output || !memory || ::ftruncate(memory.get(), sizeof(worker::Blackbox)) != 0) {
    return fail(system_error("cannot make the worker's channel"));
  }
  void* page = ::mmap(nullptr, sizeof(worker::Blackbox), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (page == MAP_FAILED) return fail(system_error("mmap"));
  out.blackbox_ = new (page) worker::Blackbox{};
  UniqueFd nothing = above_the_workers(::open("/dev/null", O_RDONLY | O_CLOEXEC));

  for (const worker::Request& request : requests) {
    if (Status sent = out.send(request); !sent) return fail(sent.error());
  }

  SpawnAttributes spawn;
  posix_spawn_file_actions_adddup2(&spawn.actions, nothing.get(), 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, their_output.get(), 1);
  posix_spawn_file_actions_adddup2(&spawn.actions, their_output.get(), 2);
  posix_spawn_file_actions_adddup2(&spawn.actions, theirs.get(), worker::kChannelFd);
  posix_spawn_file_actions_adddup2(&spawn.actions, memory.get(), worker::kBlackboxFd);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  posix_spawnattr_setpgroup(&spawn.attributes, 0);
  posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> environment = worker_environment(launch);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  std::string path = launch.worker_path;
  char* arguments[] = {path.data(), nullptr};

  const kernels::OnCpus affinity(launch.cpus);
  if (affinity.failed()) {
    return fail(ErrorKind::usage, "these CPUs cannot be used by this process", "--cpus",
                "see `taskset -p $$` for those that can");
  }
  out.oom_kills_before_ = oom_kills();
  pid_t pid = -1;
  out.spawned_ns_ = now_ns();
  const int error =
      ::posix_spawn(&pid, path.c_str(), &spawn.actions, &spawn.attributes, arguments, environment_pointers.data());
  if (error != 0) {
    return fail(ErrorKind::not_measured, fmt::format("cannot start the worker: {}", std::strerror(error)), path,
                "reinstall mlplan, or point MLPLAN_WORKER at mlplan-worker");
  }
  out.pid_ = pid;
  out.pid_fd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!out.pid_fd_) return fail(system_error("pidfd_open"));
  return out;
}

Status WorkerProcess::send(const worker::Request& request) {
  if (send_bytes(worker::write_line(request))) return {};
  if (pid_ > 0) return fail(died("between two requests"));
  return fail(system_error("the worker's channel"));
}

bool WorkerProcess::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(channel_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool WorkerProcess::receive() {
  char buffer[65536];
  ssize_t got = 0;
  do {
    got = ::recv(channel_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    last_reply_ns_ = now_ns();
    received_.append(buffer, static_cast<std::size_t>(got));
  }
  return got > 0 || (got < 0 && errno == EAGAIN);
}

Result<std::optional<worker::Reply>> WorkerProcess::next_reply() {
  const std::optional<std::string> line = take_line();
  if (!line) return std::nullopt;
  Result<worker::Reply> reply = worker::read_reply(*line);
  if (!reply) return fail(reply.error());
  if (reply->failure) return fail(error_of(*reply->failure));
  return *std::move(reply);
}

Error WorkerProcess::why_it_died() { return died("while it was in the pool"); }

void WorkerProcess::end_soon() {
  if (!exit_status_ && pid_ > 0) ::kill(pid_, SIGKILL);
}

std::int64_t WorkerProcess::note_rss() {
  const std::int64_t rss = read_rss(pid_).value_or(0);
  highest_rss_bytes_ = std::max(highest_rss_bytes_, rss);
  return rss;
}

void WorkerProcess::drain_output() {
  char buffer[65536];
  for (ssize_t got = 0; (got = ::read(output_.get(), buffer, sizeof buffer)) > 0;) {
    printed_bytes_ += got;
    printed_.append(buffer, static_cast<std::size_t>(got));
    if (printed_.size() > 2 * kKeepPrinted) printed_.erase(0, printed_.size() - kKeepPrinted);
    if (got < static_cast<ssize_t>(sizeof buffer)) break;  // back to the channel: a flood must not hide a reply
  }
}

worker::Phase WorkerProcess::phase() const {
  return static_cast<worker::Phase>(blackbox_->phase.load(std::memory_order_relaxed));
}

std::string WorkerProcess::with_last_words(const std::string& message) const {
  const std::string words = last_words(printed_);
  return words.empty() ? message : message + "; its last words: " + words;
}

Error WorkerProcess::gave_up(const std::string& message, const std::string& hint) {
  const worker::Phase at = phase();
  kill();
  drain_output();
  return {ErrorKind::not_measured, with_last_words(message), "while " + std::string(worker::name_of(at)), hint};
}

Error WorkerProcess::died(const char* what_for) {
  const worker::Phase at = phase();
  reap();
  drain_output();
  const int status = exit_status_.value_or(0);
  std::string message = with_last_words(fmt::format("the model's process {} {}", describe_death(status), what_for));
  std::string hint = "run the model once by itself to see why";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    const std::optional<std::int64_t> kills = oom_kills();
    ran_out_of_memory_ = kills && oom_kills_before_ && *kills > *oom_kills_before_;
    const std::string resident =
        highest_rss_bytes_ > 0
            ? fmt::format(": {} were resident when last seen", format_bytes(static_cast<double>(highest_rss_bytes_)))
            : std::string();
    if (ran_out_of_memory_) {
      message = with_last_words(
          fmt::format("the kernel killed the model's process {}, as memory ran out{}", what_for, resident));
      hint = "use a machine, or a control group, with more memory";
    } else {
      hint = "something killed it; the kernel does when memory runs out (see `dmesg`)" + resident;
    }
  }
  if (at == worker::Phase::process_start && WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    hint = "a library is missing: point --torch-lib or MLPLAN_TORCH_LIB at the folder that holds libtorch_cpu.so";
  }
  return {ErrorKind::not_measured, message, "while " + std::string(worker::name_of(at)), hint};
}

std::optional<std::string> WorkerProcess::take_line() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

std::optional<Overdue> WorkerProcess::overdue(WaitWatch& watch, std::int64_t now, const Limits& limits) const {
  const auto text = [](std::int64_t limit_ns) { return format_duration(static_cast<double>(limit_ns)); };
  const worker::Phase at = phase();
  if (is_inference(at)) {
    const std::uint64_t count = blackbox_->inferences.load(std::memory_order_relaxed);
    const std::int64_t since = blackbox_->phase_since_ns.load(std::memory_order_relaxed);
    if (count != watch.inferences) {
      watch.inferences = count;
      watch.inference_at_ns = now;
    }
    watch.progress_at_ns = now;
    if (now - std::max(watch.inference_at_ns, since) > limits.inference_ns)
      return Overdue{fmt::format("an inference did not end within {}", text(limits.inference_ns)),
                     "the model may hang on these inputs; if it is only slow, raise --inference-limit"};
  } else if (at == worker::Phase::idle) {  // as long as the load is low
    watch.inference_at_ns = watch.progress_at_ns = now;
  } else {
    watch.inference_at_ns = now;
    if (const auto latest = read_progress(pid_); latest != watch.progress) {
      watch.progress = latest;
      watch.progress_at_ns = now;
    }
    if (now - watch.progress_at_ns > limits.load_stall_ns)
      return Overdue{
          fmt::format("no progress for {}: no bytes read, no memory touched, no CPU used", text(limits.load_stall_ns)),
          "the file system may hang; if a pause is expected, raise --load-stall"};
  }
  if (now - watch.began_ns > limits.total_ns)
    return Overdue{fmt::format("not done within {}", text(limits.total_ns)),
                   "raise --time-box if the model is only slow"};
  return std::nullopt;
}

Result<std::string> WorkerProcess::await_line(const Limits& limits) {
  WaitWatch watch(now_ns());
  std::int64_t look_at = watch.began_ns + kLookEveryNs;
  bool open = true;
  while (true) {
    if (std::optional<std::string> line = take_line()) return *std::move(line);
    if (!open) return fail(died("before it answered"));
    pollfd watched[] = {{channel_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {pid_fd_.get(), POLLIN, 0}};
    const int timeout = static_cast<int>(std::max<std::int64_t>(1, (look_at - now_ns()) / 1'000'000));
    if (::poll(watched, 3, timeout) < 0 && errno != EINTR) return fail(system_error("poll"));
    if (watched[0].revents != 0) {
      char buffer[65536];
      const ssize_t got = ::recv(channel_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0) {
        last_reply_ns_ = now_ns();
        received_.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0) open = false;  // the other end is closed: the process is gone or going
    }
    if (watched[1].revents != 0) drain_output();
    if (watched[2].revents != 0 && watched[0].revents == 0) open = false;

    const std::int64_t now = now_ns();
    if (now < look_at) continue;
    look_at = now + kLookEveryNs;
    if (limits.interrupted && limits.interrupted()) {
      kill();
      return fail(ErrorKind::interrupted, "interrupted");
    }
    if (const std::int64_t rss = note_rss(); limits.memory_bytes > 0 && rss > limits.memory_bytes) {
      ran_out_of_memory_ = true;
      return fail(gave_up(
          fmt::format("the model needs more memory than it may have: {} of {}", format_bytes(static_cast<double>(rss)),
                      format_bytes(static_cast<double>(limits.memory_bytes))),
          "use a machine with more memory, or raise --memory-limit"));
    }
    if (const std::optional<Overdue> late = overdue(watch, now, limits))
      return fail(gave_up(late->message, late->hint));
  }
}

Result<worker::Reply> WorkerProcess::await_with_failure(const Limits& limits) {
  ran_out_of_memory_ = false;
  Result<std::string> line = await_line(limits);
  if (!line) return fail(line.error());
  Result<worker::Reply> reply = worker::read_reply(*line);
  if (!reply) kill();
  if (!reply || !reply->failure) return reply;
  const std::string& kind = reply->failure->kind;
  ran_out_of_memory_ = kind == "out_of_memory" || kind == "device_memory";
  if (kind != "device_lost") return reply;
  kill();  // it ends by itself
  return fail(error_of(*reply->failure));
}

Result<worker::Reply> WorkerProcess::await(const Limits& limits) {
  Result<worker::Reply> reply = await_with_failure(limits);
  if (!reply || !reply->failure) return reply;
  kill();
  return fail(error_of(*reply->failure));
}

Status WorkerProcess::wait_stopped(const Limits& limits) {
  const std::int64_t began = now_ns();
  while (true) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOHANG | WNOWAIT) != 0) {
      return fail(system_error("waitid"));
    }
    if (info.si_pid == pid_) {
      if (info.si_code == CLD_STOPPED) return {};
      return fail(died("at its start"));
    }
    if (limits.interrupted && limits.interrupted()) {
      kill();
      return fail(ErrorKind::interrupted, "interrupted");
    }
    if (now_ns() - began > limits.load_stall_ns)
      return fail(gave_up("the worker did not reach its first instruction", {}));
    drain_output();
    ::usleep(1000);
  }
}

void WorkerProcess::resume() { ::kill(pid_, SIGCONT); }

void WorkerProcess::reap() {
  if (exit_status_ || pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);  // whatever it leaves behind in its group, while the group's number is still ours
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_status_ = status;
}

void WorkerProcess::finish() {
  if (exit_status_ || pid_ <= 0) return;
  worker::Request request;
  request.verb = "exit";
  if (send(request)) {
    const std::int64_t until = now_ns() + 1'000'000'000;
    while (now_ns() < until) {
      pollfd watched[] = {{pid_fd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
      ::poll(watched, 2, 100);
      if (watched[1].revents != 0) drain_output();
      if (watched[0].revents != 0) break;
    }
  }
  kill();
}

void WorkerProcess::kill() {
  if (exit_status_ || pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  reap();
}

}  // namespace mlplan::bench
