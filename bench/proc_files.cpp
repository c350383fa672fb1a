#include "bench/proc_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "profiles/support/unique_fd.h"

namespace mlplan::bench {
namespace {

std::string proc(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

std::vector<std::int64_t> numbers(std::string_view text) {
  std::vector<std::int64_t> out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc{}) {
      out.push_back(value);
      at = next;
    } else {
      ++at;
    }
  }
  return out;
}

}  // namespace

std::string read_text(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  std::string out;
  char buffer[16384];
  for (ssize_t got = 0; (got = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(got));
  return out;
}

std::optional<std::int64_t> leading_integer(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t value = 0;
  if (std::from_chars(text.begin(), text.end(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::int64_t> kilobytes_of(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    const auto value = leading_integer(line.substr(key.size() + 1));
    return value ? std::optional(*value * 1024) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<ProcessMemory> read_memory(pid_t pid) {
  const std::string text = read_text(proc(pid, "smaps_rollup"));
  const auto rss = kilobytes_of(text, "Rss");
  const auto pss = kilobytes_of(text, "Pss");
  const auto clean = kilobytes_of(text, "Private_Clean");
  const auto dirty = kilobytes_of(text, "Private_Dirty");
  if (!rss || !pss || !clean || !dirty) return std::nullopt;
  return ProcessMemory{*rss, *pss, *clean + *dirty};
}

std::optional<std::int64_t> read_rss(pid_t pid) {
  const std::vector<std::int64_t> pages = numbers(read_text(proc(pid, "statm")));
  if (pages.size() < 2) return std::nullopt;
  return pages[1] * ::sysconf(_SC_PAGESIZE);
}

std::optional<std::int64_t> read_peak_rss(pid_t pid) { return kilobytes_of(read_text(proc(pid, "status")), "VmHWM"); }

bool reset_peak_rss(pid_t pid) {
  const UniqueFd fd(::open(proc(pid, "clear_refs").c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), "5", 1) == 1;
}

std::optional<ProcessStat> read_stat(pid_t pid) {
  // The command name in field 2 may hold anything, so counting starts after its closing bracket.
  const std::string stat = read_text(proc(pid, "stat"));
  const std::size_t bracket = stat.rfind(')');
  if (bracket == std::string::npos || bracket + 4 > stat.size()) return std::nullopt;
  const std::vector<std::int64_t> fields = numbers(std::string_view(stat).substr(bracket + 3));  // from field 4, ppid
  if (fields.size() < 14) return std::nullopt;
  ProcessStat out;
  out.parent = static_cast<pid_t>(fields[0]);
  out.ended = stat[bracket + 2] == 'Z' || stat[bracket + 2] == 'X';
  out.minor_faults = fields[6];
  out.children_minor_faults = fields[7];
  out.major_faults = fields[8];
  out.children_major_faults = fields[9];
  out.cpu_ticks = fields[10] + fields[11];  // utime, stime
  out.children_cpu_ticks = fields[12] + fields[13];
  return out;
}

std::optional<std::int64_t> read_storage_bytes(pid_t pid) {
  const std::vector<std::int64_t> io = numbers(read_text(proc(pid, "io")));
  if (io.size() < 5) return std::nullopt;
  return io[4];
}

std::optional<ProcessProgress> read_progress(pid_t pid) {
  const std::optional<ProcessStat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  ProcessProgress out;
  out.faults = stat->minor_faults + stat->major_faults;
  out.cpu_ticks = stat->cpu_ticks;
  const std::vector<std::int64_t> io = numbers(read_text(proc(pid, "io")));
  if (!io.empty()) out.read_characters = io[0];
  return out;
}

std::vector<std::string> mapped_files(pid_t pid) {
  std::set<std::string> found;
  const std::string text = read_text(proc(pid, "maps"));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t slash = line.find('/');
    if (slash == std::string_view::npos || line.ends_with(" (deleted)")) continue;
    const std::string path(line.substr(slash));
    if (!path.starts_with("/dev/") && !path.starts_with("/memfd:")) found.insert(path);
  }
  return {found.begin(), found.end()};
}

}  // namespace mlplan::bench
