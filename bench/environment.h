// The environment of this process as a map, and a map as the environment of another.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mlplan::bench {

std::map<std::string, std::string> own_variables();
std::vector<std::string> as_environment(const std::map<std::string, std::string>& variables);  // "NAME=VALUE"
// For execve and posix_spawn: ends in null, points into `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

// Bytes of padding in a worker's environment: where its stack begins depends on their number, and with it how fast some
// programs run. Other ones for each start, so that no start stands for all.
inline std::uint64_t padding_of(std::uint64_t seed, std::uint64_t number) {
  return (seed * 7919 + number * 104729) % 4096;
}

}  // namespace mlplan::bench
