// Bars of block characters in a fixed number of columns, to an eighth of a column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlplan::cli {

// A stretch of a time axis: [from, to] as fractions of the axis. Always visible when to > from, however short.
std::string bar_on_axis(double from, double to, int columns);

// `fraction` of the columns filled with a symbol that is one column wide.
std::string bar_of(double fraction, int columns, const char* symbol);

// A bar of one column for each value, as high as its share of the highest: "▁▂▅█". A value above 0 is always visible.
std::string bar_row(const std::vector<std::int64_t>& values);

// A progress bar with its frame: "███████▌░░░░".
std::string progress_bar(double fraction, int columns);

}  // namespace mlplan::cli
