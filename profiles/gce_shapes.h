// What the name of a Google Compute Engine machine type says: n2-standard-8 has 8 vCPUs and 32 GiB. Price lists of GCE
// give names only. Source: Google's pages on machine families (cloud.google.com/compute/docs/machine-resource); types
// whose shape does not follow from their name are left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mlplan {

struct GceShape {
  std::int64_t vcpus = 0;
  std::int64_t memory_bytes = 0;
  const char* architecture = "x86_64";
  const char* gpu = "";  // "L4", "A100"
  std::int64_t gpu_count = 0;
  std::int64_t gpu_memory_bytes = 0;  // of one
};

std::optional<GceShape> gce_shape(std::string_view machine_type);

}  // namespace mlplan
