#include "profiles/gce_shapes.h"

#include <array>
#include <charconv>
#include <cmath>

namespace mlplan {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;

// Memory in proportion to the vCPUs.
struct Family {
  std::string_view prefix;  // up to the last dash
  double gib_per_vcpu;
};

constexpr std::array kFamilies = {
    Family{"n1-standard", 3.75}, Family{"n1-highmem", 6.5}, Family{"n1-highcpu", 0.9}, Family{"n2-standard", 4},
    Family{"n2-highmem", 8},     Family{"n2-highcpu", 1},   Family{"n2d-standard", 4}, Family{"n2d-highmem", 8},
    Family{"n2d-highcpu", 1},    Family{"e2-standard", 4},  Family{"e2-highmem", 8},   Family{"e2-highcpu", 1},
    Family{"c2-standard", 4},    Family{"c2d-standard", 4}, Family{"c2d-highmem", 8},  Family{"c2d-highcpu", 2},
    Family{"c3-standard", 4},    Family{"c3-highmem", 8},   Family{"c3-highcpu", 2},   Family{"c3d-standard", 4},
    Family{"c3d-highmem", 8},    Family{"t2d-standard", 4},
};

// One by one: memory is not in proportion, or the number in the name counts GPUs.
struct Type {
  std::string_view name;
  std::int64_t vcpus;
  double gib;
  const char* gpu = "";
  std::int64_t gpu_count = 0;
  double gpu_gib = 0;
};

constexpr std::array kTypes = {
    Type{"n2-highmem-128", 128, 864},
    Type{"c3d-highcpu-4", 4, 8},
    Type{"c3d-highcpu-8", 8, 16},
    Type{"c3d-highcpu-16", 16, 32},
    Type{"c3d-highcpu-30", 30, 59},
    Type{"c3d-highcpu-60", 60, 118},
    Type{"c3d-highcpu-90", 90, 177},
    Type{"c3d-highcpu-180", 180, 354},
    Type{"c3d-highcpu-360", 360, 708},
    Type{"g2-standard-4", 4, 16, "L4", 1, 24},
    Type{"g2-standard-8", 8, 32, "L4", 1, 24},
    Type{"g2-standard-12", 12, 48, "L4", 1, 24},
    Type{"g2-standard-16", 16, 64, "L4", 1, 24},
    Type{"g2-standard-24", 24, 96, "L4", 2, 24},
    Type{"g2-standard-32", 32, 128, "L4", 1, 24},
    Type{"g2-standard-48", 48, 192, "L4", 4, 24},
    Type{"g2-standard-96", 96, 384, "L4", 8, 24},
    Type{"a2-highgpu-1g", 12, 85, "A100", 1, 40},
    Type{"a2-highgpu-2g", 24, 170, "A100", 2, 40},
    Type{"a2-highgpu-4g", 48, 340, "A100", 4, 40},
    Type{"a2-highgpu-8g", 96, 680, "A100", 8, 40},
    Type{"a2-megagpu-16g", 96, 1360, "A100", 16, 40},
    Type{"a2-ultragpu-1g", 12, 170, "A100", 1, 80},
    Type{"a2-ultragpu-2g", 24, 340, "A100", 2, 80},
    Type{"a2-ultragpu-4g", 48, 680, "A100", 4, 80},
    Type{"a2-ultragpu-8g", 96, 1360, "A100", 8, 80},
};

std::int64_t bytes(double gib) { return std::llround(gib * kGib); }

}  // namespace

std::optional<GceShape> gce_shape(std::string_view machine_type) {
  for (const Type& type : kTypes) {
    if (type.name != machine_type) continue;
    return GceShape{type.vcpus, bytes(type.gib), "x86_64", type.gpu, type.gpu_count, bytes(type.gpu_gib)};
  }
  const std::size_t dash = machine_type.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = machine_type.substr(dash + 1);
  std::int64_t vcpus = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), vcpus);
  if (error != std::errc() || end != digits.data() + digits.size() || vcpus < 1 || vcpus > 1024) return std::nullopt;
  for (const Family& family : kFamilies) {
    if (machine_type.substr(0, dash) == family.prefix)
      return GceShape{vcpus, bytes(family.gib_per_vcpu * static_cast<double>(vcpus))};
  }
  return std::nullopt;
}

}  // namespace mlplan
