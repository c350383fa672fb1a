#include "cli/views/beside_machine_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

bool is_steady(const LimitFraction& each) { return each.figure.starts_with("steady"); }

// "warm: file read" of "cold_start.warm.file_read".
std::string label_of(const LimitFraction& each) {
  constexpr std::string_view kStart = "cold_start.";
  std::string label = each.figure;
  if (!label.starts_with(kStart)) return label;
  label.erase(0, kStart.size());
  const std::size_t dot = label.find('.');
  if (dot != std::string::npos) label.replace(dot, 1, ": ");
  return spaced(label);
}

std::string value_of(const std::optional<double>& bytes_per_s, const std::optional<double>& ns) {
  if (bytes_per_s) return format_byte_rate(*bytes_per_s);
  return ns ? format(*ns, Unit::duration) : kAbsent;
}

}  // namespace

std::string beside_machine_view(const BesideMachine& beside, const Style& style) {
  const LimitFraction* nearest = nullptr;
  for (const LimitFraction& each : beside.figures) {
    if (is_steady(each) && (nearest == nullptr || each.fraction > nearest->fraction)) nearest = &each;
  }
  Table table({{"BESIDE THE MACHINE", false}, {"reached"}, {"machine"}, {"share"}, {"limit", false, 1}});
  std::string assumes;
  for (const LimitFraction& each : beside.figures) {
    if (is_steady(each) && &each != nearest && !style.verbose) continue;
    const bool marked = !each.assumes.empty();
    table.add({{label_of(each) + (marked ? " *" : "")},
               {value_of(each.reached_bytes_per_s, each.reached)},
               {value_of(each.limit_bytes_per_s, each.limit_time), Ink::dim},
               {format_share(each.fraction), each.fraction > 1 ? Ink::yellow : Ink::bold},
               {each.limit, Ink::dim}});
    if (marked) assumes = each.assumes;
  }
  std::string text = beside.figures.empty() ? "" : table.print(style, kIndent);
  if (!assumes.empty()) text += paragraph("*", "if " + assumes, style);
  if (style.verbose) {
    for (const std::string& why : beside.not_compared) text += paragraph("not beside", why, style);
  } else if (!beside.not_compared.empty()) {
    text += paragraph(
        "not beside",
        fmt::format("{}: -v says why", format_count(static_cast<std::int64_t>(beside.not_compared.size()), "figure")),
        style);
  }
  return text;
}

}  // namespace mlplan::cli
