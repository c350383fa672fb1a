#include "cli/signals.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/scratch_folder.h"

using namespace mlplan;

namespace {

// The program, from its start to what may never be reached.
[[noreturn]] void be_interrupted_twice(const std::string& temporary) {
  ::setenv("TMPDIR", temporary.c_str(), 1);
  cli::catch_signals();
  const Result<bench::ScratchFolder> scratch = bench::ScratchFolder::make();
  if (!scratch || !std::filesystem::create_directory(scratch->path() + "/data")) ::_exit(1);
  std::ofstream(scratch->path() + "/data/weights") << "1234";
  ::raise(SIGINT);
  if (!cli::interrupted() || !std::filesystem::exists(scratch->path() + "/data/weights")) ::_exit(2);
  ::raise(SIGINT);  // as `timeout` passes one on twice
  ::usleep(350'000);
  ::raise(SIGINT);
  ::_exit(3);
}

}  // namespace

TEST_CASE("a second Ctrl-C ends the program where it stands and leaves no scratch folder") {
  std::string temporary = std::filesystem::temp_directory_path().string() + "/signals-test-XXXXXX";
  REQUIRE(::mkdtemp(temporary.data()) != nullptr);
  const pid_t child = ::fork();
  if (child == 0) be_interrupted_twice(temporary);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  CHECK(std::filesystem::is_empty(temporary));
  std::filesystem::remove_all(temporary);
}
