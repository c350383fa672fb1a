#include "gate/headline.h"

#include <algorithm>

namespace mlplan::gate {
namespace {

bool is_headline(const Measure& measure) {
  const std::string& list = measure.at.front().name;
  const PathSegment& last = measure.at.back();
  if (list == "cold_start")
    return last.name == "time_to_first_result" && measure.at[1].name != "simultaneous" &&
           measure.at[1].name != "varied";
  if (list == "memory") return measure.at.size() == 2;  // peak_rss, marginal_worker
  if (list == "quality") return measure.at.size() == 2 && last.name != "output_values";
  if (list == "load") return true;
  if (list != "steady") return false;
  const auto mode = std::ranges::find(measure.at.front().keys, "mode", &RowKey::name);
  if (mode != measure.at.front().keys.end() && mode->value != "closed") return false;
  if (measure.quantile) return measure.at[1].name == "latency" && *measure.quantile == 0.99;
  return last.name == "latency" || last.name == "throughput";
}

}  // namespace

std::vector<Measure> headline_measures(const Report& report) {
  std::vector<Measure> chosen = headline_to_make(report);
  std::erase_if(chosen, [](const Measure& measure) { return !measure.made(); });
  return chosen;
}

std::vector<Measure> headline_to_make(const Report& report) {
  std::vector<Measure> chosen = all_measures(report);
  std::erase_if(chosen, [](const Measure& measure) { return !is_headline(measure); });
  return chosen;
}

}  // namespace mlplan::gate
