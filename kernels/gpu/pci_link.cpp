#include "kernels/gpu/pci_link.h"

#include <charconv>

#include "kernels/line_of.h"

namespace mlplan::gpu {

namespace {

double number_before(std::string_view text, std::string_view end) {
  double value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(stopped, static_cast<std::size_t>(text.data() + text.size() - stopped));
  return error == std::errc() && rest.starts_with(end) ? value : 0;
}

// The share of the bits that is data: 8b/10b, 128b/130b, and the flits of the sixth generation.
double data_share(double gigatransfers) {
  if (gigatransfers <= 5) return 8.0 / 10;
  if (gigatransfers <= 32) return 128.0 / 130;
  return 236.0 / 256;
}

}  // namespace

std::optional<PciLink> link_of(std::string_view speed, std::string_view width) {
  const double gigatransfers = number_before(speed, " GT/s");
  const double lanes = number_before(width, "");
  if (gigatransfers < 1 || lanes < 1 || lanes > 32) return std::nullopt;
  std::string text = "PCIe " + std::string(speed.substr(0, speed.find(' '))) + " GT/s x" + std::string(width);
  return PciLink{gigatransfers * 1e9 * lanes / 8 * data_share(gigatransfers), std::move(text)};
}

std::optional<PciLink> current_link(const std::string& bus_id, const std::string& devices) {
  const std::string folder = devices + "/" + bus_id + "/";
  return link_of(kernels::line_of(folder + "current_link_speed"), kernels::line_of(folder + "current_link_width"));
}

}  // namespace mlplan::gpu
