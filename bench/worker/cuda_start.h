// From a process without CUDA to one with a context on a device and a libtorch that knows: driver, libraries, context,
// libtorch's own part, each a phase of the cold start. No torch headers.
//
// Comes before anything that asks libtorch about CUDA: the first answer is kept for the life of the process, and before
// libtorch_cuda is loaded it is no.
#pragma once

#include <optional>
#include <string>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// The N of "cuda:N", 0 for "cuda"; nullopt for "cpu". Throws Failure "device" for anything else.
std::optional<int> cuda_device_of(const std::string& device);

// Fills cuda_driver, cuda_libraries, cuda_context and torch_cuda_init. Throws Failure "cuda", which says what is
// missing and what to do about it, or "device_memory" where a context does not fit.
void start_cuda(int device, ColdStartStamps& stamps);

// After start_cuda: fills device, device_pci_bus_id and cuda_module_loading.
void describe_cuda_device(int device, BuildFacts& build);

}  // namespace mlplan::worker
