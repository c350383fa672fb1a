#include "profiles/catalog_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

#include "profiles/gce_shapes.h"

namespace mlplan {
namespace {

enum class Kind { text, count, bytes, bytes_per_s, seconds, price, number };

struct ColumnField {
  const char* key;
  Kind kind;
  std::array<const char*, 12> names;  // usual ones; a unit may follow each
};

constexpr std::array kColumns = {
    ColumnField{"name",
                Kind::text,
                {"instance_type", "api_name", "machine_type", "vm_size", "sku", "name", "type", "instance"}},
    ColumnField{"cloud", Kind::text, {"cloud", "provider", "vendor"}},
    ColumnField{"region", Kind::text, {"region", "location"}},
    ColumnField{"architecture", Kind::text, {"architecture", "arch", "cpu_architecture"}},
    ColumnField{"vcpus", Kind::count, {"vcpus", "vcpu", "cpus", "cpu", "cores"}},
    ColumnField{"memory", Kind::bytes, {"memory", "instance_memory", "ram"}},
    ColumnField{"gpu", Kind::text, {"gpu_name", "gpu_model", "accelerator_type", "gpu_type", "gpu"}},
    ColumnField{"gpu_count", Kind::count, {"gpu_count", "gpus"}},
    ColumnField{"gpu_memory", Kind::bytes, {"gpu_memory_each", "gpu_memory"}},
    ColumnField{"local_disk", Kind::bytes, {"local_disk", "local_nvme", "instance_storage", "local_ssd"}},
    ColumnField{"disk", Kind::bytes_per_s, {"disk_bandwidth", "ebs", "ebs_bandwidth", "disk"}},
    ColumnField{"network", Kind::bytes_per_s, {"network", "network_bandwidth"}},
    ColumnField{"coremark", Kind::number, {"coremark_iters_per_s", "coremark_iterations_second", "coremark"}},
    ColumnField{"node_start", Kind::seconds, {"node_start", "node_start_seconds"}},
    ColumnField{"price",
                Kind::price,
                {"usd_per_hour", "on_demand", "on_demand_usd_per_hour", "price", "price_per_hour", "hourly_price",
                 "linux_on_demand_cost", "on_demand_price", "usd_h"}},
    ColumnField{"spot",
                Kind::price,
                {"spot_usd_per_hour", "spot", "spot_price", "linux_spot_minimum_cost", "linux_spot_average_cost"}},
    ColumnField{"reserved_1y", Kind::price, {"reserved_1y", "reserved_1y_usd_per_hour", "linux_reserved_cost"}},
    ColumnField{"reserved_3y", Kind::price, {"reserved_3y", "reserved_3y_usd_per_hour"}},
    ColumnField{"currency", Kind::text, {"currency"}},
    ColumnField{"date", Kind::text, {"date", "price_date"}},
    ColumnField{"source", Kind::text, {"source", "price_source"}},
};

struct UnitSize {
  const char* name;
  Kind kind;
  double size;
};

// Names as plain_name leaves them. mbps is megabits, as clouds mean it.
constexpr std::array kUnits = {
    UnitSize{"b", Kind::bytes, 1},
    UnitSize{"bytes", Kind::bytes, 1},
    UnitSize{"kb", Kind::bytes, 1e3},
    UnitSize{"mb", Kind::bytes, 1e6},
    UnitSize{"gb", Kind::bytes, 1e9},
    UnitSize{"tb", Kind::bytes, 1e12},
    UnitSize{"kib", Kind::bytes, 1024},
    UnitSize{"mib", Kind::bytes, 1048576},
    UnitSize{"gib", Kind::bytes, 1073741824},
    UnitSize{"tib", Kind::bytes, 1099511627776},
    UnitSize{"mbps", Kind::bytes_per_s, 125e3},
    UnitSize{"mbits", Kind::bytes_per_s, 125e3},
    UnitSize{"gbps", Kind::bytes_per_s, 125e6},
    UnitSize{"gbits", Kind::bytes_per_s, 125e6},
    UnitSize{"gigabit", Kind::bytes_per_s, 125e6},
    UnitSize{"mbs", Kind::bytes_per_s, 1e6},
    UnitSize{"gbs", Kind::bytes_per_s, 1e9},
    UnitSize{"bytespers", Kind::bytes_per_s, 1},
    UnitSize{"s", Kind::seconds, 1},
    UnitSize{"seconds", Kind::seconds, 1},
    UnitSize{"min", Kind::seconds, 60},
    UnitSize{"hourly", Kind::price, 1},
    UnitSize{"perhour", Kind::price, 1},
    UnitSize{"h", Kind::price, 1},
    UnitSize{"usd", Kind::price, 1},
    UnitSize{"usdperhour", Kind::price, 1},
    UnitSize{"usdh", Kind::price, 1},
    UnitSize{"monthly", Kind::price, 1.0 / 730},
    UnitSize{"permonth", Kind::price, 1.0 / 730},
    UnitSize{"vcpus", Kind::count, 1},
    UnitSize{"vcpu", Kind::count, 1},
    UnitSize{"gpus", Kind::count, 1},
    UnitSize{"cores", Kind::count, 1},
};

const UnitSize* find_unit(std::string_view name, Kind kind) {
  const std::string plain = plain_name(name);
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const UnitSize& unit) { return unit.kind == kind && plain == unit.name; });
  return found == kUnits.end() ? nullptr : &*found;
}

std::string units_text(Kind kind) {
  switch (kind) {
    case Kind::bytes: return "B, kB, MB, GB, TB, KiB, MiB, GiB or TiB";
    case Kind::bytes_per_s: return "Mbit/s, Gbit/s, MB/s or GB/s";
    case Kind::seconds: return "s or min";
    case Kind::price: return "hourly or monthly (of 730 hours)";
    default: return "none";
  }
}

const ColumnField* find_field(std::string_view key) {
  const auto found =
      std::find_if(kColumns.begin(), kColumns.end(), [key](const ColumnField& f) { return key == f.key; });
  return found == kColumns.end() ? nullptr : &*found;
}

// Each cloud names its types in a manner of its own: "m5.large", "Standard_D4s_v5", "n2-standard-8".
std::string cloud_of_name(std::string_view name) {
  if (name.starts_with("Standard_") || name.starts_with("Basic_")) return "azure";
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
    const std::string_view size = name.substr(dot + 1);
    static constexpr std::array<std::string_view, 4> kSmall = {"nano", "micro", "small", "medium"};
    const bool aws = std::find(kSmall.begin(), kSmall.end(), size) != kSmall.end() || size.ends_with("large") ||
                     size.starts_with("metal");
    return aws ? "aws" : "";
  }
  return gce_shape(name) ? "gcp" : "";
}

bool is_gce(std::string_view cloud) { return cloud == "gcp" || cloud == "gce"; }

// Where a field stands, and what a bare number in it is worth.
struct Found {
  std::size_t index = 0;
  std::optional<double> scale;
};

class Import {
 public:
  Import(CsvReader& reader, const CatalogCsvOptions& options) : reader_(reader), options_(options) {}

  Result<CheckedCatalog> run() {
    const Result<bool> header = reader_.next();
    if (!header) return fail(header.error());
    if (!*header) return fail(ErrorKind::bad_input, "the file is empty", reader_.name());
    for (const std::string_view field : reader_.fields()) header_.emplace_back(trimmed(field));
    header_line_ = reader_.where();
    if (const Status status = find_columns(); !status) return fail(status.error());
    for (;;) {
      const Result<bool> row = reader_.next();
      if (!row) return fail(row.error());
      if (!*row) break;
      read_row();
    }
    if (rows_ == 0) return fail(ErrorKind::bad_input, "has a header and no rows", header_line_);
    check();
    if (result_.catalog.instances.empty() && !columns_.contains("memory")) {
      return fail(ErrorKind::bad_input, "no column has the memory of the instance types", header_line_,
                  map_hint("memory"));
    }
    return std::move(result_);
  }

 private:
  Status find_columns() {
    for (const ColumnField& field : kColumns) {
      if (const auto mapped = options_.map.find(field.key); mapped != options_.map.end()) {
        const std::string& column = mapped->second.column;
        const auto index = find_column(header_, std::array{column.c_str()});
        if (!index) {
          return fail(ErrorKind::bad_input, fmt::format("there is no column '{}' for {}", column, field.key),
                      header_line_, fmt::format("the columns are {}", fmt::join(header_, ", ")));
        }
        Found found = at_column(field, *index);
        if (!mapped->second.unit.empty()) found.scale = find_unit(mapped->second.unit, field.kind)->size;
        columns_[field.key] = found;
      } else if (const auto index = usual_column(field)) {
        columns_[field.key] = at_column(field, *index);
      }
    }
    if (!columns_.contains("name"))
      return fail(ErrorKind::bad_input, "no column has the names of the instance types", header_line_,
                  map_hint("name"));
    const bool priced = std::any_of(kColumns.begin(), kColumns.end(), [this](const ColumnField& field) {
      return field.kind == Kind::price && columns_.contains(field.key);
    });
    if (!priced) return fail(ErrorKind::bad_input, "no column has a price", header_line_, map_hint("price"));
    return {};
  }

  std::string map_hint(const char* field) const {
    return fmt::format("--map {}=COLUMN, with one of {}", field, fmt::join(header_, ", "));
  }

  // By the name alone, or the name with a unit behind it: memory_mib, "Memory (GiB)".
  std::optional<std::size_t> usual_column(const ColumnField& field) const {
    for (const char* name : field.names) {
      if (name == nullptr) break;
      const std::string wanted = plain_name(name);
      for (std::size_t i = 0; i < header_.size(); ++i) {
        const std::string plain = plain_name(header_[i]);
        if (plain == wanted) return i;
        const bool with_unit = plain.starts_with(wanted) && field.kind != Kind::text && field.kind != Kind::count &&
                               find_unit(plain.substr(wanted.size()), field.kind) != nullptr;
        // gpu_memory_mib_each
        const bool each =
            field.kind == Kind::bytes && plain.ends_with("each") && plain.starts_with(wanted) &&
            plain.size() > wanted.size() + 4 &&
            find_unit(plain.substr(wanted.size(), plain.size() - wanted.size() - 4), field.kind) != nullptr;
        if (with_unit || each) return i;
      }
    }
    return std::nullopt;
  }

  // The unit in the name of a column: the longest that the name ends with.
  Found at_column(const ColumnField& field, std::size_t index) const {
    Found found{index, std::nullopt};
    if (field.kind == Kind::text) return found;
    std::string plain = plain_name(header_[index]);
    if (plain.ends_with("each")) plain.resize(plain.size() - 4);
    std::size_t longest = 0;
    for (const UnitSize& unit : kUnits) {
      const std::string_view name = unit.name;
      if (unit.kind != field.kind || name.size() < 2 || name.size() <= longest || !plain.ends_with(name)) continue;
      longest = name.size();
      found.scale = unit.size;
    }
    if (field.kind == Kind::price || field.kind == Kind::count || field.kind == Kind::number ||
        field.kind == Kind::seconds)
      found.scale = found.scale.value_or(1);
    return found;
  }

  std::string_view cell(const std::string& key) const {
    const auto found = columns_.find(key);
    if (found == columns_.end() || found->second.index >= reader_.fields().size()) return {};
    const std::string_view text = trimmed(reader_.fields()[found->second.index]);
    static const std::set<std::string> kAbsent = {"na", "null", "none", "unavailable", "unknown"};
    return kAbsent.contains(plain_name(text)) || text == "-" ? std::string_view() : text;
  }

  std::string text_of(const std::string& key, const std::string& otherwise) const {
    const std::string_view text = cell(key);
    return text.empty() ? otherwise : std::string(text);
  }

  // Number, then a unit or none. A finding when there is text that is neither.
  std::optional<double> quantity(const std::string& key) {
    const std::string_view whole = cell(key);
    if (whole.empty()) return std::nullopt;
    const Kind kind = find_field(key)->kind;
    std::string text(whole);
    if (kind == Kind::price) {
      if (text.starts_with('$')) text.erase(0, 1);
      for (const char* other : {"€", "£", "¥", "EUR", "GBP"}) {
        if (text.find(other) != std::string::npos) {
          problem(fmt::format("{} '{}' is not in USD", key, whole), "convert the column to USD first");
          return std::nullopt;
        }
      }
    }
    const std::size_t end = std::min(text.find_first_not_of("0123456789.,eE+-"), text.size());
    std::string digits(trimmed(text.substr(0, end)));
    if (is_grouped(digits)) std::erase(digits, ',');
    const std::optional<double> number = number_of(digits);
    const std::string_view unit_text = trimmed(std::string_view(text).substr(end));
    if (!number) {
      problem(fmt::format("{} '{}' is not a number", key, whole), {});
      return std::nullopt;
    }
    std::optional<double> scale = columns_[key].scale;
    if (!unit_text.empty()) {
      const UnitSize* unit = find_unit(unit_text, kind);
      if (unit == nullptr) {
        problem(fmt::format("{} '{}' has a unit that is not known", key, whole), "units: " + units_text(kind));
        return std::nullopt;
      }
      scale = unit->size;
    }
    if (!scale) {
      problem(fmt::format("{} '{}' has no unit", key, whole),
              fmt::format("--map {}={}:{}", key, header_[columns_[key].index], kind == Kind::bytes ? "GiB" : "Gbit/s"));
      return std::nullopt;
    }
    return *number * *scale;
  }

  static bool is_grouped(std::string_view digits) {  // 1,024 and 1,024.5, not 0,096
    const std::size_t comma = digits.find(',');
    if (comma == std::string_view::npos || comma == 0 || comma > 3 || digits[0] == '0') return false;
    std::size_t run = 0;
    for (std::size_t i = comma + 1; i <= digits.size(); ++i) {
      if (i == digits.size() || digits[i] == ',' || digits[i] == '.') {
        if (run != 3) return false;
        if (i == digits.size() || digits[i] == '.') return true;
        run = 0;
      } else if (++run > 3) {
        return false;
      }
    }
    return true;
  }

  std::optional<std::int64_t> whole(const std::string& key) {
    const std::optional<double> value = quantity(key);
    if (!value) return std::nullopt;
    if (!(std::fabs(*value) < 9e18)) {
      problem(fmt::format("{} '{}' is too large", key, cell(key)), {});
      return std::nullopt;
    }
    return std::llround(*value);
  }

  void problem(const std::string& message, std::string hint) {
    row_failed_ = true;
    add(Finding::Severity::error, message, std::move(hint));
  }
  void add(Finding::Severity severity, const std::string& message, std::string hint) {
    const std::string_view name = cell("name");
    result_.findings.push_back(
        {severity, name.empty() ? message : fmt::format("{}: {}", name, message), reader_.where(), std::move(hint)});
  }

  void read_row() {
    ++rows_;
    row_failed_ = false;
    if (reader_.fields().size() != header_.size()) {
      return add(Finding::Severity::error,
                 fmt::format("the row has {} fields, the header {}", reader_.fields().size(), header_.size()), {});
    }
    InstanceType type;
    type.name = text_of("name", "");
    if (type.name.starts_with("gpu:"))
      return add(Finding::Severity::error, "is a GPU to add to a machine, not a machine", {});
    type.cloud = text_of("cloud", options_.cloud);
    if (type.cloud.empty()) type.cloud = cloud_of_name(type.name);
    type.region = text_of("region", options_.region);
    read_machine(type);
    read_gpu(type);
    type.local_disk_bytes = whole("local_disk");
    type.disk_bytes_per_s = quantity("disk");
    type.network_bytes_per_s = quantity("network");
    if (const auto coremark = quantity("coremark"); coremark && type.vcpus && *type.vcpus > 0) {
      const double each = std::round(*coremark / static_cast<double>(*type.vcpus) * 10) / 10;
      type.core_speed = CoreSpeed{each, "coremark_iterations_per_s", text_of("source", options_.source)};
    }
    if (const auto start = quantity("node_start"))
      type.node_start = NodeStart{*start, text_of("source", options_.source)};
    read_prices(type);
    if (row_failed_) return;
    lines_.push_back(reader_.where());
    result_.catalog.instances.push_back(std::move(type));
  }

  void read_machine(InstanceType& type) {
    type.vcpus = whole("vcpus");
    type.memory_bytes = whole("memory");
    std::string architecture = text_of("architecture", "");
    if (plain_name(architecture) == "amd64" || plain_name(architecture) == "x64") architecture = "x86_64";
    if (plain_name(architecture) == "arm64") architecture = "aarch64";
    type.architecture = architecture;
    const bool bare = !columns_.contains("memory") && !columns_.contains("vcpus");
    if (!bare || !is_gce(type.cloud)) return;
    if (const auto shape = gce_shape(type.name)) {
      type.vcpus = shape->vcpus;
      type.memory_bytes = shape->memory_bytes;
      type.architecture = shape->architecture;
      if (shape->gpu_count > 0)
        type.gpu = Gpu{shape->gpu, shape->gpu_count, shape->gpu_memory_bytes, "GPU vendor's data sheet"};
    } else {
      problem("neither a column nor the name says how many vCPUs and how much memory it has", {});
    }
  }

  void read_gpu(InstanceType& type) {
    const std::string name = text_of("gpu", "");
    std::optional<std::int64_t> count = whole("gpu_count");
    if (!count && !name.empty()) count = 1;
    if (!count) return;
    if (*count == 0) {
      if (!name.empty())
        add(Finding::Severity::warning, fmt::format("has a share of a GPU ({}), taken as none", name), {});
      return;
    }
    type.gpu = Gpu{name, *count, whole("gpu_memory"), {}};
    if (type.gpu->memory_bytes) type.gpu->source = text_of("source", options_.source);
  }

  void read_prices(InstanceType& type) {
    const std::string currency = text_of("currency", "USD");
    if (currency != "USD") return problem(fmt::format("the price is in {}, not in USD", currency), "convert it first");
    for (const ColumnField& field : kColumns) {
      if (field.kind != Kind::price) continue;
      const std::optional<double> usd = quantity(field.key);
      if (!usd) continue;
      const std::string option = field.key == std::string_view("price") ? kOnDemand : field.key;
      type.prices.push_back({option, usd, text_of("date", options_.date), text_of("source", options_.source)});
    }
  }

  // Rows that check_catalog has an error for go, too.
  void check() {
    const auto place = [this](std::size_t index, const std::string&) { return lines_[index]; };
    std::vector<Finding> findings = check_catalog(result_.catalog, place);
    std::set<std::string> bad;
    for (const Finding& finding : findings) {
      if (finding.severity == Finding::Severity::error) bad.insert(finding.where);
    }
    std::vector<InstanceType> good;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!bad.contains(lines_[i])) good.push_back(std::move(result_.catalog.instances[i]));
    }
    result_.catalog.instances = std::move(good);
    std::move(findings.begin(), findings.end(), std::back_inserter(result_.findings));
    std::stable_sort(result_.findings.begin(), result_.findings.end(),
                     [this](const Finding& a, const Finding& b) { return line_of(a.where) < line_of(b.where); });
  }
  long long line_of(const std::string& where) const {
    return std::strtoll(where.c_str() + reader_.name().size() + 1, nullptr, 10);
  }

  CsvReader& reader_;
  const CatalogCsvOptions& options_;
  std::vector<std::string> header_;
  std::string header_line_;
  std::map<std::string, Found> columns_;
  std::vector<std::string> lines_;  // of each instance
  CheckedCatalog result_;
  std::size_t rows_ = 0;
  bool row_failed_ = false;
};

std::string cell_of(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : std::string(); }
std::string cell_of(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : std::string(); }

}  // namespace

std::vector<std::string> csv_catalog_fields() {
  std::vector<std::string> names;
  for (const ColumnField& field : kColumns) names.emplace_back(field.key);
  return names;
}

Status parse_catalog_map(const std::string& text, std::map<std::string, MappedColumn>& map) {
  std::size_t start = 0;
  for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
    end = text.find(',', start);
    const std::string item = text.substr(start, end - start);
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals + 1 == item.size())
      return fail(ErrorKind::usage, fmt::format("'{}' maps nothing", item), {}, "write price=OnDemand,memory=RAM:GiB");
    const std::string key(trimmed(item.substr(0, equals)));
    const ColumnField* field = find_field(key);
    if (field == nullptr) {
      return fail(ErrorKind::usage, fmt::format("there is no field '{}'", key), {},
                  fmt::format("one of {}", fmt::join(csv_catalog_fields(), ", ")));
    }
    MappedColumn mapped{std::string(trimmed(item.substr(equals + 1))), {}};
    if (const std::size_t colon = mapped.column.rfind(':'); colon != std::string::npos) {
      const std::string unit(trimmed(mapped.column.substr(colon + 1)));
      if (find_unit(unit, field->kind) == nullptr) {
        return fail(ErrorKind::usage, fmt::format("'{}' is no unit for {}", unit, key), {},
                    "units: " + units_text(field->kind));
      }
      mapped = {std::string(trimmed(mapped.column.substr(0, colon))), unit};
    }
    map[key] = mapped;
  }
  return {};
}

Result<CheckedCatalog> import_catalog_csv(CsvReader& reader, const CatalogCsvOptions& options) {
  return Import(reader, options).run();
}

Result<CheckedCatalog> read_catalog_file(const std::string& path, const CatalogCsvOptions& options) {
  Result<CsvReader> reader = CsvReader::open(path);
  if (!reader) return fail(reader.error());
  if (!reader->begins_with_brace()) return import_catalog_csv(*reader, options);
  const Result<std::string> text = reader->whole_text();
  if (!text) return fail(text.error());
  return read_checked_catalog(*text, path);
}

std::string write_catalog_csv(std::span<const InstanceType* const> rows) {
  std::string text =
      "cloud,name,region,architecture,vcpus,memory_bytes,gpu_name,gpu_count,gpu_memory_bytes,local_disk_bytes,"
      "disk_bytes_per_s,network_bytes_per_s,coremark_iters_per_s,node_start_seconds,usd_per_hour,spot_usd_per_hour,"
      "reserved_1y_usd_per_hour,reserved_3y_usd_per_hour,date,source\n";
  for (const InstanceType* type : rows) {
    const std::optional<Gpu>& gpu = type->gpu;
    std::optional<double> coremark;
    if (type->core_speed && type->vcpus) coremark = type->core_speed->per_vcpu * static_cast<double>(*type->vcpus);
    const Price price = type->prices.empty() ? Price{} : type->prices.front();
    const std::array<std::string, 20> cells = {
        type->cloud,
        type->name,
        type->region,
        type->architecture,
        cell_of(type->vcpus),
        cell_of(type->memory_bytes),
        gpu ? gpu->name : "",
        gpu ? std::to_string(gpu->count) : "",
        gpu ? cell_of(gpu->memory_bytes) : "",
        cell_of(type->local_disk_bytes),
        cell_of(type->disk_bytes_per_s),
        cell_of(type->network_bytes_per_s),
        cell_of(coremark),
        type->node_start ? cell_of(std::optional(type->node_start->seconds)) : "",
        cell_of(type->usd_per_hour(kOnDemand)),
        cell_of(type->usd_per_hour(kSpot)),
        cell_of(type->usd_per_hour("reserved_1y")),
        cell_of(type->usd_per_hour("reserved_3y")),
        price.date,
        price.source};
    for (std::size_t i = 0; i < cells.size(); ++i) text += (i == 0 ? "" : ",") + csv_field(cells[i]);
    text += '\n';
  }
  return text;
}

}  // namespace mlplan
