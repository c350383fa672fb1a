// The verdict: what `mlplan gate` found of each clause of a budget, and of all together. docs/formats.md explains every
// field; the JSON Schema is profiles/schemas/verdict.schema.json. Every format that gate prints is a view of this.
//
// Figures are in the unit that the clause names. Bounds are one-sided, each at `confidence`; absent where the samples
// carry none.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kVerdictSchema = "mlplan.verdict";
inline constexpr const char* kVerdictSchemaVersion = "1.0";

struct JudgedReport {
  std::string path;
  std::string model;  // its path
  std::string sha256;
  std::string started_at;
  std::string fingerprint;
  std::string grade;
};

// Against the baseline. The ratio is how many times as bad: above 1 is worse, whichever way the field goes.
struct RelativeFigures {
  std::optional<double> baseline;  // its median, percentile or number
  std::int64_t baseline_n = 0;
  std::optional<double> ratio;
  std::optional<double> ratio_low;
  std::optional<double> ratio_high;
  std::optional<double> p_value;  // of the rank test that it is not worse; absent where none was made
};

struct ClauseVerdict {
  std::string path;
  std::string label;
  std::string unit;     // ns, bytes, per_s, bytes_per_s, number, flag
  std::string kind;     // max, min, regression
  double limit = 0;     // in the unit; of a regression the share that it may be worse
  std::string outcome;  // pass, fail, inconclusive
  std::string reason;   // a sentence
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
  std::int64_t n = 0;
  double confidence = 0.95;
  std::string pending;                         // of inconclusive: samples, confirmation, baseline, quiet
  std::optional<std::int64_t> samples_needed;  // in all, of inconclusive: if the samples go on as they are
  std::optional<RelativeFigures> relative;     // of a regression
  std::string where;                           // mlplan.toml:3:1, or the flag
};

struct Difference {
  std::string what;
  std::string report;
  std::string baseline;
};

struct Verdict {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  std::string outcome;  // fail where any clause does, else inconclusive where any is, else pass
  JudgedReport report;
  std::optional<JudgedReport> baseline;
  std::optional<JudgedReport> confirmation;
  std::vector<Difference> differences;  // between report and baseline, that make them hard to compare
  std::vector<ClauseVerdict> clauses;
};

// Stable key order: equal verdicts give equal bytes.
nlohmann::ordered_json to_ordered_json(const Verdict& verdict);
std::string write_verdict(const Verdict& verdict);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version.
Result<Verdict> read_verdict(const std::string& text, const std::string& file_name);

std::string_view verdict_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
