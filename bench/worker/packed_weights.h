// The weights of quantised layers, which TorchScript keeps packed for a kernel library instead of as tensors.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <optional>

namespace mlplan::worker {

// Weight of a packed linear or two-dimensional convolution layer, unpacked into a copy; nullopt for any other value.
std::optional<at::Tensor> packed_weight(const c10::IValue& value);
// Groups of the convolution that `value` packs, 1 for a linear layer.
std::int64_t packed_groups(const c10::IValue& value);

}  // namespace mlplan::worker
