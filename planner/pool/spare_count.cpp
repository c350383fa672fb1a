#include "planner/pool/spare_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

namespace {

std::string time_text(double seconds) {
  if (seconds < 600) return fmt::format("{:.0f} seconds", std::ceil(seconds));
  if (seconds < 48 * 3600) return fmt::format("{:.1f} hours", std::ceil(seconds / 360) / 10);
  return fmt::format("{:.1f} days", std::ceil(seconds / 8640) / 10);
}

std::string refusal_of(const Growth& growth, double exposure, const SpareCount& count, double confidence) {
  if (!(exposure > 0)) return "no traffic can show that nothing is ever exposed: ask for an exposure above 0";
  if (!(growth.window_s > 0)) return "how the need for instances grows is not known: it takes traffic over time";
  const double needed_s = static_cast<double>(count.windows_needed) * growth.window_s;
  std::string text = fmt::format(
      "an exposure of {:.3g} % at {:.4g} % confidence takes {} independent windows of {:.3g} s, {} of traffic; this "
      "has {}",
      100 * exposure, 100 * confidence, count.windows_needed, growth.window_s, time_text(needed_s), count.windows);
  // The smallest exposure for which all windows there are would do.
  const double shown = 1 - std::pow(1 - confidence, 1 / static_cast<double>(count.windows));
  if (count.windows > 0) text += fmt::format(", which can show {:.2g} % at best", std::ceil(1000 * shown) / 10);
  return text;
}

}  // namespace

SpareCount count_spares(const Growth& growth, const SpareQuestion& question) {
  SpareCount out{.windows = static_cast<std::int64_t>(growth.all.windows.size())};
  const bool known = growth.all.seconds > 0;
  if (question.exposure) {
    const double exposure = std::clamp(*question.exposure, 0.0, 1.0);
    if (known) out.by_growth = growth.all.quantile(1 - exposure);
    if (exposure > 0) {
      out.by_refill = pool_size(exposure, question.draws_per_s * question.start_up_s, question.miss);
      if (question.spare_usd_per_hour) out.missing_usd_by_exposure = *question.spare_usd_per_hour / exposure;
    }
    if (exposure > 0 && exposure < 1) {
      out.windows_needed = windows_needed(1 - exposure, question.confidence);
      out.by_growth_bound = growth.all.upper_bound(1 - exposure, question.confidence);
    }
    out.supported = out.by_growth_bound.has_value() || exposure >= 1;
    if (!out.supported) out.refusal = refusal_of(growth, exposure, out, question.confidence);
  }
  if (question.spare_usd_per_hour && question.missing_usd_per_hour && *question.missing_usd_per_hour > 0) {
    // One spare more costs its price, and saves the other for the share of time that more than it are missing.
    out.exposure_by_money = std::clamp(*question.spare_usd_per_hour / *question.missing_usd_per_hour, 0.0, 1.0);
    if (known) out.by_money = *out.exposure_by_money < 1 ? growth.all.quantile(1 - *out.exposure_by_money) : 0;
  }
  return out;
}

}  // namespace mlplan::planner
