#include "bench/worker/compare_outputs.h"

#include <ATen/Functions.h>

#include "bench/worker/failure.h"

namespace mlplan::worker {
namespace {

template <class T>
std::span<const T> values_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

at::Tensor as(const at::Tensor& tensor, at::ScalarType type) { return tensor.to(type).contiguous(); }

}  // namespace

std::string shape_text(const at::Tensor& tensor) { return output_texts(c10::IValue(tensor)).front(); }

void add_tensor(bench::DistanceMeter& meter, const at::Tensor& tensor, const at::Tensor& reference) {
  if (tensor.is_complex()) {
    meter.add(values_of<double>(as(at::view_as_real(tensor.contiguous()), at::kDouble)),
              values_of<double>(as(at::view_as_real(reference.contiguous()), at::kDouble)), 0);
  } else if (tensor.is_floating_point()) {
    const at::Tensor a = as(tensor, at::kDouble);
    const at::Tensor b = as(reference, at::kDouble);
    meter.add(values_of<double>(a), values_of<double>(b), tensor.dim() > 0 ? static_cast<std::size_t>(a.size(-1)) : 0);
  } else {
    const at::Tensor a = as(tensor, at::kLong);
    const at::Tensor b = as(reference, at::kLong);
    meter.add(values_of<std::int64_t>(a), values_of<std::int64_t>(b));
  }
}

Agreement compare_outputs(const std::vector<OutputTensor>& outputs, const std::vector<OutputTensor>& reference,
                          const std::string& against, const std::string& detail) {
  if (outputs.size() != reference.size()) throw Failure("model", "the number of outputs changes");
  std::vector<bench::DistanceMeter> meters;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const at::Tensor& tensor = outputs[i].tensor;
    const at::Tensor& other = reference[i].tensor;
    if (tensor.sizes() != other.sizes()) {
      throw Failure("model",
                    outputs[i].name + " changes its shape, from " + shape_text(other) + " to " + shape_text(tensor));
    }
    meters.emplace_back(outputs[i].name, dtype_text(tensor.scalar_type()),
                        outputs[i].is_from_gpu || reference[i].is_from_gpu);
    add_tensor(meters.back(), tensor, other);
  }
  return bench::finish_all(meters, against, detail);
}

}  // namespace mlplan::worker
