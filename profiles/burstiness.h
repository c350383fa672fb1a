// Burstiness of arrivals, computed while they pass by: squared coefficient of variation of the times between them, and
// the index of dispersion of counts in windows of 1 s to 1 h. Population variances; the unfinished last window is left
// out, and so are lengths with fewer than 10 windows.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "profiles/traffic.h"

namespace mlplan {

// Variance over mean of counts.
class DispersionMeter {
 public:
  void add(double count, std::int64_t times = 1);
  std::int64_t windows() const { return windows_; }
  double index() const;  // 0 where nothing was counted

 private:
  std::int64_t windows_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

class BurstinessMeter {
 public:
  void add(double at_s);  // not below the one before
  Burstiness result() const;

 private:
  struct Window {
    double seconds = 0;
    std::int64_t current = 0;  // number of the window that is being counted
    std::int64_t count = 0;
    DispersionMeter meter = {};
  };
  std::array<Window, 5> windows_ = {{{1}, {10}, {60}, {600}, {3600}}};
  std::int64_t arrivals_ = 0;
  double first_s_ = 0;
  double last_s_ = 0;
  double mean_gap_ = 0;
  double squared_gaps_ = 0;  // sum of squared distances from the mean (Welford)
};

}  // namespace mlplan
