// The first code of this program that runs: after the dynamic linker has mapped and relocated everything, before the
// first static initialiser of any library. It separates "exec and dynamic linking" from "libtorch's static
// initialisers".
//
// libc is relocated here but not initialised, so there are only system calls, no environ, no allocation, no locale.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

constinit Stamp the_preinit_stamp{};

// The value of `name` in `environment`, or null. strcmp and its like are resolved at run time by CPU features, and not
// yet safe to call.
const char* value_of(char** environment, const char* name) {
  for (char** at = environment; *at != nullptr; ++at) {
    const char* entry = *at;
    const char* wanted = name;
    while (*wanted != '\0' && *entry == *wanted) {
      ++entry;
      ++wanted;
    }
    if (*wanted == '\0' && *entry == '=') return entry + 1;
  }
  return nullptr;
}

long number(const char* digits) {
  long out = 0;
  for (; *digits >= '0' && *digits <= '9'; ++digits) out = out * 10 + (*digits - '0');
  return out;
}

std::int64_t nanoseconds(clockid_t clock) {
  timespec time{};
  syscall(SYS_clock_gettime, clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void before_everything(int, char**, char** environment) {
  rusage usage{};
  syscall(SYS_getrusage, RUSAGE_SELF, &usage);
  the_preinit_stamp.time_ns = nanoseconds(CLOCK_MONOTONIC);
  the_preinit_stamp.cpu_ns = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  the_preinit_stamp.minor_faults = usage.ru_minflt;
  the_preinit_stamp.major_faults = usage.ru_majflt;
  the_preinit_stamp.read_bytes = std::int64_t{usage.ru_inblock} * 512;

  if (const char* parent = value_of(environment, kParentPidVariable)) {
    // Die with the parent, also while stopped below. It may have died before the call: then this process has another
    // parent.
    syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (syscall(SYS_getppid) != number(parent)) syscall(SYS_exit_group, 0);
  }
  const char* stop = value_of(environment, kStopAtBaselineVariable);
  if (stop != nullptr && stop[0] == '1') syscall(SYS_kill, syscall(SYS_getpid), SIGSTOP);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit_hook)(int, char**, char**) = before_everything;

}  // namespace

const Stamp& preinit_stamp() { return the_preinit_stamp; }

}  // namespace mlplan::worker
