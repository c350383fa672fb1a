#include "kernels/gpu/data_sheet.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace mlplan::gpu {

namespace {

constexpr double kGB = 1e9;
constexpr double kTera = 1e12;

constexpr DataSheet sheet(std::string_view name, double memory_gb_per_s, double f32, double tf32, double f16,
                          double bf16, double f8, double i8) {
  return {name, memory_gb_per_s * kGB, f32 * kTera, tf32 * kTera, f16 * kTera, bf16 * kTera, f8 * kTera, i8 * kTera};
}

constexpr DataSheet kSheets[] = {
    // name, memory, f32, tf32, f16, bf16, f8, i8
    sheet("H100 80GB HBM3", 3350, 67, 495, 989, 989, 1979, 1979),
    sheet("H200", 4800, 67, 495, 989, 989, 1979, 1979),
    sheet("A100-SXM4-80GB", 2039, 19.5, 156, 312, 312, 0, 624),
    sheet("A100-SXM4-40GB", 1555, 19.5, 156, 312, 312, 0, 624),
    sheet("L4", 300, 30, 60, 121, 121, 242, 242),
    sheet("A10G", 600, 35, 35, 70, 70, 0, 140),
    sheet("T4", 320, 8.1, 0, 65, 0, 0, 130),
};

}  // namespace

std::optional<DataSheet> data_sheet_of(std::string_view device_name) {
  for (const std::string_view brand : {"NVIDIA ", "Tesla "}) {
    if (device_name.starts_with(brand)) device_name.remove_prefix(brand.size());
  }
  const auto* const found = std::ranges::find(kSheets, device_name, &DataSheet::name);
  return found != std::end(kSheets) ? std::optional(*found) : std::nullopt;
}

std::optional<double> promised_flop_per_s(const DataSheet& sheet, std::string_view dtype) {
  const double rate = dtype == "f32"    ? sheet.f32
                      : dtype == "tf32" ? sheet.tf32
                      : dtype == "f16"  ? sheet.f16
                      : dtype == "bf16" ? sheet.bf16
                      : dtype == "f8"   ? sheet.f8
                      : dtype == "i8"   ? sheet.i8
                                        : 0;
  return rate > 0 ? std::optional(rate) : std::nullopt;
}

}  // namespace mlplan::gpu
