// check_catalog: what no schema can say about a catalog.
#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <map>

#include "profiles/catalog.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

// Beyond what has been built: the largest of 2026 have 1,920 vCPUs, 32 TiB, 16 GPUs of 275 GiB, 6.4 Tbit/s, and cost
// 410 USD an hour; the smallest 512 MiB and 0.004 USD.
constexpr std::int64_t kMostVcpus = 4096;
constexpr std::int64_t kLeastMemory = std::int64_t{128} << 20;
constexpr std::int64_t kMostMemory = std::int64_t{128} << 40;
constexpr std::int64_t kMostGpus = 64;
constexpr std::int64_t kLeastGpuMemory = std::int64_t{1} << 30;
constexpr std::int64_t kMostGpuMemory = std::int64_t{2} << 40;
constexpr std::int64_t kMostDisk = std::int64_t{1} << 50;
constexpr double kMostBytesPerS = 12.5e12;
constexpr double kLeastUsd = 0.0005;
constexpr double kMostUsd = 10'000;
constexpr double kLongestStart = 86'400;

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0';
  const int day = (text[8] - '0') * 10 + text[9] - '0';
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

std::string bytes_text(std::int64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

class Checker {
 public:
  Checker(const FindingPlace& where, std::vector<Finding>& findings) : where_(where), findings_(findings) {}

  void check(std::size_t index, const InstanceType& type) {
    index_ = index;
    type_ = &type;
    if (type.name.empty()) error("/name", "has no name");
    if (type.cloud.empty()) count_missing(no_cloud_, "/cloud");
    if (!type.vcpus) {
      error("/vcpus", "has no vCPUs");
    } else if (*type.vcpus < 1 || *type.vcpus > kMostVcpus) {
      error("/vcpus", fmt::format("cannot have {} vCPUs", *type.vcpus));
    }
    if (!type.memory_bytes) {
      error("/memory_bytes", "has no memory");
    } else if (*type.memory_bytes < 0) {
      error("/memory_bytes", "has negative memory");
    } else if (*type.memory_bytes < kLeastMemory || *type.memory_bytes > kMostMemory) {
      error("/memory_bytes", fmt::format("cannot have {} of memory", bytes_text(*type.memory_bytes)),
            "is the unit right? --map memory=COLUMN:GiB");
    }
    if (type.gpu) check_gpu(*type.gpu);
    if (type.local_disk_bytes && (*type.local_disk_bytes < 0 || *type.local_disk_bytes > kMostDisk))
      error("/local_disk_bytes", fmt::format("cannot have a disk of {}", bytes_text(*type.local_disk_bytes)));
    check_rate("/disk_bytes_per_s", "disk", type.disk_bytes_per_s);
    check_rate("/network_bytes_per_s", "network", type.network_bytes_per_s);
    if (type.core_speed && !(type.core_speed->per_vcpu > 0))
      error("/core_speed/per_vcpu", "has a core speed that is not above 0");
    if (type.node_start && !(type.node_start->seconds >= 0 && type.node_start->seconds <= kLongestStart))
      error("/node_start/seconds", fmt::format("cannot start in {} s", type.node_start->seconds));
    check_prices();
    if (!type.name.empty()) check_duplicate();
  }

  // What is missing all over a table is said once.
  void finish() {
    finish(no_cloud_, "type has no cloud", "types have no cloud", "--cloud aws");
    finish(no_date_, "price has no date", "prices have no date", "--date 2026-07-20");
    finish(no_source_, "price has no source", "prices have no source", "--source TEXT");
  }

 private:
  struct Missing {
    std::size_t count = 0;
    std::string first;
  };
  void count_missing(Missing& missing, const std::string& pointer) {
    if (missing.count++ == 0) missing.first = where_(index_, pointer);
  }
  void finish(const Missing& missing, const char* one, const char* several, const char* hint) {
    if (missing.count == 0) return;
    findings_.push_back({Finding::Severity::warning,
                         fmt::format("{} {}, here the first", missing.count, missing.count == 1 ? one : several),
                         missing.first, hint});
  }

  void add(Finding::Severity severity, const std::string& pointer, const std::string& message, std::string hint) {
    const std::string& name = type_->name;
    findings_.push_back({severity, (name.empty() ? "an instance type" : name) + " " + message, where_(index_, pointer),
                         std::move(hint)});
  }
  void error(const std::string& pointer, const std::string& message, std::string hint = {}) {
    add(Finding::Severity::error, pointer, message, std::move(hint));
  }
  void warning(const std::string& pointer, const std::string& message, std::string hint = {}) {
    add(Finding::Severity::warning, pointer, message, std::move(hint));
  }

  void check_gpu(const Gpu& gpu) {
    if (gpu.count < 1 || gpu.count > kMostGpus) error("/gpu/count", fmt::format("cannot have {} GPUs", gpu.count));
    if (gpu.name.empty() && !gpu.memory_bytes) {
      warning("/gpu", "says neither which GPU it has nor its memory: not chosen for models on a GPU");
    } else if (gpu.name.empty()) {
      warning("/gpu/name", "does not say which GPU it has");
    } else if (!gpu.memory_bytes) {
      warning("/gpu/memory_bytes", "does not say how much memory its GPU has: not chosen for models on a GPU");
    }
    if (gpu.memory_bytes && (*gpu.memory_bytes < kLeastGpuMemory || *gpu.memory_bytes > kMostGpuMemory)) {
      error("/gpu/memory_bytes", fmt::format("cannot have a GPU of {}", bytes_text(*gpu.memory_bytes)),
            "is the unit right? --map gpu_memory=COLUMN:MiB");
    }
  }

  void check_rate(const std::string& pointer, const char* what, std::optional<double> bytes_per_s) {
    if (bytes_per_s && !(*bytes_per_s >= 0 && *bytes_per_s <= kMostBytesPerS))
      error(pointer, fmt::format("cannot have a {} of {}", what, format_byte_rate(*bytes_per_s)));
  }

  void check_prices() {
    bool any = false;
    std::map<std::string, int> options;
    for (std::size_t i = 0; i < type_->prices.size(); ++i) {
      const Price& price = type_->prices[i];
      const std::string pointer = "/prices/" + std::to_string(i);
      if (price.option.empty()) error(pointer + "/option", "has a price that does not say how it is bought");
      if (++options[price.option] == 2) error(pointer + "/option", "has two prices for " + price.option);
      if (!price.usd_per_hour) continue;
      any = true;
      const double usd = *price.usd_per_hour;
      if (usd < 0) {
        error(pointer + "/usd_per_hour", fmt::format("has a negative price, {} USD", usd));
      } else if (!(usd >= kLeastUsd && usd <= kMostUsd)) {
        error(pointer + "/usd_per_hour", fmt::format("cannot cost {} USD an hour", usd), "is it by the hour?");
      }
      if (price.date.empty()) {
        count_missing(no_date_, pointer + "/date");
      } else if (!is_date(price.date)) {
        error(pointer + "/date", fmt::format("has a price of '{}', which is no date", price.date), "write YYYY-MM-DD");
      }
      if (price.source.empty()) count_missing(no_source_, pointer + "/source");
    }
    if (!any) error("/prices", "has no price");
    const std::optional<double> on_demand = type_->usd_per_hour(kOnDemand);
    const std::optional<double> spot = type_->usd_per_hour(kSpot);
    if (on_demand && spot && *spot > *on_demand)
      warning("/prices", fmt::format("costs more as spot ({}) than on demand ({})", *spot, *on_demand));
  }

  void check_duplicate() {
    const auto [place, is_new] = seen_.try_emplace(type_->cloud + '\n' + type_->region + '\n' + type_->name, index_);
    if (!is_new) error("/name", "stands twice, first at " + where_(place->second, "/name"));
  }

  const FindingPlace& where_;
  std::vector<Finding>& findings_;
  std::map<std::string, std::size_t> seen_;
  Missing no_cloud_;
  Missing no_date_;
  Missing no_source_;
  std::size_t index_ = 0;
  const InstanceType* type_ = nullptr;
};

}  // namespace

std::vector<Finding> check_catalog(const Catalog& catalog, const FindingPlace& where) {
  std::vector<Finding> findings;
  if (catalog.currency != "USD" && !catalog.instances.empty()) {
    findings.push_back({Finding::Severity::error, fmt::format("prices are in {}, not in USD", catalog.currency),
                        where(0, "/prices"), "convert them: a plan compares prices of one currency"});
  }
  Checker checker(where, findings);
  for (std::size_t i = 0; i < catalog.instances.size(); ++i) checker.check(i, catalog.instances[i]);
  checker.finish();
  return findings;
}

bool has_errors(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity == Finding::Severity::error) return true;
  }
  return false;
}

}  // namespace mlplan
