#include <c10/util/Exception.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "bench/worker/blackbox.h"
#include "bench/worker/describe.h"
#include "bench/worker/find_method.h"
#include "bench/worker/model.h"
#include "bench/worker/model_file.h"

namespace mlplan::worker {
namespace {

// Asked for stored shapes, libtorch warns of every file that has none; and what a process prints is kept as its last
// words.
class NoWarnings final : public c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

// On the CPU whatever the device: an input out of range is then an error in words, and not the end of a GPU's context.
torch::jit::Module import_with_shapes(const std::string& path, const std::string& device) {
  NoWarnings none;
  const c10::WarningUtils::WarningHandlerGuard guard(&none);
  torch::jit::ExtraFilesMap no_files;
  return torch::jit::import_ir_module(std::make_shared<torch::jit::CompilationUnit>(), path,
                                      device == "cpu" ? std::nullopt : std::optional<c10::Device>(c10::kCPU), no_files,
                                      /*load_debug_files=*/true, /*restore_shapes=*/true);
}

}  // namespace

Description describe_model(const LoadRequest& request, Blackbox& blackbox) {
  enter(blackbox, Phase::load);
  Description out;
  if (request.format == "aotinductor") {
    out = describe_aoti(request.path);
  } else {
    const torch::jit::Module module = import_with_shapes(request.path, request.device);
    find_method(module, request.method);
    enter(blackbox, Phase::describe);
    out = describe_torchscript(module, request.method, blackbox);
  }
  out.format = request.format;
  out.records = records_of(request.path);
  return out;
}

}  // namespace mlplan::worker
