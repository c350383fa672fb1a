#include <caffe2/serialize/inline_container.h>

#include <string>

#include "bench/worker/aoti_bounds.h"
#include "bench/worker/describe.h"

namespace mlplan::worker {

Description describe_aoti(const std::string& package_path) {
  caffe2::serialize::PyTorchStreamReader reader(package_path);
  std::string wrapper;
  std::string kernels;
  for (const std::string& name : reader.getAllRecords()) {
    if (!name.ends_with(".cpp")) continue;
    const auto [data, size] = reader.getRecord(name);
    const std::string text(static_cast<const char*>(data.get()), size);
    // Older versions keep wrapper and kernels in one file.
    if (text.find("check_input_0(") != std::string::npos || text.find("inputs_info_[0]") != std::string::npos) {
      wrapper = text;
    }
    kernels += text;
  }
  Description out = describe_generated_code(wrapper, kernels);
  out.methods.push_back({"forward", ""});
  std::string& signature = out.methods.back().signature = "forward(";
  for (std::size_t i = 0; i < out.inputs.size(); ++i)
    signature += (i == 0 ? "Tensor " : ", Tensor ") + out.inputs[i].name;
  signature += ')';
  return out;
}

}  // namespace mlplan::worker
