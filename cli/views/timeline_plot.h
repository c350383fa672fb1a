// Curves over one time axis, one under the other, in block characters (or ASCII): each a band of lines of its own with
// its own scale from 0.
#pragma once

#include <string>
#include <vector>

#include "cli/views/text.h"

namespace mlplan::cli {

struct Band {
  std::string label;           // at most 10 columns
  std::vector<double> values;  // of equal stretches of the time, none negative
  std::string top;             // the highest value that is shown, as text of at most 6 columns
  int lines = 2;
  Ink ink = Ink::plain;
  double full = 0;  // value of a full band, for bands of one scale; 0: the highest value that is shown
};

int plot_columns(const Style& style);  // of a curve, at most 60; a line has 20 more

// What a column shows: the mean of its values. Fewer values than columns are repeated.
std::vector<double> columns_of_values(const std::vector<double>& values, int columns);

// The axis runs from from_s to to_s. Every line is indented and ended.
std::string timeline_plot(const std::vector<Band>& bands, double from_s, double to_s, const Style& style);

}  // namespace mlplan::cli
