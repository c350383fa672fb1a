#include "kernels/gpu/pci_link.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"

using namespace mlplan::gpu;

TEST_CASE("a link carries what its generation and width allow, less its encoding") {
  CHECK(link_of("2.5 GT/s PCIe", "16")->bytes_per_s == doctest::Approx(4e9));
  CHECK(link_of("5.0 GT/s PCIe", "8")->bytes_per_s == doctest::Approx(4e9));
  CHECK(link_of("8.0 GT/s PCIe", "16")->bytes_per_s == doctest::Approx(15.75e9).epsilon(0.001));
  CHECK(link_of("16.0 GT/s PCIe", "16")->bytes_per_s == doctest::Approx(31.5e9).epsilon(0.001));
  CHECK(link_of("32.0 GT/s PCIe", "16")->bytes_per_s == doctest::Approx(63e9).epsilon(0.001));
  CHECK(link_of("8 GT/s", "4")->text == "PCIe 8 GT/s x4");
}

TEST_CASE("what makes no sense is no link") {
  CHECK_FALSE(link_of("Unknown", "16"));
  CHECK_FALSE(link_of("Unknown speed", "0"));
  CHECK_FALSE(link_of("16.0 GT/s PCIe", "0"));
  CHECK_FALSE(link_of("16.0 GT/s PCIe", "255"));
  CHECK_FALSE(link_of("16.0", "16"));
  CHECK_FALSE(link_of("", ""));
}

TEST_CASE("the link of a device is read where the kernel shows it") {
  const mlplan::tests::TemporaryFolder devices;
  const std::string device = devices.path() + "/0000:1b:00.0";
  CHECK_FALSE(current_link("0000:1b:00.0", devices.path()));
  std::filesystem::create_directory(device);
  std::ofstream(device + "/current_link_speed") << "16.0 GT/s PCIe\n";
  CHECK_FALSE(current_link("0000:1b:00.0", devices.path()));
  std::ofstream(device + "/current_link_width") << "8\n";
  const auto link = current_link("0000:1b:00.0", devices.path());
  REQUIRE(link);
  CHECK(link->text == "PCIe 16.0 GT/s x8");
  CHECK(link->bytes_per_s == doctest::Approx(15.75e9).epsilon(0.001));
}
