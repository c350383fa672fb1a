#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "bench/worker/copy_counter.h"
#include "bench/worker/counting_reader.h"
#include "bench/worker/cuda_runtime.h"
#include "bench/worker/find_method.h"
#include "bench/worker/gpu_timing.h"
#include "bench/worker/make_inputs.h"
#include "bench/worker/model.h"
#include "bench/worker/outputs.h"
#include "bench/worker/stamps.h"
#include "bench/worker/widen_weights.h"

namespace mlplan::worker {
namespace {

// The streams of a GPU, by way of the registry in c10: its CUDA part is there only when libtorch_cuda has been loaded.
c10::impl::VirtualGuardImpl streams_of(const c10::Device& device) { return c10::impl::VirtualGuardImpl(device.type()); }

// The stream on which this thread's calls queue their work.
c10::Stream current_stream(const c10::Device& device) { return streams_of(device).getStream(device); }

class TorchScriptModel final : public Model {
 public:
  TorchScriptModel(torch::jit::Module module, torch::jit::Method method, std::optional<c10::Device> gpu)
      : module_(std::move(module)), method_(std::move(method)), gpu_(gpu) {
    if (gpu_) timer_ = std::make_unique<DeviceTimer>(cuda_runtime());
  }

  void set_inputs(const InputRequest& request) override {
    arguments_.clear();  // before the new ones: the two need not fit into memory together
    arguments_ = make_arguments(request, method_.function().getSchema(), gpu_);
  }

  void set_inputs(const InputRequest& request, const std::vector<at::Tensor>& tensors) override {
    arguments_.clear();
    arguments_ = make_arguments(request, method_.function().getSchema(), tensors, gpu_);
  }

  void call() override {
    output_ =
        c10::IValue();  // as a server that has sent its answer; also lets the allocator hand out the same block again
    output_ = method_(arguments_);
    if (gpu_) current_stream(*gpu_).synchronize();
  }

  std::optional<CallTimes> timed_call() override {
    if (!gpu_) {
      call();
      return std::nullopt;
    }
    output_ = c10::IValue();
    void* const stream = current_stream(*gpu_).native_handle();
    timer_->begin(stream);
    const std::int64_t begin_ns = now_ns();
    output_ = method_(arguments_);
    const std::int64_t enqueue_ns = now_ns() - begin_ns;
    timer_->end(stream);
    return CallTimes{.device_ns = timer_->wait_ns(), .enqueue_ns = enqueue_ns};
  }

  void time_on_gpu(const MeasureRequest& request, std::int64_t expected_ns, const std::function<void()>& done,
                   Measured& out) override {
    if (!gpu_) return;
    const GpuWork work{.stream = current_stream(*gpu_).native_handle(),
                       .queue =
                           [this] {
                             output_ = c10::IValue();
                             output_ = method_(arguments_);
                           },
                       .done = done,
                       .expected_ns = expected_ns};
    worker::time_on_gpu(cuda_runtime(), find_wait_value(), work, request, out);
  }

  // On a GPU each on a stream of its own, or calls of several threads would wait for each other. What they read is
  // there: inputs and weights were copied before, and waited for.
  std::function<void()> caller() override {
    if (gpu_) {
      const c10::Stream stream = streams_of(*gpu_).getStreamFromGlobalPool(*gpu_, /*isHighPriority=*/false);
      return [method = method_, arguments = arguments_, output = c10::IValue(), stream]() mutable {
        const c10::StreamGuard guard(stream);
        output = c10::IValue();
        output = method(arguments);
        stream.synchronize();
      };
    }
    return [method = method_, arguments = arguments_, output = c10::IValue()]() mutable {
      output = c10::IValue();
      output = method(arguments);
    };
  }

  bool is_on_gpu() const override { return gpu_.has_value(); }

  void fetch_output() override {
    if (gpu_) (void)worker::output_tensors(output_);
  }

  void forget() override {
    arguments_.clear();
    output_ = c10::IValue();
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
  std::optional<c10::Device> gpu_;
  std::unique_ptr<DeviceTimer> timer_;
  std::vector<c10::IValue> arguments_;
  c10::IValue output_;
};

torch::jit::Module load_onto(const c10::Device& gpu, const std::shared_ptr<CountingReader>& reader,
                             ColdStartStamps& stamps) {
  CopyCounter copies;
  torch::jit::Module module = torch::jit::load(reader, gpu);
  current_stream(gpu).synchronize();
  stamps.copying = copies.total();
  stamps.copied_bytes = copies.bytes();
  return module;
}

}  // namespace

std::unique_ptr<Model> load_torchscript(const LoadRequest& request, ColdStartStamps& stamps) {
  const auto reader = std::make_shared<CountingReader>(request.path);
  const std::optional<c10::Device> gpu =
      request.device == "cpu" ? std::nullopt : std::optional<c10::Device>(request.device);
  torch::jit::Module module = gpu ? load_onto(*gpu, reader, stamps) : torch::jit::load(reader);
  // A frozen module has no such attribute and is in evaluation mode for good.
  if (module.hasattr("training")) module.eval();
  torch::jit::Method method = find_method(module, request.method);
  stamps.loaded = take_stamp();
  stamps.reading = reader->total();
  stamps.reading_cpu_wait_ns = reader->cpu_wait_ns();
  return std::make_unique<TorchScriptModel>(std::move(module), std::move(method), gpu);
}

}  // namespace mlplan::worker
