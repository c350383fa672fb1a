// Readers of flag values that several commands share. Errors say what was expected; Flags adds the flag.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "cli/flags.h"

namespace mlplan::cli {

Flags::Reader read_text(std::string& target);    // not empty
Flags::Reader read_count(std::int64_t& target);  // a whole number from 1
Flags::Reader read_seed(std::uint64_t& target);
Flags::Reader read_duration(std::chrono::nanoseconds& target);  // above 0
Flags::Reader read_choice(std::string& target, std::vector<std::string> choices);
Flags::Reader read_colour();  // checked only: cli/application.cpp has used it

}  // namespace mlplan::cli
