#include "bench/output_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace mlplan::bench {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::max();

// Where the largest value stands, the first of several; NaN is passed over. Absent where all are NaN.
std::optional<std::size_t> top(std::span<const double> row) {
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!std::isnan(row[i]) && (!out || row[i] > row[*out])) out = i;
  }
  return out;
}

bool same_nan(std::span<const double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return false;
  }
  return true;
}

double magnitude(std::int64_t value) { return std::abs(static_cast<double>(value)); }

// Of two's complement numbers, without overflow.
double apart(std::int64_t a, std::int64_t b) {
  const auto [low, high] = std::minmax(a, b);
  return static_cast<double>(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low));
}

}  // namespace

double rounding_tolerance(std::string_view dtype, bool on_gpu) {
  if (on_gpu && (dtype == "f32" || dtype == "c64")) return 2e-3;
  if (dtype == "f64" || dtype == "c128") return 1e-12;
  if (dtype == "f32" || dtype == "c64") return 2e-5;
  if (dtype == "f16") return 1e-2;
  if (dtype == "bf16") return 6e-2;
  return 0;
}

DistanceMeter::DistanceMeter(std::string output, std::string dtype, bool on_gpu)
    : tolerance_(rounding_tolerance(dtype, on_gpu)) {
  counts_.output = std::move(output);
  counts_.dtype = std::move(dtype);
}

void DistanceMeter::add_pair(double value, double reference) {
  ++counts_.values;
  if (std::isfinite(reference)) scale_ = std::max(scale_, std::abs(reference));
  if (std::isnan(value) != std::isnan(reference)) ++counts_.mismatched_nan;
  if (!std::isfinite(value) || !std::isfinite(reference)) {
    const bool same = value == reference || (std::isnan(value) && std::isnan(reference));
    infinite_ = infinite_ || !same;
    return;
  }
  const long double a = value;
  const long double b = reference;
  largest_ = std::max(largest_, static_cast<double>(std::min<long double>(std::abs(a - b), kInfinite)));
  squares_apart_ += (a - b) * (a - b);
  squares_ += a * a;
  squares_reference_ += b * b;
  products_ += a * b;
}

void DistanceMeter::add_row(std::span<const double> values, std::span<const double> reference) {
  ++counts_.top1_rows;
  if (same_nan(values, reference) && top(values) == top(reference)) ++rows_alike_;
}

void DistanceMeter::add(std::span<const double> values, std::span<const double> reference, std::size_t row) {
  floating_ = true;
  for (std::size_t i = 0; i < values.size(); ++i) add_pair(values[i], reference[i]);
  if (row < 2) return;
  for (std::size_t at = 0; at + row <= values.size(); at += row)
    add_row(values.subspan(at, row), reference.subspan(at, row));
}

void DistanceMeter::add(std::span<const std::int64_t> values, std::span<const std::int64_t> reference) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    scale_ = std::max(scale_, magnitude(reference[i]));
    largest_ = std::max(largest_, apart(values[i], reference[i]));
    if (values[i] == reference[i]) ++whole_alike_;
  }
  whole_ += static_cast<std::int64_t>(values.size());
  counts_.values += static_cast<std::int64_t>(values.size());
}

void DistanceMeter::add(const DistanceMeter& other) {
  counts_.values += other.counts_.values;
  counts_.top1_rows += other.counts_.top1_rows;
  counts_.mismatched_nan += other.counts_.mismatched_nan;
  largest_ = std::max(largest_, other.largest_);
  scale_ = std::max(scale_, other.scale_);
  floating_ = floating_ || other.floating_;
  infinite_ = infinite_ || other.infinite_;
  squares_apart_ += other.squares_apart_;
  squares_ += other.squares_;
  squares_reference_ += other.squares_reference_;
  products_ += other.products_;
  rows_alike_ += other.rows_alike_;
  whole_ += other.whole_;
  whole_alike_ += other.whole_alike_;
}

OutputDistance DistanceMeter::finish() const {
  OutputDistance out = counts_;
  if (out.values == 0) {
    out.verdict = "equal";
    return out;
  }
  out.max_abs_error = infinite_ ? kInfinite : largest_;
  out.scale = scale_;
  if (floating_) {
    if (infinite_ || (squares_reference_ == 0 && squares_apart_ > 0)) {
      out.relative_l2 = kInfinite;
    } else {
      out.relative_l2 =
          squares_apart_ == 0 ? 0 : static_cast<double>(std::sqrt(squares_apart_) / std::sqrt(squares_reference_));
    }
    if (!infinite_ && squares_ > 0 && squares_reference_ > 0) {
      const auto cosine = static_cast<double>(products_ / std::sqrt(squares_) / std::sqrt(squares_reference_));
      out.cosine = std::clamp(cosine, -1.0, 1.0);
    }
    if (out.top1_rows > 0) out.top1_agreement = static_cast<double>(rows_alike_) / static_cast<double>(out.top1_rows);
  }
  if (whole_ > 0) out.equal_share = static_cast<double>(whole_alike_) / static_cast<double>(whole_);
  const bool equal = !infinite_ && largest_ == 0 && whole_alike_ == whole_;
  const bool rounding = !infinite_ && largest_ <= tolerance_ * scale_;
  out.verdict = equal ? "equal" : rounding ? "rounding" : "differs";
  return out;
}

Agreement finish_all(const std::vector<DistanceMeter>& meters, std::string against, std::string detail) {
  DistanceMeter together({}, {});
  Agreement out;
  std::string worst = "equal";
  for (const DistanceMeter& meter : meters) {
    together.add(meter);
    out.outputs.push_back(meter.finish());
    const OutputDistance& each = out.outputs.back();
    if (each.verdict == "differs" || (each.verdict == "rounding" && worst == "equal")) worst = each.verdict;
    std::string& dtypes = together.counts_.dtype;
    if (dtypes.find(each.dtype) == std::string::npos) dtypes += (dtypes.empty() ? "" : ", ") + each.dtype;
  }
  static_cast<OutputDistance&>(out) = together.finish();
  out.verdict = worst;
  out.against = std::move(against);
  out.detail = std::move(detail);
  if (out.outputs.size() == 1) out.outputs.clear();
  return out;
}

}  // namespace mlplan::bench
