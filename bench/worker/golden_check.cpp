#include "bench/worker/golden_check.h"

#include <ATen/ops/empty.h>

#include <cstring>
#include <filesystem>

#include "bench/golden.h"
#include "bench/worker/blackbox.h"
#include "bench/worker/compare_outputs.h"
#include "bench/worker/failure.h"
#include "bench/worker/framework.h"
#include "bench/worker/make_inputs.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::worker {
namespace {

constexpr const char* kOther = "give the golden of this model, or write one with --save-golden";

at::ScalarType scalar_type(const std::string& dtype) {
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                                    at::kChar, at::kByte, at::kBool, at::kComplexFloat, at::kComplexDouble}) {
    if (dtype_text(type) == dtype) return type;
  }
  throw Failure("golden", "the golden holds '" + dtype + "', which libtorch does not know", kOther);
}

at::Tensor to_tensor(const bench::NpyArray& array) {
  at::Tensor out = at::empty(array.shape, scalar_type(array.dtype));
  std::memcpy(out.data_ptr(), array.bytes.data(), array.bytes.size());
  return out;
}

// In a type that NumPy has, or bf16.
at::Tensor storable(const at::Tensor& tensor) {
  if (bench::value_bytes(dtype_text(tensor.scalar_type())) > 0) return tensor.contiguous();
  return tensor.to(tensor.is_floating_point() ? at::kFloat : at::kLong).contiguous();
}

bench::NamedArray to_array(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor stored = storable(tensor);
  return {name,
          {dtype_text(stored.scalar_type()), stored.sizes().vec(),
           std::string(static_cast<const char*>(stored.const_data_ptr()), stored.nbytes())}};
}

std::vector<at::Tensor> stored_inputs(const bench::Golden& golden) {
  const std::vector<const InputSpec*> specs = tensor_specs(golden.specs);
  if (specs.size() != golden.inputs.size())
    throw Failure("golden", "the golden contradicts itself: it describes other inputs than it holds", kOther);
  std::vector<at::Tensor> out;
  for (const bench::NamedArray& input : golden.inputs) out.push_back(to_tensor(input.array));
  return out;
}

}  // namespace

Agreement compare_with_golden(Model& model, const Request& request, Blackbox& blackbox) {
  const Result<bench::Golden> golden = bench::read_golden(request.check.path);
  if (!golden) throw Failure("golden", golden.error().message, golden.error().hint);
  try {
    model.set_inputs({golden->specs, golden->dims, golden->seed}, stored_inputs(*golden));
    model.checked_call();
  } catch (const Failure& failure) {
    if (failure.value().kind == "golden") throw;
    throw Failure("golden", "the inputs of the golden do not fit this model: " + failure.value().message, kOther);
  } catch (const std::exception& error) {
    throw Failure("golden", "this model fails on the inputs of the golden: " + cause_in(error.what()), kOther);
  }
  count_inference(blackbox);
  std::vector<OutputTensor> outputs = model.output_tensors();
  if (outputs.size() != golden->outputs.size()) {
    throw Failure("golden",
                  "this model gives " + std::to_string(outputs.size()) + " tensors, the golden holds " +
                      std::to_string(golden->outputs.size()),
                  kOther);
  }
  std::vector<OutputTensor> reference;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bench::NamedArray& stored = golden->outputs[i];
    outputs[i].tensor = storable(outputs[i].tensor);
    reference.push_back({stored.name, to_tensor(stored.array)});
    const std::string ours = outputs[i].name + " " + shape_text(outputs[i].tensor);
    const std::string theirs = stored.name + " " + shape_text(reference.back().tensor);
    if (ours != theirs) throw Failure("golden", "this model gives " + ours + ", the golden holds " + theirs, kOther);
  }
  return compare_outputs(outputs, reference, "golden", "");
}

void save_golden(Model& model, const Request& request, Blackbox& blackbox) {
  const std::vector<at::Tensor> tensors = make_flat_tensors(request.input);
  model.set_inputs(request.input, tensors);
  model.checked_call();
  count_inference(blackbox);
  bench::Golden golden;
  golden.mlplan = build_facts().mlplan_version;
  golden.libtorch = build_facts().torch_version;
  golden.model = std::filesystem::path(request.load.path).filename().string();
  golden.method = request.load.method;
  golden.seed = request.input.seed;
  golden.specs = request.input.inputs;
  golden.dims = request.input.dims;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    golden.inputs.push_back(to_array(tensor_specs(golden.specs)[i]->name, tensors[i]));
  for (const OutputTensor& output : model.output_tensors())
    golden.outputs.push_back(to_array(output.name, output.tensor));
  const Result<std::string> archive = bench::write_golden(golden);
  if (!archive) throw Failure("golden", archive.error().message, archive.error().hint);
  if (const Status written = write_file(request.check.path, *archive); !written)
    throw Failure("golden", "the golden " + written.error().message, written.error().hint);
}

}  // namespace mlplan::worker
