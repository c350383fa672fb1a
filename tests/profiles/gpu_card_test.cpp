#include "profiles/gpu_card.h"

#include <doctest/doctest.h>

using namespace mlplan;

namespace {

Gpu card(const char* name, std::int64_t gib) { return {name, 1, gib << 30, "a test"}; }

}  // namespace

TEST_CASE("a report from a GPU says which, as the driver names it") {
  Report report;
  report.mlplan.device = "cuda:0";
  report.mlplan.libtorch_build = "CUDA 13.0 build; AVX512; OpenMP; NVIDIA L4, driver for CUDA 13.0";
  CHECK(is_on_gpu(report));
  CHECK(gpu_name_of(report) == "NVIDIA L4");
  report.mlplan.libtorch_build = "CUDA 13.0 build; a GPU that is not there";
  CHECK(gpu_name_of(report) == "a GPU that is not there");
  report.mlplan.libtorch_build = "CUDA 13.0 build";
  CHECK(gpu_name_of(report).empty());
  Report on_cpu;
  CHECK_FALSE(is_on_gpu(on_cpu));
  on_cpu.mlplan.libtorch_build = "CUDA 13.0 build; AVX512; OpenMP";
  CHECK(gpu_name_of(on_cpu).empty());
}

TEST_CASE("the catalog's card is the driver's by its whole name, or by its beginning and its memory") {
  CHECK(is_same_card(card("T4", 16), "Tesla T4"));
  CHECK(is_same_card(card("A10G", 24), "NVIDIA A10G"));
  CHECK(is_same_card(card("A100", 40), "NVIDIA A100-SXM4-40GB"));
  CHECK(is_same_card(card("A100", 80), "NVIDIA A100 80GB PCIe"));
  CHECK(is_same_card(card("H100", 80), "NVIDIA H100 80GB HBM3"));
  CHECK(is_same_card(card("H100 NVL", 94), "NVIDIA H100 NVL"));
  CHECK(is_same_card(card("V100", 32), "Tesla V100-SXM2-32GB"));

  CHECK_FALSE(is_same_card(card("A100", 80), "NVIDIA A100-SXM4-40GB"));
  CHECK_FALSE(is_same_card(card("H100", 80), "NVIDIA H100 NVL"));
  CHECK_FALSE(is_same_card(card("L4", 24), "NVIDIA L40S"));
  CHECK_FALSE(is_same_card(card("T4", 16), "NVIDIA T4G"));
  CHECK_FALSE(is_same_card(card("A10", 24), "NVIDIA A10G"));
  CHECK_FALSE(is_same_card(card("A100", 40), "NVIDIA A100-SXM4-40GB MIG 3g.20gb"));
  CHECK_FALSE(is_same_card(card("H200", 141), ""));
  CHECK_FALSE(is_same_card({}, "NVIDIA L4"));
}
