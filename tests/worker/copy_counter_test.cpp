#include "bench/worker/copy_counter.h"

#include <doctest/doctest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/torch.h>

#include <sstream>

using namespace mlplan::worker;

namespace {

// Two weights of 4,000 and 400 bytes.
std::string saved_module() {
  torch::jit::Module module("m");
  module.register_parameter("first", torch::ones({10, 100}), false);
  module.register_parameter("second", torch::ones({100}), false);
  module.define("def forward(self, x):\n  return x\n");
  std::ostringstream out;
  module.save(out);
  return out.str();
}

void load(std::optional<c10::Device> device) {
  std::istringstream in(saved_module());
  (void)torch::jit::load(in, device);
}

}  // namespace

TEST_CASE("a load onto another device copies every weight, and the bytes are counted") {
  CopyCounter counter;
  load(c10::Device(c10::kMeta));  // stands in for a GPU: the loader takes the same way
  CHECK(counter.bytes() == 4400);
  CHECK(counter.total().time_ns > 0);
}

TEST_CASE("a load into the host's memory copies nothing, and a counter that is gone counts nothing more") {
  {
    CopyCounter counter;
    load(std::nullopt);
    CHECK(counter.bytes() == 0);
    CHECK(counter.total().time_ns == 0);
  }
  load(c10::Device(c10::kMeta));
  CopyCounter after;
  CHECK(after.bytes() == 0);
}
