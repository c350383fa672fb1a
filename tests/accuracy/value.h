// What a result holds; an error ends the program, since there is nothing to print a ratio of.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "profiles/support/result.h"

namespace mlplan::accuracy {

template <class T>
T value(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "accuracy: {} ({}) {}\n", result.error().message, result.error().where, result.error().hint);
  std::exit(3);
}

}  // namespace mlplan::accuracy
