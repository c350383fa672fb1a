#include "cli/views/warm_pool_view.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

std::string spares_needed(const WarmPool& pool) {
  std::vector<std::string> parts;
  const auto add = [&](const char* reason, const std::optional<std::int64_t>& count) {
    if (count) parts.push_back(fmt::format("{} {}", format_integer(*count), reason));
  };
  add("for growth", pool.by_growth);
  add("for refill", pool.by_refill);
  if (pool.by_failures.value_or(0) > 0 || pool.count > 0) add("for failures", pool.by_failures);
  add("by money", pool.by_money);
  return fmt::format("{}", fmt::join(parts, ", "));
}

// The formula knows nothing of queues, and of growth that comes while other growth is being met.
bool is_simulated(const WarmPool& pool) {
  return pool.decided_by == "growth" && pool.by_growth && pool.count > pool.by_failures.value_or(0) + *pool.by_growth;
}

std::string exposure_text(const WarmPool& pool, const Slo& slo) {
  std::vector<std::string> parts;
  if (pool.exposure_by_formula) parts.push_back(format_rare_share(*pool.exposure_by_formula) + " by formula");
  if (pool.exposure_simulated && std::isfinite(pool.exposure_simulated->value)) {
    const Estimate& simulated = *pool.exposure_simulated;
    std::string text = format_rare_share(simulated.value) + " simulated";
    if (simulated.low && simulated.high)
      text += fmt::format(" ({})", range_text(format_rare_share(*simulated.low), format_rare_share(*simulated.high)));
    parts.push_back(text);
  }
  if (parts.empty()) return {};
  if (slo.exposure) parts.push_back("objective " + format_percentage(*slo.exposure));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string ready_text(double seconds) { return seconds > 0 ? format_duration(seconds * 1e9) : "at once"; }

std::string tiers_view(const std::vector<PoolTier>& tiers, const Style& style) {
  if (tiers.empty()) return {};
  Table table({{"A SPARE KEPT", false}, {"ready in"}, {"USD/h each"}, {"count"}});
  std::string notes;
  for (const PoolTier& tier : tiers) {
    table.add({{spaced(tier.name)},
               {tier.ready_in_s ? ready_text(*tier.ready_in_s) : kAbsent},
               {tier.usd_per_hour ? format_usd(*tier.usd_per_hour) : kAbsent},
               {tier.count ? format_integer(*tier.count) : kAbsent}});
    if (style.verbose && !tier.note.empty()) notes += paragraph("", spaced(tier.name) + ": " + tier.note, style);
  }
  return table.print(style, kIndent) + notes;
}

}  // namespace

std::string warm_pool_view(const WarmPool& pool, const Slo& slo, const Style& style) {
  std::string text;
  const std::string needed = spares_needed(pool);
  if (pool.count > 0 || !needed.empty() || !pool.supported) {
    std::string counts = pool.count == 0 ? "none" : format_integer(pool.count);
    if (pool.count > 0 && !pool.decided_by.empty()) counts += ", decided by " + pool.decided_by;
    if (is_simulated(pool)) counts += " as it was simulated";
    if (!needed.empty()) counts += (is_simulated(pool) ? "; by formula " : ": ") + needed;
    if (pool.start_up_s) counts += "; a start-up of " + format_duration(*pool.start_up_s * 1e9);
    if (pool.start_up_s && pool.detection_lag_s > 0)
      counts += fmt::format(", seen to be needed after {}", format_duration(pool.detection_lag_s * 1e9));
    text += paragraph("kept warm", counts, style);
  }
  if (const std::string exposure = exposure_text(pool, slo); !exposure.empty())
    text += paragraph("exposure", exposure, style);
  if (pool.windows_needed > 0) {
    text += paragraph("evidence",
                      fmt::format("{} of the traffic, {} needed for this claim",
                                  counted(pool.windows, "independent window"), format_integer(pool.windows_needed)),
                      style, Ink::dim, pool.supported ? Ink::plain : Ink::yellow);
  }
  if (!pool.supported) text += paragraph("refused", pool.refusal, style, Ink::yellow);
  return pool.count > 0 ? text + tiers_view(pool.tiers, style) : text;
}

}  // namespace mlplan::cli
