// fill_in("{} of {}", 2, "three"): each {} becomes the next argument, {0} the first. libtorch brings headers of an fmt
// of its own without the code for them, and they hide the system's, so the worker uses none.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace mlplan::worker {

template <class... Arguments>
std::string fill_in(std::string_view pattern, const Arguments&... arguments) {
  const auto text = [](const auto& value) {
    std::ostringstream out;
    out << value;
    return out.str();
  };
  const std::vector<std::string> texts = {text(arguments)...};
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool numbered = pattern.substr(i).size() > 2 && pattern[i] == '{' && pattern[i + 1] >= '0' &&
                          pattern[i + 1] <= '9' && pattern[i + 2] == '}';
    if (numbered) {
      out += texts.at(static_cast<std::size_t>(pattern[i + 1] - '0'));
      i += 2;
    } else if (pattern.substr(i, 2) == "{}") {
      out += texts.at(next++);
      ++i;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

}  // namespace mlplan::worker
