#include "bench/output_distance.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace mlplan::bench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kInfinite = std::numeric_limits<double>::max();

OutputDistance distance(const std::vector<double>& values, const std::vector<double>& reference, std::size_t row = 0,
                        const std::string& dtype = "f32") {
  DistanceMeter meter("output", dtype);
  meter.add(values, reference, row);
  return meter.finish();
}

}  // namespace

TEST_CASE("distances are those of their definitions") {
  const OutputDistance d = distance({3, 4, 0}, {3, 3, 1});
  CHECK(d.max_abs_error == 1);
  CHECK(d.scale == 3);
  CHECK(*d.relative_l2 == doctest::Approx(std::sqrt(2.0 / 19)));
  CHECK(*d.cosine == doctest::Approx(21 / std::sqrt(25.0 * 19)));
  CHECK(d.verdict == "differs");
  CHECK_FALSE(d.equal_share);
  CHECK_FALSE(d.top1_agreement);
}

TEST_CASE("equal values are equal, NaN and infinities at the same places too") {
  const OutputDistance d = distance({1, kNan, kInf, -kInf}, {1, kNan, kInf, -kInf});
  CHECK(d.verdict == "equal");
  CHECK(d.max_abs_error == 0);
  CHECK(d.relative_l2 == 0);
  CHECK(d.cosine == 1);
  CHECK(d.values == 4);
  CHECK(d.mismatched_nan == 0);
}

TEST_CASE("NaN on one side is never swallowed") {
  for (const auto& [values, reference] :
       {std::pair<std::vector<double>, std::vector<double>>{{1, kNan}, {1, 2}}, {{1, 2}, {1, kNan}}}) {
    const OutputDistance d = distance(values, reference);
    CHECK(d.mismatched_nan == 1);
    CHECK(d.max_abs_error == kInfinite);
    CHECK(d.relative_l2 == kInfinite);
    CHECK_FALSE(d.cosine);
    CHECK(d.verdict == "differs");
  }
}

TEST_CASE("an infinity is infinitely far from anything else, and no NaN") {
  for (const double other : {1.0, -kInf}) {
    const OutputDistance d = distance({kInf, 1}, {other, 1});
    CHECK(d.max_abs_error == kInfinite);
    CHECK(d.mismatched_nan == 0);
    CHECK(d.verdict == "differs");
  }
}

TEST_CASE("rounding is what the dtype allows, relative to the largest value") {
  CHECK(distance({1000.01, 0}, {1000, 0}).verdict == "rounding");
  CHECK(distance({1000.03, 0}, {1000, 0}).verdict == "differs");
  CHECK(distance({1000.01, 0}, {1000, 0}, 0, "f64").verdict == "differs");
  CHECK(distance({1000.03, 0}, {1000, 0}, 0, "bf16").verdict == "rounding");
}

TEST_CASE("rows agree in their largest value or do not") {
  const OutputDistance d = distance({1, 2, 5, 3, kNan, 1}, {1, 9, 3, 5, kNan, 0}, 2);
  CHECK(d.top1_rows == 3);
  CHECK(*d.top1_agreement == doctest::Approx(2.0 / 3));
  CHECK(distance({1, kNan}, {1, 0}, 2).top1_agreement == 0);
  CHECK_FALSE(distance({1, 2}, {1, 2}, 1).top1_agreement);
}

TEST_CASE("squares beyond the range of doubles, and zeros, give figures all the same") {
  const OutputDistance large = distance({3e200, 0}, {0, 4e200});
  CHECK(*large.relative_l2 == doctest::Approx(1.25));
  CHECK(large.cosine == 0);
  const OutputDistance from_zero = distance({1, 0}, {0, 0});
  CHECK(from_zero.relative_l2 == kInfinite);
  CHECK_FALSE(from_zero.cosine);
  CHECK(distance({0, 0}, {0, 0}).relative_l2 == 0);
  CHECK(distance({}, {}).values == 0);
  CHECK_FALSE(distance({}, {}).max_abs_error);
}

TEST_CASE("whole numbers are equal or not, to the last of 64 bits") {
  DistanceMeter meter("ids", "i64");
  const std::vector<std::int64_t> values = {std::int64_t{1} << 60, 7, std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::int64_t> reference = {(std::int64_t{1} << 60) + 1, 7,
                                               std::numeric_limits<std::int64_t>::max()};
  meter.add(values, reference);
  const OutputDistance d = meter.finish();
  CHECK(*d.equal_share == doctest::Approx(2.0 / 3));
  CHECK(d.max_abs_error == 1);
  CHECK(d.verdict == "differs");
  CHECK_FALSE(d.relative_l2);
  CHECK_FALSE(d.cosine);
}

TEST_CASE("the whole is as bad as its worst part, by the part's own tolerance") {
  DistanceMeter scores("output[0]", "f32");
  scores.add(std::vector<double>{1e6}, std::vector<double>{1e6}, 0);
  DistanceMeter small("output[1]", "f32");
  small.add(std::vector<double>{2}, std::vector<double>{1}, 0);
  DistanceMeter ids("output[2]", "i64");
  ids.add(std::vector<std::int64_t>{1, 2}, std::vector<std::int64_t>{1, 2});
  const Agreement all = finish_all({scores, small, ids}, "golden.npz", "");
  CHECK(all.verdict == "differs");
  CHECK(all.max_abs_error == 1);
  CHECK(all.values == 4);
  CHECK(all.equal_share == 1);
  CHECK(all.dtype == "f32, i64");
  REQUIRE(all.outputs.size() == 3);
  CHECK(all.outputs[0].verdict == "equal");
  CHECK(all.outputs[1].verdict == "differs");
  CHECK(finish_all({scores}, "", "").outputs.empty());
}

TEST_CASE("what convolutions on a GPU round away is rounding there, and is not on a CPU") {
  for (const bool on_gpu : {false, true}) {
    DistanceMeter meter("output", "f32", on_gpu);
    meter.add(std::vector<double>{1, 2.002}, std::vector<double>{1, 2}, 2);
    CHECK(meter.finish().verdict == (on_gpu ? "rounding" : "differs"));
  }
  DistanceMeter half("output", "f16", true);
  half.add(std::vector<double>{1, 2.03}, std::vector<double>{1, 2}, 2);
  CHECK(half.finish().verdict == "differs");
}

}  // namespace mlplan::bench
