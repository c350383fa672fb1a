#include "bench/environment.h"

#include <unistd.h>

#include <string_view>

extern char** environ;

namespace mlplan::bench {

std::map<std::string, std::string> own_variables() {
  std::map<std::string, std::string> out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos) out[std::string(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  return out;
}

std::vector<std::string> as_environment(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> out;
  out.reserve(variables.size());
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace mlplan::bench
