// One start of a command: a process in a group of its own, its output read, watched until it is ready.
//
// It is forked and not spawned, so that it can ask the kernel to be killed with this process; the clock starts before
// the fork. Standard input is empty; standard output and error are read and forgotten but for the last words. Nothing
// is left behind: its owner's end kills whatever this process has for descendants, a second Ctrl-C the groups that
// were made (kill_commands).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/readiness.h"
#include "profiles/support/result.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::bench {

struct CommandLaunch {
  CommandLine line;                                     // {port} replaced
  Readiness ready;                                      // likewise
  std::map<std::string, std::string> environment = {};  // on top of this process's own
  std::vector<int> cpus = {};                           // affinity; empty: this process's own
  std::uint64_t padding = 0;                            // bytes of a dummy variable, as in worker_process.h
};

struct CommandLimits {
  std::int64_t ready_ns = 300'000'000'000;
  std::int64_t memory_bytes = 0;  // resident set of all its processes, looked at ten times a second; 0: no limit
  std::function<bool()> interrupted = {};
};

class CommandProcess {
 public:
  // Errors: usage where the program cannot be run.
  static Result<CommandProcess> start(const CommandLaunch& launch);

  CommandProcess(CommandProcess&&) noexcept = default;
  CommandProcess& operator=(CommandProcess&&) = delete;
  ~CommandProcess();  // kills at once

  // Until it is ready. `look`, where given, is called as often as it takes up at most a tenth of the time. Errors
  // (not_measured, interrupted): it ended, went into the background, was not ready in time, or grew too large; all its
  // processes are then gone.
  Status await_ready(const CommandLimits& limits, const std::function<void()>& look = {});

  // SIGTERM, two seconds later SIGKILL, to all its processes and all others of this process.
  Status end();

  std::int64_t started_ns() const { return started_ns_; }  // before the fork
  std::int64_t ready_ns() const { return ready_ns_; }
  std::int64_t pause_ns() const { return pause_ns_; }  // before the question that was answered; 0 with a line

 private:
  CommandProcess() = default;
  bool read_output(UniqueFd& from, std::string& line);  // true: the line that was waited for
  Status watch(const CommandLimits& limits);
  Error ended();
  Error gave_up(const std::string& message, const std::string& hint);
  std::string with_last_words(const std::string& message) const;

  Readiness ready_;
  pid_t pid_ = -1;
  UniqueFd pid_fd_;  // none: moved from
  UniqueFd out_;
  UniqueFd err_;
  std::string out_line_;  // of each what has no newline yet
  std::string err_line_;
  std::string printed_;  // the end of both
  std::int64_t started_ns_ = 0;
  std::int64_t ready_ns_ = 0;
  std::int64_t pause_ns_ = 0;
};

// Kills the groups of all commands that are alive, for a program that ends where it stands. A signal handler may call
// it.
void kill_commands();

}  // namespace mlplan::bench
