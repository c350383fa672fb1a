#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "bench/worker/counting_reader.h"
#include "bench/worker/find_method.h"
#include "bench/worker/make_inputs.h"
#include "bench/worker/model.h"
#include "bench/worker/outputs.h"
#include "bench/worker/stamps.h"
#include "bench/worker/widen_weights.h"

namespace mlplan::worker {
namespace {

class TorchScriptModel final : public Model {
 public:
  TorchScriptModel(torch::jit::Module module, torch::jit::Method method)
      : module_(std::move(module)), method_(std::move(method)) {}

  void set_inputs(const InputRequest& request) override {
    arguments_.clear();  // before the new ones: the two need not fit into memory together
    arguments_ = make_arguments(request, method_.function().getSchema());
  }

  void set_inputs(const InputRequest& request, const std::vector<at::Tensor>& tensors) override {
    arguments_.clear();
    arguments_ = make_arguments(request, method_.function().getSchema(), tensors);
  }

  void call() override {
    output_ =
        c10::IValue();  // as a server that has sent its answer; also lets the allocator hand out the same block again
    output_ = method_(arguments_);
  }

  std::vector<std::string> outputs() const override { return output_texts(output_); }

  std::vector<OutputTensor> output_tensors() const override { return worker::output_tensors(output_); }

  std::pair<std::string, std::string> widen_weights() override { return worker::widen_weights(module_); }

  QualityFacts quality() override {
    return compare_two_runs([this] {
      call();
      return output_;
    });
  }

  std::string signature() const override { return signature_of(method_.function().getSchema()); }

 private:
  torch::jit::Module module_;
  torch::jit::Method method_;
  std::vector<c10::IValue> arguments_;
  c10::IValue output_;
};

}  // namespace

std::unique_ptr<Model> load_torchscript(const LoadRequest& request, ColdStartStamps& stamps) {
  const auto reader = std::make_shared<CountingReader>(request.path);
  torch::jit::Module module = torch::jit::load(reader);
  // A frozen module has no such attribute and is in evaluation mode for good.
  if (module.hasattr("training")) module.eval();
  torch::jit::Method method = find_method(module, request.method);
  stamps.loaded = take_stamp();
  stamps.reading = reader->total();
  stamps.reading_cpu_wait_ns = reader->cpu_wait_ns();
  return std::make_unique<TorchScriptModel>(std::move(module), std::move(method));
}

}  // namespace mlplan::worker
