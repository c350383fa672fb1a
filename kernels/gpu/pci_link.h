// The PCI Express link of a device as the kernel shows it. A link trains down when idle: look while bytes move. In a
// virtual machine it may be the hypervisor's invention.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mlplan::gpu {

struct PciLink {
  double bytes_per_s = 0;  // each way, after the line's encoding and before packets
  std::string text;        // "PCIe 32 GT/s x16"
};

// Of what /sys says: "32.0 GT/s PCIe" and "16". None where it makes no sense ("Unknown").
std::optional<PciLink> link_of(std::string_view speed, std::string_view width);
// `bus_id`: "0000:1b:00.0".
std::optional<PciLink> current_link(const std::string& bus_id, const std::string& devices = "/sys/bus/pci/devices");

}  // namespace mlplan::gpu
