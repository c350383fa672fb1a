#include "cli/commands/readers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "profiles/support/suggestion.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

template <class Integer>
bool parse_integer(const std::string& text, Integer& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

}  // namespace

Flags::Reader read_text(std::string& target) {
  return [&target](const std::string& value) -> Status {
    if (value.empty()) return fail(ErrorKind::usage, "the value is empty");
    target = value;
    return {};
  };
}

Flags::Reader read_count(std::int64_t& target) {
  return [&target](const std::string& value) -> Status {
    std::int64_t number = 0;
    if (!parse_integer(value, number) || number < 1) {
      return fail(ErrorKind::usage, fmt::format("'{}' is not a whole number from 1", value));
    }
    target = number;
    return {};
  };
}

Flags::Reader read_seed(std::uint64_t& target) {
  return [&target](const std::string& value) -> Status {
    if (!parse_integer(value, target))
      return fail(ErrorKind::usage, fmt::format("'{}' is not a whole number from 0", value));
    return {};
  };
}

Flags::Reader read_duration(std::chrono::nanoseconds& target) {
  return [&target](const std::string& value) -> Status {
    const Result<Nanoseconds> duration = parse_duration(value);
    if (!duration) return fail(duration.error());
    if (duration->count() <= 0) return fail(ErrorKind::usage, fmt::format("'{}' is no time at all", value));
    target = *duration;
    return {};
  };
}

Flags::Reader read_choice(std::string& target, std::vector<std::string> choices) {
  return [&target, names = std::move(choices)](const std::string& value) -> Status {
    if (std::find(names.begin(), names.end(), value) == names.end()) {
      return fail(ErrorKind::usage, fmt::format("'{}' is none of {}", value, fmt::join(names, ", ")), "",
                  nearest(value, names));
    }
    target = value;
    return {};
  };
}

Flags::Reader read_colour() {
  return [](const std::string& value) -> Status {
    std::string ignored;
    return read_choice(ignored, {"auto", "always", "never"})(value);
  };
}

}  // namespace mlplan::cli
