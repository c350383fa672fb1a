// Zip archives, which .pt, .pt2 and .npz files are: their directory, whether their members are as they were written,
// and archives of our own.
//
// libtorch does not look at the checksums, so a model with flipped bits in its weights loads, runs and gives wrong
// answers. Members that are stored as they are, which all weights are, can be checked without unpacking.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlplan::bench {

struct ZipMember {
  std::string name;
  std::uint32_t crc32 = 0;
  bool stored = false;       // not compressed
  std::uint64_t bytes = 0;   // as in the archive
  std::uint64_t header = 0;  // offset of its local header
};

// In the order of the directory, zip64 too. nullopt where there is no directory or it makes no sense.
std::optional<std::vector<ZipMember>> read_zip_directory(const std::string& path);

// The name of the first stored member whose bytes do not have its checksum. Members without one (0) pass. Reads the
// whole file: about a second per gigabyte.
std::optional<std::string> first_damaged(const std::string& path, const std::vector<ZipMember>& members);

// The bytes of a stored member; nullopt where they reach beyond the file or do not have their checksum.
std::optional<std::string> read_stored(const std::string& path, const ZipMember& member);

// An archive of stored members. Below 4 GiB in all: what is beyond that would need zip64.
inline constexpr std::uint64_t kLargestPlainZip = 0xFFFFFFFF;
struct NewMember {
  std::string name;
  std::string content;
};
std::string write_stored_zip(const std::vector<NewMember>& members);

}  // namespace mlplan::bench
