#include "bench/worker/packed_weights.h"

#include <ATen/core/class_type.h>
#include <ATen/native/quantized/PackedParams.h>

namespace mlplan::worker {
namespace {

bool is_object_of(const c10::IValue& value, const char* class_name) {
  if (!value.isObject()) return false;
  const auto name = value.toObjectRef().type()->name();
  return name && name->name() == class_name;
}

bool is_linear(const c10::IValue& value) { return is_object_of(value, "LinearPackedParamsBase"); }
bool is_convolution(const c10::IValue& value) { return is_object_of(value, "Conv2dPackedParamsBase"); }

}  // namespace

std::optional<at::Tensor> packed_weight(const c10::IValue& value) {
  if (is_linear(value)) return std::get<0>(value.toCustomClass<LinearPackedParamsBase>()->unpack());
  if (is_convolution(value)) return std::get<0>(value.toCustomClass<ConvPackedParamsBase<2>>()->unpack());
  return std::nullopt;
}

std::int64_t packed_groups(const c10::IValue& value) {
  return is_convolution(value) ? value.toCustomClass<ConvPackedParamsBase<2>>()->groups() : 1;
}

}  // namespace mlplan::worker
