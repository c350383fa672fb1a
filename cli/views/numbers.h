// Numbers as people read them, with as many significant digits as the data carry and no more.
//
// NaN (not measured) is always the dash. Durations are nanoseconds, sizes are bytes in powers of 1024, rates of bytes
// in powers of 1000, as in profiles/support/units.h, which always prints three digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "profiles/stat.h"

namespace mlplan::cli {

inline constexpr const char* kAbsent = "–";

enum class Unit { duration, bytes, per_second, count };

// Significant digits of a Stat's median: 2 where the interval is wider than +-5 % or there is only one sample, else 3.
// Without an interval the range min..max stands in for it.
int digits_of(const Stat& stat);

std::string format(double value, Unit unit, int digits = 3);
std::string format_median(const Stat& stat, Unit unit);

// "±1.2 %": the farther end of the interval of the median, relative to it; empty without an interval.
std::string format_spread(const Stat& stat);
// "1.18 .. 1.31 s": one unit for both where that reads well.
std::string format_range(double low, double high, Unit unit, int digits = 3);
std::string range_text(const std::string& low, const std::string& high);  // of two formatted figures
std::string format_share(double fraction);                                // "34 %", "0.4 %", "<0.1 %"
std::string format_rare_share(double fraction);  // two digits of what is rare: "0.048 %", "99.952 %"
std::string format_usd(double value);            // "0.0125", "1.34", "1,240": three digits, the unit is not in it
std::string format_integer(std::int64_t value);  // "1,240,000"
std::string counted(std::int64_t count, std::string_view noun);  // "1 worker", "1,240 workers"

}  // namespace mlplan::cli
