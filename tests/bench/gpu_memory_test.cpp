#include "bench/gpu_memory.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

// MiB of libtorch's allocator, and the device's used memory.
GpuBarrier barrier(std::int64_t used, std::int64_t allocated, std::int64_t peak, std::int64_t reserved) {
  return {{.in_use = used + 9, .allocated = allocated, .peak_allocated = peak, .reserved = reserved, .holes = 3}, used};
}

GpuPass pass() {
  GpuPass out;
  out.before = gpu::ManagedMemory{.total = 10'000, .reserved = 100, .free = 9'800, .used = 100};
  out.at["framework"] = barrier(500, 0, 0, 0);
  out.at["after_load"] = barrier(620, 80, 95, 100);
  out.at["first_inference"] = barrier(780, 140, 170, 200);
  out.at["steady"] = barrier(830, 150, 190, 220);
  out.used_at_end = 835;
  out.used_after = 100;
  return out;
}

double part(const GpuMemory& memory, const std::string& name) {
  for (const GpuMemoryPart& part : memory.parts) {
    if (part.name == name) return part.bytes.median;
  }
  return -1;
}

}  // namespace

TEST_CASE("the parts of a worker's memory on a GPU are told apart, and add up to its growth") {
  const auto memory = assemble_gpu_memory({pass()}, {}, "");
  REQUIRE(memory);
  CHECK(memory->process.median == 730);
  CHECK(part(*memory, "context") == 400);
  CHECK(part(*memory, "libraries") == 110);
  CHECK(part(*memory, "weights") == 80);
  CHECK(part(*memory, "buffers") == 70);
  CHECK(part(*memory, "workspace") == 40);
  CHECK(part(*memory, "unused") == 30);
  double sum = 0;
  for (const GpuMemoryPart& each : memory->parts) sum += each.bytes.median;
  CHECK(sum == memory->process.median);
  CHECK(memory->holes->median == 3);
  CHECK(memory->given_back->median == 735);
  CHECK(memory->disagreement == 0.0);
  CHECK_FALSE(memory->told);
}

TEST_CASE("what NVML says of the process is held against the growth before what is given back") {
  GpuPass told = pass();
  told.told = 740;
  CHECK(*assemble_gpu_memory({told}, {}, "")->disagreement == doctest::Approx(10.0 / 730));
  GpuPass kept = pass();
  kept.used_after = 120;  // somebody else took it meanwhile
  CHECK(*assemble_gpu_memory({kept}, {}, "")->disagreement == doctest::Approx(20.0 / 730));
}

TEST_CASE("workers fit into what was free but for a twentieth, each as large as the largest seen") {
  CHECK(assemble_gpu_memory({pass()}, {}, "")->fits == 12);                 // 9310 / 730
  CHECK(assemble_gpu_memory({pass()}, {{730, 900, 800}}, "")->fits == 10);  // 9310 / 900
}

TEST_CASE("without NVML only what libtorch's allocator holds is known, and why") {
  GpuPass blind = pass();
  blind.before.reset();
  for (auto& [name, at] : blind.at) at.used.reset();
  blind.used_at_end.reset();
  blind.used_after.reset();
  const auto memory = assemble_gpu_memory({blind}, {}, "there is no NVML here");
  REQUIRE(memory);
  CHECK(memory->process.n == 0);
  CHECK(memory->not_seen == "there is no NVML here");
  CHECK(part(*memory, "context") == -1);
  CHECK(part(*memory, "libraries") == -1);
  CHECK(part(*memory, "weights") == 80);
  CHECK_FALSE(memory->fits);
  CHECK_FALSE(memory->disagreement);
}

TEST_CASE("a pass during which others came or went is left out and counted, and a CPU has no such memory") {
  GpuPass disturbed = pass();
  disturbed.at["steady"] = barrier(5000, 150, 190, 220);
  disturbed.disturbed = true;
  const auto memory = assemble_gpu_memory({disturbed, pass()}, {}, "");
  REQUIRE(memory);
  CHECK(memory->disturbed == 1);
  CHECK(memory->process.max == 730);
  const auto none = assemble_gpu_memory({disturbed}, {}, "");
  REQUIRE(none);
  CHECK(none->process.n == 0);
  CHECK(none->not_seen == "other processes came or went on the GPU in every pass");
  CHECK_FALSE(assemble_gpu_memory({GpuPass{}}, {}, ""));
  CHECK_FALSE(assemble_gpu_memory({}, {}, ""));
}

TEST_CASE("a worker is found in a list by its number, or as the one that is new where numbers are another's") {
  const Processes before = std::vector<gpu::ManagedProcess>{{7, 50}};
  CHECK(bytes_of_worker(9, before, std::vector<gpu::ManagedProcess>{{7, 50}, {9, 70}}) == 70);
  CHECK(bytes_of_worker(9, before, std::vector<gpu::ManagedProcess>{{7, 50}, {31009, 60}}) == 60);
  CHECK_FALSE(bytes_of_worker(9, before, std::vector<gpu::ManagedProcess>{{7, 50}, {31009, 60}, {31010, 60}}));
  CHECK_FALSE(bytes_of_worker(9, before, before));
  // Another has its number outside of this container.
  CHECK(bytes_of_worker(7, before, std::vector<gpu::ManagedProcess>{{7, 50}, {31009, 60}}) == 60);
  CHECK_FALSE(bytes_of_worker(9, before, std::vector<gpu::ManagedProcess>{{9, std::nullopt}}));
  CHECK_FALSE(bytes_of_worker(9, {}, {}));
}

TEST_CASE("others disturb where they come, go or take another amount") {
  using List = std::vector<gpu::ManagedProcess>;
  CHECK_FALSE(disturbed_between(List{{7, 50}}, List{{7, 50}}));
  CHECK(disturbed_between(List{{7, 50}}, List{{7, 51}}));
  CHECK(disturbed_between(List{{7, 50}}, List{{8, 50}}));
  CHECK(disturbed_between(List{}, List{{8, 50}}));
  CHECK_FALSE(disturbed_between({}, List{{8, 50}}));  // nobody can tell
}
