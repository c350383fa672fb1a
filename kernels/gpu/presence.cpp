#include "kernels/gpu/presence.h"

#include <dlfcn.h>
#include <unistd.h>

#include <initializer_list>

namespace mlplan::gpu {

bool is_there_a_sign_of_a_gpu() {
  for (const char* file : {"/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg"}) {  // the last: Windows' Linux subsystem
    if (::access(file, F_OK) == 0) return true;
  }
  void* const library = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return false;
  ::dlclose(library);
  return true;
}

}  // namespace mlplan::gpu
