// What the kernel says of a process in /proc: memory, progress, and the files it has mapped. Nothing is cached.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlplan::bench {

struct ProcessMemory {  // bytes, /proc/PID/smaps_rollup
  std::int64_t rss = 0;
  std::int64_t pss = 0;
  std::int64_t private_bytes = 0;  // Private_Clean + Private_Dirty
};
std::optional<ProcessMemory> read_memory(pid_t pid);

std::optional<std::int64_t> read_rss(pid_t pid);       // bytes; cheap (statm)
std::optional<std::int64_t> read_peak_rss(pid_t pid);  // bytes; VmHWM since start or the last reset
bool reset_peak_rss(pid_t pid);                        // clear_refs = 5

struct ProcessStat {  // /proc/PID/stat; of a process that ended and was not waited for as well
  pid_t parent = 0;
  bool ended = false;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::int64_t cpu_ticks = 0;
  std::int64_t children_cpu_ticks = 0;  // of children that ended and were waited for, and theirs; faults likewise
  std::int64_t children_minor_faults = 0;
  std::int64_t children_major_faults = 0;
};
std::optional<ProcessStat> read_stat(pid_t pid);

// Bytes fetched from storage, by children that were waited for as well; absent without the right to look.
std::optional<std::int64_t> read_storage_bytes(pid_t pid);

struct ProcessProgress {  // anything that changes while a process gets on
  std::int64_t cpu_ticks = 0;
  std::int64_t faults = 0;
  std::int64_t read_characters = 0;
  friend bool operator==(const ProcessProgress&, const ProcessProgress&) = default;
};
std::optional<ProcessProgress> read_progress(pid_t pid);

std::vector<std::string> mapped_files(pid_t pid);  // absolute paths, sorted, without repeats

std::string read_text(const std::string& path);  // "" when it cannot be read; for /proc and /sys

// The integer that a text begins with, after spaces; bytes of the line "KEY:   123 kB".
std::optional<std::int64_t> leading_integer(std::string_view text);
std::optional<std::int64_t> kilobytes_of(std::string_view text, std::string_view key);

}  // namespace mlplan::bench
