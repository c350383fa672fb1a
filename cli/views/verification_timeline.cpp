#include "cli/views/verification_timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "cli/views/estimates.h"
#include "cli/views/numbers.h"
#include "cli/views/timeline_plot.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

using S = VerifiedStretch;
using Reader = std::function<std::optional<double>(const S&)>;

// One value a column: the mean of those that are there, 0 where none is.
std::vector<double> columns_of_stretches(const std::vector<S>& stretches, const Reader& value, const Style& style) {
  const auto columns = static_cast<std::size_t>(plot_columns(style));
  std::vector<double> result(columns, 0);
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t first = c * stretches.size() / columns;
    const std::size_t end = std::max(first + 1, (c + 1) * stretches.size() / columns);
    double sum = 0;
    int there = 0;
    for (std::size_t i = first; i < end; ++i) {
      if (const std::optional<double> one = value(stretches[i]); one && *one >= 0) sum += *one, ++there;
    }
    if (there > 0) result[c] = sum / there;
  }
  return result;
}

double highest(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

std::string top_text(double most, Unit unit) {
  if (!(most > 0)) return "0";
  std::string text = format(most, unit, 2);
  std::erase(text, ' ');
  return text;
}

class Bands {
 public:
  Bands(const std::vector<S>& stretches, const Style& style) : stretches_(stretches), style_(style) {}

  // Left out where nothing happened.
  void add(const char* label, int lines, Ink ink, Unit unit, const Reader& value) {
    std::vector<double> columns = columns_of_stretches(stretches_, value, style_);
    if (const double most = highest(columns); most > 0) push(label, lines, ink, unit, std::move(columns), most);
  }

  // Both with the scale of the higher one. Left out where nothing happened, or the same all the time as predicted.
  void add_pair(const char* label, int lines, Ink ink, Unit unit, const Reader& measured, const Reader& predicted) {
    std::vector<double> upper = columns_of_stretches(stretches_, measured, style_);
    std::vector<double> lower = columns_of_stretches(stretches_, predicted, style_);
    const double most = std::max(highest(upper), highest(lower));
    if (!(most > 0) || (std::ranges::count(upper, most) == std::ssize(upper) && upper == lower)) return;
    push(label, lines, ink, unit, std::move(upper), most);
    if (std::ranges::any_of(stretches_, [](const S& s) { return s.predicted.has_value(); }))
      push("predicted", lines, Ink::dim, unit, std::move(lower), most);
  }

  const std::vector<Band>& all() const { return bands_; }

 private:
  void push(const char* label, int lines, Ink ink, Unit unit, std::vector<double> columns, double most) {
    bands_.push_back({label, std::move(columns), top_text(most, unit), lines, ink, most});
  }

  const std::vector<S>& stretches_;
  const Style& style_;
  std::vector<Band> bands_;
};

template <class Member>
Reader measured(Member StretchFigures::* member) {
  return [member](const S& s) { return std::optional<double>(s.measured.*member); };
}

template <class Member>
Reader predicted(Member StretchFigures::* member) {
  return [member](const S& s) { return s.predicted ? std::optional<double>((*s.predicted).*member) : std::nullopt; };
}

}  // namespace

std::string verification_timeline(const Verification& verification, const Style& style) {
  const std::vector<S>& stretches = verification.timeline;
  if (stretches.empty() || !(verification.stretch_s > 0)) return {};
  Bands bands(stretches, style);
  const auto count = [](std::int64_t S::* member) {
    return [member](const S& s) { return std::optional<double>(static_cast<double>(s.*member)); };
  };
  bands.add("arrivals/s", 3, Ink::cyan, Unit::count, [&](const S& s) {
    return std::optional<double>(static_cast<double>(s.arrivals) / verification.stretch_s);
  });
  using F = StretchFigures;
  const bool tails = std::ranges::any_of(stretches, [](const S& s) { return s.measured.p99_ns.has_value(); });
  const auto response = tails ? &F::p99_ns : &F::p50_ns;
  bands.add_pair(tails ? "p99" : "p50", 3, Ink::yellow, Unit::duration, measured(response), predicted(response));
  bands.add_pair("ready", 2, Ink::green, Unit::count, measured(&F::ready), predicted(&F::ready));
  bands.add_pair("loading", 2, Ink::yellow, Unit::count, measured(&F::loading), predicted(&F::loading));
  bands.add_pair("pooled", 2, Ink::plain, Unit::count, measured(&F::pooled), predicted(&F::pooled));
  bands.add("not served", 2, Ink::red, Unit::count, count(&S::failed));
  bands.add("kills", 1, Ink::red, Unit::count, count(&S::kills));
  const double from = stretches.front().start_s;
  const double span = verification.stretch_s * static_cast<double>(stretches.size());
  return paint("  TIMELINE", Ink::bold, style) +
         paint(fmt::format("  means over {}",
                           format_duration(std::max(verification.stretch_s, span / plot_columns(style)) * 1e9)),
               Ink::dim, style) +
         "\n" + timeline_plot(bands.all(), from, from + span, style);
}

}  // namespace mlplan::cli
