#include "cli/views/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "cli/views/terminal_report.h"
#include "profiles/report.h"

namespace mlplan::cli {
namespace {

constexpr std::size_t kRecordsAtMost = 8;  // of the short view; -v shows all

std::string weights_table(const ModelInfo& model, const Style& style) {
  if (model.weights.empty()) return {};
  Table table({{"WEIGHTS", false}, {"parameters"}, {"bytes"}});
  for (const DTypeBytes& weights : model.weights) {
    table.add({{weights.dtype},
               {format_integer(weights.parameters)},
               {format(static_cast<double>(weights.bytes), Unit::bytes)}});
  }
  return "\n" + table.print(style, kIndent);
}

std::string records_table(const ModelInfo& model, const Style& style) {
  if (model.records.empty()) return {};
  Table table({{"FILE, LARGEST PARTS", false}, {"bytes"}, {"share"}});
  const std::size_t count = style.verbose ? model.records.size() : std::min(model.records.size(), kRecordsAtMost);
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = static_cast<double>(model.records[i].bytes);
    table.add({{truncated_left(model.records[i].name, std::max(20, style.width - 30))},
               {format(bytes, Unit::bytes)},
               {model.bytes > 0 ? format_share(bytes / static_cast<double>(model.bytes)) : kAbsent}});
  }
  return "\n" + table.print(style, kIndent);
}

}  // namespace

std::string inspection_view(const bench::Inspection& inspection, const Style& style) {
  const ModelInfo& model = inspection.model;
  std::string text = model_lines(model, style);
  for (const std::string& argument : inspection.not_inferred) {
    text += paragraph("missing", argument + ": nothing in the file says what to give for it", style, Ink::yellow);
  }
  if (!model.outputs.empty()) text += paragraph("output", fmt::format("{}", fmt::join(model.outputs, ", ")), style);
  for (const MethodInfo& method : model.methods) {
    const bool used = method.name == model.method;
    text += paragraph(used ? "method" : "also", method.signature.empty() ? method.name : method.signature, style);
  }
  for (const std::string& note : inspection.notes) text += paragraph("note", note, style, Ink::cyan);
  if (!model.sha256.empty()) text += paragraph("sha256", model.sha256, style);
  if (!inspection.libtorch.empty()) text += paragraph("libtorch", inspection.libtorch, style);
  text += weights_table(model, style) + records_table(model, style);
  std::string next = "mlplan bench " + shell_quoted(model.path);
  if (model.method != "forward") next += " --method " + shell_quoted(model.method);
  for (const std::string& input : format_input_flags(model.inputs)) {
    if (std::any_of(model.inputs.begin(), model.inputs.end(),
                    [](const InputSpec& spec) { return spec.from == "flag"; })) {
      next += " --input " + shell_quoted(input);
    }
  }
  for (const std::string& input : format_input_flags(inspection.to_edit)) next += " --input " + shell_quoted(input);
  text += "\n" + next_line(next, inspection.to_edit.empty() ? "measures it" : "measures it, once edited", style);
  return text;
}

std::string inspection_json(const bench::Inspection& inspection) {
  Report report;
  report.model = inspection.model;
  nlohmann::ordered_json document;
  document["schema"] = "mlplan.inspection";
  document["schema_version"] = "1.0";
  document["libtorch"] = inspection.libtorch;
  document["model"] = to_ordered_json(report).at("model");
  document["not_inferred"] = inspection.not_inferred;
  document["notes"] = inspection.notes;
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace mlplan::cli
