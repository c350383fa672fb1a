#include "cli/commands/traffic_flags.h"

#include <fmt/format.h>

#include "cli/commands/readers.h"
#include "profiles/support/csv.h"
#include "profiles/support/units.h"
#include "profiles/traffic_csv.h"

namespace mlplan::cli {
namespace {

constexpr int kUsualPeakHour = 14;
constexpr double kMostPerSecond = 1e12;
constexpr const char* kBurstHint = "0.5@60s: in each minute the rate is multiplied by a random factor of variance 0.5";

Flags::Reader read_rate(std::optional<double>& target) {
  return [&target](const std::string& value) -> Status {
    const Result<double> rate = parse_rate(value);
    if (!rate) return fail(rate.error());
    if (!(*rate > 0)) return fail(ErrorKind::usage, fmt::format("'{}' is no traffic at all", value));
    if (*rate > kMostPerSecond) return fail(ErrorKind::usage, fmt::format("'{}' is beyond any traffic", value));
    target = *rate;
    return {};
  };
}

Status read_hours(const std::string& value, std::vector<double>& hours) {
  hours.clear();
  for (const std::string& item : split_list(value)) {
    const std::optional<double> hour = number_of(item);
    if (!hour) return fail(ErrorKind::usage, fmt::format("'{}' is not a number", item), "", "24 numbers of any scale");
    hours.push_back(*hour);
  }
  const Result<DiurnalRate> possible = diurnal_of_hours(1, hours);
  return possible ? Status{} : fail(possible.error());
}

Status read_burst(const std::string& value, std::optional<planner::Bursts>& target) {
  const std::size_t at = value.find('@');
  const std::optional<double> scv = number_of(value.substr(0, at));
  if (!scv || !(*scv >= 0) || *scv > 1000)
    return fail(ErrorKind::usage, fmt::format("'{}' is no variance", value.substr(0, at)), "", kBurstHint);
  planner::Bursts bursts{.scv = *scv};
  if (at != std::string::npos) {
    const Result<Nanoseconds> stretch = parse_duration(value.substr(at + 1));
    if (!stretch) return fail(stretch.error());
    if (stretch->count() <= 0) return fail(ErrorKind::usage, "a burst must last some time", "", kBurstHint);
    bursts.interval_s = to_seconds(*stretch);
  }
  target = bursts;
  return {};
}

Status check(const TrafficChoice& choice) {
  const bool has_rate = choice.rate_per_s.has_value();
  const auto wrong = [](const char* message, const char* hint) { return fail(ErrorKind::usage, message, "", hint); };
  if (has_rate && !choice.path.empty()) return wrong("--rate and --traffic exclude each other", "give one of them");
  if (!has_rate && (choice.peak_per_s || !choice.hours.empty()))
    return wrong("--peak and --hours shape a day of a mean rate, and there is none", "add --rate 120/s, the mean");
  if (!has_rate && choice.path.empty())
    return wrong("it is not said how many requests come", "--rate 120/s, or --traffic FILE.csv");
  if (choice.peak_per_s && !choice.hours.empty()) return wrong("--peak and --hours exclude each other", "give one");
  if (choice.peak_hour && !choice.peak_per_s)
    return wrong("--peak-hour needs --peak, the rate of that hour", "--peak 300/s");
  if (choice.columns && choice.path.empty())
    return wrong("--traffic-map names columns of a file, and there is none", "--traffic FILE.csv");
  return {};
}

Result<Traffic> stated(const TrafficChoice& choice) {
  Traffic traffic;
  traffic.source = choice.source;
  if (choice.peak_per_s || !choice.hours.empty()) {
    const auto hour = static_cast<int>(choice.peak_hour.value_or(kUsualPeakHour));
    Result<DiurnalRate> day = choice.peak_per_s ? diurnal_of_peak(*choice.rate_per_s, *choice.peak_per_s, hour)
                                                : diurnal_of_hours(*choice.rate_per_s, choice.hours);
    if (!day) {
      Error error = day.error();
      error.where = choice.source;
      return fail(std::move(error));
    }
    traffic.shape = *std::move(day);
  } else {
    traffic.shape = ConstantRate{*choice.rate_per_s};
  }
  return traffic;
}

Status scale(Traffic& traffic, double factor) {
  if (std::holds_alternative<RequestTrace>(traffic.shape)) {
    return fail(ErrorKind::usage, "the requests of a trace cannot be scaled", fmt::format("--scale-traffic {}", factor),
                "a file of rates can, or --rate with the mean");
  }
  if (auto* constant = std::get_if<ConstantRate>(&traffic.shape)) constant->per_s *= factor;
  if (auto* day = std::get_if<DiurnalRate>(&traffic.shape)) day->mean_per_s *= factor;
  if (auto* series = std::get_if<RateSeries>(&traffic.shape)) {
    for (double& rate : series->per_s) rate *= factor;
  }
  // A random rate times a factor: the part of the dispersion above Poisson's 1 grows with it.
  traffic.burstiness.interarrival_scv.reset();
  for (Dispersion& dispersion : traffic.burstiness.dispersion) dispersion.index = 1 + (dispersion.index - 1) * factor;
  traffic.notes.push_back(fmt::format("all rates times {}", factor));
  return {};
}

}  // namespace

void declare_traffic(Flags& flags, TrafficChoice& choice) {
  const auto noted = [&choice](const char* flag, Flags::Reader read) -> Flags::Reader {
    return [&choice, flag, read = std::move(read)](const std::string& value) -> Status {
      choice.source += fmt::format("{}{} {}", choice.source.empty() ? "" : " ", flag, value);
      return read(value);
    };
  };
  flags.value("--rate", "RATE", "requests that come, in the mean, as 120/s",
              noted("--rate", read_rate(choice.rate_per_s)));
  flags.value("--peak", "RATE", "in the busiest hour of a day with that mean",
              noted("--peak", read_rate(choice.peak_per_s)));
  flags.value("--peak-hour", "HOUR", "0 to 23 (14)",
              noted("--peak-hour", [&choice](const std::string& value) -> Status {
                const std::optional<double> hour = number_of(value);
                if (!hour || *hour < 0 || *hour > 23 || *hour != static_cast<double>(static_cast<int>(*hour)))
                  return fail(ErrorKind::usage, fmt::format("'{}' is no hour of a day", value), "", "0 to 23");
                choice.peak_hour = static_cast<std::int64_t>(*hour);
                return {};
              }));
  flags.value("--hours", "LIST", "the shape of a day instead: 24 numbers of any scale, from midnight",
              noted("--hours", [&choice](const std::string& value) { return read_hours(value, choice.hours); }));
  flags.value("--traffic", "FILE", "CSV of rates, counts or single requests, or a traffic document",
              read_text(choice.path));
  flags.repeatable("--traffic-map", "MAP", "which column says what, as time=when,rate=load",
                   [&choice](const std::string& value) -> Status {
                     if (!choice.columns) choice.columns.emplace();
                     return parse_traffic_map(value, *choice.columns);
                   });
  flags.value("--burst", "VARIANCE@TIME", "in each such time the rate has a random factor of mean 1, as 0.5@60s (none)",
              [&choice](const std::string& value) { return read_burst(value, choice.bursts); });
  flags.value("--scale-traffic", "FACTOR", "all rates times this (1)", [&choice](const std::string& value) -> Status {
    const std::optional<double> factor = number_of(value);
    if (!factor || !(*factor > 0) || *factor > 1e6)
      return fail(ErrorKind::usage, fmt::format("'{}' is no factor above 0", value), "", "2 doubles the traffic");
    choice.scale = *factor;
    return {};
  });
}

Result<Traffic> open_traffic(const TrafficChoice& choice) {
  if (const Status status = check(choice); !status) return fail(status.error());
  Result<Traffic> traffic =
      choice.path.empty() ? stated(choice) : read_traffic_file(choice.path, choice.columns.value_or(TrafficColumns{}));
  if (!traffic) return traffic;
  if (!(peak_per_s(*traffic) > 0)) return fail(ErrorKind::bad_input, "no request ever comes", traffic->source);
  if (choice.bursts && choice.bursts->scv > 0 && std::holds_alternative<RequestTrace>(traffic->shape)) {
    return fail(ErrorKind::usage, "--burst adds nothing to a trace, which has its own bursts", choice.path,
                "leave it out");
  }
  if (choice.scale != 1) {
    if (const Status status = scale(*traffic, choice.scale); !status) return fail(status.error());
  }
  return traffic;
}

}  // namespace mlplan::cli
