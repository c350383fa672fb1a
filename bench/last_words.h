// How a process ended, in words: what it printed last, and its exit code or signal.
#pragma once

#include <string>

namespace mlplan::bench {

// The end of what it printed: at most 3 lines and 600 characters, control characters as spaces.
std::string last_words(std::string printed);

// "was ended by signal 9 (SIGKILL)", "ended by itself with exit code 1". status: as from waitpid.
std::string describe_death(int status);

}  // namespace mlplan::bench
