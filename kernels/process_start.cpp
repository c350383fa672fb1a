#include "kernels/process_start.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "kernels/together.h"

namespace mlplan::kernels {

ProcessStart start_process(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = -1;
  const std::int64_t begin = now_ns();
  const int error = ::posix_spawn(&pid, program.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (error != 0) return {0, program + ": " + std::generic_category().message(error)};
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return {0, std::generic_category().message(errno)};
  }
  const std::int64_t end = now_ns();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {0, program + " failed"};
  return {std::max<std::int64_t>(end - begin, 1), {}};
}

}  // namespace mlplan::kernels
