#include "cli/views/timeline_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace mlplan::cli {
namespace {

constexpr int kLabel = 10;
constexpr int kTop = 7;
constexpr int kTicksAtMost = 6;

constexpr std::array<const char*, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 9> kAscii = {" ", ".", ".", ".", ":", ":", ":", "#", "#"};

// How full line `line` (0 at the bottom) of `lines` is, in eighths. What is not 0 is seen.
int eighths(double fraction, int line, int lines) {
  const int total = static_cast<int>(std::lround(fraction * lines * 8));
  return std::clamp(std::max(total, fraction > 0 ? 1 : 0) - line * 8, 0, 8);
}

std::string band_text(const Band& band, const Style& style) {
  const std::vector<double> values = columns_of_values(band.values, plot_columns(style));
  const double most = std::max(band.full, *std::max_element(values.begin(), values.end()));
  const int lines = most > 0 ? band.lines : 1;
  const auto& glyphs = style.unicode ? kBlocks : kAscii;
  std::string text;
  for (int line = lines - 1; line >= 0; --line) {
    const bool top = line == lines - 1;
    std::string curve;
    for (const double value : values)
      curve += glyphs[static_cast<std::size_t>(eighths(most > 0 ? value / most : 0, line, lines))];
    curve.erase(curve.find_last_not_of(' ') + 1);
    const std::string number = top ? band.top : line == 0 ? "0" : "";
    const auto pad = static_cast<std::size_t>(std::max(0, kTop - columns_of(number)));
    text += std::string(kIndent, ' ') + paint(fmt::format("{:<{}}", top ? band.label : "", kLabel), Ink::dim, style) +
            std::string(pad, ' ') + shown(number, style) + (style.unicode ? "│" : "|") + paint(curve, band.ink, style) +
            "\n";
  }
  return text;
}

// "45s", "1m30", "2h", "8h10", "1d6h".
std::string tick_text(double seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
    std::int64_t below;  // seconds of the next smaller unit
  };
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (std::abs(seconds - static_cast<double>(whole)) > 1e-6) return fmt::format("{:.4g}s", seconds);
  for (const Unit& unit : {Unit{86'400, "d", 3600}, Unit{3600, "h", 60}, Unit{60, "m", 1}}) {
    if (whole < unit.seconds) continue;
    const std::int64_t rest = whole % unit.seconds / unit.below;
    const std::string head = fmt::format("{}{}", whole / unit.seconds, unit.name);
    if (rest == 0) return head;
    return head + (unit.below == 3600 ? fmt::format("{}h", rest) : fmt::format("{:02}", rest));
  }
  return whole == 0 ? "0" : fmt::format("{}s", whole);
}

double tick_step(double span_s) {
  constexpr std::array kSteps = {0.1,      0.2,       0.5,       1.0,       2.0,       5.0,         10.0,
                                 15.0,     30.0,      60.0,      120.0,     300.0,     600.0,       900.0,
                                 1800.0,   3600.0,    7200.0,    10'800.0,  14'400.0,  21'600.0,    43'200.0,
                                 86'400.0, 172'800.0, 259'200.0, 432'000.0, 864'000.0, 2'592'000.0, 8'640'000.0};
  for (const double step : kSteps) {
    if (span_s / step <= kTicksAtMost) return step;
  }
  return span_s / kTicksAtMost;
}

}  // namespace

int plot_columns(const Style& style) { return std::clamp(style.width - kIndent - kLabel - kTop - 1, 20, 60); }

std::vector<double> columns_of_values(const std::vector<double>& values, int columns) {
  std::vector<double> result(static_cast<std::size_t>(columns), 0);
  if (values.empty()) return result;
  const std::size_t n = values.size();
  for (std::size_t c = 0; c < result.size(); ++c) {
    const std::size_t first = c * n / result.size();
    const std::size_t end = std::max(first + 1, (c + 1) * n / result.size());
    for (std::size_t i = first; i < end; ++i) result[c] += values[i] / static_cast<double>(end - first);
  }
  return result;
}

std::string timeline_plot(const std::vector<Band>& bands, double from_s, double to_s, const Style& style) {
  std::string text;
  for (const Band& band : bands) text += band_text(band, style);
  const auto columns = static_cast<std::size_t>(plot_columns(style));
  const std::string margin(kIndent + kLabel + kTop, ' ');
  std::string axis = margin + (style.unicode ? "└" : "+");
  std::string labels(margin.size() + 1 + columns + 8, ' ');
  std::vector<bool> ticks(columns, false);
  const double span = to_s - from_s;
  const double step = tick_step(span);
  for (double at = std::ceil(from_s / step - 1e-9) * step; at <= to_s * (1 + 1e-9); at += step) {
    const auto column =
        static_cast<std::size_t>(std::clamp((at - from_s) / span, 0.0, 1.0) * static_cast<double>(columns));
    if (column < ticks.size()) ticks[column] = true;
    const std::string label = tick_text(std::abs(at) < 1e-9 * step ? 0 : at);
    // Under its tick, and the last one within the line.
    const std::size_t start = std::min(margin.size() + 1 + column, margin.size() + 1 + columns - label.size());
    labels.replace(start, label.size(), label);
  }
  for (const bool tick : ticks) axis += style.unicode ? (tick ? "┬" : "─") : (tick ? "+" : "-");
  labels.erase(labels.find_last_not_of(' ') + 1);
  return text + axis + "\n" + paint(labels, Ink::dim, style) + "\n";
}

}  // namespace mlplan::cli
