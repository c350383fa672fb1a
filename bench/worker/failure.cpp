#include "bench/worker/failure.h"

#include <array>
#include <new>
#include <utility>
#include <vector>

namespace mlplan::worker {
namespace {

constexpr std::size_t kLongestMessage = 600;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string_view without_prefix(std::string_view text) {
  for (const std::string_view prefix : {"RuntimeError: ", "torch.jit.Error: ", "[enforce fail at "}) {
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return text;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  for (const std::string_view part : parts) {
    if (contains(text, part)) return true;
  }
  return false;
}

// Texts of libtorch's operators and of AOTInductor's checks about arguments of a wrong shape, type or range.
constexpr std::array<std::string_view, 27> kAboutInputs = {"shapes cannot be multiplied",
                                                           "must match the size of tensor",
                                                           "Sizes of tensors must match",
                                                           "size mismatch",
                                                           "is invalid for input of size",
                                                           "Expected size for first two dimensions",
                                                           "expected input",
                                                           "Expected input",
                                                           "Expected 2D",
                                                           "Expected 3D",
                                                           "Expected 4D",
                                                           "Given groups=",
                                                           "index out of range",
                                                           "expected scalar type",
                                                           "Expected object of scalar type",
                                                           "must have the same dtype",
                                                           "expected m1 and m2 to have the same dtype",
                                                           "Expected tensor for argument",
                                                           "Dimension out of range",
                                                           "input.size(-1) must be equal",
                                                           "input_handles[",
                                                           "Expected to receive",
                                                           "Expected at most",
                                                           "Expected a value of type",
                                                           "is missing value for argument",
                                                           "Given normalized_shape",
                                                           "Kernel size can't be greater"};
constexpr std::array<std::string_view, 5> kAboutMemory = {"DefaultCPUAllocator", "bad_alloc", "not enough memory",
                                                          "out of memory", "Cannot allocate memory"};
// What libtorch's CUDA allocator says, a kernel whose code found no room, and a library whose handle or workspace did
// not.
constexpr std::array<std::string_view, 7> kAboutDeviceMemory = {
    "CUDA out of memory",         "CUDA error: out of memory",     "CUDA driver error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_NOT_INITIALIZED", "CUDNN_STATUS_ALLOC_FAILED",
    "DEVICE_ALLOCATION_FAILED"};
constexpr std::array<std::string_view, 4> kAboutOperators = {
    "Unknown builtin op", "Unknown type name", "Could not find any similar ops", "Couldn't find an operator"};

// What reading such a file ends with: its constants of MKLDNN's own layout were written without a value.
constexpr std::string_view kUnsavedConstant = "required keyword attribute 'value' is undefined";
constexpr std::string_view kPythonExtension =
    "--torch-lib site-packages/torch/lib --op-library libpython3.X.so --op-library";

// The allocator asks NVML before it says that memory ran out, which fails in some containers and on parts of a GPU.
bool about_device_memory(std::string_view text) {
  return contains_any(text, kAboutDeviceMemory) ||
         (contains(text, "CUDACachingAllocator.cpp") && contains(text, "NVML_SUCCESS"));
}

bool while_running(Phase phase) {
  return phase == Phase::first_inference || phase == Phase::warm_up || phase == Phase::measure || phase == Phase::trial;
}

}  // namespace

Failure::Failure(std::string kind, std::string message, std::string hint)
    : failure_{std::move(kind), std::move(message), std::move(hint)} {}

std::string cause_in(std::string_view text) {
  if (const std::size_t trace = text.find("Exception raised from "); trace != std::string_view::npos)
    text = text.substr(0, trace);
  const std::vector<std::string_view> lines = lines_of(text);
  const bool from_script = contains(text, "Traceback of TorchScript") || contains(text, "<--- HERE");
  std::string_view message;
  std::string_view code;
  if (contains(text, "Traceback of TorchScript")) {
    // ... heading, frames with the line of code above a row of tildes, and the error itself in the last line.
    for (const std::string_view line : lines) {
      if (!trim(line).empty()) message = trim(line);
    }
  } else {
    for (const std::string_view line : lines) {
      message = trim(line);
      if (!message.empty()) break;
    }
  }
  if (from_script) {
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (contains(lines[i], "<--- HERE")) code = trim(lines[i - 1]);
    }
  }
  std::string out(without_prefix(message));
  while (out.ends_with(':') || out.ends_with('.')) out.pop_back();
  if (!code.empty() && code != message) out += " (at `" + std::string(code) + "`)";
  if (out.size() > kLongestMessage) {
    std::size_t end = kLongestMessage;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
    out = out.substr(0, end) + "...";
  }
  return out.empty() ? "an error without a text" : out;
}

WorkerFailure device_lost(const std::string& cause) {
  return {"device_lost", "the GPU's context is lost: " + cause,
          "a kernel accessed memory out of bounds, failed an assertion, or the GPU itself failed: run the model by "
          "itself with CUDA_LAUNCH_BLOCKING=1, and look for Xid in dmesg"};
}

WorkerFailure explain(const std::exception& error, Phase phase, const std::string& signature) {
  if (const auto* own = dynamic_cast<const Failure*>(&error)) return own->value();
  const std::string_view text = error.what();
  const std::string cause = cause_in(text);
  if (about_device_memory(text)) {
    return {"device_memory", "it does not fit into the GPU's memory: " + cause,
            "use a smaller batch or dtype, a GPU with more memory, or end what else runs on this one"};
  }
  if (contains(text, "no kernel image is available"))
    return {"cuda", cause, "this libtorch has no code for this GPU: point --torch-lib at a build that has"};
  if ((contains(text, "CUDA error: ") || contains(text, "CUDA driver error: ")) && !while_running(phase))
    return {"cuda", cause, "look at nvidia-smi and dmesg for the state of the GPU"};
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr || contains_any(text, kAboutMemory)) {
    return {"out_of_memory", cause, "use a machine with more memory, a smaller batch, or a smaller dtype"};
  }
  if (contains_any(text, kAboutOperators)) {
    std::string hint = "the model needs custom operators: give the library that defines them with --op-library";
    if (contains(text, "torchvision")) {
      hint =
          "the model needs torchvision's operators: give libtorchvision.so with --op-library, or of a Python "
          "installation " +
          std::string(kPythonExtension) + " torchvision/_C.so";
    }
    return {"model_file", cause, hint};
  }
  if (contains(text, kUnsavedConstant)) {
    return {"model_file", cause,
            "torch.jit.optimize_for_inference makes constants that cannot be saved: save the model as it was before, "
            "frozen by torch.jit.freeze if you like"};
  }
  if (while_running(phase)) {
    if (contains_any(text, kAboutInputs)) {
      return {"input", cause, signature.empty() ? "check --input" : "check --input against " + signature};
    }
    return {"model", cause, "the model itself threw this; run it once by itself on the same input"};
  }
  if (phase == Phase::load || phase == Phase::unpack)
    return {"model_file", cause, "if the file is damaged, copy or download it again; else export it anew"};
  if (phase == Phase::describe) return {"model_file", cause, {}};
  if (phase == Phase::make_input) return {"input", cause, "check --input"};
  if (phase == Phase::op_libraries) return {"op_library", cause, {}};
  return {"internal", cause, {}};
}

std::string op_library_hint(std::string_view reason, const std::string& libtorch) {
  if (contains(reason, "libtorch_python") || contains(reason, "undefined symbol: Py") ||
      contains(reason, "undefined symbol: _Py")) {
    return "this is a Python extension, which needs the libraries of its Python installation, with libtorch " +
           libtorch + ": " + std::string(kPythonExtension) + " it";
  }
  return "--op-library takes a shared library built for libtorch " + libtorch +
         "; it and the libraries it needs must be found";
}

}  // namespace mlplan::worker
