#include "cli/views/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>

namespace mlplan::cli {
namespace {

struct Scale {
  double factor;
  const char* name;
};

constexpr std::array kDurations = {Scale{1, "ns"}, Scale{1e3, "µs"}, Scale{1e6, "ms"}, Scale{1e9, "s"}};
constexpr std::array kSizes = {Scale{1, "B"}, Scale{1024.0, "KiB"}, Scale{1048576.0, "MiB"}, Scale{1073741824.0, "GiB"},
                               Scale{1099511627776.0, "TiB"}};
constexpr std::array kCounts = {Scale{1, ""}, Scale{1e3, "k"}, Scale{1e6, "M"}, Scale{1e9, "G"}, Scale{1e12, "T"}};
constexpr double kMinute = 60e9;  // from here on in minutes and seconds

double round_to(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double power = std::pow(10.0, digits - 1 - static_cast<int>(std::floor(std::log10(std::fabs(value)))));
  return std::round(value * power) / power;
}

std::string with_commas(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') text += ',';
    text += digits[i];
  }
  return text;
}

// Plain decimal notation: 1.2, 12, 1,240.
std::string significant(double value, int digits) {
  const double rounded = round_to(value, digits);
  if (rounded == 0) return "0";
  const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(rounded)) + 1e-12));
  const int decimals = std::clamp(digits - 1 - exponent, 0, 12);
  const std::string text = fmt::format("{:.{}f}", rounded, decimals);
  return decimals == 0 ? with_commas(text) : text;
}

// The largest unit in which the rounded value is at least 1, so that 999.6 ms reads as 1.00 s.
const Scale& scale_of(double value, int digits, std::span<const Scale> scales) {
  const Scale* best = &scales.front();
  for (const Scale& scale : scales) {
    if (round_to(std::fabs(value) / scale.factor, digits) >= 1) best = &scale;
  }
  return *best;
}

std::span<const Scale> scales_of(Unit unit) {
  switch (unit) {
    case Unit::duration: return kDurations;
    case Unit::bytes: return kSizes;
    case Unit::per_second:
    case Unit::count: return kCounts;
  }
  return kCounts;
}

std::string minutes(double nanoseconds, int digits) {
  const double seconds = round_to(nanoseconds / 1e9, digits);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
}

std::string scaled(double value, const Scale& scale, Unit unit, int digits) {
  const std::string number = significant(value / scale.factor, digits);
  if (unit == Unit::per_second || unit == Unit::count) return number + scale.name;
  return number + " " + scale.name;
}

}  // namespace

int digits_of(const Stat& stat) {
  if (stat.n < 2 || !(stat.median > 0)) return 2;
  const double low = stat.low.value_or(stat.min);
  const double high = stat.high.value_or(stat.max);
  return (high - low) / 2 > 0.05 * stat.median ? 2 : 3;
}

std::string format(double value, Unit unit, int digits) {
  if (!std::isfinite(value)) return kAbsent;
  if (unit == Unit::duration && std::fabs(value) >= kMinute) return minutes(value, 3);
  if (unit == Unit::count || unit == Unit::per_second) {
    const std::string rate = unit == Unit::per_second ? "/s" : "";
    if (std::fabs(value) < 99999.5) {
      // Counts are whole, however few digits: 7 is never 7.0.
      if (unit == Unit::count && value == std::round(value) && std::fabs(value) < 1000)
        return fmt::format("{:.0f}", value);
      if (unit == Unit::per_second) return significant(value, digits) + rate;
      if (std::fabs(value) < 1000) return significant(value, digits);
    }
    return scaled(value, scale_of(value, digits, kCounts), unit, digits) + rate;
  }
  if (unit == Unit::bytes && std::fabs(value) < 1024) return fmt::format("{:.0f} B", value);
  return scaled(value, scale_of(value, digits, scales_of(unit)), unit, digits);
}

std::string format_median(const Stat& stat, Unit unit) {
  if (stat.n == 0) return kAbsent;
  return format(stat.median, unit, digits_of(stat));
}

std::string format_spread(const Stat& stat) {
  if (stat.n == 0 || !stat.low || !stat.high || !(stat.median > 0)) return {};
  const double spread = std::max(*stat.high - stat.median, stat.median - *stat.low) / stat.median;
  if (spread > 1) return ">±100 %";  // says only that the median is not known; further digits would say more than that
  return "±" + (spread < 0.001 ? "0.1 %" : significant(spread * 100, spread < 0.1 ? 2 : 3) + " %");
}

std::string format_range(double low, double high, Unit unit, int digits) {
  if (!std::isfinite(low) || !std::isfinite(high)) return kAbsent;
  return range_text(format(low, unit, digits), format(high, unit, digits));
}

std::string range_text(const std::string& low, const std::string& high) {
  const auto space = low.rfind(' ');
  const auto other = high.rfind(' ');
  const bool one_unit = space != std::string::npos && other != std::string::npos &&
                        low.substr(space) == high.substr(other) && std::isdigit(low[space + 1]) == 0;
  return (one_unit ? low.substr(0, space) : low) + " .. " + high;
}

std::string format_share(double fraction) {
  if (!std::isfinite(fraction)) return kAbsent;
  const double percent = fraction * 100;
  if (percent != 0 && std::fabs(percent) < 0.1) return "<0.1 %";
  if (std::fabs(percent) < 9.95) return fmt::format("{:.1f} %", percent);
  return fmt::format("{:.0f} %", percent);
}

std::string format_rare_share(double fraction) {
  if (!std::isfinite(fraction)) return kAbsent;
  const double percent = fraction * 100;
  const double rest = 100 - percent;
  if (percent <= 50 || rest <= 0) return significant(percent, percent < 10 ? 2 : 3) + " %";
  const int decimals = 1 - static_cast<int>(std::floor(std::log10(round_to(rest, 2)) + 1e-12));
  return fmt::format("{:.{}f} %", percent, std::clamp(decimals, 0, 6));
}

std::string format_usd(double value) {
  if (!std::isfinite(value)) return kAbsent;
  return std::fabs(value) < 999.5 ? significant(value, 3) : format_integer(std::llround(value));
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", format_integer(count), noun, count == 1 ? "" : "s");
}

std::string format_integer(std::int64_t value) { return with_commas(std::to_string(value)); }

}  // namespace mlplan::cli
