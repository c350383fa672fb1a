// One array of NumPy's .npy format (version 1.0, C order, little-endian), as golden files hold them.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. NumPy has no bf16: such an array
// holds the 16 bits as u2, and its reader is told the dtype (see golden.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan::bench {

struct NpyArray {
  std::string dtype = {};  // "f32", "i64", ... as everywhere; "c64", "c128", "bf16" too
  std::vector<std::int64_t> shape = {};
  std::string bytes = {};  // row by row
};

// Bytes of one value; 0 for a dtype that is not one of these.
std::size_t value_bytes(std::string_view dtype);

std::string write_npy(const NpyArray& array);

// ErrorKind::bad_input with what is wrong in the message, where the text is no such array or is not of this dtype, or
// has not exactly the bytes that its header speaks of.
Result<NpyArray> read_npy(std::string_view text, const std::string& dtype);

}  // namespace mlplan::bench
