// Result<T>: what every function returns that can fail for a reason outside the program.
//
// Error::kind is a closed set that maps to the exit code in one place (exit_code below). `message` says what was wrong
// in one sentence, `where` names the flag, or the file with its JSON pointer, and `hint` says what to do next.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mlplan {

enum class ErrorKind {
  usage,         // a flag or its value is wrong
  bad_input,     // a file that was given is missing, unreadable or wrong
  not_measured,  // the model or its process failed, hung or did not fit
  inconclusive,  // measured, but the data cannot carry a verdict
  io,            // an output could not be written
  interrupted,   // SIGINT or SIGTERM
};

struct Error {
  ErrorKind kind = ErrorKind::usage;
  std::string message;
  std::string where = {};
  std::string hint = {};
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string where = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(where), std::move(hint)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

// 0 good, 1 negative verdict (not an error), 2 usage or input, 3 not measured, 4 inconclusive, 130 interrupted.
constexpr int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::bad_input:
    case ErrorKind::io: return 2;
    case ErrorKind::not_measured: return 3;
    case ErrorKind::inconclusive: return 4;
    case ErrorKind::interrupted: return 130;
  }
  return 3;
}

}  // namespace mlplan
