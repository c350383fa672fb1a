#include "profiles/support/timestamp.h"

#include <fmt/chrono.h>

#include <cctype>
#include <chrono>
#include <cmath>

#include "profiles/support/csv.h"

namespace mlplan {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Reads exactly `digits` digits off the front.
std::optional<int> take(std::string_view& text, int digits) {
  if (text.size() < static_cast<std::size_t>(digits)) return std::nullopt;
  int value = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(digits));
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t take_fraction(std::string_view& text) {
  std::int64_t value = 0;
  std::int64_t unit = kSecond;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    unit /= 10;
    value += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

std::optional<std::int64_t> parse_civil(std::string_view text) {
  const auto year = take(text, 4);
  if (!year || !take(text, "-/")) return std::nullopt;
  const auto month = take(text, 2);
  if (!month || !take(text, "-/")) return std::nullopt;
  const auto day = take(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // Nanoseconds of 64 bits end in 2262.
  if (!date.ok() || *year < 1700 || *year > 2200) return std::nullopt;
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
  if (text.empty()) return seconds * kSecond;
  if (!take(text, "T ")) return std::nullopt;
  const auto hour = take(text, 2);
  if (!hour || *hour > 24 || !take(text, ":")) return std::nullopt;
  const auto minute = take(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  seconds += *hour * 3600 + *minute * 60;
  std::int64_t fraction = 0;
  if (take(text, ":")) {
    const auto second = take(text, 2);
    if (!second || *second > 60) return std::nullopt;
    seconds += *second;
    if (take(text, ".,")) fraction = take_fraction(text);
  }
  text = trimmed(text);
  if (text == "Z" || text == "z" || text == "UTC") text = {};
  if (!text.empty()) {
    const bool behind = text.front() == '-';
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = take(text, 2);
    static_cast<void>(take(text, ":"));
    const auto minutes = text.empty() ? std::optional(0) : take(text, 2);
    if (!hours || !minutes || !text.empty()) return std::nullopt;
    const int offset = *hours * 3600 + *minutes * 60;
    seconds -= behind ? -offset : offset;
  }
  return seconds * kSecond + fraction;
}

}  // namespace

TimeUnit time_unit_of(std::string_view column, std::optional<double> first) {
  std::string name(column);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  struct Suffix {
    std::string_view unit;
    double seconds;
  };
  static constexpr Suffix kSuffixes[] = {{"ns", 1e-9},    {"us", 1e-6},   {"ms", 1e-3},           {"s", 1},
                                         {"sec", 1},      {"seconds", 1}, {"milliseconds", 1e-3}, {"min", 60},
                                         {"minutes", 60}, {"h", 3600},    {"hours", 3600}};
  for (const Suffix& suffix : kSuffixes) {
    const std::string unit(suffix.unit);
    if (name.ends_with("_" + unit) || name.ends_with("(" + unit + ")") || name.ends_with(" " + unit) || name == unit)
      return {suffix.seconds};
  }
  const double size = std::fabs(first.value_or(0));
  if (size >= 1e17) return {1e-9};
  if (size >= 1e14) return {1e-6};
  if (size >= 1e11) return {1e-3};
  return {1};
}

std::optional<std::int64_t> parse_time(std::string_view text, TimeUnit unit) {
  text = trimmed(text);
  if (const std::optional<double> number = number_of(text)) {
    const double nanoseconds = *number * unit.seconds * 1e9;
    if (!(std::fabs(nanoseconds) < 9e18)) return std::nullopt;
    return std::llround(nanoseconds);
  }
  return parse_civil(text);
}

bool is_calendar_time(std::int64_t nanoseconds) { return nanoseconds >= std::int64_t{100'000'000} * kSecond; }

std::string format_time(std::int64_t seconds_since_1970) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds_since_1970)));
}

}  // namespace mlplan
