// A report's figures beside what `mlplan probe` found to be the limits of the machine that both are of.
//
//   process_start, cuda_driver, cuda_context   the machine's time / the phase's
//   file_read         bytes of the file / the phase's time, over the machine's rate of reading from storage (cold) or
//                     from the page cache by one thread (warm)
//   copy_to_device    bytes copied / the phase's time, over the link's rate from pinned and from pageable memory
//   steady            bytes of the weights x inferences per second, over the rate of reading memory by as many threads
//                     as all workers have, or of the GPU's own: what would be moved if each inference read all weights
//                     once from memory. It is no lower bound where a model looks up a part of them.
//
// Medians of the report over the best of the probe. Nothing is said of arithmetic: no report knows a model's
// operations. Pure; what is not compared is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiles/machine_profile.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

struct ProfileInUse {
  std::string path = {};
  MachineProfile profile = {};
  bool same_storage = true;                      // whether the probe read the file system that the model lies on
  std::optional<std::int64_t> cache_bytes = {};  // of the CPU's last level; absent: not known
};

// Of the profile in that file for a run of this model on this machine. bad_input: of another machine.
Result<ProfileInUse> open_profile_of_this_machine(const std::string& path, const std::string& model_path);

BesideMachine beside_machine(const Report& report, const ProfileInUse& machine);

}  // namespace mlplan::bench
