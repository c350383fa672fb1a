#include "profiles/support/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace mlplan {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 10> kDurations = {{{"ns", 1},
                                              {"us", 1'000},
                                              {"µs", 1'000},
                                              {"ms", 1'000'000},
                                              {"s", 1'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"min", 60'000'000'000},
                                              {"h", 3'600'000'000'000},
                                              {"d", 86'400'000'000'000},
                                              {"μs", 1'000}}};  // the Greek letter, which looks the same

constexpr std::array<Unit, 9> kBytes = {{{"B", 1},
                                         {"kB", 1'000},
                                         {"MB", 1'000'000},
                                         {"GB", 1'000'000'000},
                                         {"TB", 1'000'000'000'000},
                                         {"KiB", std::int64_t{1} << 10},
                                         {"MiB", std::int64_t{1} << 20},
                                         {"GiB", std::int64_t{1} << 30},
                                         {"TiB", std::int64_t{1} << 40}}};

constexpr std::array<Unit, 5> kRates = {{{"/s", 1}, {"/m", 60}, {"/min", 60}, {"/h", 3'600}, {"/d", 86'400}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// The text of a decimal number without exponent, and what stands behind it.
struct Quantity {
  std::string_view number;
  std::string_view unit;
};

// `example` completes the hint: "write 5s, 500ms or 2min".
Result<Quantity> split(std::string_view whole, std::string_view example) {
  const std::string hint = "write " + std::string(example);
  const std::string_view text = trim(whole);
  if (text.empty()) return fail(ErrorKind::usage, "the value is empty", {}, hint);
  if (text.front() == '-') return fail(ErrorKind::usage, quoted(whole) + " is negative", {}, hint);
  std::size_t end = 0;
  std::size_t digits = 0;
  bool point = false;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && !point))) {
    if (text[end] == '.')
      point = true;
    else
      ++digits;
    ++end;
  }
  if (digits == 0 || text[end - 1] == '.') {
    return fail(ErrorKind::usage, quoted(whole) + " does not begin with a number", {}, hint);
  }
  return Quantity{text.substr(0, end), trim(text.substr(end))};
}

Error no_such_unit(std::string_view whole, const Quantity& quantity, std::string_view example) {
  const std::string hint = "write " + std::string(example);
  if (quantity.unit.empty()) return {ErrorKind::usage, quoted(whole) + " has no unit", {}, hint};
  return {ErrorKind::usage, quoted(whole) + ": " + quoted(quantity.unit) + " is no unit known here", {}, hint};
}

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  const auto found = std::find_if(units.begin(), units.end(), [name](const Unit& unit) { return unit.name == name; });
  return found == units.end() ? nullptr : &*found;
}

// number * size in exact integer arithmetic, rounded to the nearest whole; nullopt above the largest 64-bit integer.
std::optional<std::int64_t> scaled(std::string_view number, std::int64_t size) {
  const std::size_t point = number.find('.');
  std::int64_t whole = 0;
  for (const char c : number.substr(0, point)) {
    if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, c - '0', &whole))
      return std::nullopt;
  }
  if (__builtin_mul_overflow(whole, size, &whole)) return std::nullopt;
  if (point == std::string_view::npos) return whole;
  // 18 digits decide: what follows them is less than a millionth of the smallest unit. 10^18 times a day in ns fits in
  // 128 bits.
  __extension__ using Wide = unsigned __int128;
  Wide numerator = 0;
  Wide denominator = 1;
  for (const char c : number.substr(point + 1).substr(0, 18)) {
    numerator = numerator * 10 + static_cast<Wide>(c - '0');
    denominator *= 10;
  }
  const auto part = static_cast<std::int64_t>((numerator * static_cast<Wide>(size) + denominator / 2) / denominator);
  if (__builtin_add_overflow(whole, part, &whole)) return std::nullopt;
  return whole;
}

Result<std::int64_t> parse_scaled(std::string_view text, std::span<const Unit> units, std::string_view example) {
  const Result<Quantity> quantity = split(text, example);
  if (!quantity) return fail(quantity.error());
  const Unit* unit = find_unit(units, quantity->unit);
  if (unit == nullptr) return fail(no_such_unit(text, *quantity, example));
  const std::optional<std::int64_t> value = scaled(quantity->number, unit->size);
  if (!value) return fail(ErrorKind::usage, quoted(text) + " is too large", {}, "write " + std::string(example));
  return *value;
}

double to_double(std::string_view number) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

// Whole text as an integer of at least `least`.
std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t least) {
  text = trim(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < least) return std::nullopt;
  return value;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> items;
  for (;;) {
    const std::size_t comma = text.find(',');
    items.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

template <class Integer>
void sort_and_unify(std::vector<Integer>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

constexpr const char* kListHint = "write 1,2,8 or 1..32*2 (factor) or 1..8+1 (step)";
constexpr std::size_t kMostValues = 10'000;

Status append_range(std::string_view item, std::vector<std::int64_t>& values) {
  const auto wrong = [item](const std::string& why) {
    return fail(ErrorKind::usage, quoted(item) + why, {}, kListHint);
  };
  const std::size_t dots = item.find("..");
  const std::optional<std::int64_t> first = parse_integer(item.substr(0, dots), 1);
  if (!first)
    return wrong(dots == item.npos ? " is not a whole number of at least 1"
                                   : " must begin with a whole number of at least 1");
  if (dots == item.npos) {
    values.push_back(*first);
    return {};
  }
  const std::string_view rest = item.substr(dots + 2);
  const std::size_t sign = rest.find_first_of("*+");
  if (sign == rest.npos) return wrong(" does not say how to get from one value to the next");
  const std::optional<std::int64_t> last = parse_integer(rest.substr(0, sign), 1);
  if (!last) return wrong(" must end with a whole number of at least 1");
  if (*last < *first) return wrong(" ends below its beginning");
  const bool factor = rest[sign] == '*';
  const std::optional<std::int64_t> by = parse_integer(rest.substr(sign + 1), factor ? 2 : 1);
  if (!by) return wrong(factor ? " needs a whole factor of at least 2" : " needs a whole step of at least 1");
  for (std::int64_t value = *first; value <= *last;) {
    if (values.size() == kMostValues) return wrong(" has more than 10,000 values");
    values.push_back(value);
    if (factor ? __builtin_mul_overflow(value, *by, &value) : __builtin_add_overflow(value, *by, &value)) break;
  }
  return {};
}

// --- formatting
// -----------------------------------------------------------------------------------------------------------

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  if (error != std::errc()) return "very large";
  return std::string(buffer.data(), end);
}

// 0 < value. Digits after the point that show three significant ones once the value is rounded: 9.996 is 10.0,
// not 10.00.
int decimals_for_three(double value) {
  int decimals = 2 - static_cast<int>(std::floor(std::log10(value)));
  if (std::round(value * std::pow(10.0, decimals)) >= 1000.0) --decimals;
  return std::clamp(decimals, 0, 12);
}

std::string three_digits(double value) { return fixed(value, decimals_for_three(value)); }

struct Scale {
  double size;
  const char* name;
};

// In the first unit in which the rounded number stays below 1,000, so that there are never more than three digits.
std::string with_unit(double value, std::span<const Scale> scales) {
  std::size_t i = 0;
  while (i + 1 < scales.size() && value / scales[i].size >= 999.5) ++i;
  const double number = value / scales[i].size;
  if (i == 0 && number == std::trunc(number)) return fixed(number, 0) + ' ' + scales[0].name;
  return three_digits(number) + ' ' + scales[i].name;
}

// What all formats share: sign, zero, and values that are no number.
template <class Format>
std::string signed_text(double value, const char* zero, const Format& format) {
  if (std::isnan(value)) return "n/a";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  if (value == 0) return zero;
  return (value < 0 ? "-" : "") + format(std::fabs(value));
}

std::string with_thousands_separators(std::string digits) {
  if (digits.find_first_not_of("0123456789") != std::string::npos) return digits;  // "very large"
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string two_units(std::int64_t count, std::int64_t per_large, const char* large, const char* small) {
  return std::to_string(count / per_large) + large + ' ' + std::to_string(count % per_large) + small;
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text) {
  return parse_scaled(text, kDurations, "5s, 500ms, 20us, 100ns, 2min, 1h or 1d").map([](std::int64_t count) {
    return Nanoseconds(count);
  });
}

Result<Bytes> parse_bytes(std::string_view text) {
  return parse_scaled(text, kBytes, "2GiB, 512MiB, 64KiB (powers of 1024), 2GB, 512MB, 64kB (of 1000) or 100B")
      .map([](std::int64_t count) { return Bytes{count}; });
}

Result<double> parse_rate(std::string_view text) {
  constexpr std::string_view kExample = "120/s, 500/min, 2000/h or 50000/d";
  const Result<Quantity> quantity = split(text, kExample);
  if (!quantity) return fail(quantity.error());
  std::string unit(quantity->unit);  // "120 / s" is fine too
  unit.erase(std::remove(unit.begin(), unit.end(), ' '), unit.end());
  const Unit* found = find_unit(kRates, unit);
  if (found == nullptr) return fail(no_such_unit(text, *quantity, kExample));
  return to_double(quantity->number) / static_cast<double>(found->size);
}

Result<double> parse_percentage(std::string_view text) {
  constexpr std::string_view kExample = "10% or 0.1%";
  const Result<Quantity> quantity = split(text, kExample);
  if (!quantity) return fail(quantity.error());
  if (quantity->unit != "%") return fail(no_such_unit(text, *quantity, kExample));
  return to_double(quantity->number) / 100.0;
}

Result<std::vector<std::int64_t>> parse_int_list(std::string_view text) {
  std::vector<std::int64_t> values;
  for (const std::string_view item : split_at_commas(text)) {
    if (const Status added = append_range(item, values); !added) return fail(added.error());
  }
  sort_and_unify(values);
  return values;
}

Result<std::vector<int>> parse_cpu_list(std::string_view text) {
  constexpr std::int64_t kMostCpu = 8191;  // the largest number of CPUs Linux is built for
  std::vector<int> cpus;
  for (const std::string_view item : split_at_commas(text)) {
    const std::size_t dash = item.find('-');
    const std::optional<std::int64_t> first = parse_integer(item.substr(0, dash), 0);
    const std::optional<std::int64_t> last = dash == item.npos ? first : parse_integer(item.substr(dash + 1), 0);
    if (!first || !last || *last < *first || *last > kMostCpu) {
      return fail(ErrorKind::usage, quoted(item) + " is no CPU number and no range of them", {},
                  "write 0 or 0-3 or 0-1,4");
    }
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  sort_and_unify(cpus);
  return cpus;
}

std::string format_cpu_list(const std::vector<int>& cpus) {
  std::string out;
  for (std::size_t first = 0; first < cpus.size();) {
    std::size_t last = first;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    out += (out.empty() ? "" : ",") + std::to_string(cpus[first]);
    if (last > first) out += "-" + std::to_string(cpus[last]);
    first = last + 1;
  }
  return out;
}

std::string format_duration(double nanoseconds) {
  static constexpr std::array<Scale, 4> kScales = {{{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}}};
  return signed_text(nanoseconds, "0 ns", [](double value) -> std::string {
    if (value < 59.95e9) return with_unit(value, kScales);
    if (value >= 1e18) return three_digits(value / 86400e9) + " d";
    const auto seconds = static_cast<std::int64_t>(std::round(value / 1e9));
    if (seconds < 3600) return two_units(seconds, 60, "m", "s");
    const auto minutes = static_cast<std::int64_t>(std::round(value / 60e9));
    if (minutes < 24 * 60) return two_units(minutes, 60, "h", "m");
    return two_units(static_cast<std::int64_t>(std::round(value / 3600e9)), 24, "d", "h");
  });
}

std::string format_bytes(double bytes) {
  static constexpr std::array<Scale, 5> kScales = {
      {{1, "B"}, {1024.0, "KiB"}, {1048576.0, "MiB"}, {1073741824.0, "GiB"}, {1099511627776.0, "TiB"}}};
  return signed_text(bytes, "0 B", [](double value) { return with_unit(value, kScales); });
}

std::string format_byte_rate(double bytes_per_second) {
  static constexpr std::array<Scale, 5> kScales = {
      {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}, {1e12, "TB/s"}}};
  return signed_text(bytes_per_second, "0 B/s", [](double value) { return with_unit(value, kScales); });
}

std::string format_rate(double per_second) {
  return signed_text(per_second, "0/s", [](double value) {
    if (value < 999.5) return three_digits(value) + "/s";
    const double step = std::pow(10.0, std::floor(std::log10(value)) - 2);
    return with_thousands_separators(fixed(std::round(value / step) * step, 0)) + "/s";
  });
}

std::string format_count(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string format_percentage(double fraction) {
  return signed_text(fraction, "0 %", [](double value) {
    const double percent = value * 100;
    if (percent >= 99.95) return with_thousands_separators(fixed(percent, 0)) + " %";
    if (percent >= 0.995) return fixed(percent, 1) + " %";
    int decimals = 1 - static_cast<int>(std::floor(std::log10(percent)));
    if (std::round(percent * std::pow(10.0, decimals)) >= 100.0) --decimals;
    return fixed(percent, std::clamp(decimals, 0, 12)) + " %";
  });
}

}  // namespace mlplan
