// The catalog: what instance types can be had and what they cost. docs/formats.md explains every field; the JSON Schema
// is profiles/schemas/catalog.schema.json. Sizes are bytes, bandwidths bytes per second, prices US dollars per hour of
// one instance. What is not known is absent (std::nullopt, or an empty text), never guessed.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kCatalogSchema = "mlplan.catalog";
inline constexpr const char* kCatalogSchemaVersion = "1.0";

inline constexpr const char* kOnDemand = "on_demand";
inline constexpr const char* kSpot = "spot";  // may be taken away at any time

struct Price {
  std::string option;  // how it is bought: "on_demand", "spot", "reserved_1y", "reserved_3y"
  std::optional<double> usd_per_hour;
  std::string date;    // YYYY-MM-DD on which it was so
  std::string source;  // where it stands
};

struct Gpu {
  std::string name;                          // "T4", "A100"
  std::int64_t count = 0;                    // of one instance
  std::optional<std::int64_t> memory_bytes;  // of one GPU, nominal: the driver and ECC keep some of it
  std::string source;                        // of the memory
};

// How fast one vCPU is, to compare types by. Only figures of the same metric compare.
struct CoreSpeed {
  double per_vcpu = 0;
  std::string metric;  // "coremark_iterations_per_s", all vCPUs at once, divided by their number
  std::string source;
};

// From the order for a machine until it takes work: comes before a cold start of the model.
struct NodeStart {
  double seconds = 0;
  std::string source;
};

struct InstanceType {
  std::string cloud;  // "aws", "gcp", "azure", or any other
  std::string name;
  std::string region;  // empty: the source does not say
  std::optional<std::int64_t> vcpus;
  std::optional<std::int64_t> memory_bytes;
  std::string architecture;  // as uname says it: "x86_64", "aarch64"
  std::optional<Gpu> gpu;
  std::optional<std::int64_t> local_disk_bytes;  // in the machine, lost with it; absent: none, or not known
  std::optional<double> disk_bytes_per_s;        // of attached storage
  std::optional<double> network_bytes_per_s;
  std::optional<CoreSpeed> core_speed;
  std::optional<NodeStart> node_start;
  std::vector<Price> prices;

  std::optional<double> usd_per_hour(std::string_view option = kOnDemand) const;
};

// Whether its CPUs are throttled once credits are used up, or shared: T types of AWS, B series of Azure, e2-micro to
// e2-medium, f1 and g1 of Google Cloud, by their documentation. What a minute's benchmark measures there does not last.
bool is_burstable(const InstanceType& type);

struct Catalog {
  std::string currency = "USD";
  std::vector<InstanceType> instances;
};

// Something about a row that makes it useless for a plan (an error), or weaker than it could be.
struct Finding {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  std::string message;
  std::string where;  // "FILE:LINE" or "FILE: /json/pointer"
  std::string hint;
};

struct CheckedCatalog {
  Catalog catalog;
  std::vector<Finding> findings;
};

// Rows without a price or memory, duplicates, numbers that cannot be, prices without a date. `where` names the place of
// the part `pointer` ("", "/prices/0") of instance `index`.
using FindingPlace = std::function<std::string(std::size_t index, const std::string& pointer)>;
std::vector<Finding> check_catalog(const Catalog& catalog, const FindingPlace& where);
bool has_errors(const std::vector<Finding>& findings);

// Stable key order: equal catalogs give equal bytes.
nlohmann::ordered_json to_ordered_json(const Catalog& catalog);
std::string write_catalog(const Catalog& catalog);  // pretty, with a final newline

// Validates against the schema first; an Error then means that the text is no catalog at all. ErrorKind::bad_input;
// `where` is "FILE: /json/pointer". Ignores unknown keys, refuses a newer major schema_version.
Result<CheckedCatalog> read_checked_catalog(const std::string& text, const std::string& file_name);
// The same; the first finding that is an error is the Error.
Result<Catalog> read_catalog(const std::string& text, const std::string& file_name);

// The catalog that is part of the program. profiles/data/README.md says where its figures come from.
const Catalog& shipped_catalog();
std::string_view shipped_catalog_text();

// The JSON Schema (draft-07) of the catalog, as shipped.
std::string_view catalog_schema();

}  // namespace mlplan
