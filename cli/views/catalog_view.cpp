#include "cli/views/catalog_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/json_text.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

// Shown in a table, in this order; `drop` as in Column.
struct Listed {
  const char* key;
  int drop;
};
constexpr std::array kListed = {Listed{"cloud", 0},        Listed{"name", 0},      Listed{"region", 6},
                                Listed{"architecture", 4}, Listed{"vcpus", 0},     Listed{"memory", 0},
                                Listed{"gpu", 0},          Listed{"gpu_count", 2}, Listed{"gpu_memory", 1},
                                Listed{"network", 5},      Listed{"price", 0},     Listed{"spot", 3}};

std::string kind_text(Finding::Severity severity) { return severity == Finding::Severity::error ? "error" : "warning"; }

}  // namespace

std::string field_text(const CatalogField& field, const InstanceType& type) {
  const FieldValue value = field.value(type);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return kAbsent;
  switch (field.kind) {
    case FieldKind::count: return format_integer(static_cast<std::int64_t>(*number));
    case FieldKind::bytes: return format_bytes(*number);
    case FieldKind::bytes_per_s: return format_byte_rate(*number);
    case FieldKind::seconds: return format_duration(*number * 1e9);
    case FieldKind::usd_per_hour: return fmt::format("{:.4f}", *number);
    case FieldKind::number: return format_integer(std::llround(*number));
    case FieldKind::text: break;
  }
  return kAbsent;
}

std::string catalog_table(const std::vector<const InstanceType*>& rows, const Style& style) {
  std::vector<Column> columns;
  for (const Listed& listed : kListed) {
    const CatalogField* field = find_catalog_field(listed.key);
    columns.push_back({field->label, field->kind != FieldKind::text, listed.drop});
  }
  Table table(std::move(columns));
  for (const InstanceType* type : rows) {
    std::vector<Cell> cells;
    for (const Listed& listed : kListed) {
      const bool no_gpu = !type->gpu && std::string_view(listed.key).starts_with("gpu");
      cells.push_back({no_gpu ? kAbsent : field_text(*find_catalog_field(listed.key), *type)});
    }
    table.add(std::move(cells));
  }
  return table.print(style, kIndent);
}

std::string instance_view(const InstanceType& type, const Style& style) {
  std::string text = paint(shown(type.name, style), Ink::bold, style) + "\n";
  for (const CatalogField& field : catalog_fields()) {
    if (field.key == std::string_view("name") || field.kind == FieldKind::usd_per_hour) continue;
    const std::string value = field_text(field, type);
    if (value == kAbsent) continue;
    text += fmt::format("  {:<18}{}\n", field.key, shown(value, style));
  }
  if (type.core_speed) text += fmt::format("  {:<18}{}\n", "", shown(type.core_speed->source, style));
  for (const Price& price : type.prices) {
    if (!price.usd_per_hour) continue;
    text += fmt::format("  {:<18}{:.4f} USD/h, {} a month, {}; {}\n", shown(price.option, style), *price.usd_per_hour,
                        fmt::format("{:.0f} USD", *price.usd_per_hour * 730), shown(price.date, style),
                        shown(price.source, style));
  }
  return text;
}

std::string findings_text(const std::vector<Finding>& findings, std::size_t limit, const Style& style) {
  std::string text;
  for (std::size_t i = 0; i < std::min(limit, findings.size()); ++i) {
    const Finding& finding = findings[i];
    const Ink ink = finding.severity == Finding::Severity::error ? Ink::red : Ink::yellow;
    text +=
        fmt::format("{}: {}: {}{}\n", shown(finding.where, style), paint(kind_text(finding.severity), ink, style),
                    shown(finding.message, style), finding.hint.empty() ? "" : shown(" (" + finding.hint + ")", style));
  }
  if (findings.size() > limit) text += fmt::format("and {} more; -v shows all\n", findings.size() - limit);
  return text;
}

std::string findings_json(const std::vector<Finding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"severity", kind_text(finding.severity)},
                    {"where", finding.where},
                    {"message", finding.message},
                    {"hint", finding.hint}});
  }
  return pretty_json({{"valid", !has_errors(findings)}, {"findings", std::move(list)}});
}

std::string findings_summary(const CheckedCatalog& checked) {
  const std::int64_t errors = std::count_if(checked.findings.begin(), checked.findings.end(),
                                            [](const Finding& f) { return f.severity == Finding::Severity::error; });
  return fmt::format("{}, {}, {}", counted(std::ssize(checked.catalog.instances), "instance type"),
                     counted(errors, "error"), counted(std::ssize(checked.findings) - errors, "warning"));
}

}  // namespace mlplan::cli
