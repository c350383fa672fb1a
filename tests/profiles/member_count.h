// How many members an aggregate has, so that a test sees when one is added to a struct but not to its list of JSON
// fields.
#pragma once

#include <cstddef>
#include <type_traits>

namespace mlplan::test {

// Converts to anything, but only exactly: not to the value inside of an optional.
struct Anything {
  template <class T>
    requires(!std::is_same_v<T, Anything>)
  operator T() const;
};

template <class Struct, class... Members>
consteval std::size_t member_count() {
  if constexpr (requires { Struct{Members{}..., Anything{}}; }) {
    return member_count<Struct, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}

}  // namespace mlplan::test
