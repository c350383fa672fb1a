// Questions to a catalog: `gpu_memory>=24GiB`, `cloud=aws`, `name~g5`. Each field of an instance type that can be asked
// for, sorted by or listed is declared once, here.
//
//   condition = FIELD OP VALUE      OP = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//
// "~" is "contains", case apart; "=" of a text is equal, case apart; "!=" is the contrary of "=". Values take the units
// of their field: 24GiB, 10Gbit/s, 1.25MB/s, 120s; prices are USD an hour, with a "$" or not. What is not known matches
// no comparison.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiles/catalog.h"

namespace mlplan {

enum class FieldKind { text, count, bytes, bytes_per_s, usd_per_hour, seconds, number };

using FieldValue = std::variant<std::monostate, std::string, double>;  // monostate: not known

struct CatalogField {
  const char* key;    // as conditions and --sort name it
  const char* label;  // heading of its column
  const char* help;
  FieldKind kind;
  FieldValue (*value)(const InstanceType&);
};

std::span<const CatalogField> catalog_fields();
const CatalogField* find_catalog_field(std::string_view key);  // nullptr: none of that name
std::vector<std::string> catalog_field_names();

struct Condition {
  enum class Op { equal, not_equal, less, at_most, more, at_least, contains };
  const CatalogField* field = nullptr;
  Op op = Op::equal;
  std::string text;   // of a text field, lower case
  double number = 0;  // of any other
};

// "gpu_memory" of "gpu_memory>=24GiB": what stands before the operator, whether such a field exists or not.
std::string_view field_name_of(std::string_view condition);
// ErrorKind::usage: no operator, no such field, a value that is none of the field's kind, an order of texts.
Result<Condition> parse_condition(std::string_view text);
bool matches(const InstanceType& type, const Condition& condition);

// Rows that match all conditions, in the catalog's order.
std::vector<const InstanceType*> select(const Catalog& catalog, const std::vector<Condition>& conditions);
// Stable; rows that do not know the field come last, whichever way it goes.
void sort_by(std::vector<const InstanceType*>& rows, const CatalogField& field, bool descending);

// A value as people write one, with the unit of the field: 1.5GB/s or 10Gbit/s for a bandwidth.
Result<double> parse_field_value(const CatalogField& field, std::string_view text);

}  // namespace mlplan
