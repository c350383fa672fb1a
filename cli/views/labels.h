// What the report's names are called on a terminal.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace mlplan::cli {

inline std::string spaced(std::string_view name) {  // "model_cold" -> "model cold"
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

inline std::string upper_case(std::string_view name) {
  std::string text = spaced(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return text;
}

inline std::string meaning_of_state(std::string_view state) {
  if (state == "warm") return "all files in memory";
  if (state == "model_cold") return "model file on disk";
  if (state == "all_cold") return "model and libraries on disk";
  return "";
}

}  // namespace mlplan::cli
