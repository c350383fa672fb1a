// From argv to an exit code: finds the command, runs it, and prints its error in one shape.
#pragma once

namespace mlplan::cli {

int run(int argc, char** argv);

}  // namespace mlplan::cli
