#include "cli/signals.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "bench/command_process.h"
#include "bench/scratch_folder.h"

namespace mlplan::cli {
namespace {

// Some programs (timeout, make) pass one Ctrl-C on twice: only a second one after this long is meant as one.
constexpr std::int64_t kSameSignal_ns = 300'000'000;

std::atomic<std::int64_t> first_at_ns = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

extern "C" void handle(int) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ns = static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  const std::int64_t first = first_at_ns.load();
  if (first == 0) {
    first_at_ns.store(now_ns);
  } else if (now_ns - first > kSameSignal_ns) {
    bench::kill_commands();
    bench::remove_scratch_folders();
    _exit(130);
  }
}

}  // namespace

void catch_signals() {
  struct sigaction action{};
  action.sa_handler = handle;
  action.sa_flags = 0;  // no SA_RESTART: waits end early, so that an interrupt is seen at once
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // The terminal was closed, unless nohup wants that ignored.
  if (signal(SIGHUP, SIG_IGN) != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // writing beyond `ulimit -f` shall fail, with a message, and not kill
}

bool interrupted() { return first_at_ns.load() != 0; }

}  // namespace mlplan::cli
