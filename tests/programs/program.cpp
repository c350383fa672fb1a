#include "tests/programs/program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace mlplan::tests {
namespace {

constexpr const char* kMark = "MLPLAN_TEST_RUN";

std::vector<std::string> processes_marked(const std::string& mark) {
  std::vector<std::string> out;
  const std::string wanted = std::string(kMark) + "=" + mark;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string folder = entry.path().string();
    if (folder.find_first_not_of("0123456789", 6) != std::string::npos) continue;
    const std::string environment = content_of(folder + "/environ");
    if (environment.find(wanted) != std::string::npos) out.push_back(content_of(folder + "/cmdline"));
  }
  return out;
}

std::vector<std::string> variables(const std::map<std::string, std::string>& own) {
  std::vector<std::string> out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    if (!own.contains(entry.substr(0, entry.find('=')))) out.push_back(entry);
  }
  for (const auto& [name, value] : own) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The messages on standard error, without the progress: "mlplan: ..." and the lines that belong to it.
std::vector<std::string> messages(const std::string& err) {
  std::vector<std::string> out;
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("mlplan: ") && line.find(" %  ") < 14) continue;
    if (line.starts_with("mlplan: ")) out.emplace_back();
    if (!out.empty()) out.back() += line + "\n";
  }
  return out;
}

}  // namespace

Program::Program(const Invocation& invocation) {
  const std::string scratch = folder_.path() + "/tmp";
  std::filesystem::create_directory(scratch);
  std::string out = invocation.standard_output.empty() ? folder_.path() + "/out" : invocation.standard_output;
  const std::string err = folder_.path() + "/err";

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  std::string in = "/dev/null";
  if (invocation.on_terminal) {
    terminal_ = UniqueFd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal_ || ::grantpt(terminal_.get()) != 0 || ::unlockpt(terminal_.get()) != 0)
      throw std::runtime_error("no pseudo-terminal");
    in = ::ptsname(terminal_.get());
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);  // what it opens first is then its terminal
  }
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), invocation.on_terminal ? O_RDWR : O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT, 0644);

  std::map<std::string, std::string> own = invocation.environment;
  own.try_emplace("TMPDIR", scratch);
  own[kMark] = folder_.path();
  std::vector<std::string> environment = variables(own);
  std::vector<std::string> arguments = invocation.arguments;
  arguments.insert(arguments.begin(), invocation.program);
  if (invocation.largest_file > 0)
    arguments.insert(arguments.begin(), {"prlimit", "--fsize=" + std::to_string(invocation.largest_file)});
  const int error = ::posix_spawnp(&pid_, arguments.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                                   pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error("cannot start " + arguments.front());
}

Program::~Program() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::type(const std::string& keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("cannot type");
}

bool Program::says(const std::string& text, std::chrono::seconds within) const {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (content_of(folder_.path() + "/err").find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

Ended Program::wait(std::chrono::seconds deadline) {
  Ended out;
  int status = 0;
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!out.in_time && std::chrono::steady_clock::now() < until) {
    out.in_time = ::waitpid(pid_, &status, WNOHANG) == pid_;
    if (!out.in_time) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!out.in_time) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  out.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  out.survivors = processes_marked(folder_.path());
  out.out = content_of(folder_.path() + "/out");
  out.err = content_of(folder_.path() + "/err");
  out.scratch = names_in(folder_.path() + "/tmp");
  return out;
}

Ended run(const Invocation& invocation) { return Program(invocation).wait(); }

Invocation benching(const std::string& model, const std::vector<std::string>& arguments) {
  Invocation out;
  out.arguments = {"bench", model_path(model), "--input", "x:f32[batch,4]", "--op-library", BROKEN_OPERATORS};
  out.arguments.insert(out.arguments.end(), arguments.begin(), arguments.end());
  return out;
}

std::string model_path(const std::string& name) { return std::string(MODELS_FOLDER) + "/" + name; }

void check_end(const Ended& ended, int exit_code, const std::vector<std::string>& parts) {
  INFO("standard error: ", ended.err);
  CHECK(ended.in_time);
  CHECK(ended.exit_code == exit_code);
  CHECK(ended.survivors == std::vector<std::string>{});
  CHECK(ended.scratch == std::vector<std::string>{});
  const std::vector<std::string> said = messages(ended.err);
  CHECK(said.size() == (parts.empty() ? 0 : 1));
  for (const std::string& part : parts) {
    INFO("expected: ", part);
    CHECK((!said.empty() && said.front().find(part) != std::string::npos));
  }
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

}  // namespace mlplan::tests
