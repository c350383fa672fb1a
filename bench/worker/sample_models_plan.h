// The architectures of the sample models as plain values: parameters with their shapes, and TorchScript source. No
// libtorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlplan::worker {

struct SampleParameter {
  std::string name;
  std::vector<std::int64_t> shape;
  double deviation = 0;  // of the normal distribution around `mean`; 0: all values are `mean`
  double mean = 0;
  bool buffer = false;  // running statistics of a batch norm
};

struct SamplePlan {
  std::string class_name;  // "Mlp"
  std::vector<SampleParameter> parameters;
  std::string source;  // of forward()
};

std::int64_t bytes_of(const SamplePlan& plan);  // all values are f32

// The plan whose weights come nearest to `bytes`. Throws Failure "input" for an unknown name, or when none is within 5
// %.
SamplePlan plan_sample(const std::string& name, std::int64_t bytes);

}  // namespace mlplan::worker
