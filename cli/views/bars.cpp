#include "cli/views/bars.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mlplan::cli {
namespace {

constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

std::string repeated(const char* symbol, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += symbol;
  return text;
}

int columns_for(double fraction, int columns) {
  const double value = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0;
  return static_cast<int>(std::lround(value * columns));
}

}  // namespace

std::string bar_on_axis(double from, double to, int columns) {
  if (!(to > from) || columns < 1) return {};
  // The left edge falls on a whole column (there are no blocks that fill from the right); the length keeps its eighths.
  const int start = std::clamp(static_cast<int>(std::floor(std::max(from, 0.0) * columns + 1e-9)), 0, columns - 1);
  const int eighths = std::max(1, static_cast<int>(std::lround((std::min(to, 1.0) - from) * columns * 8)));
  const int full = std::min(eighths / 8, columns - start);
  std::string bar(static_cast<std::size_t>(start), ' ');
  bar += repeated("█", full);
  if (start + full < columns) bar += kEighths[static_cast<std::size_t>(eighths % 8)];
  return bar;
}

std::string bar_of(double fraction, int columns, const char* symbol) {
  return repeated(symbol, columns_for(fraction, columns));
}

std::string bar_row(const std::vector<std::int64_t>& values) {
  constexpr std::array<const char*, 9> kHeights = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::int64_t highest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  std::string row;
  for (const std::int64_t value : values) {
    const int height = value > 0 ? columns_for(static_cast<double>(value) / static_cast<double>(highest), 8) : 0;
    row += kHeights[static_cast<std::size_t>(value > 0 ? std::max(1, height) : 0)];
  }
  return row;
}

std::string progress_bar(double fraction, int columns) {
  const int done = columns_for(fraction, columns);
  return repeated("█", done) + repeated("░", columns - done);
}

}  // namespace mlplan::cli
