#include "bench/command_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "bench/clock.h"
#include "bench/environment.h"
#include "bench/last_words.h"
#include "bench/process_tree.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr std::int64_t kWatchEvery_ns = 100'000'000;
constexpr std::int64_t kGrace_ns = 2'000'000'000;
constexpr std::int64_t kLookShare = 9;  // of the time a look took, until the next one
constexpr std::int64_t kLeastBetweenLooks_ns = 1'000'000;
constexpr std::size_t kKeepPrinted = 16384;
constexpr std::size_t kLongestLine = 65536;
constexpr int kReadsAtOnce = 16;  // so that a flood of output does not keep all else from being seen

// The process groups that are alive, for the signal handler; 0: none.
std::array<std::atomic<pid_t>, 8> the_groups = {};
static_assert(std::atomic<pid_t>::is_always_lock_free);

void replace_group(pid_t from, pid_t to) {
  for (std::atomic<pid_t>& group : the_groups) {
    if (pid_t expected = from; group.compare_exchange_strong(expected, to)) return;
  }
}

// Above the descriptors 0 to 2, which are the child's own.
std::optional<std::array<UniqueFd, 2>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const UniqueFd low_out(ends[0]);
  const UniqueFd low_in(ends[1]);
  return std::array<UniqueFd, 2>{UniqueFd(::fcntl(ends[0], F_DUPFD_CLOEXEC, 10)),
                                 UniqueFd(::fcntl(ends[1], F_DUPFD_CLOEXEC, 10))};
}

// In the child between fork and exec: what a signal handler may do, no more. Returns only where something failed.
struct ChildPlan {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const cpu_set_t* cpus;  // null: as they are
  int in;
  int out;
  int err;
};
int become(const ChildPlan& plan, pid_t parent) {
  ::setpgid(0, 0);  // no session of its own: the scheduler would make that a group, which begins with a small share
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return ESRCH;
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (plan.cpus != nullptr && ::sched_setaffinity(0, sizeof *plan.cpus, plan.cpus) != 0) return -1;
  ::dup2(plan.in, 0);
  ::dup2(plan.out, 1);
  ::dup2(plan.err, 2);
  ::execve(plan.program, plan.arguments, plan.environment);
  return errno;
}

}  // namespace

Result<CommandProcess> CommandProcess::start(const CommandLaunch& launch) {
  adopt_orphans();
  auto out = make_pipe();
  auto err = make_pipe();
  auto failed = make_pipe();
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd high_nothing(nothing ? ::fcntl(nothing.get(), F_DUPFD_CLOEXEC, 10) : -1);
  if (!out || !err || !failed || !high_nothing)
    return fail(ErrorKind::not_measured, fmt::format("no pipe can be made: {}", std::strerror(errno)));

  std::map<std::string, std::string> variables = own_variables();
  for (const auto& [name, value] : launch.environment) variables[name] = value;
  variables["MLPLAN_PADDING"] = std::string(launch.padding, 'x');
  std::vector<std::string> environment = as_environment(variables);
  std::vector<std::string> words = launch.line.words;
  const std::vector<char*> argument_pointers = pointers_to(words);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const int cpu : launch.cpus) CPU_SET(static_cast<std::size_t>(cpu), &cpus);
  const ChildPlan plan{launch.line.program.c_str(),
                       argument_pointers.data(),
                       environment_pointers.data(),
                       launch.cpus.empty() ? nullptr : &cpus,
                       high_nothing.get(),
                       (*out)[1].get(),
                       (*err)[1].get()};

  CommandProcess process;
  process.ready_ = launch.ready;
  const pid_t parent = ::getpid();
  process.started_ns_ = now_ns();
  process.pid_ = ::fork();
  if (process.pid_ == 0) {
    const int error = become(plan, parent);
    ::write((*failed)[1].get(), &error, sizeof error);
    ::_exit(127);
  }
  if (process.pid_ < 0)
    return fail(ErrorKind::not_measured, fmt::format("no process can be made: {}", std::strerror(errno)));
  replace_group(0, process.pid_);
  process.pid_fd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0)));
  for (auto* pipe : {&*out, &*err, &*failed}) (*pipe)[1].reset();
  int error = 0;
  ssize_t got = 0;
  while ((got = ::read((*failed)[0].get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got > 0 && error < 0) {
    return fail(ErrorKind::usage, "these CPUs cannot be used by this process", "--cpus",
                "see `taskset -p $$` for those that can");
  }
  if (got > 0) {
    return fail(ErrorKind::usage, fmt::format("the program cannot be run: {}", std::strerror(error)),
                launch.line.program, error == ENOEXEC ? "a script needs #! and its interpreter as the first line" : "");
  }
  if (!process.pid_fd_) return fail(ErrorKind::not_measured, "the kernel has no pidfd_open");
  process.out_ = std::move((*out)[0]);
  process.err_ = std::move((*err)[0]);
  ::fcntl(process.out_.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(process.err_.get(), F_SETFL, O_NONBLOCK);
  return process;
}

CommandProcess::~CommandProcess() {
  if (pid_ <= 0 || !pid_fd_) return;
  end_descendants(0);
  replace_group(pid_, 0);
}

Status CommandProcess::end() {
  const bool gone = end_descendants(kGrace_ns);
  replace_group(pid_, 0);
  pid_fd_.reset();
  if (gone) return {};
  return fail(ErrorKind::not_measured, "a process of the command cannot be killed", "while it was ended",
              "it hangs in the kernel, as on a file system that does not answer");
}

bool CommandProcess::read_output(UniqueFd& from, std::string& line) {
  char buffer[65536];
  ssize_t got = 0;
  for (int reads = 0; reads < kReadsAtOnce && (got = ::read(from.get(), buffer, sizeof buffer)) > 0; ++reads) {
    const std::int64_t at = now_ns();
    std::string_view rest(buffer, static_cast<std::size_t>(got));
    printed_.append(rest);
    if (printed_.size() > 2 * kKeepPrinted) printed_.erase(0, printed_.size() - kKeepPrinted);
    if (ready_.asks()) continue;
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
      line.append(rest.substr(0, end));
      if (line.ends_with('\r')) line.pop_back();
      const bool wanted = ready_.matches(line);
      line.clear();
      if (!wanted) continue;
      ready_ns_ = at;
      return true;
    }
    line.append(rest.substr(0, kLongestLine - std::min(line.size(), kLongestLine)));
  }
  if (got == 0) from.reset();  // it has closed it, which poll would tell for ever
  return false;
}

std::string CommandProcess::with_last_words(const std::string& message) const {
  const std::string words = last_words(printed_);
  return words.empty() ? message : message + "; its last words: " + words;
}

Error CommandProcess::gave_up(const std::string& message, const std::string& hint) {
  end_descendants(kGrace_ns);
  read_output(out_, out_line_);
  read_output(err_, err_line_);
  return {ErrorKind::not_measured, with_last_words(message), "while waiting for " + ready_.text, hint};
}

Error CommandProcess::ended() {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  const std::vector<Descendant> tree = descendants();
  const bool others = std::any_of(tree.begin(), tree.end(), [](const Descendant& each) { return !each.stat.ended; });
  if (others && info.si_code == CLD_EXITED) {
    return gave_up("the command went into the background: its first process ended and left others running",
                   "run it in the foreground, without & and without a flag that makes it a daemon");
  }
  const int status = info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : info.si_status;
  return gave_up(fmt::format("the command {} before it was ready", describe_death(status)),
                 "run it once by itself to see why");
}

Status CommandProcess::watch(const CommandLimits& limits) {
  if (limits.interrupted && limits.interrupted()) {
    end_descendants(kGrace_ns);
    return fail(ErrorKind::interrupted, "interrupted");
  }
  if (limits.memory_bytes <= 0) return {};
  const std::int64_t rss = rss_of(descendants());
  if (rss <= limits.memory_bytes) return {};
  return fail(gave_up(
      fmt::format("the command needs more memory than it may have: {} of {}", format_bytes(static_cast<double>(rss)),
                  format_bytes(static_cast<double>(limits.memory_bytes))),
      "use a machine with more memory, or raise --memory-limit"));
}

Status CommandProcess::await_ready(const CommandLimits& limits, const std::function<void()>& look) {
  std::optional<Probe> probe;
  if (ready_.asks()) probe.emplace(ready_.endpoint, started_ns_);
  std::int64_t look_at = started_ns_;
  std::int64_t watch_at = started_ns_ + kWatchEvery_ns;
  while (true) {
    std::int64_t wake_at = watch_at;
    if (probe) wake_at = std::min(wake_at, probe->wake_ns());
    if (look) wake_at = std::min(wake_at, look_at);
    const std::int64_t wait = std::max<std::int64_t>(0, wake_at - now_ns());
    const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
    pollfd watched[] = {{out_.get(), POLLIN, 0},
                        {err_.get(), POLLIN, 0},
                        {pid_fd_.get(), POLLIN, 0},
                        {probe ? probe->fd() : -1, probe ? probe->events() : short{0}, 0}};
    ::ppoll(watched, std::size(watched), &timeout, nullptr);
    if (probe && probe->step(now_ns())) {
      ready_ns_ = now_ns();
      pause_ns_ = probe->pause_ns();
      return {};
    }
    const bool dead = watched[2].revents != 0;
    if ((dead || watched[0].revents != 0) && out_ && read_output(out_, out_line_)) return {};
    if ((dead || watched[1].revents != 0) && err_ && read_output(err_, err_line_)) return {};
    if (dead) return fail(ended());
    const std::int64_t now = now_ns();
    if (look && now >= look_at) {
      look();
      look_at = now_ns() + std::max(kLookShare * (now_ns() - now), kLeastBetweenLooks_ns);
    }
    if (now < watch_at && !(limits.interrupted && limits.interrupted())) continue;
    if (Status fine = watch(limits); !fine) return fine;
    watch_at = now_ns() + kWatchEvery_ns;
    if (now - started_ns_ > limits.ready_ns) {
      const std::string message =
          fmt::format("the command was not ready within {}", format_duration(static_cast<double>(limits.ready_ns)));
      return fail(probe ? gave_up(fmt::format("{}: {}", message, probe->last_answer()),
                                  "look at the URL or port, or raise --ready-limit")
                        : gave_up(message + ": no such line was printed",
                                  "many programs keep what they print to a pipe in a buffer (python -u does not); or "
                                  "raise --ready-limit"));
    }
  }
}

void kill_commands() {
  for (const std::atomic<pid_t>& group : the_groups) {
    if (const pid_t leader = group; leader > 0) ::kill(-leader, SIGKILL);
  }
}

}  // namespace mlplan::bench
