// A model that can be called, TorchScript or AOTInductor. No torch headers, so that only what must pays for them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace at {
class Tensor;
}

namespace mlplan::worker {

struct OutputTensor;  // outputs.h

// Of one inference on a GPU.
struct CallTimes {
  std::int64_t device_ns = 0;   // by events around its work, gaps included
  std::int64_t enqueue_ns = 0;  // from the call until it returned, with the work queued
};

class Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  // Makes the values that every following call gets. Throws Failure "input".
  virtual void set_inputs(const InputRequest& request) = 0;
  // The same with these tensors, in the order of make_flat_tensors, in place of new ones.
  virtual void set_inputs(const InputRequest& request, const std::vector<at::Tensor>& tensors) = 0;
  // One inference, done when it returns. The output is kept until the next call begins.
  virtual void call() = 0;
  // The same with its times, of a model that is on a GPU; else nullopt, and nothing more than call() is done.
  virtual std::optional<CallTimes> timed_call() {
    call();
    return std::nullopt;
  }
  // The times of its work on a GPU by itself and back to back (gpu_timing.h), on the inputs that were called last;
  // `done` is called after each inference. Nothing is done of a model on a CPU.
  virtual void time_on_gpu(const MeasureRequest&, std::int64_t /*expected_ns*/, const std::function<void()>& /*done*/,
                           Measured&) {}
  virtual bool is_on_gpu() const { return false; }
  // The output of the last call in the host's memory, where whoever asked would get it; on a CPU it is there.
  virtual void fetch_output() {}
  // Lets go of inputs and output, and of the memory that they hold.
  virtual void forget() {}
  // One inference at each call, on the inputs that are set now, with an output of its own: as many as the load's
  // `concurrency` may run at the same time, each on a thread of its own. Lives no longer than the model.
  virtual std::function<void()> caller() = 0;
  // One inference in which wrong inputs are an error and never an access out of bounds, at whatever cost.
  virtual void checked_call() { call(); }

  virtual std::vector<std::string> outputs() const = 0;          // "f32[1,1000]", of the last call
  virtual std::vector<OutputTensor> output_tensors() const = 0;  // copies, of the last call
  // Weights and buffers of the narrower floating-point types into the next wider one for good: f16 and bf16 to f32, f32
  // to f64. Returns the two, {"f32", "f64"}. Throws Failure "not_possible".
  virtual std::pair<std::string, std::string> widen_weights() = 0;
  // Two calls on the same input, compared bit by bit. No call may be under way.
  virtual QualityFacts quality() = 0;

  virtual std::string signature() const = 0;  // "forward(Tensor x) -> Tensor"; for error messages
};

// Both fill their stamps (unpack, loaded, reading, copying) and throw Failure, or what libtorch throws.
std::unique_ptr<Model> load_torchscript(const LoadRequest& request, ColdStartStamps& stamps);
std::unique_ptr<Model> load_aoti(const LoadRequest& request, ColdStartStamps& stamps, Blackbox& blackbox);

// Description of the model file. TorchScript is read a second time, with the shapes that tracing stored, so no other
// copy of the model should be in memory.
Description describe_model(const LoadRequest& request, Blackbox& blackbox);

}  // namespace mlplan::worker
