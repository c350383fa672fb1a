// A catalog from a plain CSV table of any origin: one instance type a row. Columns are found by their usual names
// ("instance_type", "vCPUs", "Memory (GiB)", "usd_per_hour"), or named by a map; the unit of a column is in its name,
// in the map, or in the cells ("16 GiB", "$0.096 hourly"). Streamed; rows that cannot be used are skipped, each with a
// Finding that says where and why.
#pragma once

#include <map>
#include <span>
#include <string>

#include "profiles/catalog.h"
#include "profiles/support/csv.h"

namespace mlplan {

struct MappedColumn {
  std::string column;  // as in the header
  std::string unit;    // "GiB", "Mbit/s"; empty: from the name of the column, or of the cells
};

struct CatalogCsvOptions {
  std::map<std::string, MappedColumn> map;  // field (csv_catalog_fields) -> column
  // For rows that have no column for it.
  std::string cloud;  // empty: as the manner of the names tells (m5.large, Standard_D4s_v5, n2-standard-8)
  std::string region;
  std::string date;    // of the prices, YYYY-MM-DD
  std::string source;  // of the prices
};

// The fields that a map may name: name, cloud, region, architecture, vcpus, memory, gpu, gpu_count, gpu_memory,
// local_disk, disk, network, coremark, node_start, price, spot, reserved_1y, reserved_3y, currency, date, source.
std::vector<std::string> csv_catalog_fields();

// "price=OnDemand,memory=RAM:GiB" into `map`. ErrorKind::usage: no such field, no column, no such unit.
Status parse_catalog_map(const std::string& text, std::map<std::string, MappedColumn>& map);

// Findings hold what was skipped (errors) and what is weak (warnings), with check_catalog's, each with "FILE:LINE";
// rows with an error are left out of the catalog. An Error: no such file, no CSV, no column for the name or for any
// price, a mapped column that is not there.
Result<CheckedCatalog> import_catalog_csv(CsvReader& reader, const CatalogCsvOptions& options);

// A file of either kind: a catalog in JSON where it begins with a brace, else CSV.
Result<CheckedCatalog> read_catalog_file(const std::string& path, const CatalogCsvOptions& options = {});

// With a header, in base units, in the columns that import_catalog_csv finds by itself. Date and source are those of
// each row's first price.
std::string write_catalog_csv(std::span<const InstanceType* const> rows);

}  // namespace mlplan
