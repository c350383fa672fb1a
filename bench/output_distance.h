// How far outputs lie from others that should equal them: the figures of profiles/report.h OutputDistance, in one pass.
//
// NaN never hides in a comparison: on one side only it counts in `mismatched_nan`, and the distance is then infinite,
// written as the largest double, since JSON has no infinity and null would mean "not measured". So is the distance of
// an infinity from anything else. Whole numbers are compared as such, up to 64 bits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/report.h"

namespace mlplan::bench {

// Largest distance, relative to the largest magnitude of the reference, that rounding in another order explains in
// models as they are: some hundred units in the last place of the dtype. 0 for whole numbers. docs/method.md has what
// it was held against. On a GPU f32 is that of TF32, in which cuDNN convolves unless the model says otherwise: 10 bits
// of a factor.
double rounding_tolerance(std::string_view dtype, bool on_gpu = false);

class DistanceMeter {
 public:
  DistanceMeter(std::string output, std::string dtype, bool on_gpu = false);

  // Adds values in their order. `row`: how many of them make up a row of scores (the last dimension); below 2: none do.
  void add(std::span<const double> values, std::span<const double> reference, std::size_t row);
  void add(std::span<const std::int64_t> values, std::span<const std::int64_t> reference);

  OutputDistance finish() const;

 private:
  friend Agreement finish_all(const std::vector<DistanceMeter>& meters, std::string against, std::string detail);
  void add(const DistanceMeter& other);
  void add_pair(double value, double reference);
  void add_row(std::span<const double> values, std::span<const double> reference);

  OutputDistance counts_;  // output, dtype, values, top1_rows and mismatched_nan only
  double tolerance_ = 0;
  double largest_ = 0;
  double scale_ = 0;
  bool floating_ = false;
  bool infinite_ = false;
  // Squares of doubles leave their range, and sums of many small ones their precision.
  long double squares_apart_ = 0;
  long double squares_ = 0;
  long double squares_reference_ = 0;
  long double products_ = 0;
  std::int64_t rows_alike_ = 0;
  std::int64_t whole_ = 0;
  std::int64_t whole_alike_ = 0;
};

// All outputs together. The verdict is the worst of theirs, each by the tolerance of its own dtype.
Agreement finish_all(const std::vector<DistanceMeter>& meters, std::string against, std::string detail);

}  // namespace mlplan::bench
