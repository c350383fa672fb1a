#include "profiles/support/atomic_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

using namespace mlplan;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "mlplan-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  std::string path_;
};

std::string content_of(const std::string& path) { return read_file(path).value_or("(unreadable)"); }

unsigned mode_of(const std::string& path) {
  struct stat facts{};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

// Files above `bytes` cannot be written while it lives: what a full disk looks like.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("a file is written with its content and nothing is left beside it") {
  const Folder folder;
  REQUIRE(write_file(folder / "a.json", "one\n"));
  CHECK(content_of(folder / "a.json") == "one\n");
  REQUIRE(write_file(folder / "a.json", std::string("two\0three", 9)));
  CHECK(content_of(folder / "a.json") == std::string("two\0three", 9));
  CHECK(folder.entries() == 1);
}

TEST_CASE("a new file has the mode of the umask, an old one keeps its own") {
  const Folder folder;
  const mode_t old = ::umask(027);
  const Status made = write_file(folder / "new", "x");
  ::umask(old);
  REQUIRE(made);
  CHECK(mode_of(folder / "new") == 0640);
  REQUIRE(::chmod((folder / "new").c_str(), 0604) == 0);
  REQUIRE(write_file(folder / "new", "y"));
  CHECK(mode_of(folder / "new") == 0604);
}

TEST_CASE("what a symbolic link points to is replaced, not the link") {
  const Folder folder;
  fs::create_directory(folder / "deep");
  REQUIRE(write_file(folder / "deep/target", "old"));
  fs::create_symlink("deep/target", folder / "link");
  fs::create_symlink("link", folder / "second");
  REQUIRE(write_file(folder / "second", "new"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(fs::is_symlink(folder / "second"));
  CHECK_FALSE(fs::is_symlink(folder / "deep/target"));
  CHECK(content_of(folder / "deep/target") == "new");
  fs::create_symlink("deep/fresh", folder / "dangling");
  REQUIRE(write_file(folder / "dangling", "made"));
  CHECK(content_of(folder / "deep/fresh") == "made");
  fs::create_symlink("loop", folder / "loop");
  CHECK_FALSE(write_file(folder / "loop", "x"));
}

TEST_CASE("without space the old file stays and no temporary file is left") {
  const Folder folder;
  REQUIRE(write_file(folder / "report", "old"));
  Status written;
  {
    const FileSizeLimit limit(4096);
    written = write_file(folder / "report", std::string(100'000, 'x'));
  }
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::io);
  CHECK(written.error().where == folder / "report");
  CHECK(written.error().message == "cannot be written: the file would become larger than allowed");
  CHECK(content_of(folder / "report") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a full device says that it is full") {
  const Status written = write_file("/dev/full", "x");
  REQUIRE_FALSE(written);
  CHECK(written.error().message == "cannot be written: no space left");
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a device and a pipe are written to and stay what they are") {
  CHECK(write_file("/dev/null", "x"));
  CHECK(fs::is_character_file("/dev/null"));
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  std::string received;
  std::thread reader([&] { received = content_of(folder / "pipe"); });
  const std::string sent(300'000, 'z');  // more than a pipe holds
  const Status written = write_file(folder / "pipe", sent);
  reader.join();
  CHECK(written);
  CHECK(received == sent);
  CHECK(fs::is_fifo(folder / "pipe"));
}

TEST_CASE("a descriptor's name writes to that descriptor, at its position") {
  const Folder folder;
  const int fd = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT, 0600);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, "before ", 7) == 7);
  CHECK(write_file("/dev/fd/" + std::to_string(fd), "after"));
  CHECK(check_writable("/proc/self/fd/" + std::to_string(fd)));
  ::close(fd);
  CHECK(content_of(folder / "log") == "before after");
  CHECK_FALSE(write_file("/dev/fd/987654", "x"));
}

TEST_CASE("standard output is written to by - and by its device") {
  const Folder folder;
  std::fflush(stdout);
  const int saved = ::dup(STDOUT_FILENO);
  const int file = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(file, STDOUT_FILENO);
  std::fputs("printed first;", stdout);
  const Status dash = write_file("-", "dash;");
  const Status device = write_file("/dev/stdout", "device;");
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(file);
  CHECK(dash);
  CHECK(device);
  CHECK(content_of(folder / "out") == "printed first;dash;device;");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what cannot be written is refused by both functions, before anything is measured") {
  const Folder folder;
  REQUIRE(write_file(folder / "file", "x"));
  for (const std::string& path :
       {folder / "no/such/folder/x", folder / "file/below", folder / "", std::string("/tmp"), std::string()}) {
    CAPTURE(path);
    const Status check = check_writable(path);
    const Status written = write_file(path, "y");
    REQUIRE_FALSE(check);
    REQUIRE_FALSE(written);
    CHECK(check.error().kind == ErrorKind::io);
    CHECK(check.error().message == written.error().message);
  }
  CHECK(check_writable(folder / "new"));
  CHECK(check_writable(folder / "file"));
  CHECK(check_writable("/dev/null"));
  CHECK(folder.entries() == 1);  // checking leaves nothing behind
}

TEST_CASE("protected files and folders are refused to those who are not root") {
  const Folder folder;
  REQUIRE(write_file(folder / "protected", "x"));
  REQUIRE(::chmod((folder / "protected").c_str(), 0444) == 0);
  fs::create_directory(folder / "closed");
  REQUIRE(::chmod((folder / "closed").c_str(), 0555) == 0);
  const bool root = ::geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  if (root) {  // as somebody else for a moment; the folder itself must be theirs
    REQUIRE(::chmod((folder / ".").c_str(), 0777) == 0);
    REQUIRE(::seteuid(kNobody) == 0);
  }
  const Status file = write_file(folder / "protected", "y");
  const Status file_check = check_writable(folder / "protected");
  const Status below = write_file(folder / "closed/new", "y");
  const Status below_check = check_writable(folder / "closed/new");
  if (root) REQUIRE(::seteuid(0) == 0);
  for (const Status* status : {&file, &file_check, &below, &below_check}) {
    REQUIRE_FALSE(*status);
    CHECK(status->error().message == "cannot be written: permission denied");
  }
  CHECK(content_of(folder / "protected") == "x");
}

TEST_CASE("reading tells what is missing, a folder, or too large") {
  const Folder folder;
  REQUIRE(write_file(folder / "ten", "0123456789"));
  CHECK(*read_file(folder / "ten", 10) == "0123456789");
  CHECK(read_file(folder / "ten", 9).error().message == "cannot be read: it is larger than 9 bytes");
  const auto missing = read_file(folder / "missing");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::bad_input);
  CHECK(missing.error().where == folder / "missing");
  CHECK(missing.error().message == "cannot be read: no such file or folder");
  CHECK(read_file("/tmp").error().message == "cannot be read: it is a folder");
  REQUIRE(write_file(folder / "empty", ""));
  CHECK(read_file(folder / "empty")->empty());
  CHECK(read_file("/proc/self/status")->find("Pid:") != std::string::npos);  // a file that says it has no size
  CHECK_FALSE(read_file("/dev/zero", 1000));
}
