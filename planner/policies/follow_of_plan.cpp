#include "planner/policies/follow_of_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

namespace {

constexpr double kHour = 3600;
constexpr double kMostInstances = 1e9;

struct Setting {
  const char* name;
  double FollowSettings::* member;
};

// All above 0, but for the lead and the hold.
constexpr Setting kSettings[] = {{"interval_s", &FollowSettings::interval_s},
                                 {"short_window_s", &FollowSettings::short_window_s},
                                 {"long_window_s", &FollowSettings::long_window_s},
                                 {"hold_s", &FollowSettings::hold_s},
                                 {"drain_s", &FollowSettings::drain_s},
                                 {"lead_s", &FollowSettings::lead_s},
                                 {"capacity_per_s", &FollowSettings::capacity_per_s}};

struct Count {
  const char* name;
  std::int64_t FollowSettings::* member;
  double least = 0;
};

constexpr Count kCounts[] = {
    {"spares", &FollowSettings::spares}, {"step", &FollowSettings::step, 1}, {"lowest", &FollowSettings::lowest}};

// Only where spares are stopped.
constexpr Count kStopped = {"stopped", &FollowSettings::stopped, 1};
constexpr Setting kStoppedReady = {"stopped_ready_in_s", &FollowSettings::stopped_ready_in_s};

bool may_be_zero(const Setting& setting) {
  return setting.member == &FollowSettings::hold_s || setting.member == &FollowSettings::lead_s;
}

class Reader {
 public:
  Reader(const ScalingPlan& scaling, const std::string& source) : scaling_(scaling), source_(source) {}

  tl::unexpected<Error> wrong(const std::string& pointer, std::string what) const {
    return fail(ErrorKind::bad_input, std::move(what), fmt::format("{}: /recommendation/scaling/{}", source_, pointer),
                "plan again with this mlplan");
  }

  Status read_settings(FollowSettings& out) const {
    for (const Setting& setting : kSettings) {
      if (Status status = read(setting, out); !status) return status;
    }
    for (const Count& count : kCounts) {
      if (Status status = read(count, out); !status) return status;
    }
    if (!scaling_.settings.contains(kStopped.name)) return {};
    if (Status status = read(kStopped, out); !status) return status;
    return read(kStoppedReady, out);
  }

  Status read_rates(FollowSettings& out) const {
    if (scaling_.rates_per_s.empty()) return wrong("rates_per_s", "does not say what one instance serves");
    if (!(scaling_.rates_per_s.front() >= 0) || !std::ranges::is_sorted(scaling_.rates_per_s))
      return wrong("rates_per_s", "more instances must serve at least as much");
    out.rates = scaling_.rates_per_s;
    return {};
  }

  Status read_hours(FollowSettings& out) const {
    if (scaling_.by_hour.size() != 24) return wrong("by_hour", "a scheduled fleet needs a count for each of 24 hours");
    RateSeries forecast{.interval_s = kHour, .repeats = true};
    const auto known = static_cast<std::int64_t>(out.rates.size());
    for (const std::int64_t count : scaling_.by_hour) {
      // A count that was rounded up to a whole step may lie beyond the table, less than a step.
      if (count < 1 || count - out.step >= known)
        return wrong("by_hour", fmt::format("rates_per_s does not say what {} instances serve", count));
      forecast.rate_per_s.push_back(out.rates[static_cast<std::size_t>(std::min(count, known)) - 1]);
    }
    out.forecast = std::move(forecast);
    return {};
  }

 private:
  Status read(const Setting& setting, FollowSettings& out) const {
    const auto found = scaling_.settings.find(setting.name);
    if (found == scaling_.settings.end()) return wrong("settings", fmt::format("has no {}", setting.name));
    if (!(found->second > 0) && !(may_be_zero(setting) && found->second == 0))
      return wrong(fmt::format("settings/{}", setting.name), fmt::format("{} is out of range", found->second));
    out.*setting.member = found->second;
    return {};
  }

  Status read(const Count& count, FollowSettings& out) const {
    const auto found = scaling_.settings.find(count.name);
    if (found == scaling_.settings.end()) return wrong("settings", fmt::format("has no {}", count.name));
    const double value = found->second;
    if (!(value >= count.least) || value > kMostInstances || value != std::floor(value))
      return wrong(fmt::format("settings/{}", count.name), fmt::format("{} is no number of instances", value));
    out.*count.member = static_cast<std::int64_t>(value);
    return {};
  }

  const ScalingPlan& scaling_;
  const std::string& source_;
};

}  // namespace

std::map<std::string, double> settings_of(const FollowSettings& settings) {
  std::map<std::string, double> out;
  for (const Setting& setting : kSettings) out[setting.name] = settings.*setting.member;
  for (const Count& count : kCounts) out[count.name] = static_cast<double>(settings.*count.member);
  if (settings.stopped > 0) {
    out[kStopped.name] = static_cast<double>(settings.stopped);
    out[kStoppedReady.name] = settings.stopped_ready_in_s;
  }
  return out;
}

Result<FollowSettings> follow_of_plan(const Deployment& deployment, const std::string& source) {
  const ScalingPlan& scaling = deployment.scaling;
  const Reader reader(scaling, source);
  if (scaling.policy != "mlplan")
    return reader.wrong("policy", fmt::format("no policy is called '{}'", scaling.policy));
  FollowSettings out;
  if (Status status = reader.read_settings(out); !status) return fail(status.error());
  if (Status status = reader.read_rates(out); !status) return fail(status.error());
  if (scaling.kind == "scheduled") {
    if (Status status = reader.read_hours(out); !status) return fail(status.error());
  }
  out.spares += deployment.pool.by_failures.value_or(0);
  return out;
}

}  // namespace mlplan::planner
