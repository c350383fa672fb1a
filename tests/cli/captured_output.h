// What is written to standard output and standard error while it lives.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "profiles/support/atomic_file.h"
#include "tests/temporary_folder.h"

namespace mlplan::tests {

class CapturedOutput {
 public:
  CapturedOutput() {
    for (const int descriptor : {1, 2}) {
      std::fflush(descriptor == 1 ? stdout : stderr);
      saved_[descriptor - 1] = ::dup(descriptor);
      const int file = ::open(path(descriptor).c_str(), O_CREAT | O_RDWR | O_APPEND, 0600);
      ::dup2(file, descriptor);
      ::close(file);
    }
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;
  ~CapturedOutput() {
    for (const int descriptor : {1, 2}) {
      ::dup2(saved_[descriptor - 1], descriptor);
      ::close(saved_[descriptor - 1]);
    }
  }
  std::string out() const { return read_file(path(1)).value_or(""); }
  std::string err() const { return read_file(path(2)).value_or(""); }

 private:
  std::string path(int descriptor) const { return folder_.path() + "/" + std::to_string(descriptor); }

  TemporaryFolder folder_;
  int saved_[2] = {};
};

}  // namespace mlplan::tests
