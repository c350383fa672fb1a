#include <stdlib.h>
#include <sys/stat.h>
#include <torch/csrc/inductor/aoti_runner/model_container_runner_cpu.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "bench/worker/aoti_package.h"
#include "bench/worker/blackbox.h"
#include "bench/worker/captured_stderr.h"
#include "bench/worker/failure.h"
#include "bench/worker/framework.h"
#include "bench/worker/make_inputs.h"
#include "bench/worker/model.h"
#include "bench/worker/outputs.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

constexpr const char* kCheckVariable = "AOTI_RUNTIME_CHECK_INPUTS";

using Runner = torch::inductor::AOTIModelContainerRunnerCpu;

// A folder for one unpacking. Never the same twice: the dynamic linker keeps such libraries for good, so a second file
// of the same name would be ignored, and writing over the first would crash.
std::string fresh_folder(const std::string& scratch) {
  static int count = 0;
  const std::string folder = scratch + "/unpacked-" + std::to_string(++count);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    throw Failure("internal", "cannot make " + folder + ": " + std::strerror(errno),
                  "set TMPDIR to a folder with space");
  }
  return folder;
}

std::unique_ptr<Runner> open_model(const UnpackedPackage& package) {
  const CapturedStderr captured;
  try {
    auto runner = std::make_unique<Runner>(package.library);
    if (!package.weights_blob.empty()) runner->update_constant_buffer_from_blob(package.weights_blob);
    return runner;
  } catch (const std::exception& error) {
    const std::string printed = captured.text();
    throw Failure("model_file",
                  "the compiled model cannot be loaded: " + cause_in(printed.empty() ? error.what() : printed),
                  "compile the package with the libtorch that mlplan uses: " + build_facts().torch_version);
  }
}

// "Error: input_handles[0]: dim value is too large at 0, expected to be <= 15, but got: 16" -> without the first word.
std::string printed_cause(const std::string& printed) {
  constexpr std::string_view kWord = "Error: ";
  const std::size_t at = printed.rfind(kWord);
  return at == std::string::npos ? std::string() : cause_in(std::string_view(printed).substr(at + kWord.size()));
}

class AotiModel final : public Model {
 public:
  AotiModel(const LoadRequest& request, std::unique_ptr<Runner> runner)
      : request_(request), runner_(std::move(runner)) {}

  void set_inputs(const InputRequest& request) override {
    inputs_.clear();
    inputs_ = make_flat_tensors(request);
  }

  void set_inputs(const InputRequest&, const std::vector<at::Tensor>& tensors) override { inputs_ = tensors; }

  void call() override {
    has_run_ = true;
    outputs_.clear();
    try {
      outputs_ = runner_->run(inputs_);
    } catch (const std::exception&) {
      fail_with_its_own_words();
    }
  }

  // The generated code reads the variable once, in its first run: a model that has run without checks is loaded afresh.
  void checked_call() override {
    if (!checked_) {
      if (has_run_) load_afresh();
      checked_ = true;
      ::setenv(kCheckVariable, "1", 1);
      const auto restore = std::unique_ptr<const char, void (*)(const char*)>(
          kCheckVariable, [](const char* name) { ::unsetenv(name); });
      call();
      return;
    }
    call();
  }

  std::vector<std::string> outputs() const override { return output_texts(value()); }

  std::vector<OutputTensor> output_tensors() const override { return worker::output_tensors(value()); }

  std::pair<std::string, std::string> widen_weights() override {
    throw Failure("not_possible", "a compiled package is for one dtype");
  }

  QualityFacts quality() override {
    return compare_two_runs([this] {
      call();
      return value();
    });
  }

  std::string signature() const override { return {}; }

 private:
  c10::IValue value() const {
    if (outputs_.size() == 1) return outputs_.front();
    return c10::ivalue::Tuple::create(std::vector<c10::IValue>(outputs_.begin(), outputs_.end()));
  }

  // The failed run again, to hear what it prints.
  [[noreturn]] void fail_with_its_own_words() {
    std::string cause;
    {
      const CapturedStderr captured;
      try {
        runner_->run(inputs_);
      } catch (const std::exception& error) {
        cause = printed_cause(captured.text());
        if (cause.empty()) cause = cause_in(error.what());
      }
    }
    const bool about_inputs =
        cause.find("input_handles[") != std::string::npos || cause.find("inputs") != std::string::npos;
    throw Failure(about_inputs ? "input" : "model",
                  cause.empty() ? "the compiled model failed once, and not when it was run again" : cause,
                  about_inputs ? "the package was compiled for certain shapes: see `mlplan inspect`" : "");
  }

  void load_afresh() {
    outputs_.clear();
    runner_.reset();
    runner_ = open_model(unpack_package(request_.path, fresh_folder(request_.scratch)));
  }

  LoadRequest request_;
  std::unique_ptr<Runner> runner_;
  std::vector<at::Tensor> inputs_;
  std::vector<at::Tensor> outputs_;
  bool has_run_ = false;
  bool checked_ = false;
};

}  // namespace

std::unique_ptr<Model> load_aoti(const LoadRequest& request, ColdStartStamps& stamps, Blackbox& blackbox) {
  if (request.method != "forward")
    throw Failure("input", "a compiled package has no methods but forward", "leave --method out");
  enter(blackbox, Phase::unpack);
  const UnpackedPackage package = unpack_package(request.path, fresh_folder(request.scratch));
  stamps.unpack = take_stamp();
  enter(blackbox, Phase::load);
  provide_libtorch();
  auto runner = open_model(package);
  stamps.loaded = take_stamp();
  return std::make_unique<AotiModel>(request, std::move(runner));
}

}  // namespace mlplan::worker
