// The helpers for a GPU: what needs none, and, where there is one, that they do what they say. Without a GPU the latter
// say that they were not run.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "kernels/gpu/device.h"
#include "kernels/gpu/device_loops.h"
#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/isolated_timer.h"
#include "kernels/gpu/matrix_product.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu/random_normal.h"

using namespace mlplan::gpu;

namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

// Makes the first GPU the current one.
std::optional<DeviceFacts> first_gpu() {
  const DeviceQuery query = query_device(0);
  if (!query.facts) {
    MESSAGE("not run: ", query.why_not);
    return std::nullopt;
  }
  use_device(0);
  return query.facts;
}

std::vector<float> to_host(const DeviceMemory& memory, const Stream& stream) {
  std::vector<float> out(static_cast<std::size_t>(memory.bytes()) / sizeof(float));
  copy(out.data(), memory.get(), memory.bytes(), stream.get());
  stream.synchronize();
  return out;
}

double sum_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum;
}

}  // namespace

TEST_CASE(
    "arrays are a gibibyte, more for a large cache, less in a small memory, and none where a cache would hold them") {
  CHECK(array_bytes(80 * 1024 * kMiB, 50 * kMiB) == 1024 * kMiB);
  CHECK(array_bytes(24 * 1024 * kMiB, 96 * kMiB) == 1536 * kMiB);
  CHECK(array_bytes(4 * 1024 * kMiB, 2 * kMiB) == 512 * kMiB);
  CHECK(array_bytes(4 * 1024 * kMiB, 32 * kMiB) == 512 * kMiB);
  CHECK(array_bytes(4 * 1024 * kMiB, 33 * kMiB) == 0);
}

TEST_CASE("the cache is flushed by twice its size, and never by little") {
  CHECK(flush_bytes(50 * kMiB) == 100 * kMiB);
  CHECK(flush_bytes(4 * kMiB) == 64 * kMiB);
}

TEST_CASE("versions read as people write them") {
  CHECK(compute_capability_text(75) == "7.5");
  CHECK(compute_capability_text(120) == "12.0");
}

TEST_CASE("a call that fails says what was being done and what CUDA calls it") {
  CHECK_NOTHROW(check(0, "doing nothing"));
  try {
    check(2, "taking memory");
    FAIL("it did not throw");
  } catch (const GpuError& error) {
    CHECK(std::string(error.what()) == "taking memory: out of memory (cudaErrorMemoryAllocation)");
  }
}

TEST_CASE("on a GPU the loops over memory do all of their work") {
  const auto facts = first_gpu();
  if (!facts) return;
  const Stream stream;
  // No multiple of what a round of all threads takes, so that the tail counts, too.
  const std::int64_t count = 4 * (std::int64_t{threads_of(facts->multiprocessors)} * 5 + 1237);
  const std::int64_t bytes = count * static_cast<std::int64_t>(sizeof(float));
  const DeviceMemory a(bytes);
  const DeviceMemory b(bytes);
  const DeviceMemory c(bytes);
  const DeviceMemory sums(std::int64_t{threads_of(facts->multiprocessors)} * static_cast<std::int64_t>(sizeof(float)));
  for (const DeviceMemory* memory : {&a, &b, &c, &sums}) set_bytes(memory->get(), 0xFF, memory->bytes(), stream.get());
  launch_write(a.as<float>(), count, 1, facts->multiprocessors, stream.get());
  launch_read(a.as<float>(), count, sums.as<float>(), facts->multiprocessors, stream.get());
  CHECK(sum_of(to_host(sums, stream)) == static_cast<double>(count));
  fill_normal(Element::f32, b.get(), count, 1, stream.get());
  fill_normal(Element::f32, c.get(), count, 2, stream.get());
  launch_triad(a.as<float>(), b.as<float>(), c.as<float>(), 2, count, facts->multiprocessors, stream.get());
  const std::vector<float> host_a = to_host(a, stream);
  const std::vector<float> host_b = to_host(b, stream);
  const std::vector<float> host_c = to_host(c, stream);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < host_a.size(); ++i) wrong += !(host_a[i] == host_b[i] + 2 * host_c[i]);  // 2 c is exact
  CHECK(wrong == 0);
}

TEST_CASE("on a GPU random numbers are of a normal distribution and those of the seed") {
  const auto facts = first_gpu();
  if (!facts) return;
  const Stream stream;
  constexpr std::int64_t kCount = 1'000'000;
  const DeviceMemory memory(kCount * 4);
  const DeviceMemory other(kCount * 4);
  fill_normal(Element::f32, memory.get(), kCount, 7, stream.get());
  fill_normal(Element::f32, other.get(), kCount, 8, stream.get());
  const std::vector<float> values = to_host(memory, stream);
  CHECK(values != to_host(other, stream));
  fill_normal(Element::f32, other.get(), kCount, 7, stream.get());
  CHECK(values == to_host(other, stream));
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  CHECK(sum_of(values) / kCount == doctest::Approx(0).epsilon(0.005));  // five standard errors
  CHECK(squares / kCount == doctest::Approx(1).epsilon(0.01));          // seven
}

TEST_CASE("on a GPU a gate holds the work back until it is opened, and opens by itself at its limit") {
  const auto facts = first_gpu();
  if (!facts) return;
  const Stream stream;
  const DeviceMemory memory(4);
  const PinnedMemory seen(4);
  int value = 0;
  const auto read = [&] {
    std::memcpy(&value, seen.get(), sizeof value);
    return value;
  };
  set_bytes(memory.get(), 1, 4, stream.get());
  std::memset(seen.get(), 0, 4);
  launch_nothing(stream.get());
  stream.synchronize();
  Gate gate;
  gate.shut(stream.get());
  copy(seen.get(), memory.get(), 4, stream.get());
  CHECK(read() == 0);
  gate.open();
  stream.synchronize();
  CHECK(read() == 0x01010101);
  CHECK_FALSE(gate.timed_out());
  gate.shut(stream.get(), std::chrono::milliseconds(1));
  stream.synchronize();
  CHECK(gate.timed_out());
  gate.shut(stream.get());
  gate.open();
  stream.synchronize();
  CHECK_FALSE(gate.timed_out());
}

TEST_CASE("on a GPU isolated work has a time, and a gate that timed out is no time of it") {
  const auto facts = first_gpu();
  if (!facts) return;
  const Stream stream;
  const DeviceMemory memory(64 * kMiB);
  IsolatedTimer timer(facts->l2_bytes);
  const auto set = [&](cudaStream_t on) { set_bytes(memory.get(), 0, memory.bytes(), on); };
  set(stream.get());
  const IsolatedTime time = timer.time(stream, set);
  CHECK(time.valid);
  CHECK(time.device_ns > 0);
  CHECK(time.enqueue_ns > 0);
  CHECK_FALSE(timer.time(stream, [&](cudaStream_t) { stream.synchronize(); }).valid);
  CHECK_THROWS_AS(timer.time(stream, [](cudaStream_t) { throw GpuError("on purpose"); }), GpuError);
  CHECK(timer.time(stream, set).valid);
}

TEST_CASE("on a GPU matrix products of every type that it has are right") {
  const auto facts = first_gpu();
  if (!facts) return;
  const Stream stream;
  for (const ProductType type : kProductTypes) {
    CAPTURE(name_of(type));
    try {
      MatrixProduct product(type, *facts, stream);
      CHECK_THROWS_AS(product.check_result(), GpuError);  // before there is one
      product.queue();
      CHECK_NOTHROW(product.check_result());
    } catch (const GpuError& error) {
      MESSAGE(name_of(type), ": ", error.what());
      CHECK(std::string(error.what()).starts_with("not supported"));
    }
  }
}
