// Runs the real mlplan-kernels, as mlplan does.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace mlplan::test {

struct Ended {
  int code = -1;
  std::string out;  // and what it wrote on standard error
};

// `environment`: "NAME=VALUE ..." for a shell.
inline Ended run_kernels(const std::string& arguments, const std::string& environment = "") {
  Ended ended;
  FILE* const pipe =
      ::popen((environment + " " + std::string(KERNELS_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    ended.out.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

inline nlohmann::json document_of(const std::string& out) {
  const std::size_t begin = out.find('{');  // after what the library says of itself
  REQUIRE(begin != std::string::npos);
  return nlohmann::json::parse(out.substr(begin, out.rfind('}') + 1 - begin));
}

}  // namespace mlplan::test
