#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "bench/worker/describe.h"
#include "bench/worker/model.h"
#include "bench/worker/model_file.h"

namespace mlplan::worker {

Description describe_model(const LoadRequest& request) {
  Description out;
  if (request.format == "aotinductor") {
    out = describe_aoti(request.path);
  } else {
    torch::jit::ExtraFilesMap none;
    const torch::jit::Module module =
        torch::jit::import_ir_module(std::make_shared<torch::jit::CompilationUnit>(), request.path, std::nullopt, none,
                                     /*load_debug_files=*/true, /*restore_shapes=*/true);
    out = describe_torchscript(module, request.method);
  }
  out.format = request.format;
  out.records = records_of(request.path);
  return out;
}

}  // namespace mlplan::worker
