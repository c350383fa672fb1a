#include "bench/worker/sample_models.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <span>

#include "bench/worker/failure.h"
#include "bench/worker/fill.h"
#include "bench/worker/sample_models_plan.h"
#include "profiles/support/units.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kSmallest = 256'000;
constexpr std::int64_t kLargest = std::int64_t{64} << 30;

std::int64_t wanted_bytes(const std::string& size) {
  if (size == "small") return 3'000'000;
  if (size == "medium") return 25'000'000;
  if (size == "large") return 100'000'000;
  const Result<Bytes> bytes = parse_bytes(size);
  if (!bytes)
    throw Failure("input", bytes.error().message, "give small, medium, large or a number of bytes such as 100MB");
  if (bytes->count < kSmallest || bytes->count > kLargest) {
    throw Failure("input", "a sample cannot have " + size + " of weights", "give a size from 256kB to 64GiB");
  }
  return bytes->count;
}

at::Tensor values_of(const SampleParameter& parameter, Random random) {
  at::Tensor out = at::empty(parameter.shape, at::kFloat);
  if (parameter.deviation == 0) return out.fill_(parameter.mean);
  const std::span<float> values(out.mutable_data_ptr<float>(), static_cast<std::size_t>(out.numel()));
  fill_normal(values, random);
  for (float& value : values)
    value = value * static_cast<float>(parameter.deviation) + static_cast<float>(parameter.mean);
  return out;
}

}  // namespace

void write_sample_model(const std::string& name, const std::string& size, std::uint64_t seed, const std::string& path) {
  const SamplePlan plan = plan_sample(name, wanted_bytes(size));
  torch::jit::Module module("__torch__." + plan.class_name);
  module.register_attribute("training", c10::BoolType::get(), false);
  Random seeds(seed);
  for (const SampleParameter& parameter : plan.parameters) {
    const at::Tensor values = values_of(parameter, Random(seeds.next()));
    if (parameter.buffer) {
      module.register_buffer(parameter.name, values);
    } else {
      module.register_parameter(parameter.name, values, /*is_buffer=*/false);
    }
  }
  module.define(plan.source);
  const std::string unfinished = path + ".unfinished";
  try {
    module.save(unfinished);
    std::filesystem::rename(unfinished, path);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace mlplan::worker
