#include "bench/page_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "profiles/support/unique_fd.h"

namespace mlplan::bench {
namespace {

tl::unexpected<Error> cannot(const char* what, const std::string& path) {
  return fail(ErrorKind::bad_input, fmt::format("cannot {}: {}", what, std::strerror(errno)), path);
}

}  // namespace

Result<Residency> residency(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) return cannot("open", path);
  Residency out{status.st_size, 0};
  if (status.st_size == 0) return out;
  const auto bytes = static_cast<std::size_t>(status.st_size);
  void* const map = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (map == MAP_FAILED) return cannot("map", path);
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((bytes + page - 1) / page);
  const int failed = ::mincore(map, bytes, pages.data());
  ::munmap(map, bytes);
  if (failed != 0) return cannot("ask mincore about", path);
  const auto count = std::count_if(pages.begin(), pages.end(), [](unsigned char state) { return (state & 1) != 0; });
  out.resident = std::min<std::int64_t>(count * static_cast<std::int64_t>(page), out.bytes);
  return out;
}

Result<Residency> residency(const std::vector<std::string>& paths) {
  Residency sum;
  for (const std::string& path : paths) {
    const Result<Residency> one = residency(path);
    if (!one) return one;
    sum.bytes += one->bytes;
    sum.resident += one->resident;
  }
  return sum;
}

bool can_see_residency(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  return status.st_uid == ::geteuid() || ::geteuid() == 0 || ::access(path.c_str(), W_OK) == 0;
}

Status evict(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot("open", path);
  ::fsync(fd.get());  // fails on some read-only file systems, where there is nothing to write back
  if (const int error = ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED); error != 0) {
    errno = error;
    return cannot("drop from the page cache", path);
  }
  return {};
}

Status make_resident(const std::string& path) {
  if (const Result<Residency> now = residency(path); now && now->share() >= 1.0 && can_see_residency(path)) return {};
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot("open", path);
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  const auto buffer = std::make_unique<char[]>(kBlock);
  ssize_t got = 0;
  while ((got = ::read(fd.get(), buffer.get(), kBlock)) > 0) {
  }
  if (got < 0) return cannot("read", path);
  return {};
}

std::string file_system(const std::string& path) {
  struct statfs status{};
  if (::statfs(path.c_str(), &status) != 0) return "unknown";
  static const std::map<std::uint32_t, const char*> names = {
      {0xEF53, "ext4"},          {0x794C7630, "overlay"}, {0x01021994, "tmpfs"}, {0x858458F6, "ramfs"},
      {0x958458F6, "hugetlbfs"}, {0x58465342, "xfs"},     {0x9123683E, "btrfs"}, {0x6969, "nfs"},
      {0xFF534D42, "cifs"},      {0xFE534D42, "smb2"},    {0x2FC12FC1, "zfs"},   {0xF2F52010, "f2fs"},
      {0x73717368, "squashfs"},  {0x65735546, "fuse"},    {0x01021997, "9p"},    {0x6A656A63, "virtiofs"}};
  const auto magic = static_cast<std::uint32_t>(status.f_type);
  const auto found = names.find(magic);
  return found != names.end() ? found->second : fmt::format("0x{:x}", magic);
}

bool has_storage(const std::string& name) { return name != "tmpfs" && name != "ramfs" && name != "hugetlbfs"; }

}  // namespace mlplan::bench
