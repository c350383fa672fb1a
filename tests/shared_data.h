// Real catalogs and traces, in ../shared/data beside the checkout. A test that needs one skips, and says so, where they
// are not there.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace mlplan::tests {

inline std::optional<std::string> shared_data(const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(SHARED_DATA_FOLDER) / name;
  if (std::filesystem::exists(path)) return path.string();
  MESSAGE("skipped: there is no ", path.string());
  return std::nullopt;
}

}  // namespace mlplan::tests
