// The flags that choose instance types, shared by all commands that read a catalog.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.h"
#include "profiles/catalog_csv.h"
#include "profiles/catalog_query.h"

namespace mlplan::cli {

struct CatalogChoice {
  std::string path;  // empty: the shipped catalog
  std::vector<Condition> conditions;
};

Flags::Reader read_condition(std::vector<Condition>& target);
void declare_catalog(Flags& flags, CatalogChoice& choice);  // --catalog, --where

// What a CSV table needs to be understood: --map, --cloud, --region, --date, --source.
void declare_catalog_csv(Flags& flags, CatalogCsvOptions& options);

// The good rows of the file; what was left out is said on standard error, in a line.
Result<Catalog> open_catalog(const CatalogChoice& choice, const Style& remarks);

}  // namespace mlplan::cli
