// The processes that come from this one: a command's own, their children, and those whose parent has ended, which the
// kernel hands to this process once adopt_orphans() was called. Found in /proc: what lives between two looks is not
// seen, nor what leaves for another machine or container.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/proc_files.h"

namespace mlplan::bench {

void adopt_orphans();

struct Descendant {
  pid_t pid = 0;
  ProcessStat stat;
};
std::vector<Descendant> descendants();  // of this process; those not waited for as well

// What they have used since each was made, with what ended and was waited for by one of them. CPU time of those that
// ended counts in ticks of the kernel (10 ms mostly), of the others in nanoseconds.
struct TreeUsage {
  std::int64_t alive = 0;
  std::int64_t cpu_ns = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::int64_t read_bytes = 0;      // from storage
  std::int64_t peak_rss_bytes = 0;  // sum of each one's own peak: never less than the peak of all together
};
TreeUsage usage_of(const std::vector<Descendant>& tree);

// Summed over those that are alive. Absent where none can be read.
std::optional<ProcessMemory> memory_of(const std::vector<Descendant>& tree);
std::int64_t rss_of(const std::vector<Descendant>& tree);

// The files they have mapped and the programs they run, sorted.
std::vector<std::string> files_of(const std::vector<Descendant>& tree);

// SIGTERM to all descendants, SIGKILL to those left after `grace_ns` (0: at once), and waits for them. False: some
// could not be ended within 5 s more (a process in the kernel that cannot be woken).
bool end_descendants(std::int64_t grace_ns);

}  // namespace mlplan::bench
