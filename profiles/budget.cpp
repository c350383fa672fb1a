#include "profiles/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

Error at(Error error, const std::string& where) {
  error.kind = ErrorKind::bad_input;
  error.where = where;
  return error;
}

Result<double> number_from(const BudgetLimit& limit) {
  const std::optional<double> value = number_of(limit.text);
  if (value && std::isfinite(*value)) return *value;
  return fail(ErrorKind::bad_input, fmt::format("'{}' is not a number", limit.text), limit.where,
              "this field has no unit: 0 or 1e-3");
}

Result<double> flag_from(const BudgetLimit& limit) {
  if (limit.text == "true") return 1;
  return fail(ErrorKind::bad_input, fmt::format("'{}' is not true", limit.text), limit.where,
              "this field is yes or no: true asks for yes");
}

template <class Quantity, class Value>
Result<double> quantity_from(const BudgetLimit& limit, const Result<Quantity>& parsed, Value value) {
  if (!parsed) return fail(at(parsed.error(), limit.where));
  return value(*parsed);
}

}  // namespace

Result<double> parse_limit(const BudgetLimit& limit, const Measure& measure) {
  switch (measure.unit) {
    case MeasureUnit::nanoseconds:
      return quantity_from(limit, parse_duration(limit.text),
                           [](Nanoseconds time) { return static_cast<double>(time.count()); });
    case MeasureUnit::bytes:
      return quantity_from(limit, parse_bytes(limit.text),
                           [](Bytes bytes) { return static_cast<double>(bytes.count); });
    case MeasureUnit::per_second: return quantity_from(limit, parse_rate(limit.text), [](double rate) { return rate; });
    case MeasureUnit::bytes_per_second: {
      if (!limit.text.ends_with("/s")) {
        return fail(ErrorKind::bad_input, fmt::format("'{}' is no rate of bytes", limit.text), limit.where, "500MB/s");
      }
      return quantity_from(limit, parse_bytes(std::string_view(limit.text).substr(0, limit.text.size() - 2)),
                           [](Bytes bytes) { return static_cast<double>(bytes.count); });
    }
    case MeasureUnit::flag: return flag_from(limit);
    case MeasureUnit::number: break;
  }
  return number_from(limit);
}

Result<double> parse_regression(std::string_view text, const std::string& where) {
  const Result<double> share = parse_percentage(text);
  if (share && *share >= 0) return *share;
  return fail(ErrorKind::bad_input, fmt::format("'{}' is not a percentage from 0 on", text), where, "10%");
}

Status add_limit(Budget& budget, LimitKind kind, std::string_view assignment, const std::string& where) {
  // The last '=': selectors have some of their own.
  const std::size_t equal = assignment.rfind('=');
  const std::size_t bracket = assignment.rfind(']');
  if (equal == std::string_view::npos || equal == 0 || (bracket != std::string_view::npos && equal < bracket)) {
    return fail(ErrorKind::usage, fmt::format("'{}' has no limit", assignment), where,
                "cold_start.time_to_first_result=5s");
  }
  const std::string path(trimmed(assignment.substr(0, equal)));
  const BudgetLimit limit{std::string(trimmed(assignment.substr(equal + 1))), where};
  auto clause = std::ranges::find(budget.clauses, path, &BudgetClause::path);
  if (clause == budget.clauses.end()) clause = budget.clauses.insert(clause, {.path = path, .where = where});
  (kind == LimitKind::max ? clause->max : clause->min) = limit;
  return {};
}

}  // namespace mlplan
