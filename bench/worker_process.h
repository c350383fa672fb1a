// One mlplan-worker: spawned, spoken to, watched, and surely gone when its owner is.
//
// Spawned with posix_spawn from the main thread (the worker asks the kernel to be killed with the thread that spawned
// it), in a process group of its own, so that Ctrl-C reaches mlplan alone and a kill reaches the worker's children too.
// Its standard output and error are drained and forgotten but for the last words. While a reply is awaited the
// worker is looked at ten times a second from outside (/proc): is it alive, does it make progress, how much memory has
// it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/proc_files.h"
#include "profiles/support/result.h"
#include "profiles/support/unique_fd.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::bench {

struct Launch {
  std::string worker_path;
  std::map<std::string, std::string> environment = {};  // on top of this process's own
  std::vector<int> cpus = {};                           // affinity of the worker; empty: this process's own
  std::string torch_library_folder = {};                // put first on the worker's LD_LIBRARY_PATH
  bool stop_at_baseline = false;                        // see wait_stopped
  std::uint64_t padding = 0;  // bytes of a dummy variable: takes the bias of one stack layout away
};

// What ends the wait for a reply early.
struct Limits {
  std::int64_t load_stall_ns = 30'000'000'000;  // no progress in I/O, faults or CPU while loading
  std::int64_t inference_ns = 60'000'000'000;   // one inference
  std::int64_t total_ns = 900'000'000'000;      // one request, whatever it does
  std::int64_t memory_bytes = 0;                // resident set; 0: no limit
  std::function<bool()> interrupted = {};
};

// What a worker that is waited for was doing when it was last looked at.
struct WaitWatch {
  explicit WaitWatch(std::int64_t now_ns) : began_ns(now_ns), progress_at_ns(now_ns), inference_at_ns(now_ns) {}

  std::int64_t began_ns;
  std::int64_t progress_at_ns;   // of its load
  std::int64_t inference_at_ns;  // that the last one ended
  std::optional<ProcessProgress> progress = {};
  std::uint64_t inferences = 0;
};

struct Overdue {
  std::string message = {};
  std::string hint = {};
};

class WorkerProcess {
 public:
  // `requests` lie in the channel before the process exists, so that nothing has to be waited for.
  static Result<WorkerProcess> spawn(const Launch& launch, const std::vector<worker::Request>& requests);

  WorkerProcess(WorkerProcess&&) noexcept;
  WorkerProcess& operator=(WorkerProcess&&) noexcept;
  ~WorkerProcess();  // kills the process group and reaps

  Status send(const worker::Request& request);

  // The next reply. A reply that carries a WorkerFailure is returned as an Error (message, phase, hint), as are death,
  // a hang, memory beyond the limit and an interrupt; the worker is then dead.
  Result<worker::Reply> await(const Limits& limits);
  // As await, but the failure stays in the reply (for trials), unless it is one that the worker does not survive.
  Result<worker::Reply> await_with_failure(const Limits& limits);

  // --- for whoever waits for many workers at once (bench/pool/) ---
  int channel_descriptor() const { return channel_.get(); }
  int output_descriptor() const { return output_.get(); }
  int exit_descriptor() const { return pid_fd_.get(); }
  bool send_bytes(std::string_view bytes);  // false: nobody is there any more
  bool receive();                           // takes what is there without waiting; false: the other end is closed
  std::string& received() { return received_; }
  Result<std::optional<worker::Reply>> next_reply();  // of what was received; a WorkerFailure in it is an Error
  void drain_output();                                // what it printed
  Error why_it_died();                                // after receive() said so; reaps
  void end_soon();                                    // killed; kill() reaps it once exit_descriptor() can be read
  std::int64_t note_rss();                            // bytes, now; kept for what is said of its death
  // Looks at what it does: an inference, a load that stands still or all of it takes longer than it may.
  std::optional<Overdue> overdue(WaitWatch& watch, std::int64_t now_ns, const Limits& limits) const;

  // Waits until the worker has stopped itself at its baseline (Launch::stop_at_baseline); resume() lets it go on.
  Status wait_stopped(const Limits& limits);
  void resume();

  // Asks the worker to exit and reaps it; kills it when it does not within a second.
  void finish();
  void kill();  // at once; idempotent

  pid_t pid() const { return pid_; }
  std::int64_t spawned_ns() const { return spawned_ns_; }        // just before posix_spawn
  std::int64_t last_reply_ns() const { return last_reply_ns_; }  // when the last reply's end was held in memory
  worker::Phase phase() const;
  // Whether what ended or failed the last await was memory: an allocation that failed, the limit, or the kernel's kill.
  bool ran_out_of_memory() const { return ran_out_of_memory_; }
  std::int64_t printed_bytes() const { return printed_bytes_; }  // of all it printed that has been seen so far

 private:
  WorkerProcess() = default;
  Result<std::string> await_line(const Limits& limits);
  std::optional<std::string> take_line();
  Error died(const char* what_for);
  Error gave_up(const std::string& message, const std::string& hint);
  std::string with_last_words(const std::string& message) const;
  void reap();

  pid_t pid_ = -1;
  UniqueFd pid_fd_;
  UniqueFd channel_;
  UniqueFd output_;
  worker::Blackbox* blackbox_ = nullptr;
  std::string received_;
  std::string printed_;  // the end of it
  std::int64_t printed_bytes_ = 0;
  std::int64_t spawned_ns_ = 0;
  std::int64_t last_reply_ns_ = 0;
  std::int64_t highest_rss_bytes_ = 0;            // seen from outside, ten times a second while a reply is awaited
  std::optional<int> exit_status_;                // as from waitpid
  std::optional<std::int64_t> oom_kills_before_;  // of its control group, when it was spawned
  bool ran_out_of_memory_ = false;
};

}  // namespace mlplan::bench
