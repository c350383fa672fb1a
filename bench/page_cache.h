// The page cache, made and proven: which share of a file is resident, taking it out, bringing it in.
//
// mincore decides (cachestat answers 0 on overlayfs). Since Linux 5.2 mincore tells the truth only to the owner of a
// file or to one who may write it, and answers "all resident" to others; can_see says whether it can be believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan::bench {

struct Residency {
  std::int64_t bytes = 0;     // of the file
  std::int64_t resident = 0;  // bytes of it in the page cache, whole pages, never more than `bytes`
  double share() const { return bytes == 0 ? 1.0 : static_cast<double>(resident) / static_cast<double>(bytes); }
};

Result<Residency> residency(const std::string& path);
Result<Residency> residency(const std::vector<std::string>& paths);  // summed
bool can_see_residency(const std::string& path);

// fsync, then POSIX_FADV_DONTNEED. Pages that somebody has mapped or that are being written stay.
Status evict(const std::string& path);
// Reads what is not resident, once; nothing when all is.
Status make_resident(const std::string& path);

// "ext4", "overlay", "tmpfs", "xfs", "btrfs", "nfs", ... or "0x..." for one not known by name.
std::string file_system(const std::string& path);
// False on file systems that live in memory (tmpfs, ramfs, hugetlbfs): they have no cold state.
bool has_storage(const std::string& file_system_name);

}  // namespace mlplan::bench
