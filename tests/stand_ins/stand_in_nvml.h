// The stand-in for NVML in a test's own process: its folder of values (nvml.cpp says which), and the library loaded, so
// that whoever opens it by its name gets this one.
#pragma once

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>

#include "tests/temporary_folder.h"

namespace mlplan::tests {

class StandInNvml {
 public:
  using Values = std::initializer_list<std::pair<const char*, const char*>>;

  explicit StandInNvml(Values values) : library_(::dlopen(STAND_IN_NVML_LIBRARY, RTLD_NOW | RTLD_LOCAL)) {
    REQUIRE(library_ != nullptr);
    set(values);
    ::setenv("STAND_IN_NVML", folder_.path().c_str(), 1);
  }
  StandInNvml(const StandInNvml&) = delete;
  StandInNvml& operator=(const StandInNvml&) = delete;
  ~StandInNvml() {
    ::unsetenv("STAND_IN_NVML");
    ::dlclose(library_);
  }

  void set(Values values) {
    for (const auto& [key, value] : values) std::ofstream(folder_.path() + "/" + key) << value << "\n";
  }
  void forget(const std::string& key) { std::filesystem::remove(folder_.path() + "/" + key); }
  const std::string& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  void* library_;
};

}  // namespace mlplan::tests
