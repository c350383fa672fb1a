// Tensors into the figures of bench/output_distance.h.
#pragma once

#include <string>
#include <vector>

#include "bench/output_distance.h"
#include "bench/worker/outputs.h"

namespace mlplan::worker {

std::string shape_text(const at::Tensor& tensor);  // "f32[1,1000]"

// Adds all values of `tensor`, against `reference` of the same shape. Complex numbers count as two values each.
void add_tensor(bench::DistanceMeter& meter, const at::Tensor& tensor, const at::Tensor& reference);

// Throws Failure "model" where number or shapes of the outputs differ.
Agreement compare_outputs(const std::vector<OutputTensor>& outputs, const std::vector<OutputTensor>& reference,
                          const std::string& against, const std::string& detail);

}  // namespace mlplan::worker
