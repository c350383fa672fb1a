// An operator library for tests: broken::act(x) returns x, and before that does what BROKEN_ACT says: sleep, abort,
// segfault, kill, exit, orphan, print (a gigabyte, unless BROKEN_MARK exists), grow, throw. With BROKEN_FROM=N it does
// so only from the N-th process on that loads this library, counted in the file BROKEN_COUNT. It makes the file
// BROKEN_MARK when it begins; with BROKEN_AFTER=MS only when the library was loaded that long ago. BROKEN_ON_LOAD is
// the same as BROKEN_ACT while the library is being loaded.
#include <torch/library.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void say(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

void print_gigabyte() {
  const std::string line = std::string(1023, 'x') + '\n';
  std::string block;
  for (int i = 0; i < 1024; ++i) block += line;
  for (int i = 0; i < 1024; ++i) {
    for (std::string_view rest = block; !rest.empty();) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
}

// To 4 GiB, so that a limit which does not work harms nobody.
void grow() {
  std::vector<std::vector<char>> kept;
  for (int mebibytes = 0; mebibytes < 4096; ++mebibytes) {
    kept.emplace_back(std::size_t{1} << 20, 'x');
    ::usleep(500);
  }
}

void act(const std::string& how) {
  if (how.empty()) return;
  const std::string mark = variable("BROKEN_MARK");
  const bool again = !mark.empty() && ::access(mark.c_str(), F_OK) == 0;
  if (how == "print" && again) return;
  if (!mark.empty()) std::fclose(std::fopen(mark.c_str(), "w"));
  say("broken: about to " + how + "\n");
  if (how == "sleep") ::sleep(1000);
  if (how == "abort") std::abort();
  if (how == "segfault") ::raise(SIGSEGV);
  if (how == "kill") ::raise(SIGKILL);
  if (how == "exit") std::exit(7);
  if (how == "orphan") {  // a child that outlives it
    if (::fork() == 0) ::sleep(1000);
    ::raise(SIGKILL);
  }
  if (how == "print") print_gigabyte();
  if (how == "grow") grow();
  if (how == "throw") throw std::runtime_error("the broken operator threw this");
}

// Which process of the run this is, from 1.
long count_process() noexcept {
  const std::string path = variable("BROKEN_COUNT");
  if (path.empty()) return 1;
  std::FILE* file = std::fopen(path.c_str(), "a");
  std::fputc('x', file);
  const long count = std::ftell(file);
  std::fclose(file);
  return count;
}

const long the_process = count_process();

const auto loaded_at = std::chrono::steady_clock::now();

bool is_time() {
  const std::chrono::milliseconds after(std::strtol(variable("BROKEN_AFTER").c_str(), nullptr, 10));
  return std::chrono::steady_clock::now() - loaded_at >= after;
}

at::Tensor act_operator(const at::Tensor& x) {
  if (is_time() && the_process >= std::strtol(variable("BROKEN_FROM").c_str(), nullptr, 10))
    act(variable("BROKEN_ACT"));
  return x.clone();
}

[[gnu::constructor]] void on_load() { act(variable("BROKEN_ON_LOAD")); }

}  // namespace

TORCH_LIBRARY(broken, library) { library.def("act(Tensor x) -> Tensor", act_operator); }
