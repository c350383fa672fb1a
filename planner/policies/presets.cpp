#include "planner/policies/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "planner/policies/buffer.h"
#include "planner/policies/dynamo.h"
#include "planner/policies/ec2_pool.h"
#include "planner/policies/fixed.h"
#include "planner/policies/hpa.h"
#include "planner/policies/keda.h"
#include "planner/policies/kpa.h"
#include "planner/policies/ray.h"
#include "planner/policies/spare.h"

namespace mlplan::planner {

namespace {

constexpr std::string_view kNames[] = {"fixed",          "hpa",   "kpa",   "keda", "ray", "ec2-pool", "buffer-n",
                                       "buffer-percent", "spare", "dynamo"};

template <class Settings>
Settings with_limits(Settings settings, const PresetOptions& options) {
  settings.lowest = options.lowest.value_or(settings.lowest);
  settings.highest = options.highest.value_or(settings.highest);
  return settings;
}

HpaSettings hpa_settings(const PresetOptions& options) {
  HpaSettings settings = with_limits(HpaSettings{}, options);
  settings.lowest = std::max<std::int64_t>(settings.lowest, 1);
  settings.target = options.target.value_or(settings.target);
  return settings;
}

Status check(const PresetOptions& options) {
  const auto wrong = [](const char* what) { return fail(ErrorKind::usage, what, "--policy"); };
  if (options.instances < 0 || options.pool < 0 || options.count < 0) return wrong("a count must not be negative");
  if (options.lowest.value_or(0) < 0 || options.max_prepared.value_or(0) < 0)
    return wrong("a number of instances must not be negative");
  if (options.highest && *options.highest < std::max<std::int64_t>(options.lowest.value_or(0), 1)) {
    return wrong("the greatest number of instances must be at least 1 and at least the least");
  }
  if (options.target && !(*options.target > 0)) return wrong("the target must be above 0");
  if (options.capacity_per_s && !(*options.capacity_per_s > 0)) return wrong("an instance must serve something");
  if (!(options.requests_per_instance > 0)) return wrong("an instance must serve something");
  if (!(options.share >= 0) || !(options.keep_idle_s >= 0)) return wrong("a share or time must not be negative");
  return {};
}

}  // namespace

std::span<const std::string_view> preset_names() { return kNames; }

Result<std::unique_ptr<Policy>> make_policy(std::string_view name, const PresetOptions& options) {
  if (const Status good = check(options); !good) return fail(good.error());
  if (name == "fixed") {
    return std::make_unique<FixedPolicy>(FixedSettings{.instances = options.instances, .pool = options.pool});
  }
  if (name == "hpa") return std::make_unique<HpaPolicy>(hpa_settings(options));
  if (name == "kpa") {
    KpaSettings settings = with_limits(KpaSettings{.concurrency = options.requests_per_instance}, options);
    settings.target_utilisation = options.target.value_or(settings.target_utilisation);
    return std::make_unique<KpaPolicy>(settings);
  }
  if (name == "keda") {
    return std::make_unique<KedaPolicy>(
        KedaSettings{.hpa = hpa_settings(options), .lowest = options.lowest.value_or(0)});
  }
  if (name == "ray") {
    RaySettings settings = with_limits(RaySettings{}, options);
    settings.target_ongoing = options.target.value_or(settings.target_ongoing);
    return std::make_unique<RayPolicy>(settings);
  }
  if (name == "spare") {
    SpareSettings settings = with_limits(SpareSettings{.spare = options.count}, options);
    settings.requests_per_instance = options.requests_per_instance;
    settings.keep_idle_s = options.keep_idle_s;
    return std::make_unique<SparePolicy>(settings);
  }
  if (name == "dynamo") {
    DynamoSettings settings = with_limits(DynamoSettings{.capacity_per_s = options.capacity_per_s}, options);
    settings.requests_per_instance = options.requests_per_instance;
    settings.target = options.target.value_or(settings.target);
    return std::make_unique<DynamoPolicy>(settings);
  }

  const bool ec2 = name == "ec2-pool";
  if (!ec2 && name != "buffer-n" && name != "buffer-percent") {
    return fail(ErrorKind::usage, fmt::format("no policy is called '{}'", name), "--policy",
                fmt::format("one of {}", fmt::join(kNames, ", ")));
  }
  if (options.base == "ec2-pool" || options.base.starts_with("buffer")) {
    return fail(ErrorKind::usage, fmt::format("{} cannot be wrapped around {}", name, options.base), "--policy");
  }
  Result<std::unique_ptr<Policy>> base = make_policy(options.base, options);
  if (!base) return base;
  if (ec2) {
    Ec2PoolSettings settings{.min_size = options.pool, .max_prepared = options.max_prepared};
    settings.group_max = options.highest.value_or(settings.group_max);
    return std::make_unique<Ec2PoolPolicy>(std::move(*base), settings);
  }
  BufferSettings settings;
  settings.highest = options.highest.value_or(settings.highest);
  settings.count = options.count;
  if (name == "buffer-percent") settings = {.count = 0, .share = options.share, .highest = settings.highest};
  return std::make_unique<BufferPolicy>(std::move(*base), settings);
}

}  // namespace mlplan::planner
