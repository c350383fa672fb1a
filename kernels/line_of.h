// The first line of a small file, as the kernel has them below /sys and /proc; empty where it cannot be read.
#pragma once

#include <fstream>
#include <string>

namespace mlplan::kernels {

inline std::string line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace mlplan::kernels
