// Budgets: what a report must keep to, from the table [budget] of mlplan.toml or from flags.
//
//   [budget]
//   cold_start.time_to_first_result = "5s"                   # at most; of a rate, or of what must be true, at least
//   "steady[batch=8,threads=2].latency.p99" = {max = "30ms", max_regression = "10%"}
//   quality.nan_values = 0
//   [budget.defaults]
//   max_regression = "10%"                                   # of every path above, against the baseline
//
// Limits keep their text until the unit of the field is known. Errors are bad_input with FILE:LINE:COLUMN.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/measure.h"
#include "profiles/support/result.h"

namespace mlplan {

struct BudgetLimit {
  std::string text;   // "5s", "0.001", "true"
  std::string where;  // "mlplan.toml:3:44", "--max throughput=100/s"
};

// Of one path. Without a limit the clause is about the baseline only.
struct BudgetClause {
  std::string path;
  std::string where;
  std::optional<BudgetLimit> natural = {};  // max where less is better, else min; gives way to one of that kind
  std::optional<BudgetLimit> max = {};
  std::optional<BudgetLimit> min = {};
  std::optional<double> max_regression = {};  // 0.10: may be 10 % worse than the baseline
};

struct Budget {
  std::vector<BudgetClause> clauses;  // in the order of the file; paths differ
  std::optional<double> max_regression = {};
};

// Tables but [budget] are other commands' and left alone; without [budget] it is an error.
Result<Budget> read_budget(const std::string& text, const std::string& file_name);

// "cold_start.warm.time_to_first_result=5s", the value of --max or --min: the limit replaces that of the file.
enum class LimitKind { max, min };
Status add_limit(Budget& budget, LimitKind kind, std::string_view assignment, const std::string& where);

// A limit in the unit of the field: ns, bytes, per second, a bare number, or 1 for "true".
Result<double> parse_limit(const BudgetLimit& limit, const Measure& measure);

// From 0 up: "10%". `where` and hint are set.
Result<double> parse_regression(std::string_view text, const std::string& where);

}  // namespace mlplan
