// One list of fields for a struct serves both directions, so that what is written is what is read:
//
//   template <class F, Like<Phase> T> void fields(F& field, T& phase) { field("name", phase.name); field("wall_ns",
//   phase.wall); }
//
// In namespace mlplan or that of the struct. Numbers: NaN and infinities are null, and null read as a double is NaN; a
// double with an integral value is written as an integer; 64-bit integers stay exact. Reading ignores unknown keys,
// leaves members without a key as they are, and throws nlohmann::json::exception for a wrong type or a number out of
// range. Heavy header: only for .cpp files.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mlplan {

template <class T, class Struct>
concept Like = std::same_as<std::remove_const_t<T>, Struct>;

namespace json_fields {

struct AnyField {
  template <class T>
  void operator()(const char*, T&) {}
};

// An open overload: found by argument-dependent lookup where the struct has its list.
template <class T>
concept HasFields = requires(AnyField& field, T& value) { fields(field, value); };

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class Json>
void write(Json& json, double value) {
  constexpr double kInt64End = 9223372036854775808.0;
  if (!std::isfinite(value)) {
    json = nullptr;
  } else if (value == std::trunc(value) && value >= -kInt64End && value < kInt64End) {
    json = static_cast<std::int64_t>(value);
  } else {
    json = value;
  }
}

template <class Json, class T>
void write(Json& json, const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
    json = value;
  } else if constexpr (is_optional<T>) {
    if (value)
      write(json, *value);
    else
      json = nullptr;
  } else if constexpr (is_vector<T>) {
    json = Json::array();
    auto& array = json.template get_ref<typename Json::array_t&>();
    array.reserve(value.size());
    for (const auto& item : value) write(array.emplace_back(), item);
  } else if constexpr (is_map<T>) {
    json = Json::object();
    for (const auto& [key, item] : value) write(json[key], item);
  } else if constexpr (HasFields<const T>) {
    json = Json::object();
    auto field = [&json](const char* key, const auto& member) { write(json[key], member); };
    fields(field, value);
  } else {
    to_json(json, value);
  }
}

template <class Json, std::integral T>
void read_integer(const Json& json, T& value) {
  if (!json.is_number_integer()) {
    throw Json::type_error::create(302, "type must be integer, but is " + std::string(json.type_name()), &json);
  }
  const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.template get<std::uint64_t>())
                                              : std::in_range<T>(json.template get<std::int64_t>());
  if (!fits) throw Json::out_of_range::create(406, "number out of range: " + json.dump(), &json);
  value = json.template get<T>();
}

template <class Json, class T>
void read(const Json& json, T& value) {
  if constexpr (std::same_as<T, double>) {
    value = json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.template get<double>();
  } else if constexpr (std::same_as<T, bool>) {
    value = json.template get<bool>();
  } else if constexpr (std::same_as<T, std::string>) {
    if (json.is_array()) {  // the bytes of a text that is not UTF-8
      value.clear();
      for (const Json& item : json) {
        std::uint8_t byte = 0;
        read_integer(item, byte);
        value += static_cast<char>(byte);
      }
    } else {
      value = json.template get<std::string>();
    }
  } else if constexpr (std::integral<T>) {
    read_integer(json, value);
  } else if constexpr (is_optional<T>) {
    if (json.is_null())
      value.reset();
    else
      read(json, value.emplace());
  } else if constexpr (is_vector<T>) {
    const auto& array = json.template get_ref<const typename Json::array_t&>();
    value.clear();
    value.reserve(array.size());
    for (const Json& item : array) read(item, value.emplace_back());
  } else if constexpr (is_map<T>) {
    value.clear();
    for (const auto& [key, item] : json.template get_ref<const typename Json::object_t&>()) read(item, value[key]);
  } else if constexpr (HasFields<T>) {
    const auto& object = json.template get_ref<const typename Json::object_t&>();
    auto field = [&object](const char* key, auto& member) {
      if (const auto found = object.find(key); found != object.end()) read(found->second, member);
    };
    fields(field, value);
  } else {
    from_json(json, value);
  }
}

}  // namespace json_fields
}  // namespace mlplan
