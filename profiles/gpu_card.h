// The GPU that a report was measured on, beside the GPUs of a catalog: whether a type has the same one.
//
// A catalog says "A100" and 80 GiB, a driver "NVIDIA A100-SXM4-80GB". They are the same where the names agree without
// the brand, or where the driver's begins with the catalog's and names its memory. A slice of a card (MIG) is neither.
#pragma once

#include <string>
#include <string_view>

#include "profiles/catalog.h"
#include "profiles/machine_profile.h"
#include "profiles/report.h"

namespace mlplan {

bool is_on_gpu(const Report& report);

// As the driver names it; empty where the report does not say.
std::string gpu_name_of(const Report& report);

// Whether the catalog's card is the one that a driver names. Cards of one name for another slot (SXM, PCIe) count as
// the same: a catalog does not tell them apart.
bool is_same_card(const Gpu& gpu, std::string_view driver_name);

// The profile's figures of the card that a driver names, or of its first where `driver_name` is empty; null: it has
// none.
const GpuProfile* gpu_named(const MachineProfile& profile, std::string_view driver_name);

}  // namespace mlplan
