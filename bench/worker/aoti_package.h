// An AOTInductor package (.pt2): a zip archive with a compiled model under data/aotinductor/NAME/, which the dynamic
// linker can only load from a file of its own.
#pragma once

#include <string>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

struct UnpackedPackage {
  std::string library;       // the compiled model, FOLDER/....so
  std::string weights_blob;  // weights kept beside it; empty when they are inside
};

// Writes the model's records, and the constants that belong to it, flat into the existing `folder`, as libtorch's own
// loader lays them out. Throws Failure: not a package for this CPU, sources only, no space.
UnpackedPackage unpack_package(const std::string& path, const std::string& folder);

}  // namespace mlplan::worker
