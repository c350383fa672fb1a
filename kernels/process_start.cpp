#include "kernels/process_start.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "kernels/together.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::kernels {

namespace {

std::string message_of(int error) { return std::generic_category().message(error); }

// 0, or errno.
int spawn(const std::string& program, const std::vector<std::string>& arguments,
          const posix_spawn_file_actions_t* actions, pid_t& pid) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return ::posix_spawn(&pid, program.c_str(), actions, nullptr, pointers.data(), environ);
}

// Empty when the process ended with 0; else why not.
std::string wait_for(pid_t pid, const std::string& program) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return message_of(errno);
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : program + " failed";
}

}  // namespace

ProcessStart start_process(const std::string& program, const std::vector<std::string>& arguments) {
  pid_t pid = -1;
  const std::int64_t begin = now_ns();
  if (const int error = spawn(program, arguments, nullptr, pid); error != 0)
    return {0, program + ": " + message_of(error)};
  const std::string error = wait_for(pid, program);
  const std::int64_t end = now_ns();
  if (!error.empty()) return {0, error};
  return {std::max<std::int64_t>(end - begin, 1), {}};
}

ProcessAnswer ask_process(const std::string& program, const std::vector<std::string>& arguments) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {"", message_of(errno)};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  pid_t pid = -1;
  const int error = spawn(program, arguments, &actions, pid);
  ::posix_spawn_file_actions_destroy(&actions);
  writing.reset();  // or the end of what it writes would never come
  if (error != 0) return {"", program + ": " + message_of(error)};
  ProcessAnswer answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(reading.get(), buffer.data(), buffer.size())) != 0;) {
    if (got > 0) answer.out.append(buffer.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  answer.error = wait_for(pid, program);
  return answer;
}

}  // namespace mlplan::kernels
