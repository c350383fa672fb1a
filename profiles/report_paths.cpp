#include "profiles/report_paths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "profiles/slo.h"
#include "profiles/support/csv.h"
#include "profiles/support/suggestion.h"

namespace mlplan {
namespace {

Error wrong(std::string message, const std::string& where, std::string hint = {}) {
  return Error{ErrorKind::bad_input, std::move(message), where, std::move(hint)};
}

Error malformed(std::string_view path, const std::string& where) {
  return wrong(fmt::format("'{}' is no path", path), where,
               "keys with dots between: steady[batch=8,threads=2].latency");
}

// A dot in brackets, or within "p99.9", separates nothing.
std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool in_brackets = false;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const bool end = i == path.size();
    if (!end && path[i] == '[') in_brackets = true;
    if (!end && path[i] == ']') in_brackets = false;
    if (!end && (path[i] != '.' || in_brackets)) continue;
    const bool decimal = !end && percentile_of_name(path.substr(start, i - start)) && i + 1 < path.size() &&
                         std::isdigit(static_cast<unsigned char>(path[i + 1])) != 0;
    if (decimal) continue;
    parts.push_back(path.substr(start, i - start));
    start = i + 1;
  }
  return parts;
}

Result<PathSegment> parse_segment(std::string_view part, std::string_view path, const std::string& where) {
  const std::size_t open = part.find('[');
  PathSegment segment{std::string(trimmed(part.substr(0, open)))};
  if (segment.name.empty()) return fail(malformed(path, where));
  if (open == std::string_view::npos) return segment;
  if (!part.ends_with(']')) return fail(malformed(path, where));
  std::string_view inside = part.substr(open + 1, part.size() - open - 2);
  while (true) {
    const std::size_t comma = std::min(inside.find(','), inside.size());
    const std::string_view item = inside.substr(0, comma);
    const std::size_t equal = item.find('=');
    if (equal == std::string_view::npos) return fail(malformed(path, where));
    segment.keys.push_back({std::string(trimmed(item.substr(0, equal))), std::string(trimmed(item.substr(equal + 1)))});
    if (comma == inside.size()) return segment;
    inside.remove_prefix(comma + 1);
  }
}

struct Query {
  std::vector<PathSegment> at;
  std::optional<double> quantile;
  bool median = false;  // said
};

bool is_state_or_list(const std::string& name) {
  return name == "model_cold" || name == "warm" || name == "all_cold" || name == "simultaneous" || name == "varied";
}

Result<Query> parse_query(std::string_view path, const std::string& where) {
  Query query;
  for (const std::string_view part : split_path(path)) {
    Result<PathSegment> segment = parse_segment(part, path, where);
    if (!segment) return fail(segment.error());
    query.at.push_back(*std::move(segment));
  }
  const std::string& last = query.at.back().name;
  if (query.at.size() > 1) {
    query.quantile = percentile_of_name(last);
    query.median = last == "median" || query.quantile == 0.5;
    if (query.median || query.quantile) query.at.pop_back();
    if (query.median) query.quantile.reset();
  }
  if (query.at.size() > 1 && query.at[0].name == "cold_start" && !is_state_or_list(query.at[1].name))
    query.at.insert(query.at.begin() + 1, {"model_cold"});
  return query;
}

// Names of the segments alone.
std::string skeleton(const std::vector<PathSegment>& at) {
  std::vector<std::string> names;
  for (const PathSegment& segment : at) names.push_back(segment.name);
  return fmt::format("{}", fmt::join(names, "."));
}

bool same_value(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const std::optional<double> x = number_of(a);
  const std::optional<double> y = number_of(b);
  return x && y && *x == *y;
}

const std::string* value_of(const std::vector<RowKey>& keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &RowKey::name);
  return found == keys.end() ? nullptr : &found->value;
}

bool keys_fit(const PathSegment& wanted, const PathSegment& row) {
  for (const RowKey& key : wanted.keys) {
    const std::string* value = value_of(row.keys, key.name);
    if (value == nullptr || !same_value(key.value, *value)) return false;
  }
  const bool at_a_rate = value_of(wanted.keys, "rate") != nullptr;  // which only an open loop has
  for (const RowKey& key : row.keys) {
    const std::string_view usual = usual_value(row.name, key.name);
    if (usual.empty() || key.value == usual || (at_a_rate && key.name == "mode")) continue;
    if (value_of(wanted.keys, key.name) == nullptr) return false;
  }
  return true;
}

bool keys_fit(const std::vector<PathSegment>& wanted, const std::vector<PathSegment>& at) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!at[i].of_no_row && !keys_fit(wanted[i], at[i])) return false;
  }
  return true;
}

// The path as asked for, with the names that are nearest to it.
std::string nearest_path(const Query& query, const std::vector<Measure>& all) {
  std::vector<std::string> known;
  for (const Measure& measure : all) {
    if (!measure.quantile) known.push_back(skeleton(measure.at));
  }
  known.emplace_back("throughput");
  const std::string asked = skeleton(query.at);
  std::string found = nearest(asked, known);
  if (found.empty()) {  // its end alone: "peak_rss"
    const auto ends = [&](const std::string& name) { return name.ends_with("." + asked); };
    const auto at = std::ranges::find_if(known, ends);
    if (at != known.end()) found = *at;
  }
  if (found.empty()) return {};
  std::string out;
  std::size_t i = 0;
  for (const std::string_view part : split_path(found)) {
    out += (out.empty() ? "" : ".") + std::string(part);
    if (i < query.at.size() && !query.at[i].keys.empty()) {
      std::vector<std::string> selectors;
      for (const RowKey& key : query.at[i].keys) selectors.push_back(key.name + "=" + key.value);
      out += fmt::format("[{}]", fmt::join(selectors, ","));
    }
    ++i;
  }
  if (query.quantile) out += "." + percentile_name(*query.quantile);
  return out;
}

std::string listed(const std::vector<const Measure*>& rows) {
  constexpr std::size_t kMost = 12;
  std::vector<std::string> paths;
  for (const Measure* row : rows) {
    if (paths.size() == kMost) {
      paths.push_back(fmt::format("and {} more", rows.size() - kMost));
      break;
    }
    paths.push_back(row->path);
  }
  return fmt::format("{}", fmt::join(paths, "\n"));
}

// A selector's key that no row has.
std::optional<Error> unknown_key(const Query& query, const std::vector<const Measure*>& rows, std::string_view path,
                                 const std::string& where) {
  for (std::size_t i = 0; i < query.at.size(); ++i) {
    if (rows.front()->at[i].of_no_row) continue;
    std::vector<std::string> names;
    for (const Measure* row : rows) {
      for (const RowKey& key : row->at[i].keys) {
        if (std::ranges::find(names, key.name) == names.end()) names.push_back(key.name);
      }
    }
    for (const RowKey& key : query.at[i].keys) {
      if (std::ranges::find(names, key.name) != names.end()) continue;
      if (names.empty())
        return wrong(fmt::format("'{}' has no rows to select from: {}", query.at[i].name, path), where);
      const std::string guess = nearest(key.name, names);
      return wrong(fmt::format("rows of {} have no '{}': {}", query.at[i].name, key.name, path), where,
                   guess.empty() ? fmt::format("select by {}", fmt::join(names, ", ")) : guess);
    }
  }
  return std::nullopt;
}

Measure highest_throughput(const std::vector<Measure>& all) {
  const Measure* best = nullptr;
  for (const Measure& measure : all) {
    if (skeleton(measure.at) != "steady.throughput" || measure.stat == nullptr) continue;
    if (const std::string* mode = value_of(measure.at.front().keys, "mode"); mode == nullptr || *mode != "closed")
      continue;
    if (best == nullptr || measure.value() > best->value()) best = &measure;
  }
  Measure out;
  out.at = {{.name = "throughput", .of_no_row = true}};
  out.unit = MeasureUnit::per_second;
  out.lower_is_better = false;
  out.label = "highest throughput";
  out.why_not = "no closed-loop row was measured";
  if (best != nullptr) {
    out = *best;
    out.label = "highest " + best->label;
  }
  return out;
}

}  // namespace

std::optional<std::string> selected_by(std::string_view path, std::string_view key) {
  const Result<Query> query = parse_query(trimmed(path), "");
  if (!query) return std::nullopt;
  for (const PathSegment& segment : query->at) {
    const auto found = std::ranges::find(segment.keys, key, &RowKey::name);
    if (found != segment.keys.end()) return found->value;
  }
  return std::nullopt;
}

Result<Measure> find_measure(const Report& report, std::string_view path, const std::string& where) {
  const Result<Query> query = parse_query(trimmed(path), where);
  if (!query) return fail(query.error());
  const std::vector<Measure> all = all_measures(report);
  const auto answer = [&](Measure measure) -> Result<Measure> {
    if (query->quantile) measure = with_percentile(measure, *query->quantile);
    measure.path = std::string(trimmed(path));
    const bool of_number =
        (measure.sampling == Sampling::exact && measure.exact) || measure.sampling == Sampling::searched;
    if (of_number && (query->quantile || query->median))
      return fail(wrong(fmt::format("'{}' is one number: it has no percentiles", measure.label), where));
    return measure;
  };
  const std::string asked = skeleton(query->at);
  if (asked == "throughput") return answer(highest_throughput(all));

  std::vector<const Measure*> named;
  for (const Measure& measure : all) {
    if (measure.quantile) continue;
    const std::string name = skeleton(measure.at);
    const bool phase_wall = name.ends_with(".wall") && name.size() == asked.size() + 5 && name.starts_with(asked);
    if (name == asked || phase_wall) named.push_back(&measure);
  }
  if (named.empty()) {
    const std::string guess = nearest_path(*query, all);
    return fail(wrong(fmt::format("a report has no '{}'", path), where,
                      guess.empty() ? "mlplan gate REPORT --format csv lists all paths" : guess));
  }
  if (std::optional<Error> error = unknown_key(*query, named, path, where)) return fail(*std::move(error));

  std::vector<const Measure*> selected;
  for (const Measure* measure : named) {
    if (keys_fit(query->at, measure->at)) selected.push_back(measure);
  }
  if (selected.size() == 1) return answer(*selected.front());
  if (selected.empty()) {
    return fail(wrong(fmt::format("no row of the report is selected by '{}'", path), where,
                      fmt::format("one of\n{}", listed(named))));
  }
  return fail(wrong(fmt::format("'{}' selects {} rows", path, selected.size()), where,
                    fmt::format("one of\n{}", listed(selected))));
}

}  // namespace mlplan
