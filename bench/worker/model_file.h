// What a file holds, found out by its first bytes and its list of records, never by reading all of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

std::vector<FileRecord> records_of(const std::string& path);  // largest first; throws what libtorch's reader throws

// "torchscript" or "aotinductor"; throws Failure "model_file" that says what the file is instead.
std::string format_of(const std::string& path);

// Why a load of this file as `format` cannot work; nullopt when nothing is wrong with its outside.
std::optional<WorkerFailure> why_not_a_model(const std::string& path, const std::string& format);

}  // namespace mlplan::worker
