#include "bench/scratch_folder.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace mlplan::bench {
namespace {

constexpr int kTries = 3;  // a worker that is still unpacking may add a file between two looks

// The program's folder, for the signal handler: null where there is none.
std::atomic<const char*> the_root = nullptr;
static_assert(std::atomic<const char*>::is_always_lock_free);

// mkdtemp in `parent`.
Result<std::string> make_in(const std::string& parent, const char* name) {
  std::string path = parent + name + "XXXXXX";
  if (::mkdtemp(path.data()) != nullptr) return path;
  return fail(ErrorKind::io, fmt::format("cannot make a scratch folder: {}", std::strerror(errno)), path,
              "point TMPDIR at a folder that can be written");
}

class Root {
 public:
  Root() = default;
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root() {
    the_root = nullptr;
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Result<std::string> path() {
    if (path_.empty()) {
      const char* base = std::getenv("TMPDIR");
      Result<std::string> made = make_in(base != nullptr && *base != '\0' ? base : "/tmp", "/mlplan-");
      if (!made) return made;
      path_ = *std::move(made);
      the_root = path_.c_str();  // never changed again
    }
    return path_;
  }

 private:
  std::string path_;
};

}  // namespace

Result<ScratchFolder> ScratchFolder::make() {
  static Root root;
  const Result<std::string> parent = root.path();
  if (!parent) return fail(parent.error());
  Result<std::string> path = make_in(*parent, "/");
  if (!path) return fail(path.error());
  return ScratchFolder(*std::move(path));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

// By another program: walking through folders is nothing that a signal handler may do itself. _Fork, as fork would run
// handlers of libraries that take locks.
void remove_scratch_folders() {
  const char* root = the_root;
  if (root == nullptr) return;
  for (int i = 0; i < kTries && ::access(root, F_OK) == 0; ++i) {
    const pid_t child = ::_Fork();
    if (child == 0) {
      ::close(STDERR_FILENO);
      ::execl("/bin/rm", "rm", "-rf", "--", root, static_cast<char*>(nullptr));
      ::_exit(1);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace mlplan::bench
