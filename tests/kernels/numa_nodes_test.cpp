#include "kernels/numa_nodes.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "kernels/on_cpus.h"
#include "kernels/together.h"
#include "tests/temporary_folder.h"

using namespace mlplan::kernels;

TEST_CASE("a list of CPUs is numbers and ranges") {
  CHECK(cpus_of_list("0-3,8") == std::vector<int>{0, 1, 2, 3, 8});
  CHECK(cpus_of_list("5") == std::vector<int>{5});
  for (const char* wrong : {"", "x", "3-1", "1-", "-1", "1;2", "0-99999999"}) {
    CAPTURE(wrong);
    CHECK(cpus_of_list(wrong).empty());
  }
}

TEST_CASE("nodes have the CPUs that this process may use, and a node without any is left out") {
  const mlplan::tests::TemporaryFolder folder;
  const std::vector<int> allowed = allowed_cpus();
  CHECK(numa_nodes(folder.path()) == std::vector<std::vector<int>>{allowed});  // a kernel that shows none
  std::ofstream(folder.path() + "/online") << "0-2\n";
  for (const char* node : {"node0", "node1", "node2"}) std::filesystem::create_directory(folder.path() + "/" + node);
  std::ofstream(folder.path() + "/node0/cpulist") << allowed.front() << "\n";
  std::ofstream(folder.path() + "/node1/cpulist") << "\n";
  std::ofstream(folder.path() + "/node2/cpulist") << allowed.back() << ",1023\n";
  CHECK(numa_nodes(folder.path()) == std::vector<std::vector<int>>{{allowed.front()}, {allowed.back()}});
}

TEST_CASE("a thread stays on the CPUs that it is given, and only for as long") {
  const std::vector<int> before = allowed_cpus();
  {
    const OnCpus here({before.back()});
    CHECK(allowed_cpus() == std::vector<int>{before.back()});
  }
  CHECK(allowed_cpus() == before);
}
