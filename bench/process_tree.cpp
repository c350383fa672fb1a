#include "bench/process_tree.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>

#include "bench/clock.h"

namespace mlplan::bench {
namespace {

constexpr std::int64_t kKilledWithin_ns = 5'000'000'000;

std::int64_t cpu_ns_of(const Descendant& one) {
  const std::int64_t tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  clockid_t clock{};
  timespec time{};
  const bool exact =
      !one.stat.ended && ::clock_getcpuclockid(one.pid, &clock) == 0 && ::clock_gettime(clock, &time) == 0;
  const std::int64_t own =
      exact ? std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec : one.stat.cpu_ticks * tick_ns;
  return own + one.stat.children_cpu_ticks * tick_ns;
}

void reap(const std::vector<Descendant>& tree) {
  for (const Descendant& each : tree) {
    if (each.stat.ended && each.stat.parent == ::getpid()) ::waitpid(each.pid, nullptr, WNOHANG);
  }
}

}  // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

std::vector<Descendant> descendants() {
  std::multimap<pid_t, Descendant> by_parent;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator("/proc", error); !error && entry != end(entry);
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    if (const auto stat = read_stat(pid)) by_parent.insert({stat->parent, {pid, *stat}});
  }
  std::vector<Descendant> out;
  const auto add_children = [&](pid_t parent) {
    const auto [first, last] = by_parent.equal_range(parent);
    for (auto child = first; child != last; ++child) out.push_back(child->second);
  };
  add_children(::getpid());
  for (std::size_t i = 0; i < out.size(); ++i) add_children(out[i].pid);
  return out;
}

TreeUsage usage_of(const std::vector<Descendant>& tree) {
  TreeUsage out;
  for (const Descendant& each : tree) {
    out.alive += each.stat.ended ? 0 : 1;
    out.cpu_ns += cpu_ns_of(each);
    out.minor_faults += each.stat.minor_faults + each.stat.children_minor_faults;
    out.major_faults += each.stat.major_faults + each.stat.children_major_faults;
    out.read_bytes += read_storage_bytes(each.pid).value_or(0);
    out.peak_rss_bytes += read_peak_rss(each.pid).value_or(0);
  }
  return out;
}

std::optional<ProcessMemory> memory_of(const std::vector<Descendant>& tree) {
  std::optional<ProcessMemory> out;
  for (const Descendant& each : tree) {
    const auto one = each.stat.ended ? std::nullopt : read_memory(each.pid);
    if (!one) continue;
    if (!out) out.emplace();
    out->rss += one->rss;
    out->pss += one->pss;
    out->private_bytes += one->private_bytes;
  }
  return out;
}

std::int64_t rss_of(const std::vector<Descendant>& tree) {
  std::int64_t sum = 0;
  for (const Descendant& each : tree) sum += read_rss(each.pid).value_or(0);
  return sum;
}

std::vector<std::string> files_of(const std::vector<Descendant>& tree) {
  std::set<std::string> found;
  std::error_code error;
  for (const Descendant& each : tree) {
    for (std::string& file : mapped_files(each.pid)) found.insert(std::move(file));
    const auto program = std::filesystem::read_symlink("/proc/" + std::to_string(each.pid) + "/exe", error);
    if (!error && std::filesystem::is_regular_file(program, error)) found.insert(program.string());
  }
  return {found.begin(), found.end()};
}

bool end_descendants(std::int64_t grace_ns) {
  const std::int64_t began = now_ns();
  std::set<pid_t> told;
  for (std::int64_t pause_us = 100;; pause_us = std::min<std::int64_t>(2 * pause_us, 10'000)) {
    const std::vector<Descendant> tree = descendants();
    if (tree.empty()) return true;
    reap(tree);
    const std::int64_t passed = now_ns() - began;
    if (passed > grace_ns + kKilledWithin_ns) return false;
    for (const Descendant& each : tree) {
      if (each.stat.ended) continue;
      if (passed >= grace_ns) {
        ::kill(each.pid, SIGKILL);
      } else if (told.insert(each.pid).second) {
        ::kill(each.pid, SIGTERM);
        ::kill(each.pid, SIGCONT);  // one that is stopped hears it only then
      }
    }
    ::usleep(static_cast<useconds_t>(pause_us));
  }
}

}  // namespace mlplan::bench
