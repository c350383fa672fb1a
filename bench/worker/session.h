// One worker's life: requests in, replies out. Every failure becomes a reply, and the session goes on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "bench/worker/channel.h"
#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

class Session {
 public:
  explicit Session(Blackbox& blackbox);
  Reply answer(const Request& request);
  // Nothing can be run any more: the process is of no use but to end.
  bool has_lost_device() const { return device_lost_; }
  // The loop that the last answered request asked for (attend), if it did; empty otherwise.
  std::function<void(Channel&)> take_loop() { return std::exchange(loop_, {}); }

 private:
  void version(Reply& reply);
  void start(const Request& request);
  WorkerFailure after_failure(WorkerFailure failure);
  void load(const Request& request);
  void first(const Request& request, Reply& reply);
  void warm_up(const Request& request, Reply& reply);
  void measure(const Request& request, Reply& reply);
  void serve(const Request& request, Reply& reply);
  void attend(const Request& request);
  void trial(const Request& request, Reply& reply);
  void describe(const Request& request, Reply& reply);
  void quality(const Request& request, Reply& reply);
  void check(const Request& request, Reply& reply);
  void sample(const Request& request);
  void device_memory(Reply& reply);

  Model& model();  // throws when none is loaded
  void set_inputs_if_given(const InputRequest& input);

  Blackbox& blackbox_;
  ColdStartStamps stamps_;
  bool started_ = false;
  std::optional<int> gpu_;  // that CUDA was started on
  bool device_lost_ = false;
  std::unique_ptr<Model> model_;
  std::function<void(Channel&)> loop_;
};

}  // namespace mlplan::worker
