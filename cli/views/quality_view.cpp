#include "cli/views/quality_view.h"

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

#include "cli/views/numbers.h"

namespace mlplan::cli {
namespace {

struct Line {
  std::string label;
  std::string text;
  bool good = true;
};

Line repeatability(const Quality& quality) {
  if (!*quality.repeatable) {
    return {"repeats",
            quality.max_abs_difference
                ? fmt::format("no: the same input gave outputs up to {:.2g} apart", *quality.max_abs_difference)
                : std::string("no: the same input gave different outputs"),
            false};
  }
  if (!quality.repeatable_across_processes) return {"repeats", "same input, same output, bit for bit"};
  if (!*quality.repeatable_across_processes)
    return {"repeats", "bit for bit in one process, but outputs differ between processes", false};
  return {"repeats", "same input, same output, bit for bit, in every process"};
}

Line finite(const Quality& quality) {
  const std::string values = counted(quality.output_values, "output value");
  std::vector<std::string> bad;
  if (quality.nan_values > 0) bad.push_back("NaN in " + format_integer(quality.nan_values));
  if (quality.inf_values > 0) bad.push_back("Inf in " + format_integer(quality.inf_values));
  if (bad.empty()) return {"finite", fmt::format("{}, none NaN or Inf", values)};
  return {"finite", fmt::format("{} of {}", fmt::join(bad, " and "), values), false};
}

// Of several outputs those that differ; -v shows the others too.
void add_outputs(const Agreement& agreement, const Style& style, std::vector<Line>& out) {
  for (const OutputDistance& each : agreement.outputs) {
    if (style.verbose || each.verdict == "differs")
      out.push_back({"", fmt::format("{}: {}", each.output, distance_text(each)), each.verdict != "differs"});
  }
}

void add(std::string label, const std::string& subject, const std::optional<Agreement>& agreement, const Style& style,
         std::vector<Line>& out) {
  if (!agreement) return;
  out.push_back({std::move(label), subject + distance_text(*agreement), agreement->verdict != "differs"});
  add_outputs(*agreement, style, out);
}

}  // namespace

std::string distance_text(const OutputDistance& distance) {
  if (distance.values == 0) return "nothing to compare";
  if (distance.verdict == "equal") return "the same values";
  std::vector<std::string> parts;
  const double apart = distance.max_abs_error.value_or(0);
  if (distance.mismatched_nan > 0) {
    parts.push_back(fmt::format("NaN on one side only in {} of {}", format_integer(distance.mismatched_nan),
                                counted(distance.values, "value")));
  } else if (apart == std::numeric_limits<double>::max()) {
    parts.emplace_back("infinitely far apart");
  }
  if (distance.relative_l2 && apart < std::numeric_limits<double>::max()) {
    parts.push_back(fmt::format("at most {:.2g} apart where values reach {:.2g} ({}{})", apart,
                                distance.scale.value_or(0), distance.dtype,
                                distance.verdict == "rounding" ? ": rounding" : ", more than rounding"));
  }
  if (distance.equal_share && *distance.equal_share < 1)
    parts.push_back(fmt::format("{} of the whole numbers equal", format_rare_share(*distance.equal_share)));
  if (distance.verdict == "differs") {
    if (distance.relative_l2 && *distance.relative_l2 < std::numeric_limits<double>::max())
      parts.push_back(fmt::format("relative l2 {:.2g}", *distance.relative_l2));
    if (distance.cosine) parts.push_back(fmt::format("cosine {:.6g}", *distance.cosine));
  }
  if (distance.top1_agreement && (distance.verdict == "differs" || *distance.top1_agreement < 1)) {
    parts.push_back(fmt::format("same top-1 in {} of {}", format_rare_share(*distance.top1_agreement),
                                counted(distance.top1_rows, "row")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string quality_view(const Quality& quality, const Style& style) {
  std::vector<Line> lines;
  if (quality.repeatable) lines.push_back(repeatability(quality));
  if (quality.output_values > 0) lines.push_back(finite(quality));
  if (quality.golden) add("golden", fmt::format("{}: ", quality.golden->against), quality.golden, style, lines);
  if (quality.batch_split) {
    add("batch", fmt::format("{} against {}: ", quality.batch_split->detail, quality.batch_split->against),
        quality.batch_split, style, lines);
  }
  if (quality.threads) {
    add("threads", fmt::format("{} against {}: ", quality.threads->detail, quality.threads->against), quality.threads,
        style, lines);
  }
  if (quality.dtype)
    add("dtype", fmt::format("{} against {}: ", quality.dtype->detail, quality.dtype->against), quality.dtype, style,
        lines);
  if (lines.empty()) return {};
  std::string text = std::string(kIndent, ' ') + paint("OUTPUT QUALITY", Ink::bold, style) + "\n";
  for (const Line& line : lines)
    text += paragraph(line.label, line.text, style, line.good ? Ink::green : Ink::yellow,
                      line.good ? Ink::plain : Ink::yellow);
  std::string label = "not tried";
  for (const std::string& each : quality.not_checked) text += paragraph(std::exchange(label, ""), each, style);
  return text;
}

}  // namespace mlplan::cli
