#include "bench/worker/widen_weights.h"

#include <optional>

#include "bench/worker/failure.h"
#include "bench/worker/outputs.h"

namespace mlplan::worker {
namespace {

// Every tensor that a module holds in an attribute, alone or in a list, and what `change` makes of it in its place.
template <class Change>
void for_each_weight(const torch::jit::Module& root, Change change) {
  for (torch::jit::Module module : root.modules()) {
    const auto type = module.type();
    for (std::size_t i = 0; i < type->numAttributes(); ++i) {
      const std::string& name = type->getAttributeName(i);
      const c10::IValue value = module.attr(name);
      if (value.isTensor() && value.toTensor().defined()) {
        module.setattr(name, change(value.toTensor()));
      } else if (value.isTensorList()) {
        c10::List<at::Tensor> list = value.toTensorList();
        for (std::size_t k = 0; k < list.size(); ++k) list.set(k, change(list.get(k)));
      }
    }
  }
}

bool is_half(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

}  // namespace

std::pair<std::string, std::string> widen_weights(torch::jit::Module& module) {
  std::optional<at::ScalarType> narrowest;
  for_each_weight(module, [&](const at::Tensor& weight) {
    const at::ScalarType type = weight.scalar_type();
    if (is_half(type) || (type == at::kFloat && !narrowest)) narrowest = type;
    return weight;
  });
  if (!narrowest) {
    throw Failure("not_possible",
                  "the module holds no floating-point weights that could be cast (a frozen one has them in its code)");
  }
  const bool from_half = is_half(*narrowest);
  const at::ScalarType wider = from_half ? at::kFloat : at::kDouble;
  for_each_weight(module, [&](const at::Tensor& weight) {
    const at::ScalarType type = weight.scalar_type();
    return (from_half ? is_half(type) : type == at::kFloat) ? weight.to(wider) : weight;
  });
  return {dtype_text(*narrowest), dtype_text(wider)};
}

}  // namespace mlplan::worker
