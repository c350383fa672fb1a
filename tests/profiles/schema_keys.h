// The keys of a document and those that a schema describes, as paths, to see that each is in the other: items of lists
// and of maps by name count as one ("instances/*/name").
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace mlplan::test {

using Keys = std::set<std::string>;

inline void add_keys(const nlohmann::ordered_json& json, const std::string& path, Keys& keys) {
  if (json.is_array()) {
    for (const auto& item : json) add_keys(item, path + "/*", keys);
  } else if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      keys.insert(path + "/" + key);
      add_keys(value, path + "/" + key, keys);
    }
  }
}

// Every key has a description.
inline void add_described_keys(const nlohmann::ordered_json& root, const nlohmann::ordered_json& schema,
                               const std::string& path, Keys& keys) {
  using Json = nlohmann::ordered_json;
  if (schema.contains("$ref"))
    return add_described_keys(root, root.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), path,
                              keys);
  for (const Json& part : schema.value("allOf", Json::array())) add_described_keys(root, part, path, keys);
  if (schema.contains("items")) add_described_keys(root, schema["items"], path + "/*", keys);
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, value] : properties.items()) {
    CHECK_MESSAGE((value.contains("description") || value.contains("$ref")), path, "/", key, " is not described");
    keys.insert(path + "/" + key);
    add_described_keys(root, value, path + "/" + key, keys);
  }
}

}  // namespace mlplan::test
