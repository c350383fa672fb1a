// Runs the real mlplan as a user does and looks at everything that it leaves behind.
//
// Each run has a folder of its own, which is its TMPDIR too, and carries a mark in its environment by which processes
// that outlive it are found. A run that does not end within its deadline is killed and fails its test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "profiles/support/unique_fd.h"
#include "tests/temporary_folder.h"

namespace mlplan::tests {

struct Invocation {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment = {};
  std::string program = MLPLAN_PROGRAM;
  std::string standard_output = {};  // a file or device; empty: kept, for Ended::out
  bool on_terminal = false;          // its standard input is a pty, whose foreground process group it is
  long long largest_file = 0;        // RLIMIT_FSIZE; 0: none
};

struct Ended {
  int exit_code = -1;  // 128 + the signal where one ended it
  bool in_time = false;
  std::string out;
  std::string err;
  std::vector<std::string> survivors;  // processes of the run
  std::vector<std::string> scratch;    // what lies in its TMPDIR
};

class Program {
 public:
  explicit Program(const Invocation& invocation);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  pid_t pid() const { return pid_; }
  void type(const std::string& keys);                                     // at its terminal
  bool says(const std::string& text, std::chrono::seconds within) const;  // on standard error, by then
  Ended wait(std::chrono::seconds deadline = std::chrono::seconds(90));

 private:
  TemporaryFolder folder_;
  UniqueFd terminal_;
  pid_t pid_ = -1;
};

Ended run(const Invocation& invocation);

// "mlplan bench MODEL ARGUMENTS", MODEL of those that write_models.cpp makes, with its input and the broken operators
// given.
Invocation benching(const std::string& model, const std::vector<std::string>& arguments = {});
std::string model_path(const std::string& name);

// CHECKs what holds of every run: it ended, with this code, left no process and no scratch, and one message on standard
// error holds all of the parts. `parts` empty: no message at all.
void check_end(const Ended& ended, int exit_code, const std::vector<std::string>& parts);

std::vector<std::string> names_in(const std::string& folder);
std::string content_of(const std::string& path);
void write(const std::string& path, const std::string& content);

}  // namespace mlplan::tests
