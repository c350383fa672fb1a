#include "bench/zip_archive.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/temporary_folder.h"

namespace mlplan::bench {
namespace {

std::string little_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

constexpr const char* kContent = "123456789";
constexpr std::uint32_t kChecksum = 0xCBF43926;  // the check value of CRC-32, as published for this text

// One stored member called "m/data". With zip64 all its numbers stand where archives beyond 4 GiB have them.
std::string archive(bool zip64, std::uint32_t checksum = kChecksum) {
  const std::string name = "m/data";
  const auto in_64 = [zip64](std::uint64_t value) { return little_endian(zip64 ? 0xFFFFFFFF : value, 4); };
  const std::string extra = zip64 ? little_endian(1, 2) + little_endian(24, 2) + little_endian(9, 8) +
                                        little_endian(9, 8) + little_endian(0, 8)
                                  : std::string();
  const std::string local = "PK\x03\x04" + little_endian(0, 10) + little_endian(checksum, 4) + in_64(9) + in_64(9) +
                            little_endian(6, 2) + little_endian(extra.size(), 2) + name + extra + kContent;
  const std::string entry = "PK\x01\x02" + little_endian(0, 12) + little_endian(checksum, 4) + in_64(9) + in_64(9) +
                            little_endian(6, 2) + little_endian(extra.size(), 2) + little_endian(0, 10) + in_64(0) +
                            name + extra;
  std::string out = local + entry;
  if (zip64) {
    out += "PK\x06\x06" + little_endian(44, 8) + little_endian(0, 12) + little_endian(1, 8) + little_endian(1, 8) +
           little_endian(entry.size(), 8) + little_endian(local.size(), 8);
    out += "PK\x06\x07" + little_endian(0, 4) + little_endian(local.size() + entry.size(), 8) + little_endian(1, 4);
  }
  return out + "PK\x05\x06" + little_endian(0, 4) + little_endian(1, 2) + little_endian(1, 2) + in_64(entry.size()) +
         in_64(local.size()) + little_endian(0, 2);
}

struct File {
  tests::TemporaryFolder folder;
  std::string path = folder.path() + "/archive.zip";
  explicit File(const std::string& content) {
    std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
};

}  // namespace

TEST_CASE("members are found in small archives and in those of zip64") {
  for (const bool zip64 : {false, true}) {
    CAPTURE(zip64);
    const File file(archive(zip64));
    const auto members = read_zip_directory(file.path);
    REQUIRE(members);
    REQUIRE(members->size() == 1);
    CHECK(members->front().name == "m/data");
    CHECK(members->front().bytes == 9);
    CHECK(members->front().header == 0);
    CHECK(members->front().stored);
    CHECK(members->front().crc32 == kChecksum);
    CHECK_FALSE(first_damaged(file.path, *members));
  }
}

TEST_CASE("one flipped bit in a member is noticed") {
  std::string content = archive(false);
  content[content.find('5')] ^= 1;
  const File file(content);
  CHECK(first_damaged(file.path, read_zip_directory(file.path).value()) == "m/data");
}

TEST_CASE("a member without a checksum passes") {
  const File file(archive(false, 0));
  CHECK_FALSE(first_damaged(file.path, read_zip_directory(file.path).value()));
}

TEST_CASE("an archive cut anywhere has no directory") {
  for (const bool zip64 : {false, true}) {
    const std::string whole = archive(zip64);
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
      const File file(whole.substr(0, bytes));
      CHECK_FALSE(read_zip_directory(file.path));
    }
  }
}

TEST_CASE("no byte of an archive that is wrong does harm") {
  for (const bool zip64 : {false, true}) {
    const std::string whole = archive(zip64);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const int value : {0, 0x7F, 0xFF}) {
        std::string content = whole;
        content[at] = static_cast<char>(value);
        const File file(content);
        if (const auto members = read_zip_directory(file.path)) (void)first_damaged(file.path, *members);
      }
    }
  }
}

}  // namespace mlplan::bench
