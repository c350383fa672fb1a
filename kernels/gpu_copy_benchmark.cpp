// Copies between the host's memory and the GPU's: from page-locked memory by the card alone, from pageable memory with
// the driver's help, as frameworks load weights.
#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/gpu/event.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu/pci_link.h"
#include "kernels/gpu_benchmarks.h"
#include "kernels/numa_nodes.h"
#include "kernels/on_cpus.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

constexpr std::int64_t kBytes = std::int64_t{256} << 20;
constexpr int kSamples = 6;
constexpr int kSamplesForALimit = 3;
constexpr double kBeyondBelief = 1.05;  // a copy this much faster than a link did not go through it

enum class Direction { to_device, to_host };

// Page-locked memory on every NUMA node, the first of them also on this thread's where the system has but one.
std::vector<gpu::PinnedMemory> pinned_on_every_node() {
  std::vector<gpu::PinnedMemory> out;
  for (const std::vector<int>& cpus : numa_nodes()) {
    const OnCpus here(cpus);
    out.emplace_back(kBytes);
  }
  return out;
}

struct PinnedCopy {
  gpu::DeviceMemory device{kBytes};
  std::vector<gpu::PinnedMemory> host = pinned_on_every_node();
  gpu::Event begin, end;
  std::size_t next = 0;

  void queue(const Gpu& gpu, Direction direction) {
    void* const memory = host[next++ % host.size()].get();
    if (direction == Direction::to_device) {
      gpu::copy(device.get(), memory, kBytes, gpu.stream.get());
    } else {
      gpu::copy(memory, device.get(), kBytes, gpu.stream.get());
    }
  }
  Sample sample(const Gpu& gpu, Direction direction) {
    begin.record(gpu.stream.get());
    queue(gpu, direction);
    end.record(gpu.stream.get());
    end.wait();
    return {end.ns_since(begin), static_cast<double>(kBytes)};
  }
};

double& best_pinned(Direction direction) {
  static double best[2] = {};
  return best[direction == Direction::to_device ? 0 : 1];
}

Sample remembered(const Sample& sample, Direction direction) {
  best_pinned(direction) = std::max(best_pinned(direction), sample.amount * 1e9 / sample.ns);
  return sample;
}

TakeSample begin_pinned(Gpu& gpu, Direction direction) {
  const auto copy = std::make_shared<PinnedCopy>();
  warm_up(gpu, [&] { copy->queue(gpu, direction); });
  return [&gpu, direction, copy] { return remembered(copy->sample(gpu, direction), direction); };
}

// While bytes move, as an idle link slows down.
const std::optional<gpu::PciLink>& busy_link(Gpu& gpu) {
  static const std::optional<gpu::PciLink> link = [&gpu] {
    PinnedCopy copy;
    warm_up(gpu, [&] { copy.queue(gpu, Direction::to_device); });
    for (int i = 0; i < kSamplesForALimit; ++i) copy.queue(gpu, Direction::to_device);
    std::optional<gpu::PciLink> found = gpu::current_link(gpu.facts.pci_bus_id);
    gpu.stream.synchronize();
    return found;
  }();
  return link;
}

Limit link_limit(Gpu& gpu, Direction direction) {
  const std::optional<gpu::PciLink>& link = busy_link(gpu);
  if (!link) return {{}, "not known: the kernel does not show the link of " + gpu.facts.pci_bus_id};
  if (best_pinned(direction) > kBeyondBelief * link->bytes_per_s)
    return {{}, "not known: the kernel shows " + link->text + ", and the copy was faster than that"};
  return {link->bytes_per_s, link->text + ", each way"};
}

// As libtorch loads a tensor: memory that was touched, one copy, and waiting until it has arrived.
TakeSample begin_pageable(Gpu& gpu, Direction direction) {
  struct PageableCopy {
    gpu::DeviceMemory device{kBytes};
    std::vector<char> host = std::vector<char>(static_cast<std::size_t>(kBytes), 1);
  };
  const auto copy = std::make_shared<PageableCopy>();
  const auto queue = [&gpu, direction, copy] {
    if (direction == Direction::to_device) {
      gpu::copy(copy->device.get(), copy->host.data(), kBytes, gpu.stream.get());
    } else {
      gpu::copy(copy->host.data(), copy->device.get(), kBytes, gpu.stream.get());
    }
  };
  warm_up(gpu, queue);
  return [&gpu, queue] {
    const std::int64_t begin = now_ns();
    queue();
    gpu.stream.synchronize();
    return Sample{static_cast<double>(now_ns() - begin), static_cast<double>(kBytes)};
  };
}

Limit pinned_limit(Gpu& gpu, Direction direction) {
  if (best_pinned(direction) == 0) {
    const TakeSample take = begin_pinned(gpu, direction);
    for (int i = 0; i < kSamplesForALimit; ++i) take();
  }
  return {best_pinned(direction), "the same copy of page-locked memory"};
}

}  // namespace

void add_gpu_copy_benchmarks(const Settings& settings) {
  for (const Direction direction : {Direction::to_device, Direction::to_host}) {
    const std::string where = direction == Direction::to_device ? "to_device" : "to_host";
    add_gpu_benchmark(settings, {where + "_pinned", Figure::bytes_per_s, kSamples,
                                 [direction](Gpu& gpu) { return begin_pinned(gpu, direction); },
                                 [direction](Gpu& gpu) { return link_limit(gpu, direction); }});
    add_gpu_benchmark(settings, {where + "_pageable", Figure::bytes_per_s, kSamples,
                                 [direction](Gpu& gpu) { return begin_pageable(gpu, direction); },
                                 [direction](Gpu& gpu) { return pinned_limit(gpu, direction); }});
  }
}

}  // namespace mlplan::kernels
