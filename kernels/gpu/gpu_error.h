// What went wrong on a GPU, in a sentence for the user. After some errors (an illegal address, a card that fell off the
// bus) nothing works any more in this process: every later call fails with the same one.
#pragma once

#include <stdexcept>
#include <string>

namespace mlplan::gpu {

class GpuError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws GpuError where `error`, a cudaError_t, is not cudaSuccess. `doing` begins the message: "copying to the
// device".
void check(int error, const std::string& doing);

}  // namespace mlplan::gpu
