// Times as data files have them: "2023-11-16 18:17:03.9799600", "2023-11-16T18:17:03Z", with an offset "+01:00", or
// numbers of seconds, milliseconds, microseconds or nanoseconds, since 1970 or since the file's own start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlplan {

// What a bare number counts: from the name of its column ("t_ms", "time (us)"), else from the first value's size
// (1.7e12 can only be milliseconds since 1970).
struct TimeUnit {
  double seconds = 1;
};
TimeUnit time_unit_of(std::string_view column, std::optional<double> first);

// Nanoseconds since 1970, or since the number's own zero; nullopt: not a time. Without an offset, UTC. To 1 ns for
// dates; numbers keep the 53 bits of a double.
std::optional<std::int64_t> parse_time(std::string_view text, TimeUnit unit);

// Whether nanoseconds can be a time since 1970 at all: later than 1973.
bool is_calendar_time(std::int64_t nanoseconds);

// As documents have it, in UTC: "2023-11-16T18:17:03Z".
std::string format_time(std::int64_t seconds_since_1970);

}  // namespace mlplan
