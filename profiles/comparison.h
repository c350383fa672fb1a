// The comparison: what `mlplan compare` found to differ between two reports or more. docs/formats.md explains every
// field; the JSON Schema is profiles/schemas/comparison.schema.json.
//
// Figures are in the unit that the measure names; the first report is what the others are held against. Bounds are
// one-sided, each at `confidence`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"
#include "profiles/verdict.h"

namespace mlplan {

inline constexpr const char* kComparisonSchema = "mlplan.comparison";
inline constexpr const char* kComparisonSchemaVersion = "1.0";

struct ComparedFigure {
  std::optional<double> value;  // median, percentile or number
  std::optional<double> low;
  std::optional<double> high;
  std::int64_t n = 0;
  // Against the first report; absent in it. The ratio is the value over the first one's.
  std::optional<double> ratio;
  std::optional<double> ratio_low;
  std::optional<double> ratio_high;
  std::optional<double> p_value;  // of the rank test in the direction that was seen
  std::string verdict;            // better, worse, same, unsure; new: not in the first report, where this is empty
  std::string reason;             // a clause
};

struct ComparedMeasure {
  std::string path;
  std::string label;
  std::string unit;  // ns, bytes, per_s, bytes_per_s, number, flag
  bool lower_is_better = true;
  bool headline = false;
  std::vector<ComparedFigure> figures;  // one for each report
};

struct ComparedReport {
  JudgedReport report;
  bool in_turns = false;                // its samples and the first one's were taken in turns, in one run
  double least_effect = 0;              // a smaller change than this share counts as none
  std::vector<Difference> differences;  // of machine and build, from the first
};

struct Comparison {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  double confidence = 0.95;  // of each bound
  std::vector<ComparedReport> reports;
  std::vector<ComparedMeasure> measures;  // what matters most first
};

// Stable key order: equal comparisons give equal bytes.
nlohmann::ordered_json to_ordered_json(const Comparison& comparison);
std::string write_comparison(const Comparison& comparison);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer".
Result<Comparison> read_comparison(const std::string& text, const std::string& file_name);

std::string_view comparison_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
