// mlplan-test-models FOLDER OPERATORS: writes the models of the tests in this folder, small TorchScript modules and
// files that only look like models. OPERATORS is the library of broken_operators.cpp.
#include <caffe2/serialize/inline_container.h>
#include <dlfcn.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/torch.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace {

// Knows `torch` and, unlike the one that libtorch has for C++, the operators of broken_operators.cpp.
struct WithBroken final : torch::jit::NativeResolver {
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name, torch::jit::GraphFunction& method,
                                                         const torch::jit::SourceRange& at) override {
    if (name == "broken") return std::make_shared<torch::jit::BuiltinModule>("broken");
    return torch::jit::NativeResolver::resolveValue(name, method, at);
  }
};

// With a weight, as models have; its size is the file's.
void write_module(const std::string& path, const std::string& forward, std::int64_t width = 4,
                  double first_weight = 1) {
  torch::jit::Module module("m");
  at::Tensor weight = torch::ones({width, 4});
  weight[0][0] = first_weight;
  module.register_parameter("weight", weight, false);
  module.define(forward, std::make_shared<WithBroken>());
  module.save(path);
}

void write_archive(const std::string& path, const std::vector<std::pair<std::string, std::string>>& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path);
  for (const auto& [name, content] : records) writer.writeRecord(name, content.data(), content.size());
  writer.writeEndOfFile();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = std::string(argv[1]) + "/";
  if (dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  write_module(folder + "good.pt", "def forward(self, x):\n  return torch.linear(x, self.weight)\n");
  write_module(folder + "one_weight_changed.pt", "def forward(self, x):\n  return torch.linear(x, self.weight)\n", 4,
               1.001);
  write_module(folder + "large.pt", "def forward(self, x):\n  return torch.linear(x, self.weight)\n", 100'000);
  write_module(folder + "acts.pt", "def forward(self, x):\n  return torch.linear(broken.act(x), self.weight)\n");
  write_module(folder + "throws.pt",
               "def forward(self, x):\n"
               "  assert x.size(0) < 0, \"no weights for this customer\"\n"
               "  return x\n");
  write_module(folder + "fits_to_4.pt",
               "def forward(self, x):\n"
               "  assert x.size(0) < 5, \"CUDA out of memory. Tried to allocate 2.00 GiB\"\n"
               "  return torch.linear(x, self.weight)\n");
  write_module(folder + "endless.pt", "def forward(self, x):\n  while True:\n    x = x + 1\n  return x\n");
  write_module(folder + "endless_linear.pt",
               "def forward(self, x):\n  y = torch.linear(x, self.weight)\n  while True:\n    y = y + 1\n  return y\n");
  write_module(folder + "nan.pt", "def forward(self, x):\n  return torch.linear(x, self.weight) / 0 - x / 0\n");
  write_module(folder + "random.pt", "def forward(self, x):\n  return x + torch.rand_like(x)\n");
  write_module(folder + "two_arguments.pt",
               "def forward(self, x, scale: float):\n  return torch.linear(x, self.weight) * scale\n");

  write_module(
      folder + "batch_norm.pt",
      "def forward(self, x):\n"
      "  return torch.batch_norm(torch.linear(x, self.weight), None, None, None, None, True, 0.1, 1e-5, False)\n");
  write_module(folder + "many_outputs.pt",
               "def forward(self, x):\n"
               "  y = torch.linear(x, self.weight)\n"
               "  return (y, {\"ids\": torch.argmax(x, 1)}, [y.sum()], 3)\n");

  c10::Dict<std::string, at::Tensor> state;
  state.insert("weight", torch::ones({4, 4}));
  const std::vector<char> pickled = torch::jit::pickle_save(c10::IValue(state));
  std::ofstream(folder + "state_dict.pt", std::ios::binary)
      .write(pickled.data(), static_cast<std::streamsize>(pickled.size()));
  write_archive(
      folder + "exported.pt2",
      {{"archive_format", "pt2"}, {"models/model.json", "{}"}, {"data/weights/model_weights_config.json", "{}"}});
  write_archive(
      folder + "package.pt2",
      {{"archive_format", "pt2"}, {"data/aotinductor/model/model.wrapper.so", std::string(std::size_t{4} << 20, 'x')}});
  return 0;
}
