#include "profiles/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "profiles/report_fields.h"
#include "profiles/slo.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

constexpr std::array kStates = {"model_cold", "warm", "all_cold"};
constexpr std::array kBarriers = {"baseline",        "framework", "after_load", "load_peak",
                                  "first_inference", "steady",    "peak"};

// Numbers of which more is better, beside rates and truths.
constexpr std::array<std::string_view, 4> kHigherIsBetter = {"cosine", "top1_agreement", "equal_share", "fits"};

struct UnitSuffix {
  std::string_view suffix;
  MeasureUnit unit;
};
constexpr UnitSuffix kSuffixes[] = {{"_bytes_per_s", MeasureUnit::bytes_per_second},
                                    {"_per_s", MeasureUnit::per_second},
                                    {"_ns", MeasureUnit::nanoseconds},
                                    {"_bytes", MeasureUnit::bytes}};

struct NameAndUnit {
  std::string name;
  MeasureUnit unit = MeasureUnit::number;
};

NameAndUnit without_unit(std::string_view key) {
  for (const UnitSuffix& known : kSuffixes) {
    if (key.ends_with(known.suffix)) return {std::string(key.substr(0, key.size() - known.suffix.size())), known.unit};
  }
  return {std::string(key), key == "bytes" ? MeasureUnit::bytes : MeasureUnit::number};
}

// As --slo takes it, but for the comma, which separates keys: "p50=20ms+p99=50ms".
std::string selector_of(const std::vector<LatencyObjective>& objectives) {
  std::vector<std::string> texts;
  for (const LatencyObjective& objective : objectives) {
    const bool seconds = objective.at_most_ns >= 1e9;
    texts.push_back(fmt::format("{}={}{}", percentile_name(objective.quantile),
                                objective.at_most_ns / (seconds ? 1e9 : 1e6), seconds ? "s" : "ms"));
  }
  return fmt::format("{}", fmt::join(texts, "+"));
}

// The scalars of a row up to its first figure, and the objective that it is about.
class RowKeys {
 public:
  std::vector<RowKey> keys;          // those that have a value
  std::vector<std::string> numbers;  // names of those that may have none

  template <class T>
  void operator()(const char* key, const T& member) {
    if (ended_) return;
    const std::string name = without_unit(key).name;
    if constexpr (std::is_same_v<T, std::string>) {
      if (!member.empty()) keys.push_back({name, member});
    } else if constexpr (std::is_arithmetic_v<T>) {
      keys.push_back({name, fmt::format("{}", member)});
    } else if constexpr (json_fields::is_optional<T>) {
      if constexpr (std::is_arithmetic_v<typename T::value_type>) {
        numbers.push_back(name);
        if (member) keys.push_back({name, fmt::format("{}", *member)});
      } else {
        ended_ = true;
      }
    } else if constexpr (std::is_same_v<T, std::map<std::string, std::int64_t>>) {
      for (const auto& [symbol, size] : member) keys.push_back({symbol, fmt::format("{}", size)});
    } else if constexpr (std::is_same_v<T, std::vector<LatencyObjective>>) {
      keys.push_back({"slo", selector_of(member)});
      ended_ = true;
    } else {
      ended_ = true;
    }
  }

 private:
  bool ended_ = false;
};

class Walk {
 public:
  std::vector<Measure> found;

  template <class T>
  void operator()(const char* key, const T& member) {
    using json_fields::HasFields;
    using json_fields::is_optional;
    using json_fields::is_vector;
    if constexpr (std::is_same_v<T, Stat>) {
      add_stat(key, &member);
    } else if constexpr (std::is_same_v<T, std::optional<Stat>>) {
      add_stat(key, member ? &*member : nullptr);
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (!in_row_ && is_measure<T>())
        add_number(key, std::is_same_v<T, bool>, is_exact<T>(), static_cast<double>(member));
    } else if constexpr (is_optional<T>) {
      using Value = typename T::value_type;
      if constexpr (std::is_arithmetic_v<Value>) {
        const bool is_key = std::ranges::find(row_keys_, without_unit(key).name) != row_keys_.end();
        if (!is_key && is_measure<Value>()) {
          add_number(key, std::is_same_v<Value, bool>, is_exact<Value>(),
                     member ? std::optional<double>(static_cast<double>(*member)) : std::nullopt);
        }
      } else if constexpr (HasFields<const Value>) {
        static const Value kNone{};
        within(key, {}, member ? why_not_ : first_of(why_not_, "it was not measured"),
               [&] { fields(*this, member ? *member : kNone); });
      }
    } else if constexpr (is_vector<T>) {
      if constexpr (HasFields<const typename T::value_type>) rows(key, member);
    } else if constexpr (HasFields<const T>) {
      within(key, {}, why_not_, [&] { fields(*this, member); });
    }
  }

  void operator()(const char* key, const std::vector<Phase>& phases) {
    static const Phase kNone;
    for (const char* name : kPhases) {
      const Phase* phase = find_phase(phases, name);
      const bool there = phase != nullptr;
      named(key, name, there ? why_not_ : first_of(why_not_, "this start has no such phase"),
            [&] { fields(*this, there ? *phase : kNone); });
    }
  }

  void operator()(const char* key, const std::vector<PhasePart>& parts) {
    for (const PhasePart& part : parts) {
      within(key, {}, why_not_, [&] { add(part.first, MeasureUnit::nanoseconds, &part.second); });
    }
  }

  void operator()(const char* key, const std::vector<LedgerRow>& ledger) {
    static const LedgerRow kNone;
    for (const char* name : kBarriers) {
      const auto row = std::ranges::find(ledger, name, &LedgerRow::at);
      named(key, name, why_not_, [&] { fields(*this, row == ledger.end() ? kNone : *row); });
    }
  }

  void cold_start(const ColdStart& cold_start) {
    static const ColdStartState kNone;
    for (const char* name : kStates) {
      const auto state = std::ranges::find(cold_start.states, name, &ColdStartState::name);
      const bool there = state != cold_start.states.end();
      std::string why_not;
      if (!there) {
        why_not = fmt::format("the run measured no {} starts", name);
      } else if (!state->achieved) {
        why_not = fmt::format("the state {} was not reached", name);
        if (!state->why_not.empty()) why_not += ": " + state->why_not;
      }
      within(name, {}, why_not, [&] {
        state_ = there ? &*state : &kNone;
        fields(*this, *state_);
        state_ = nullptr;
      });
    }
    (*this)("simultaneous", cold_start.simultaneous);
    (*this)("varied", cold_start.varied);
  }

  template <class Visit>
  void within(const char* name, std::vector<RowKey> keys, std::string why_not, Visit visit) {
    const std::string outer = std::exchange(why_not_, std::move(why_not));
    at_.push_back({name, std::move(keys)});
    visit();
    at_.pop_back();
    why_not_ = outer;
  }

 private:
  static std::string first_of(const std::string& a, const char* b) { return a.empty() ? b : a; }

  template <class Visit>
  void named(const char* list, const std::string& name, std::string why_not, Visit visit) {
    within(list, {}, why_not, [&] { within(name.c_str(), {}, why_not, visit); });
  }

  // Flags outside of quality say how it was measured. Counts are what they are, and so is what was computed from
  // outputs. Other numbers are estimates whose error nobody states.
  template <class T>
  bool is_measure() const {
    return !std::is_same_v<T, bool> || at_.front().name == "quality";
  }
  template <class T>
  bool is_exact() const {
    return std::is_integral_v<T> || at_.front().name == "quality";
  }

  template <class Row>
  void figures_of(const Row& row) {
    if constexpr (std::is_same_v<Row, LoadKnee>) {
      add_search(row);
    } else {
      fields(*this, row);
    }
  }

  template <class Row>
  void rows(const char* key, const std::vector<Row>& list) {
    static const Row kNone{};
    if (list.empty()) {
      const bool outer = std::exchange(in_row_, true);
      within(key, {}, first_of(why_not_, "the run measured none"), [&] {
        at_.back().of_no_row = true;
        figures_of(kNone);
      });
      in_row_ = outer;
    }
    for (const Row& row : list) {
      RowKeys keys;
      fields(keys, row);
      std::string why_not = why_not_;
      if constexpr (requires { row.failure; }) {
        if (!row.failure.empty()) why_not = "this row failed: " + row.failure;
      }
      if constexpr (requires { row.saturated; }) saturated_ = row.saturated.value_or(false);
      const bool outer = std::exchange(in_row_, true);
      row_keys_ = keys.numbers;
      within(key, keys.keys, why_not, [&] { figures_of(row); });
      saturated_ = false;
      row_keys_.clear();
      in_row_ = outer;
    }
  }

  void add_number(const char* key, bool is_flag, bool is_exact, std::optional<double> value) {
    const NameAndUnit what = without_unit(key);
    Measure& measure = place(what.name, is_flag ? MeasureUnit::flag : what.unit);
    measure.sampling = is_exact ? Sampling::exact : Sampling::point;
    if (!measure.why_not.empty()) return;
    if (value && std::isfinite(*value)) {
      measure.exact = value;
    } else {
      measure.why_not = "it was not measured";
    }
  }

  // Not LoadKnee::fails_per_s: it counts a rate as failed that stayed undecided, and stands for the capacity where none
  // was tried.
  void add_search(const LoadKnee& knee) {
    Measure& measure = place("holds", MeasureUnit::per_second);
    measure.sampling = Sampling::searched;
    if (!measure.why_not.empty()) return;
    Searched seen{.holds = knee.holds_per_s, .fails = {}};
    for (const TriedRate& tried : knee.tried) {
      if (tried.verdict == "fails") seen.fails = std::min(tried.rate_per_s, seen.fails.value_or(tried.rate_per_s));
    }
    if (seen.holds || seen.fails) {
      measure.searched = seen;
    } else {
      measure.why_not = "no rate was seen to hold or to fail";
    }
  }

  void add_stat(const char* key, const Stat* stat) {
    const NameAndUnit what = without_unit(key);
    add(what.name, what.unit, stat);
  }

  void add(const std::string& name, MeasureUnit unit, const Stat* stat) {
    Measure& measure = place(name, unit);
    const std::string_view list = measure.at.front().name;
    const bool of_start = list == "cold_start" && measure.at[1].name == "simultaneous";
    const bool by_visit = (list == "steady" && name != "peak_rss") || (of_start && name == "time_to_first_result");
    measure.sampling = by_visit ? Sampling::visits : Sampling::independent;
    if (state_ != nullptr && (name == "time_to_steady" || name == "steady_after_inferences"))
      measure.censored = state_->never_steady + state_->warm_up_undecided;
    if (!measure.why_not.empty()) return;
    if (saturated_ && (name == "latency" || name == "queue")) {
      measure.exact = std::numeric_limits<double>::infinity();
    } else if (stat != nullptr && stat->n > 0) {
      measure.stat = stat;
    } else {
      measure.why_not = measure.censored > 0 ? "no sample became steady" : "it was not measured";
    }
  }

  Measure& place(const std::string& name, MeasureUnit unit) {
    Measure& measure = found.emplace_back();
    measure.at = at_;
    measure.at.push_back({name, {}});
    measure.unit = unit;
    const bool rate = unit == MeasureUnit::per_second || unit == MeasureUnit::bytes_per_second;
    measure.lower_is_better =
        !rate && unit != MeasureUnit::flag && std::ranges::find(kHigherIsBetter, name) == kHigherIsBetter.end();
    measure.why_not = why_not_;
    return measure;
  }

  std::vector<PathSegment> at_;
  std::string why_not_;
  const ColdStartState* state_ = nullptr;
  std::vector<std::string> row_keys_;
  bool in_row_ = false;
  bool saturated_ = false;
};

std::vector<RowKey> keys_to_name(const PathSegment& segment) {
  std::vector<RowKey> chosen;
  for (const RowKey& key : segment.keys) {
    if (usual_value(segment.name, key.name) != key.value) chosen.push_back(key);
  }
  return chosen;
}

// "peak_rss" -> "peak RSS".
std::string words(const std::string& name) {
  constexpr std::string_view kAbbreviations[] = {"rss", "pss", "cpu", "gpu"};
  std::string text;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('_', start), name.size());
    std::string word = name.substr(start, end - start);
    if (std::ranges::find(kAbbreviations, word) != std::end(kAbbreviations)) {
      for (char& letter : word) letter = static_cast<char>(letter - 'a' + 'A');
    }
    if (word == "nan") word = "NaN";
    if (word == "inf") word = "Inf";
    text += (text.empty() ? "" : " ") + word;
    start = end + 1;
  }
  return text;
}

void name(Measure& measure) {
  constexpr std::string_view kLists[] = {"phases", "parts", "ledger", "marginal"};
  std::vector<std::string> context;
  for (const PathSegment& segment : measure.at) {
    const bool figure = &segment == &measure.at.back();
    // The figure says of what kind it is; "bytes" alone does not.
    const bool part_of_report = &segment == &measure.at.front() && segment.name != "model";
    measure.path += (measure.path.empty() ? "" : ".") + segment.name;
    if (!figure && !part_of_report && std::ranges::find(kLists, segment.name) == std::end(kLists))
      context.push_back(words(segment.name));
    std::vector<std::string> selectors;
    for (const RowKey& key : keys_to_name(segment)) {
      selectors.push_back(key.name + "=" + key.value);
      context.push_back(words(key.name) + " " + words(key.value));
    }
    if (!selectors.empty()) measure.path += fmt::format("[{}]", fmt::join(selectors, ","));
  }
  measure.label = measure.sampling == Sampling::searched ? "highest rate that holds" : words(measure.at.back().name);
  if (!context.empty()) measure.label += fmt::format(", {}", fmt::join(context, ", "));
}

}  // namespace

const char* unit_name(MeasureUnit unit) {
  switch (unit) {
    case MeasureUnit::nanoseconds: return "ns";
    case MeasureUnit::bytes: return "bytes";
    case MeasureUnit::per_second: return "per_s";
    case MeasureUnit::bytes_per_second: return "bytes_per_s";
    case MeasureUnit::flag: return "flag";
    case MeasureUnit::number: break;
  }
  return "number";
}

MeasureUnit unit_of_name(std::string_view name) {
  for (const MeasureUnit unit : {MeasureUnit::nanoseconds, MeasureUnit::bytes, MeasureUnit::per_second,
                                 MeasureUnit::bytes_per_second, MeasureUnit::flag}) {
    if (name == unit_name(unit)) return unit;
  }
  return MeasureUnit::number;
}

std::string format_measure(double value, MeasureUnit unit) {
  switch (unit) {
    case MeasureUnit::nanoseconds: return format_duration(value);
    case MeasureUnit::bytes: return format_bytes(value);
    case MeasureUnit::per_second: return format_rate(value);
    case MeasureUnit::bytes_per_second: return format_byte_rate(value);
    case MeasureUnit::flag: return value > 0 ? "yes" : "no";
    case MeasureUnit::number: break;
  }
  return value == std::trunc(value) && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                              : fmt::format("{:.3g}", value);
}

std::string_view usual_value(std::string_view list, std::string_view key) {
  if (list == "steady" && (key == "workers" || key == "concurrency")) return "1";
  if (list == "steady" && key == "mode") return "closed";
  if (list == "load" && key == "concurrency") return "1";
  if (list == "load" && key == "arrivals") return "poisson";
  if (list == "simultaneous" && key == "state") return "warm";
  return {};
}

double Measure::value() const {
  if (exact) return *exact;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (searched) return searched->holds.value_or(kNone);
  if (stat == nullptr) return kNone;
  if (!quantile) return stat->median;
  const auto stated = stat->percentiles.find(percentile_name(*quantile));
  return stated == stat->percentiles.end() ? kNone : stated->second.value.value_or(kNone);
}

std::vector<Measure> all_measures(const Report& report) {
  Walk walk;
  walk.within("model", {}, "", [&] { walk("bytes", report.model.bytes); });
  walk.within("cold_start", {}, "", [&] { walk.cold_start(report.cold_start); });
  walk("memory", report.memory);
  walk("steady", report.steady);
  walk("load", report.load);
  walk("serving", report.serving);
  // Without outputs their NaNs were not counted to be none.
  const bool looked = report.quality.output_values > 0;
  walk.within("quality", {}, looked ? "" : "no output was looked at", [&] { fields(walk, report.quality); });
  std::vector<Measure> all;
  for (Measure& measure : walk.found) {
    name(measure);
    all.push_back(measure);
    if (measure.stat == nullptr) continue;
    for (const auto& [percentile, stated] : measure.stat->percentiles) {
      const std::optional<double> quantile = percentile_of_name(percentile);
      if (quantile && *quantile != 0.5) all.push_back(with_percentile(measure, *quantile));
    }
  }
  return all;
}

std::optional<double> percentile_of_name(std::string_view name) {
  double percent = 0;
  if (!name.starts_with('p')) return std::nullopt;
  const auto [end, problem] = std::from_chars(name.data() + 1, name.data() + name.size(), percent);
  if (problem != std::errc() || end != name.data() + name.size() || !(percent > 0 && percent < 100))
    return std::nullopt;
  return percent / 100;
}

Measure with_percentile(const Measure& measure, double quantile) {
  Measure out = measure;
  if (quantile == 0.5) return out;
  const std::string name = percentile_name(quantile);
  out.quantile = quantile;
  out.at.push_back({name});
  out.path += "." + name;
  const std::size_t figure_end = std::min(out.label.find(", "), out.label.size());
  out.label.insert(figure_end, " " + name);
  return out;
}

}  // namespace mlplan
