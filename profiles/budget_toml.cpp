// Budgets from TOML: the table [budget] and what may stand in it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "profiles/budget.h"
#include "profiles/support/suggestion.h"

namespace mlplan {
namespace {

constexpr std::array<std::string_view, 3> kClauseKeys = {"max", "min", "max_regression"};
constexpr std::array<std::string_view, 1> kDefaultKeys = {"max_regression"};

class Reader {
 public:
  explicit Reader(const std::string& file_name) : file_name_(file_name) {}

  std::string where(const toml::source_position& position) const {
    return fmt::format("{}:{}:{}", file_name_, position.line, position.column);
  }
  // TOML's tables are sorted by key, people read from the top.
  std::vector<BudgetClause> clauses_by_line() {
    std::ranges::stable_sort(clauses_, {}, &Placed::line);
    std::vector<BudgetClause> sorted;
    for (Placed& placed : clauses_) sorted.push_back(std::move(placed.clause));
    return sorted;
  }

  std::string where(const toml::node& node) const { return where(node.source().begin); }

  Status budget(const toml::table& table, Budget& out) {
    for (const auto& [key, node] : table) {
      Status status;
      if (key.str() == "defaults" && node.is_table()) {
        status = defaults(*node.as_table(), out);
      } else {
        status = clauses(std::string(key.str()), key.source().begin, node);
      }
      if (!status) return status;
    }
    return {};
  }

 private:
  Error unknown(const toml::key& key, std::span<const std::string_view> names) const {
    const std::vector<std::string> known(names.begin(), names.end());
    const std::string guess = nearest(key.str(), known);
    return Error{ErrorKind::bad_input, fmt::format("unknown key '{}'", key.str()), where(key.source().begin),
                 guess.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : guess};
  }

  // Text, a number or a truth: as one would type it.
  Result<BudgetLimit> limit(const toml::node& node) const {
    std::string text;
    if (const auto* string = node.as_string()) {
      text = string->get();
    } else if (const auto* whole = node.as_integer()) {
      text = fmt::format("{}", whole->get());
    } else if (const auto* number = node.as_floating_point()) {
      text = fmt::format("{}", number->get());
    } else if (const auto* truth = node.as_boolean()) {
      text = truth->get() ? "true" : "false";
    } else {
      return fail(ErrorKind::bad_input, "a limit is a text, a number or true", where(node), "\"5s\"");
    }
    return BudgetLimit{text, where(node)};
  }

  Result<double> regression(const toml::node& node) const {
    const auto* text = node.as_string();
    if (text == nullptr) return fail(ErrorKind::bad_input, "max_regression is a percentage", where(node), "\"10%\"");
    return parse_regression(text->get(), where(node));
  }

  Status defaults(const toml::table& table, Budget& out) const {
    for (const auto& [key, node] : table) {
      if (key.str() != "max_regression") return fail(unknown(key, kDefaultKeys));
      const Result<double> share = regression(node);
      if (!share) return fail(share.error());
      out.max_regression = *share;
    }
    return {};
  }

  Status clause_table(const toml::table& table, BudgetClause& clause) const {
    for (const auto& [key, node] : table) {
      if (key.str() == "max_regression") {
        const Result<double> share = regression(node);
        if (!share) return fail(share.error());
        clause.max_regression = *share;
      } else if (key.str() == "max" || key.str() == "min") {
        Result<BudgetLimit> read = limit(node);
        if (!read) return fail(read.error());
        (key.str() == "max" ? clause.max : clause.min) = *std::move(read);
      } else {
        return fail(unknown(key, kClauseKeys));
      }
    }
    if (!clause.max && !clause.min && !clause.max_regression)
      return fail(ErrorKind::bad_input, fmt::format("the budget of '{}' is empty", clause.path), clause.where,
                  "{max = \"5s\"}");
    return {};
  }

  // cold_start.warm.x = "5s" are tables within tables to TOML: down to what is a limit, or has the keys of a clause.
  Status clauses(const std::string& path, const toml::source_position& place, const toml::node& node) {
    const toml::table* table = node.as_table();
    const auto is_clause_key = [](const auto& entry) {
      return std::ranges::find(kClauseKeys, entry.first.str()) != kClauseKeys.end();
    };
    const bool of_clause =
        table != nullptr && (table->is_inline() || std::any_of(table->begin(), table->end(), is_clause_key));
    if (table != nullptr && !of_clause) {
      for (const auto& [key, inner] : *table) {
        if (Status status = clauses(path + "." + std::string(key.str()), key.source().begin, inner); !status)
          return status;
      }
      return {};
    }
    BudgetClause clause{.path = path, .where = where(place)};
    if (of_clause) {
      if (Status status = clause_table(*table, clause); !status) return status;
    } else {
      Result<BudgetLimit> read = limit(node);
      if (!read) return fail(read.error());
      clause.natural = *std::move(read);
    }
    const auto same = [&](const Placed& other) { return other.clause.path == path; };
    if (std::ranges::any_of(clauses_, same))
      return fail(ErrorKind::bad_input, fmt::format("'{}' stands twice", path), where(place), "keep one of them");
    clauses_.push_back({place.line, std::move(clause)});
    return {};
  }

  struct Placed {
    toml::source_index line;
    BudgetClause clause;
  };
  std::string file_name_;
  std::vector<Placed> clauses_;
};

}  // namespace

Result<Budget> read_budget(const std::string& text, const std::string& file_name) {
  const toml::parse_result parsed = toml::parse(text, file_name);
  Reader reader(file_name);
  if (!parsed) {
    return fail(ErrorKind::bad_input, fmt::format("is not TOML: {}", parsed.error().description()),
                reader.where(parsed.error().source().begin), "text stands in quotes: latency = \"30ms\"");
  }
  const toml::table& root = parsed.table();
  const toml::table* table = root["budget"].as_table();
  if (table == nullptr) {
    std::string hint = "mlplan gate --init REPORT writes one";
    for (const auto& [key, node] : root) {
      if (!nearest(key.str(), std::vector<std::string>{"budget"}).empty())
        hint = fmt::format("[budget] in place of [{}] in line {}", key.str(), key.source().begin.line);
    }
    return fail(ErrorKind::bad_input, "has no table [budget]", file_name, hint);
  }
  Budget budget;
  if (Status status = reader.budget(*table, budget); !status) return fail(status.error());
  budget.clauses = reader.clauses_by_line();
  return budget;
}

}  // namespace mlplan
