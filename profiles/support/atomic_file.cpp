#include "profiles/support/atomic_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

namespace mlplan {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  // For files that are written: some filesystems report a full disk only here.
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

std::string reason(int error) {
  switch (error) {
    case ENOSPC: return "no space left";
    case EDQUOT: return "the disk quota is used up";
    case EFBIG: return "the file would become larger than allowed";
    case ENOENT: return "no such file or folder";
    case EACCES:
    case EPERM: return "permission denied";
    case EROFS: return "the filesystem is read-only";
    case ENOTDIR: return "a part of the path is no folder";
    case EISDIR: return "it is a folder";
    case ELOOP: return "too many symbolic links";
    case EPIPE: return "nobody reads the pipe any more";
    default: return std::strerror(error);
  }
}

std::string hint_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "make room, or choose another place";
    case ENOENT:
    case ENOTDIR: return "create the folder first";
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR: return "choose another place";
    default: return {};
  }
}

tl::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(ErrorKind::io, "cannot be written: " + reason(error), path, hint_for(error));
}

// 0, or errno.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// An open descriptor of this process that a path stands for: "-", /dev/stdout, /dev/fd/5.
std::optional<int> named_descriptor(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (path.compare(0, prefix.size(), prefix) != 0) continue;
    int fd = -1;
    const char* const end = path.data() + path.size();
    const auto result = std::from_chars(path.data() + prefix.size(), end, fd);
    if (result.ec == std::errc() && result.ptr == end && fd >= 0) return fd;
  }
  return std::nullopt;
}

// Where writing to a path really ends up.
struct Target {
  std::string path;               // links followed; need not exist
  std::optional<int> descriptor;  // of this process, already open
  std::optional<struct stat> existing;
};

Result<Target> resolve(const std::string& path) {
  if (path.empty())
    return fail(ErrorKind::io, "the name of the output file is empty", path,
                "give a file name, or - for standard output");
  Target target{.path = path, .descriptor = {}, .existing = {}};
  constexpr int kMostLinks = 40;  // as many as Linux follows
  for (int links = 0; links <= kMostLinks; ++links) {
    target.descriptor = named_descriptor(target.path);
    if (target.descriptor) return target;
    struct stat facts{};
    if (::lstat(target.path.c_str(), &facts) != 0) {
      if (errno == ENOENT && target.path.back() != '/') return target;  // new, as far as its folder exists
      return cannot_write(path, errno);
    }
    if (!S_ISLNK(facts.st_mode)) {
      target.existing = facts;
      if (S_ISDIR(facts.st_mode)) return cannot_write(path, EISDIR);
      return target;
    }
    std::array<char, 4096> link{};
    const ssize_t length = ::readlink(target.path.c_str(), link.data(), link.size());
    if (length < 0) return cannot_write(path, errno);
    std::string next(link.data(), static_cast<std::size_t>(length));
    target.path = next.front() == '/' ? std::move(next) : folder_of(target.path) + '/' + next;
  }
  return cannot_write(path, ELOOP);
}

// A file in `folder` under a name that nobody else has, removed again unless it is renamed.
class TemporaryFile {
 public:
  static Result<TemporaryFile> make(const std::string& folder, const std::string& for_path) {
    for (int tries = 0; tries < 16; ++tries) {
      std::uint64_t random = 0;
      if (::getrandom(&random, sizeof random, 0) != static_cast<ssize_t>(sizeof random))
        return cannot_write(for_path, EIO);
      std::array<char, 17> digits{};
      std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(random));
      std::string path = folder + "/.mlplan-" + digits.data() + ".tmp";
      const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd >= 0) return TemporaryFile(std::move(path), fd);
      if (errno != EEXIST) return cannot_write(for_path, errno);
    }
    return cannot_write(for_path, EEXIST);
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {
    other.path_.clear();
  }
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  // Each returns 0, or errno.
  int fill(std::string_view content) { return write_all(fd_, content); }
  int take_over_owner_and_mode(const struct stat& existing) {
    // The owner can be kept only by root; for everybody else the new file is theirs, as with any editor.
    if (::fchown(fd_, existing.st_uid, existing.st_gid) != 0 && errno != EPERM && errno != EINVAL) return errno;
    return ::fchmod(fd_, existing.st_mode & 07777) == 0 ? 0 : errno;
  }
  int sync_and_close() {
    if (::fsync(fd_) != 0 && errno != EINVAL && errno != ENOTSUP) return errno;
    return ::close(std::exchange(fd_, -1)) == 0 ? 0 : errno;
  }
  int rename_to(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) return errno;
    path_.clear();
    return 0;
  }

 private:
  TemporaryFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
};

// So that the new name survives a power failure; the file itself is in place already, so nothing here is an error.
void sync_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() >= 0) (void)::fsync(descriptor.get());
}

Status replace(const std::string& path, const Target& target, std::string_view content) {
  // rename() asks only the folder; a file its owner has protected is not to be overwritten through that door.
  if (target.existing && ::faccessat(AT_FDCWD, target.path.c_str(), W_OK, AT_EACCESS) != 0)
    return cannot_write(path, errno);
  const std::string folder = folder_of(target.path);
  Result<TemporaryFile> temporary = TemporaryFile::make(folder, path);
  if (!temporary) return fail(temporary.error());
  int error = temporary->fill(content);
  if (error == 0 && target.existing) error = temporary->take_over_owner_and_mode(*target.existing);
  if (error == 0) error = temporary->sync_and_close();
  if (error == 0) error = temporary->rename_to(target.path);
  if (error != 0) return cannot_write(path, error);
  sync_folder(folder);
  return {};
}

}  // namespace

Status write_file(const std::string& path, std::string_view content) {
  const Result<Target> target = resolve(path);
  if (!target) return fail(target.error());
  if (target->descriptor) {
    if (*target->descriptor == STDOUT_FILENO) std::fflush(stdout);  // what was printed before comes first
    if (const int error = write_all(*target->descriptor, content); error != 0) return cannot_write(path, error);
    return {};
  }
  if (!target->existing || S_ISREG(target->existing->st_mode)) return replace(path, *target, content);
  Descriptor device(::open(target->path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (device.get() < 0) return cannot_write(path, errno);
  if (const int error = write_all(device.get(), content); error != 0) return cannot_write(path, error);
  if (device.close() != 0) return cannot_write(path, errno);
  return {};
}

Status check_writable(const std::string& path) {
  const Result<Target> target = resolve(path);
  if (!target) return fail(target.error());
  if (target->descriptor) {
    const int flags = ::fcntl(*target->descriptor, F_GETFL);
    if (flags < 0) return cannot_write(path, errno);
    return (flags & O_ACCMODE) == O_RDONLY ? Status(cannot_write(path, EACCES)) : Status();
  }
  if (target->existing && ::faccessat(AT_FDCWD, target->path.c_str(), W_OK, AT_EACCESS) != 0)
    return cannot_write(path, errno);
  if (target->existing && !S_ISREG(target->existing->st_mode)) return {};
  if (::faccessat(AT_FDCWD, folder_of(target->path).c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return cannot_write(path, errno);
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const auto cannot_read = [&path](const std::string& why) {
    return fail(ErrorKind::bad_input, "cannot be read: " + why, path);
  };
  const auto too_large = [&] { return cannot_read("it is larger than " + std::to_string(max_bytes) + " bytes"); };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return cannot_read(reason(errno));
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return cannot_read(reason(errno));
  if (S_ISDIR(facts.st_mode)) return cannot_read(reason(EISDIR));
  const auto size = S_ISREG(facts.st_mode) ? static_cast<std::size_t>(facts.st_size) : std::size_t{0};
  if (size > max_bytes) return too_large();
  // The size is only where to begin: pipes have none, and files may grow.
  std::string content(size + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) content.resize(content.size() + content.size() / 2 + 65536);
    const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(reason(errno));
    filled += static_cast<std::size_t>(got);
    if (filled > max_bytes) return too_large();
    if (got == 0) break;
  }
  content.resize(filled);
  return content;
}

}  // namespace mlplan
