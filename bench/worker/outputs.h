// What a model gave back: its shapes as text, and its values compared.
#pragma once

#include <ATen/core/ivalue.h>

#include <functional>
#include <string>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// One text per value of a returned tuple or list, else a single one: "f32[1,1000]", "(f32[2], i64[])", "{'a': f32[2]}".
std::vector<std::string> output_texts(const c10::IValue& output);

// A tensor of what was returned, on the host, contiguous and dense; numbers are tensors of one element.
struct OutputTensor {
  std::string name;   // "output", "output[1]", "output['logits']"
  at::Tensor tensor;  // on the CPU
  bool is_from_gpu = false;
};
std::vector<OutputTensor> output_tensors(const c10::IValue& output);

std::string dtype_text(at::ScalarType type);  // "f32", ...

// Calls `run` twice and compares: bits of all tensors and scalars, NaN and Inf counts of the second, digest over its
// bytes.
QualityFacts compare_two_runs(const std::function<c10::IValue()>& run);

}  // namespace mlplan::worker
