#include "kernels/gpu/data_sheet.h"

#include <doctest/doctest.h>

using namespace mlplan::gpu;

TEST_CASE("a card's data sheet is found by the name that the driver gives it") {
  CHECK(data_sheet_of("NVIDIA H200")->memory_bytes_per_s == 4800e9);
  CHECK(data_sheet_of("NVIDIA H100 80GB HBM3")->memory_bytes_per_s == 3350e9);
  CHECK(data_sheet_of("NVIDIA A100-SXM4-80GB")->memory_bytes_per_s == 2039e9);
  CHECK(data_sheet_of("NVIDIA L4")->memory_bytes_per_s == 300e9);
  CHECK(data_sheet_of("NVIDIA A10G")->memory_bytes_per_s == 600e9);
  CHECK(data_sheet_of("Tesla T4")->memory_bytes_per_s == 320e9);
}

TEST_CASE("another card of a similar name has no data sheet here, nor has a slice of one") {
  for (const char* name : {"", "NVIDIA ", "NVIDIA L40", "NVIDIA L40S", "NVIDIA H100 PCIe", "NVIDIA H100 NVL",
                           "NVIDIA A10", "NVIDIA H200 NVL", "NVIDIA A100-SXM4-80GB MIG 1g.10gb", "NVIDIA T400"}) {
    CAPTURE(name);
    CHECK_FALSE(data_sheet_of(name));
  }
}

TEST_CASE("promised rates are those without sparsity, and none where a card has no such units") {
  const DataSheet h100 = data_sheet_of("NVIDIA H100 80GB HBM3").value();
  CHECK(promised_flop_per_s(h100, "f32") == 67e12);
  CHECK(promised_flop_per_s(h100, "tf32") == 495e12);
  CHECK(promised_flop_per_s(h100, "bf16") == 989e12);
  CHECK(promised_flop_per_s(h100, "f16") == 989e12);
  CHECK(promised_flop_per_s(h100, "f8") == 1979e12);
  CHECK(promised_flop_per_s(h100, "i8") == 1979e12);
  CHECK_FALSE(promised_flop_per_s(h100, "f64"));
  const DataSheet t4 = data_sheet_of("Tesla T4").value();
  CHECK(promised_flop_per_s(t4, "f16") == 65e12);
  for (const char* dtype : {"tf32", "bf16", "f8"}) CHECK_FALSE(promised_flop_per_s(t4, dtype));
}
