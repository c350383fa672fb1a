// Whatever goes wrong in the worker becomes one WorkerFailure: a kind, a first line that means something, and a hint.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Thrown where the worker itself knows what is wrong.
class Failure : public std::exception {
 public:
  Failure(std::string kind, std::string message, std::string hint = {});
  const char* what() const noexcept override { return failure_.message.c_str(); }
  const WorkerFailure& value() const { return failure_; }

 private:
  WorkerFailure failure_;
};

// The cause in an exception's text: without C++ stack traces, without the interpreter's headings; of a TorchScript
// traceback the error itself and the line of the model's code that raised it.
std::string cause_in(std::string_view text);

// What to do about an operator library that could not be loaded for this reason (dlerror's), into this version of
// libtorch.
std::string op_library_hint(std::string_view reason, const std::string& libtorch);

// What became of the GPU's context when an inference failed with this cause: nothing can be run on it any more.
WorkerFailure device_lost(const std::string& cause);

// For an exception that libtorch or the model threw in `phase`. `signature` is that of the method, when known.
WorkerFailure explain(const std::exception& error, Phase phase, const std::string& signature);

}  // namespace mlplan::worker
