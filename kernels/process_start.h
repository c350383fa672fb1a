// New processes: what one costs before any of its own work, and what one says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlplan::kernels {

struct ProcessStart {
  std::int64_t ns = 0;  // wall, from before posix_spawn until it has been waited for
  std::string error;    // empty when it ended with 0; else why not
};
ProcessStart start_process(const std::string& program, const std::vector<std::string>& arguments);

struct ProcessAnswer {
  std::string out;    // all that it wrote on its standard output
  std::string error;  // empty when it ended with 0; else why not
};
ProcessAnswer ask_process(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace mlplan::kernels
