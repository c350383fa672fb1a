// The inputs of an AOTInductor package, read from the C++ that was generated for it and is kept in it. The compiled
// model has no other description of its inputs' shapes, types and bounds than its check_input_N functions.
//
// Text in, values out: no libtorch here. The parser takes what it knows and skips the rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Fills inputs, not_inferred, dim_defaults, dim_bounds, weights and notes of a Description. `wrapper` is the text of
// the
// *.wrapper.cpp, `kernels` that of all other generated sources (bounds of indices stand there).
// Dimensions that may change get a symbol: "batch" for the first dimension, "seq" for the second, "dimN" beyond.
Description describe_generated_code(std::string_view wrapper, std::string_view kernels);

}  // namespace mlplan::worker
