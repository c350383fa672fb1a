#include "profiles/catalog_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan {
namespace {

FieldValue known(const std::string& text) { return text.empty() ? FieldValue() : FieldValue(text); }
template <class T>
FieldValue known(const std::optional<T>& value) {
  return value ? FieldValue(static_cast<double>(*value)) : FieldValue();
}

FieldValue gpu_memory_total(const InstanceType& type) {
  if (!type.gpu || !type.gpu->memory_bytes) return {};
  return static_cast<double>(*type.gpu->memory_bytes) * static_cast<double>(type.gpu->count);
}

constexpr std::array kFields = {
    CatalogField{"cloud", "cloud", "aws, gcp, azure", FieldKind::text,
                 [](const InstanceType& type) { return known(type.cloud); }},
    CatalogField{"name", "name", "as the cloud calls it", FieldKind::text,
                 [](const InstanceType& type) { return known(type.name); }},
    CatalogField{"region", "region", "where the price holds", FieldKind::text,
                 [](const InstanceType& type) { return known(type.region); }},
    CatalogField{"architecture", "arch", "x86_64 or aarch64", FieldKind::text,
                 [](const InstanceType& type) { return known(type.architecture); }},
    CatalogField{"vcpus", "vCPUs", "number of vCPUs", FieldKind::count,
                 [](const InstanceType& type) { return known(type.vcpus); }},
    CatalogField{"memory", "memory", "of the machine", FieldKind::bytes,
                 [](const InstanceType& type) { return known(type.memory_bytes); }},
    CatalogField{"gpu", "GPU", "name of the GPU", FieldKind::text,
                 [](const InstanceType& type) { return type.gpu ? known(type.gpu->name) : FieldValue(); }},
    CatalogField{
        "gpu_count", "GPUs", "number of GPUs, 0 without", FieldKind::count,
        [](const InstanceType& type) { return FieldValue(type.gpu ? static_cast<double>(type.gpu->count) : 0.0); }},
    CatalogField{"gpu_memory", "each", "of one GPU", FieldKind::bytes,
                 [](const InstanceType& type) { return type.gpu ? known(type.gpu->memory_bytes) : FieldValue(); }},
    CatalogField{"gpu_memory_total", "GPU memory", "of all GPUs together", FieldKind::bytes, gpu_memory_total},
    CatalogField{"local_disk", "local disk", "in the machine", FieldKind::bytes,
                 [](const InstanceType& type) { return known(type.local_disk_bytes); }},
    CatalogField{"disk", "disk", "bandwidth of attached storage", FieldKind::bytes_per_s,
                 [](const InstanceType& type) { return known(type.disk_bytes_per_s); }},
    CatalogField{"network", "network", "bandwidth of the network", FieldKind::bytes_per_s,
                 [](const InstanceType& type) { return known(type.network_bytes_per_s); }},
    CatalogField{"core_speed", "per vCPU", "CoreMark iterations a second of one vCPU", FieldKind::number,
                 [](const InstanceType& type) {
                   return type.core_speed ? FieldValue(type.core_speed->per_vcpu) : FieldValue();
                 }},
    CatalogField{
        "node_start", "node start", "from order to working machine", FieldKind::seconds,
        [](const InstanceType& type) { return type.node_start ? FieldValue(type.node_start->seconds) : FieldValue(); }},
    CatalogField{"price", "USD/h", "on demand, USD an hour", FieldKind::usd_per_hour,
                 [](const InstanceType& type) { return known(type.usd_per_hour(kOnDemand)); }},
    CatalogField{"spot", "spot", "as spot, USD an hour", FieldKind::usd_per_hour,
                 [](const InstanceType& type) { return known(type.usd_per_hour(kSpot)); }},
    CatalogField{"reserved_1y", "1 year", "reserved for a year, USD an hour", FieldKind::usd_per_hour,
                 [](const InstanceType& type) { return known(type.usd_per_hour("reserved_1y")); }},
    CatalogField{"reserved_3y", "3 years", "reserved for three years, USD an hour", FieldKind::usd_per_hour,
                 [](const InstanceType& type) { return known(type.usd_per_hour("reserved_3y")); }},
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

struct Operator {
  std::string_view text;
  Condition::Op op;
};
// Longer ones first.
constexpr std::array kOperators = {Operator{"!=", Condition::Op::not_equal}, Operator{"<=", Condition::Op::at_most},
                                   Operator{">=", Condition::Op::at_least},  Operator{"==", Condition::Op::equal},
                                   Operator{"=", Condition::Op::equal},      Operator{"<", Condition::Op::less},
                                   Operator{">", Condition::Op::more},       Operator{"~", Condition::Op::contains}};

constexpr const char* kConditionHint = "write FIELD OP VALUE as in 'gpu_memory>=24GiB', 'cloud=aws' or 'name~g5'";

std::size_t operator_at(std::string_view text) { return text.find_first_of("!=<>~"); }

std::optional<double> bandwidth_of(std::string_view text) {
  struct BandwidthUnit {
    std::string_view name;
    double bytes_per_s;
  };
  static constexpr std::array kUnits = {
      BandwidthUnit{"tbit/s", 125e9},       BandwidthUnit{"gbit/s", 125e6},    BandwidthUnit{"mbit/s", 125e3},
      BandwidthUnit{"tbps", 125e9},         BandwidthUnit{"gbps", 125e6},      BandwidthUnit{"mbps", 125e3},
      BandwidthUnit{"gib/s", 1073741824.0}, BandwidthUnit{"mib/s", 1048576.0}, BandwidthUnit{"gb/s", 1e9},
      BandwidthUnit{"mb/s", 1e6},           BandwidthUnit{"kb/s", 1e3},        BandwidthUnit{"b/s", 1}};
  const std::string small = lower(trimmed(text));
  for (const BandwidthUnit& unit : kUnits) {
    if (!small.ends_with(unit.name)) continue;
    const std::optional<double> number = number_of(std::string_view(small).substr(0, small.size() - unit.name.size()));
    if (number) return *number * unit.bytes_per_s;
  }
  return std::nullopt;
}

std::optional<double> price_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('$')) text.remove_prefix(1);
  for (const std::string_view unit : {"USD/h", "/h", "USD"}) {
    if (text.ends_with(unit)) {
      text.remove_suffix(unit.size());
      break;
    }
  }
  return number_of(text);
}

}  // namespace

std::span<const CatalogField> catalog_fields() { return kFields; }

const CatalogField* find_catalog_field(std::string_view key) {
  const auto found =
      std::find_if(kFields.begin(), kFields.end(), [key](const CatalogField& f) { return key == f.key; });
  return found == kFields.end() ? nullptr : &*found;
}

std::vector<std::string> catalog_field_names() {
  std::vector<std::string> names;
  for (const CatalogField& field : kFields) names.emplace_back(field.key);
  return names;
}

Result<double> parse_field_value(const CatalogField& field, std::string_view text) {
  const auto wrong = [&](const char* what, const char* example) {
    return fail(ErrorKind::usage, fmt::format("'{}' is no {}", text, what), {},
                fmt::format("write as in '{}{}'", field.key, example));
  };
  switch (field.kind) {
    case FieldKind::text: break;
    case FieldKind::bytes: {
      if (number_of(text) == 0.0) return 0.0;
      const Result<Bytes> bytes = parse_bytes(text);
      if (!bytes) return fail(bytes.error());
      return static_cast<double>(bytes->count);
    }
    case FieldKind::seconds: {
      const Result<Nanoseconds> duration = parse_duration(text);
      if (!duration) return fail(duration.error());
      return std::chrono::duration<double>(*duration).count();
    }
    case FieldKind::bytes_per_s:
      if (const auto value = bandwidth_of(text)) return *value;
      return wrong("bandwidth", ">=10Gbit/s");
    case FieldKind::usd_per_hour:
      if (const auto value = price_of(text)) return *value;
      return wrong("price in USD an hour", "<=1.50");
    case FieldKind::count:
    case FieldKind::number:
      if (const auto value = number_of(text)) return *value;
      return wrong("number", ">=8");
  }
  return fail(ErrorKind::usage, fmt::format("'{}' is a text", field.key));
}

std::string_view field_name_of(std::string_view condition) {
  return trimmed(condition.substr(0, operator_at(condition)));
}

Result<Condition> parse_condition(std::string_view text) {
  const std::size_t at = operator_at(text);
  if (at == std::string_view::npos)
    return fail(ErrorKind::usage, fmt::format("'{}' has no operator", text), {}, kConditionHint);
  const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                  [&](const Operator& op) { return text.substr(at).starts_with(op.text); });
  if (found == kOperators.end())
    return fail(ErrorKind::usage, fmt::format("'{}': '!' is no operator", text), {}, kConditionHint);
  const std::string_view name = field_name_of(text);
  const std::string_view value = trimmed(text.substr(at + found->text.size()));
  Condition condition;
  condition.op = found->op;
  condition.field = find_catalog_field(name);
  if (condition.field == nullptr) {
    return fail(ErrorKind::usage, fmt::format("there is no field '{}'", name), {},
                fmt::format("one of {}", fmt::join(catalog_field_names(), ", ")));
  }
  if (value.empty()) return fail(ErrorKind::usage, fmt::format("'{}' has no value", text), {}, kConditionHint);
  const bool is_text = condition.field->kind == FieldKind::text;
  const bool is_order = condition.op >= Condition::Op::less && condition.op <= Condition::Op::at_least;
  if (is_text && is_order) {
    return fail(ErrorKind::usage, fmt::format("'{}' is a text: {} does not apply", name, found->text), {},
                fmt::format("{0}=VALUE, {0}!=VALUE or {0}~PART", name));
  }
  if (!is_text && condition.op == Condition::Op::contains) {
    return fail(ErrorKind::usage, fmt::format("'{}' is no text: ~ does not apply", name), {},
                fmt::format("{0}>=VALUE or {0}=VALUE", name));
  }
  if (is_text) {
    condition.text = lower(value);
    if (condition.field->key == std::string_view("architecture")) {
      if (condition.text == "amd64") condition.text = "x86_64";
      if (condition.text == "arm64") condition.text = "aarch64";
    }
    return condition;
  }
  const Result<double> number = parse_field_value(*condition.field, value);
  if (!number) return fail(number.error());
  condition.number = *number;
  return condition;
}

bool matches(const InstanceType& type, const Condition& condition) {
  using Op = Condition::Op;
  const FieldValue value = condition.field->value(type);
  if (std::holds_alternative<std::monostate>(value)) return condition.op == Op::not_equal;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string small = lower(*text);
    if (condition.op == Op::contains) return small.find(condition.text) != std::string::npos;
    return (small == condition.text) == (condition.op == Op::equal);
  }
  const double number = std::get<double>(value);
  switch (condition.op) {
    case Op::equal: return number == condition.number;
    case Op::not_equal: return number != condition.number;
    case Op::less: return number < condition.number;
    case Op::at_most: return number <= condition.number;
    case Op::more: return number > condition.number;
    case Op::at_least: return number >= condition.number;
    case Op::contains: break;
  }
  return false;
}

std::vector<const InstanceType*> select(const Catalog& catalog, const std::vector<Condition>& conditions) {
  std::vector<const InstanceType*> rows;
  for (const InstanceType& type : catalog.instances) {
    const bool all = std::all_of(conditions.begin(), conditions.end(),
                                 [&](const Condition& condition) { return matches(type, condition); });
    if (all) rows.push_back(&type);
  }
  return rows;
}

void sort_by(std::vector<const InstanceType*>& rows, const CatalogField& field, bool descending) {
  std::stable_sort(rows.begin(), rows.end(), [&](const InstanceType* a, const InstanceType* b) {
    const FieldValue left = field.value(*a);
    const FieldValue right = field.value(*b);
    const bool has_left = left.index() != 0;
    const bool has_right = right.index() != 0;
    if (!has_left || !has_right) return has_left && !has_right;
    return descending ? right < left : left < right;
  });
}

}  // namespace mlplan
