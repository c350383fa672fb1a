// Files written whole or not at all: temporary file in the same folder, fsync, rename. A pipe, a device or /dev/stdout
// is written to and never renamed over; "-" is standard output.
#pragma once

#include <string>
#include <string_view>

#include "profiles/support/result.h"

namespace mlplan {

// Fails with ErrorKind::io (no space, no permission, no such folder); the old file, if any, is then untouched.
Status write_file(const std::string& path, std::string_view content);

// Tells before a long measurement whether write_file(path) can work: the folder exists and can be written.
Status check_writable(const std::string& path);

// Whole file into memory; refuses more than max_bytes. ErrorKind::bad_input with the path in `where`.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes = std::size_t{1} << 30);

}  // namespace mlplan
