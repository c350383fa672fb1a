#include "bench/worker/find_method.h"

#include "bench/worker/failure.h"

namespace mlplan::worker {

torch::jit::Method find_method(const torch::jit::Module& module, const std::string& name) {
  if (auto method = module.find_method(name)) return *method;
  std::string names;
  std::string example;
  for (const torch::jit::Method& method : module.get_methods()) {
    names += (names.empty() ? "" : ", ") + method.name();
    if (example.empty() || method.name() == name + "__0") example = method.name();  // __0: the first of its overloads
  }
  throw Failure("input", "the model has no method '" + name + "'; it has: " + (names.empty() ? "none" : names),
                example.empty() ? "" : "choose one, as in --method " + example);
}

}  // namespace mlplan::worker
