#include "bench/zip_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "profiles/support/unique_fd.h"

namespace mlplan::bench {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLongestComment = 65535;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint64_t kIn64 = 0xFFFFFFFF;  // the value is in the zip64 record instead
constexpr std::uint64_t kLargestDirectory = std::uint64_t{256} << 20;

// A little-endian number of `bytes` bytes; 0 beyond the end.
std::uint64_t number(std::string_view text, std::size_t at, std::size_t bytes) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < bytes && at + i < text.size(); ++i)
    out |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  return out;
}

// Shorter than asked for at the end of the file.
std::string read_at(int fd, std::uint64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ::pread(fd, out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

std::optional<Directory> find_directory(int fd, std::uint64_t file_bytes) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file_bytes, kEndBytes + kLongestComment + kLocatorBytes);
  const std::string tail = read_at(fd, file_bytes - tail_bytes, tail_bytes);
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || end + kEndBytes > tail.size()) return std::nullopt;
  Directory out{number(tail, end + 16, 4), number(tail, end + 12, 4)};
  if (end >= kLocatorBytes && tail.compare(end - kLocatorBytes, 4, "PK\x06\x07") == 0) {
    const std::string end64 = read_at(fd, number(tail, end - kLocatorBytes + 8, 8), kEnd64Bytes);
    if (!end64.starts_with("PK\x06\x06") || end64.size() < kEnd64Bytes) return std::nullopt;
    out = {number(end64, 48, 8), number(end64, 40, 8)};
  }
  if (out.bytes > kLargestDirectory || out.offset > file_bytes || out.bytes > file_bytes - out.offset)
    return std::nullopt;
  return out;
}

// The zip64 extra field has those of size, compressed size and offset that are kIn64, in this order.
void take_zip64(std::string_view extra, bool size_in64, ZipMember& member) {
  for (std::size_t at = 0; at + 4 <= extra.size(); at += 4 + number(extra, at + 2, 2)) {
    if (number(extra, at, 2) != 1) continue;
    std::size_t value = at + 4 + (size_in64 ? 8 : 0);
    if (member.bytes == kIn64) {
      member.bytes = number(extra, value, 8);
      value += 8;
    }
    if (member.header == kIn64) member.header = number(extra, value, 8);
    return;
  }
}

// Where a member's bytes begin.
std::optional<std::uint64_t> content_of(int fd, const ZipMember& member) {
  const std::string local = read_at(fd, member.header, kLocalBytes);
  if (!local.starts_with("PK\x03\x04") || local.size() < kLocalBytes) return std::nullopt;
  return member.header + kLocalBytes + number(local, 26, 2) + number(local, 28, 2);
}

bool intact(int fd, const ZipMember& member, std::vector<char>& buffer) {
  const std::optional<std::uint64_t> content = content_of(fd, member);
  if (!content) return false;
  uLong crc = ::crc32(0, nullptr, 0);
  for (std::uint64_t done = 0; done < member.bytes;) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), member.bytes - done);
    const ssize_t got = ::pread(fd, buffer.data(), wanted, static_cast<off_t>(*content + done));
    if (got <= 0) return false;
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(buffer.data()), static_cast<uInt>(got));
    done += static_cast<std::uint64_t>(got);
  }
  return crc == member.crc32;
}

std::string little_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

std::uint32_t checksum(std::string_view text) {
  return static_cast<std::uint32_t>(
      ::crc32_z(::crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

}  // namespace

std::optional<std::vector<ZipMember>> read_zip_directory(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) return std::nullopt;
  const std::optional<Directory> directory = find_directory(fd.get(), static_cast<std::uint64_t>(status.st_size));
  if (!directory) return std::nullopt;
  const std::string text = read_at(fd.get(), directory->offset, directory->bytes);
  std::vector<ZipMember> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t name = number(text, at + 28, 2);
    const std::size_t extra = number(text, at + 30, 2);
    const std::size_t next = at + kEntryBytes + name + extra + number(text, at + 32, 2);
    if (text.compare(at, 4, "PK\x01\x02") != 0 || next > text.size()) return std::nullopt;
    ZipMember member;
    member.name = text.substr(at + kEntryBytes, name);
    member.crc32 = static_cast<std::uint32_t>(number(text, at + 16, 4));
    member.stored = number(text, at + 10, 2) == 0;
    member.bytes = number(text, at + 20, 4);
    member.header = number(text, at + 42, 4);
    take_zip64(std::string_view(text).substr(at + kEntryBytes + name, extra), number(text, at + 24, 4) == kIn64,
               member);
    out.push_back(std::move(member));
    at = next;
  }
  return out;
}

std::optional<std::string> first_damaged(const std::string& path, const std::vector<ZipMember>& members) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<char> buffer(std::size_t{1} << 20);
  for (const ZipMember& member : members) {
    if (member.stored && member.crc32 != 0 && !intact(fd.get(), member, buffer)) return member.name;
  }
  return std::nullopt;
}

std::optional<std::string> read_stored(const std::string& path, const ZipMember& member) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !member.stored) return std::nullopt;
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  const std::optional<std::uint64_t> begin = content_of(fd.get(), member);
  if (!begin || *begin > file_bytes || member.bytes > file_bytes - *begin) return std::nullopt;
  std::string out = read_at(fd.get(), *begin, member.bytes);
  if (out.size() != member.bytes || checksum(out) != member.crc32) return std::nullopt;
  return out;
}

std::string write_stored_zip(const std::vector<NewMember>& members) {
  constexpr int kVersion = 20;             // 2.0, the oldest that readers ask for
  constexpr int kFirstOfJanuary1980 = 33;  // no time of day: equal contents give equal archives
  std::string out;
  std::string directory;
  for (const NewMember& member : members) {
    const std::string facts = little_endian(0, 4) /* no flags, stored */ + little_endian(0, 2) +
                              little_endian(kFirstOfJanuary1980, 2) + little_endian(checksum(member.content), 4) +
                              little_endian(member.content.size(), 4) + little_endian(member.content.size(), 4) +
                              little_endian(member.name.size(), 2) + little_endian(0, 2);
    directory += "PK\x01\x02" + little_endian(kVersion, 2) + little_endian(kVersion, 2) + facts + little_endian(0, 10) +
                 little_endian(out.size(), 4) + member.name;
    out += "PK\x03\x04" + little_endian(kVersion, 2) + facts + member.name + member.content;
  }
  const std::string end = "PK\x05\x06" + little_endian(0, 4) + little_endian(members.size(), 2) +
                          little_endian(members.size(), 2) + little_endian(directory.size(), 4) +
                          little_endian(out.size(), 4) + little_endian(0, 2);
  return out + directory + end;
}

}  // namespace mlplan::bench
