// Mean over the last seconds of a quantity whose integral over all time is known, from observations at any times.
//
// Where less than a window was observed, the mean is over what was. It forgets what no window of that length can reach.
#pragma once

#include <deque>

namespace mlplan::planner {

class WindowedMean {
 public:
  explicit WindowedMean(double longest_window_s) : longest_(longest_window_s) {}

  // In time order; `integral` is that of the quantity from 0 to `time_s`.
  void add(double time_s, double integral);
  // Over the last `window_s`, at most the longest. The start of the window is the latest observation at or before it. 0
  // before time has passed.
  double over(double window_s) const;

 private:
  struct Sample {
    double time_s = 0;
    double integral = 0;
  };
  double longest_;
  std::deque<Sample> samples_ = {Sample{}};
};

}  // namespace mlplan::planner
