// A catalog as people read it: a table of types, all about one of them, and what is wrong with a file.
#pragma once

#include <string>
#include <vector>

#include "cli/views/text.h"
#include "profiles/catalog_query.h"

namespace mlplan::cli {

// A value with its unit: "16.0 GiB", "0.526"; the dash where it is not known.
std::string field_text(const CatalogField& field, const InstanceType& type);

std::string catalog_table(const std::vector<const InstanceType*>& rows, const Style& style);
std::string instance_view(const InstanceType& type, const Style& style);

// One finding a line in the order of the file, at most `limit`; then how many were left out.
std::string findings_text(const std::vector<Finding>& findings, std::size_t limit, const Style& style);
std::string findings_json(const std::vector<Finding>& findings);
// "1,345 instance types, 3 errors, 12 warnings"
std::string findings_summary(const CheckedCatalog& checked);

}  // namespace mlplan::cli
