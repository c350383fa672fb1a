#include "bench/worker/infer_inputs.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::worker;

namespace {

using Weights = std::vector<std::pair<std::string, at::Tensor>>;

Inference infer(const Weights& weights, const std::string& forward) {
  torch::jit::Module module("__torch__.Example");
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& [name, tensor] : weights) module.register_parameter(name, tensor, /*is_buffer=*/false);
  module.define(forward);
  return infer_inputs(module, "forward");
}

std::vector<std::string> inputs_of(const Inference& inference) {
  return format_input_flags(inference.candidates.front().inputs);
}

using Flags = std::vector<std::string>;

// Where the graph leaves the rank open a trial run decides: what is right has to be among what is tried.
bool is_candidate(const Inference& inference, const Flags& wanted) {
  for (const Candidate& candidate : inference.candidates) {
    if (format_input_flags(candidate.inputs) == wanted) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("embeddings side by side, all of them known, are given one row number each") {
  const Weights weights = {
      {"users", at::zeros({1000, 16})}, {"items", at::zeros({50, 8})}, {"weight", at::zeros({4, 24})}};
  const Inference inference = infer(weights, R"(
def forward(self, user: Tensor, item: Tensor):
    rows = [torch.embedding(self.users, user), torch.embedding(self.items, item)]
    return torch.linear(torch.cat(rows, 1), self.weight)
)");
  CHECK(inputs_of(inference) == Flags{"user:i64[batch]=0..999", "item:i64[batch]=0..49"});
}

TEST_CASE("columns beside an embedding are what the layer after them reads beyond the embedding's own") {
  const Weights weights = {{"users", at::zeros({1000, 16})}, {"weight", at::zeros({4, 29})}};
  const Inference inference = infer(weights, R"(
def forward(self, user: Tensor, dense: Tensor):
    row = torch.embedding(self.users, user)
    return torch.linear(torch.cat([torch.relu(row), dense], 1), self.weight)
)");
  CHECK(is_candidate(inference, {"user:i64[batch]=0..999", "dense:f32[batch,13]"}));
}

TEST_CASE("the items of a dict are told apart by how they are read") {
  const Weights weights = {{"users", at::zeros({1000, 16})}, {"weight", at::zeros({4, 24})}};
  const Inference inference = infer(weights, R"(
def forward(self, features: Dict[str, Tensor]):
    row = torch.embedding(self.users, features["user id"])
    return torch.linear(torch.cat([row, features["dense"]], 1), self.weight)
)");
  CHECK(is_candidate(inference, {"features.dense:f32[batch,8]", "features['user id']:i64[batch]=0..999"}));
}

TEST_CASE("two tensors of unknown width side by side are not guessed, and stand among what is to be edited") {
  const Inference inference = infer({{"weight", at::zeros({4, 24})}}, R"(
def forward(self, x: Tensor, y: Tensor, scale: float):
    return torch.linear(torch.cat([x, y], 1), self.weight) * scale
)");
  CHECK(inference.not_inferred == Flags{"Tensor x", "Tensor y", "float scale"});
  CHECK(format_input_flags(inference.to_edit) == Flags{"x:f32[batch,64]", "y:f32[batch,64]", "scale:float=1"});
}

TEST_CASE("a dict of which one item is unknown keeps the keys and what is known of the others") {
  const Inference inference = infer({{"users", at::zeros({1000, 16})}}, R"(
def forward(self, features: Dict[str, Tensor]):
    return torch.embedding(self.users, features["user"]) * features["other"].sum()
)");
  CHECK(inference.not_inferred == Flags{"Dict[str, Tensor] features"});
  CHECK(format_input_flags(inference.to_edit) ==
        Flags{"features.other:f32[batch,64]", "features.user:i64[batch,seq]=0..999"});
}

TEST_CASE("a recurrent layer whose weights are an attribute, as a scripted nn.LSTM keeps them, is read like any") {
  torch::jit::Module module("__torch__.Lstm");
  const c10::List<at::Tensor> weights({at::zeros({32, 6}), at::zeros({32, 8}), at::zeros({32}), at::zeros({32})});
  module.register_attribute("weights", c10::ListType::ofTensors(), weights);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(R"(
def forward(self, x: Tensor):
    zeros = torch.zeros([1, x.size(0), 8])
    return torch.lstm(x, [zeros, zeros], self.weights, True, 1, 0.0, False, False, True)
)");
  CHECK(inputs_of(infer_inputs(module, "forward")) == Flags{"x:f32[batch,seq,6]"});
}
