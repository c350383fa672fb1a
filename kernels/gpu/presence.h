// Whether there is any sign of an NVIDIA GPU on this machine, without asking its driver.
#pragma once

namespace mlplan::gpu {

// A device file of the driver or its library.
bool is_there_a_sign_of_a_gpu();

}  // namespace mlplan::gpu
