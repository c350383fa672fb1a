#include "bench/page_cache.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/temporary_folder.h"

using namespace mlplan::bench;

TEST_CASE("a file is dropped from the page cache and brought back, and mincore sees both") {
  const mlplan::tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  std::ofstream(path) << std::string(8 << 20, 'x');
  if (!has_storage(file_system(path))) {
    MESSAGE("the temporary folder is in memory: nothing can be dropped");
    return;
  }
  REQUIRE(evict(path));
  CHECK(residency(path)->share() < 0.01);
  REQUIRE(make_resident(path));
  CHECK(residency(path)->share() == 1.0);
  CHECK(residency(path)->bytes == 8 << 20);
}

TEST_CASE("a missing file is an error that names it") {
  CHECK(residency("/no/such/file").error().where == "/no/such/file");
  CHECK_FALSE(evict("/no/such/file"));
}

TEST_CASE("memory file systems have no cold state") {
  CHECK_FALSE(has_storage("tmpfs"));
  CHECK(has_storage("ext4"));
  CHECK(file_system("/dev/shm") == "tmpfs");
}
