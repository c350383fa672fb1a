// Folders for what a process may leave on disk while it runs: each is gone, with all in it, when its owner goes. They
// lie in one folder of this program, made with the first of them under TMPDIR (or /tmp) and removed when the program
// ends. Errors (io): TMPDIR cannot be written.
#pragma once

#include <string>

#include "profiles/support/result.h"

namespace mlplan::bench {

class ScratchFolder {
 public:
  static Result<ScratchFolder> make();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();
  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Removes them all without their owners, for a program that ends where it stands. A signal handler may call it.
void remove_scratch_folders();

}  // namespace mlplan::bench
