#include "profiles/catalog.h"

#include <algorithm>

#include "profiles/catalog_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view catalog_schema();  // made by cmake/EmbedFile.cmake
std::string_view shipped_catalog();
}  // namespace embedded

namespace {

constexpr DocumentKind kKind = {"a catalog", kCatalogSchema, kCatalogSchemaVersion,
                                "give a file that mlplan catalog import -o has written, or a CSV file",
                                "import it again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(catalog_schema());
  return instance;
}

}  // namespace

bool is_burstable(const InstanceType& type) {
  const std::string_view name = type.name;
  if (type.cloud == "aws")
    return name.starts_with("t1.") || name.starts_with("t2.") || name.starts_with("t3.") || name.starts_with("t3a.") ||
           name.starts_with("t4g.");
  if (type.cloud == "azure") return name.starts_with("Standard_B");
  if (type.cloud == "gcp") {
    return name == "e2-micro" || name == "e2-small" || name == "e2-medium" || name.starts_with("f1-") ||
           name.starts_with("g1-");
  }
  return false;
}

std::optional<double> InstanceType::usd_per_hour(std::string_view option) const {
  const auto found =
      std::find_if(prices.begin(), prices.end(), [option](const Price& price) { return price.option == option; });
  return found == prices.end() ? std::nullopt : found->usd_per_hour;
}

nlohmann::ordered_json to_ordered_json(const Catalog& catalog) { return document_json(kKind, catalog); }

std::string write_catalog(const Catalog& catalog) { return pretty_json(to_ordered_json(catalog)); }

std::string_view catalog_schema() { return embedded::catalog_schema(); }

std::string_view shipped_catalog_text() { return embedded::shipped_catalog(); }

Result<CheckedCatalog> read_checked_catalog(const std::string& text, const std::string& file_name) {
  Result<Catalog> catalog = read_document<Catalog>(text, file_name, kKind, validator());
  if (!catalog) return fail(catalog.error());
  const auto place = [&file_name](std::size_t index, const std::string& pointer) {
    return file_name + ": /instances/" + std::to_string(index) + pointer;
  };
  std::vector<Finding> findings = check_catalog(*catalog, place);
  return CheckedCatalog{std::move(*catalog), std::move(findings)};
}

Result<Catalog> read_catalog(const std::string& text, const std::string& file_name) {
  Result<CheckedCatalog> checked = read_checked_catalog(text, file_name);
  if (!checked) return fail(checked.error());
  for (const Finding& finding : checked->findings) {
    if (finding.severity == Finding::Severity::error) {
      return fail(ErrorKind::bad_input, finding.message, finding.where,
                  "mlplan catalog validate lists all that is wrong");
    }
  }
  return std::move(checked->catalog);
}

const Catalog& shipped_catalog() {
  static const Catalog instance = [] {
    Result<Catalog> read = read_catalog(std::string(shipped_catalog_text()), "the shipped catalog");
    if (!read) throw std::logic_error(read.error().where + ": " + read.error().message);
    return std::move(*read);
  }();
  return instance;
}

}  // namespace mlplan
