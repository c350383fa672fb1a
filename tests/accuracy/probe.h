// mlplan probe held against a bare STREAM-like program and against dd.
#pragma once

#include <string>

namespace mlplan::accuracy {

// `stream`: the program. `folder`: where the file that dd reads lies. In turns, `rounds` of each, the best of each.
void print_probe(const std::string& stream, const std::string& folder, int rounds);

}  // namespace mlplan::accuracy
