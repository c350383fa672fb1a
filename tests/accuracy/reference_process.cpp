#include "tests/accuracy/reference_process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "bench/clock.h"

extern char** environ;

namespace mlplan::accuracy {
namespace {

struct Child {
  pid_t pid = -1;
  UniqueFd in;
  UniqueFd out;
  std::int64_t spawned_ns = 0;
};

Child spawn(const std::string& program, const std::vector<std::string>& arguments, std::int64_t threads) {
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::string count = "THREADS=" + std::to_string(threads);
  std::vector<char*> environment;
  for (char** at = environ; *at != nullptr; ++at) environment.push_back(*at);
  environment.push_back(count.data());
  environment.push_back(nullptr);
  Child child;
  child.spawned_ns = bench::now_ns();
  const int error = ::posix_spawn(&child.pid, program.c_str(), &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  child.in = UniqueFd(in[1]);
  child.out = UniqueFd(out[0]);
  if (error != 0) throw std::runtime_error("cannot start " + program);
  return child;
}

void read_fully(int fd, void* data, std::size_t bytes) {
  for (auto at = static_cast<char*>(data); bytes > 0;) {
    const ssize_t got = ::read(fd, at, bytes);
    if (got <= 0) throw std::runtime_error("the reference program ended early");
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
}

}  // namespace

ReferenceStart run_reference(const std::string& program, const std::vector<std::string>& arguments,
                             std::int64_t threads) {
  const Child child = spawn(program, arguments, threads);
  char byte = 0;
  read_fully(child.out.get(), &byte, 1);
  ReferenceStart out;
  out.wall_ns = static_cast<double>(bench::now_ns() - child.spawned_ns);
  rusage usage{};
  int status = 0;
  ::wait4(child.pid, &status, 0, &usage);
  out.peak_rss_bytes = static_cast<double>(usage.ru_maxrss) * 1024;
  return out;
}

double time_to_answer(const std::string& program, const std::string& script, int port) {
  std::string number = std::to_string(port);
  char* const argv[] = {const_cast<char*>(program.c_str()), const_cast<char*>(script.c_str()), number.data(), nullptr};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const char request[] = "GET / HTTP/1.0\r\n\r\n";
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const std::int64_t began = bench::now_ns();
  if (::posix_spawn(&pid, program.c_str(), nullptr, &attributes, argv, environ) != 0)
    throw std::runtime_error("cannot start " + program);
  while (true) {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    char answer[16];
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::write(fd.get(), request, sizeof request - 1) > 0 && ::read(fd.get(), answer, sizeof answer) > 0)
      break;
    ::usleep(500);
  }
  const std::int64_t ended = bench::now_ns();
  posix_spawnattr_destroy(&attributes);
  ::kill(-pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return static_cast<double>(ended - began);
}

ReferenceLoop::ReferenceLoop(const std::string& program, const std::vector<std::string>& arguments,
                             std::int64_t threads) {
  Child child = spawn(program, arguments, threads);
  pid_ = child.pid;
  in_ = std::move(child.in);
  out_ = std::move(child.out);
  char byte = 0;
  read_fully(out_.get(), &byte, 1);
}

ReferenceLoop::~ReferenceLoop() {
  in_.reset();
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

std::vector<double> ReferenceLoop::block() {
  if (::write(in_.get(), "b", 1) != 1) throw std::runtime_error("the reference program does not listen");
  std::int64_t count = 0;
  read_fully(out_.get(), &count, sizeof count);
  std::vector<std::int64_t> latencies(static_cast<std::size_t>(count));
  read_fully(out_.get(), latencies.data(), latencies.size() * sizeof latencies[0]);
  return {latencies.begin(), latencies.end()};
}

}  // namespace mlplan::accuracy
