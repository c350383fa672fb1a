// What the data sheets of cards promise. Dense rates: sheets print those of tensor cores with 2:4 sparsity, twice as
// much.
//
// Sources: NVIDIA's data sheets of H100 (SXM), H200, A100, L4 and T4; of the A10G, for which NVIDIA has none, what AWS
// says of its G5 instances.
#pragma once

#include <optional>
#include <string_view>

namespace mlplan::gpu {

struct DataSheet {
  std::string_view name;  // as the driver says it, without the brand
  double memory_bytes_per_s = 0;
  // flop/s; 0: the card has no such units, or the sheet does not say.
  double f32 = 0;  // without tensor cores
  double tf32 = 0, f16 = 0, bf16 = 0, f8 = 0, i8 = 0;
};

// Of "NVIDIA H200" or "Tesla T4". Only where the whole name agrees: an H100 PCIe is no H100 SXM, and a MIG slice no
// card.
std::optional<DataSheet> data_sheet_of(std::string_view device_name);
// flop/s by the name of the type: "bf16".
std::optional<double> promised_flop_per_s(const DataSheet& sheet, std::string_view dtype);

}  // namespace mlplan::gpu
