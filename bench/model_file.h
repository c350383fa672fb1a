// The model file as seen from outside, before any worker is started: is it there, what is it by its first bytes; and
// what a report says of the model once the pilot has described it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/resolve_inputs.h"
#include "bench/world.h"
#include "bench/zip_archive.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct ModelFile {
  std::string path;  // absolute
  std::int64_t bytes = 0;
  std::vector<ZipMember> members = {};  // empty where the archive has no readable directory
};

// Errors (bad_input): missing, a folder, empty, unreadable, not a zip archive (text, a legacy pickle). What is inside
// the archive, its format too, is the worker's to judge: names mislead, torch.export.save writes a .pt2 as well.
Result<ModelFile> look_at_model_file(const std::string& path);

// Error (usage): a compiled package, which runs on the CPU it was compiled for, and a GPU. Asked before anything is
// started.
Status suits_device(const ModelFile& file, const Options& options);

// Error (bad_input): a member's bytes do not have its checksum. Reads the whole file.
Status check_undamaged(const ModelFile& file);

World make_world(const Options& options, const ModelFile& file, Launch launch);

// Files the worker has mapped that an all-cold start must find out of the page cache: not those that mlplan itself, or
// every process, keeps in use.
std::vector<std::string> files_of_the_worker(const std::vector<std::string>& mapped, const World& world);

// All but the SHA-256.
ModelInfo model_info(const World& world, const Pilot& pilot);

}  // namespace mlplan::bench
