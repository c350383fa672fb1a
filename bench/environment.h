// The environment of this process as a map, and a map as the environment of another.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mlplan::bench {

std::map<std::string, std::string> own_variables();
std::vector<std::string> as_environment(const std::map<std::string, std::string>& variables);  // "NAME=VALUE"
// For execve and posix_spawn: ends in null, points into `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

}  // namespace mlplan::bench
