// Stat: one measured quantity with the evidence for it. The unit is that of the JSON key that holds it.
//
// `low` and `high` bound the median at `confidence` by order statistics; absent when n is too small to carry such a
// bound (n < 6 at 95 %). At most 2,000 raw samples are kept; beyond that `samples` holds an evenly spaced selection in
// time order and `histogram` every sample (logarithmic bins, exact counts). An absent sample (not measured in that
// process) is NaN in memory and null in JSON, so that samples[i] is the same process in every Stat of a state.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mlplan {

struct HistogramBin {
  double low = 0;   // inclusive
  double high = 0;  // exclusive
  std::int64_t count = 0;
};

struct Percentile {
  std::optional<double> value;  // absent below the samples it needs
  std::optional<double> high;   // one-sided upper bound at the Stat's confidence; absent below the samples it needs
  std::int64_t needs = 0;       // samples needed for `high`
};

struct Stat {
  double median = std::numeric_limits<double>::quiet_NaN();
  std::optional<double> low = {};
  std::optional<double> high = {};
  double confidence = 0.95;
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double lower_quartile = std::numeric_limits<double>::quiet_NaN();
  std::int64_t n = 0;                                  // samples that are present
  std::map<std::string, Percentile> percentiles = {};  // "p50", "p90", "p99", "p99.9"
  std::vector<double> samples = {};
  std::vector<HistogramBin> histogram = {};
  std::vector<std::int64_t> outliers =
      {};  // indices into samples: modified z-score above 14.826; flagged, never removed
};

void to_json(nlohmann::json& json, const Stat& stat);
void to_json(nlohmann::ordered_json& json, const Stat& stat);
void from_json(const nlohmann::json& json, Stat& stat);  // throws nlohmann::json::exception
void from_json(const nlohmann::ordered_json& json, Stat& stat);

}  // namespace mlplan
