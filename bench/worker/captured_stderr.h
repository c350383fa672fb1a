// What this process prints on standard error while the object lives, kept instead of printed: compiled models throw an
// empty error and print the cause.
#pragma once

#include <string>

#include "profiles/support/unique_fd.h"

namespace mlplan::worker {

class CapturedStderr {
 public:
  CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr();         // standard error is as before
  std::string text() const;  // at most 64 KiB

 private:
  UniqueFd before_;
  UniqueFd kept_;
};

}  // namespace mlplan::worker
