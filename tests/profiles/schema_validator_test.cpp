#include "profiles/support/schema_validator.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace mlplan;
using nlohmann::json;

namespace {

constexpr const char* kSchema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "required": ["name", "size"],
  "properties": {
    "name": {"type": "string", "pattern": "^[a-z]+$"},
    "size": {"type": "integer", "minimum": 0, "maximum": 10},
    "kind": {"enum": ["small", "large", "huge"]},
    "fixed": {"const": "this"},
    "pair": {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2},
    "child": {"$ref": "#/definitions/part"},
    "maybe": {"type": ["object", "null"], "allOf": [{"$ref": "#/definitions/part"}]},
    "map/of~parts": {"type": "object", "additionalProperties": {"$ref": "#/definitions/part"}}
  },
  "definitions": {"part": {"required": ["n"], "properties": {"n": {"type": "number"}, "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}}}}}
})";

std::string complaint(const char* key, const json& value) {
  static const SchemaValidator validator(kSchema);
  json document = {{"name", "x"}, {"size", 1}};
  document[key] = value;
  const Status valid = validator.validate(document, "f.json");
  return valid ? "" : valid.error().where + " " + valid.error().message;
}

}  // namespace

TEST_CASE("a document that agrees with its schema is valid, with unknown keys too") {
  CHECK(complaint("unknown", "anything").empty());
  CHECK(complaint("maybe", nullptr).empty());
  CHECK(complaint("maybe", {{"n", 1.5}, {"parts", {{{"n", 1}}}}}).empty());
  CHECK(complaint("pair", {1, nullptr}).empty());
}

TEST_CASE("complaints name the place and say what is wrong in words") {
  CHECK(complaint("size", "ten") == "f.json: /size must be an integer, is a string");
  CHECK(complaint("size", 1.5) == "f.json: /size must be an integer, is a number");
  CHECK(complaint("size", -1) == "f.json: /size must be at least 0, is -1");
  CHECK(complaint("size", 11) == "f.json: /size must be at most 10, is 11");
  CHECK(complaint("size", 18446744073709551615u) == "f.json: /size is too large: 18446744073709551615");
  CHECK(complaint("name", nullptr) == "f.json: /name must be a string, is null");
  CHECK(complaint("name", "X1") == "f.json: /name must match ^[a-z]+$, is \"X1\"");
  CHECK(complaint("kind", "tiny") == "f.json: /kind must be \"small\", \"large\" or \"huge\", is \"tiny\"");
  CHECK(complaint("fixed", 3) == "f.json: /fixed must be \"this\", is 3");
  CHECK(complaint("pair", {1}) == "f.json: /pair must have at least 2 items, has 1");
  CHECK(complaint("pair", {1, 2, 3}) == "f.json: /pair must have at most 2 items, has 3");
  CHECK(complaint("pair", {1, "2"}) == "f.json: /pair/1 must be a number or null, is a string");
  CHECK(complaint("maybe", 1) == "f.json: /maybe must be an object or null, is an integer");
}

TEST_CASE("complaints reach through references, lists and maps") {
  CHECK(complaint("child", json::object()) == "f.json: /child lacks the field \"n\"");
  CHECK(complaint("child", {{"n", true}}) == "f.json: /child/n must be a number, is a boolean");
  CHECK(complaint("maybe", {{"n", 1}, {"parts", {{{"n", 1}}, {{"n", "a"}}}}}) ==
        "f.json: /maybe/parts/1/n must be a number, is a string");
  CHECK(complaint("map/of~parts", {{"a b", {{"n", json::array()}}}}) ==
        "f.json: /map~1of~0parts/a b/n must be a number, is an array");
}

TEST_CASE("a complaint about the document itself points to the root") {
  const SchemaValidator validator(kSchema);
  CHECK(validator.validate({{"name", "x"}}, "f.json").error().where == "f.json: /");
  CHECK(validator.validate({{"name", "x"}}, "f.json").error().message == "lacks the field \"size\"");
  CHECK(validator.validate(json::array(), "f.json").error().message == "must be an object, is an array");
}
