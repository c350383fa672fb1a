// Which cards mlplan-kernels has code for, where cuobjdump is there to tell.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>

namespace {

std::string output_of(const std::string& command) {
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
  CHECK(::pclose(pipe) == 0);
  return out;
}

}  // namespace

TEST_CASE("mlplan-kernels has machine code for the cards of the clouds, and PTX for newer ones") {
  const std::string cuobjdump = CUOBJDUMP;
  if (cuobjdump.empty()) {
    MESSAGE("not checked: there is no cuobjdump");
    return;
  }
  const std::string machine_code = output_of(cuobjdump + " --list-elf " KERNELS_PROGRAM);
  for (const char* architecture : {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90"}) {
    CAPTURE(architecture);
    CHECK(machine_code.find(architecture) != std::string::npos);
  }
  const std::string ptx = output_of(cuobjdump + " --list-ptx " KERNELS_PROGRAM);
  CHECK(ptx.find("sm_90") != std::string::npos);
}
