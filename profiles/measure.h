// A measure: one figure of a report that a budget can be about, with its path, its unit and the evidence for it.
//
// The list is not written down anywhere: it is what the field lists in report_fields.h declare under "cold_start",
// "memory", "steady" and "quality", and "model.bytes". A new field there is a measure. A list of objects becomes rows;
// the scalars of a row before its first figure are what selects it: steady[batch=8,threads=2]. Of "load" there is one
// figure a row, load.holds: the highest rate that keeps the objective, which the row is selected by as well (slo).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/report.h"

namespace mlplan {

enum class MeasureUnit { nanoseconds, bytes, per_second, bytes_per_second, number, flag };
const char* unit_name(MeasureUnit unit);          // ns, bytes, per_s, bytes_per_s, number, flag
MeasureUnit unit_of_name(std::string_view name);  // number for any other
// "1.24 s", "98.0 MiB", "1,240/s", "0.00125", "yes".
std::string format_measure(double value, MeasureUnit unit);

// How the samples behind a figure hang together, which decides what can bound it.
enum class Sampling {
  exact,        // one number, known without error
  point,        // one number, an estimate with an error that is not known: no verdict can rest on it
  independent,  // a sample is a process, or a round of them
  visits,       // many samples of each of a few processes, which resemble each other (docs/method.md)
  searched,     // a rate that was looked for: Measure::searched
};

// What a search for the highest rate that keeps an objective has seen: that rate is at least `holds`, and below
// `fails`.
struct Searched {
  std::optional<double> holds;
  std::optional<double> fails;
};

struct RowKey {
  std::string name;   // "batch"; of a symbol its own name
  std::string value;  // "8"
};

struct PathSegment {
  std::string name;               // "steady": the key in JSON without its unit
  std::vector<RowKey> keys = {};  // of a row
  bool of_no_row = false;         // the list is empty: any selector stands for this
};

// What a selector means that does not name the key: steady[batch=8,threads=2] is one worker, one request at a time,
// back to back. Empty: the key has to be named where rows differ in it.
std::string_view usual_value(std::string_view list, std::string_view key);

// Points into the report it was made from.
struct Measure {
  std::string path;   // "steady[batch=8,threads=2].latency.p99"
  std::string label;  // "latency p99, batch 8, threads 2"
  std::vector<PathSegment> at = {};
  MeasureUnit unit = MeasureUnit::number;
  bool lower_is_better = true;
  Sampling sampling = Sampling::exact;
  const Stat* stat = nullptr;             // null where exact, or not made
  std::int64_t censored = 0;              // further samples, known only to be longer than all
  std::optional<double> quantile = {};    // 0.99 of p99; absent: the median
  std::optional<double> exact = {};       // infinite: what waits under a load beyond what can be served
  std::optional<Searched> searched = {};  // its value is that of `holds`
  std::string why_not = {};               // why it was not made: a clause; empty where it was

  bool made() const { return stat != nullptr || exact || searched; }
  double value() const;  // the median, percentile or number; NaN where it is not known
};

// All that a report of this version can hold, made or not, in the order of the JSON: medians and exact numbers.
// Percentiles are measures of their own only where the report states them.
std::vector<Measure> all_measures(const Report& report);

// "0.99" of "p99" and of "p99.0"; nullopt for what is no percentile above 0 and below 100.
std::optional<double> percentile_of_name(std::string_view name);

// The same figure of the samples as another quantile, with its path and label.
Measure with_percentile(const Measure& measure, double quantile);

}  // namespace mlplan
