// Quantities as people write them ("5s", "80ms", "2GiB", "120/s", "10%") and as reports print them.
//
// Parsing accepts a decimal number, optional spaces, and a unit; a bare number is refused except where noted, because a
// budget of "5" is five of what? Errors name the units that would have been accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

using Nanoseconds = std::chrono::nanoseconds;

struct Bytes {
  std::int64_t count = 0;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

Result<Nanoseconds> parse_duration(std::string_view text);  // ns, us, µs, ms, s, m or min, h, d
Result<Bytes> parse_bytes(std::string_view text);  // B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024)
Result<double> parse_rate(std::string_view text);  // /s, /m or /min, /h, /d; value returned per second
Result<double> parse_percentage(std::string_view text);  // "10%" -> 0.10
// "1,2,8", "1..32*2" (factor), "1..8+1" (step), and mixes: "1,2,8..64*2". Values are >= 1, ascending, without repeats.
Result<std::vector<std::int64_t>> parse_int_list(std::string_view text);
// CPU list as in sched_setaffinity tools: "0-1,4". Ascending, without repeats.
Result<std::vector<int>> parse_cpu_list(std::string_view text);
// The same backwards, for numbers that ascend.
std::string format_cpu_list(const std::vector<int>& cpus);

// Three significant digits: "812 ns", "1.24 ms", "3.07 s", "4m 12s".
std::string format_duration(double nanoseconds);
// Three significant digits in powers of 1024: "97.8 MiB".
std::string format_bytes(double bytes);
// "1.02 GB/s": powers of 1000, as disks and memory are sold.
std::string format_byte_rate(double bytes_per_second);
// "36.5/s", "1,240/s".
std::string format_rate(double per_second);
std::string format_percentage(double fraction);                       // 0.034 -> "3.4 %"
std::string format_count(std::int64_t count, std::string_view noun);  // "1 worker", "12 workers"

constexpr double to_seconds(Nanoseconds duration) { return static_cast<double>(duration.count()) / 1e9; }

}  // namespace mlplan
