#include "bench/program_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "bench/clock.h"
#include "profiles/support/unique_fd.h"
#include "profiles/support/units.h"

namespace mlplan::bench {

namespace {

constexpr int kLookMs = 100;
constexpr int kMostGoneMs = 1000;         // that a group which was killed is waited for
constexpr std::size_t kMostWords = 4096;  // that are kept of its standard error

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Kills and reaps a group that is still there when its owner goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    const pid_t group = pid_;
    ::kill(-group, SIGKILL);
    wait();
    // Its children are not ours to reap, and on a busy machine they take a moment to die.
    for (int i = 0; i < kMostGoneMs && ::kill(-group, 0) == 0; ++i) ::usleep(1000);
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

// What is there to be read now; false at the end.
bool drain(const UniqueFd& from, std::string& into) {
  char buffer[65536];
  const ssize_t got = ::read(from.get(), buffer, sizeof buffer);
  if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& words, std::chrono::nanoseconds longest,
                                  const std::function<bool()>& interrupted) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  if (!out.read || !err.read)
    return fail(ErrorKind::not_measured, std::generic_category().message(errno), words.front());
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& word : copies) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, words.front().c_str(), &actions, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail(ErrorKind::usage, std::generic_category().message(error), words.front());
  Child child(pid);
  out.write.reset();
  err.write.reset();

  ProgramOutput output;
  const std::int64_t end_ns = now_ns() + longest.count();
  while (out.read || err.read) {
    pollfd both[] = {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}};
    ::poll(both, 2, kLookMs);
    if (interrupted && interrupted()) return fail(ErrorKind::interrupted, "interrupted");
    if (now_ns() > end_ns) {
      return fail(ErrorKind::not_measured,
                  fmt::format("did not end within {}", format_duration(static_cast<double>(longest.count()))),
                  words.front());
    }
    if (both[0].revents != 0 && !drain(out.read, output.out)) out.read.reset();
    if (both[1].revents != 0 && !drain(err.read, output.err)) err.read.reset();
    if (output.err.size() > kMostWords) output.err.erase(0, output.err.size() - kMostWords);
  }
  output.exit_code = child.wait();
  return output;
}

}  // namespace mlplan::bench
