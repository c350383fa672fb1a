#include "kernels/gpu/cublas_lt.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

namespace {

constexpr const char* kLibrary = "libcublasLt.so.13";
// Where the CUDA Toolkit is installed, as the loader need not know that folder.
constexpr const char* kToolkitLibrary = "/usr/local/cuda/lib64/libcublasLt.so.13";

// What would make an f32 product another one than was asked for.
constexpr const char* kVariables[] = {"NVIDIA_TF32_OVERRIDE", "CUBLAS_EMULATE_SINGLE_PRECISION"};

template <class Function>
void find(void* library, Function& function, const char* name) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw GpuError(std::string(kLibrary) + " has no " + name);
}

CublasLt opened() {
  for (const char* variable : kVariables) ::unsetenv(variable);
  void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const said = ::dlerror();
    const std::string why = said != nullptr ? said : kLibrary;
    library = ::dlopen(kToolkitLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      throw GpuError("no cuBLASLt: " + why +
                     "; install cuBLAS 13, or name its folder in LD_LIBRARY_PATH (Python's nvidia-cublas has it, too)");
    }
  }
  CublasLt out;
  find(library, out.create, "cublasLtCreate");
  find(library, out.destroy, "cublasLtDestroy");
  find(library, out.status_name, "cublasLtGetStatusName");
  find(library, out.matmul, "cublasLtMatmul");
  find(library, out.heuristic, "cublasLtMatmulAlgoGetHeuristic");
  find(library, out.desc_create, "cublasLtMatmulDescCreate");
  find(library, out.desc_destroy, "cublasLtMatmulDescDestroy");
  find(library, out.desc_set, "cublasLtMatmulDescSetAttribute");
  find(library, out.preference_create, "cublasLtMatmulPreferenceCreate");
  find(library, out.preference_destroy, "cublasLtMatmulPreferenceDestroy");
  find(library, out.preference_set, "cublasLtMatmulPreferenceSetAttribute");
  find(library, out.layout_create, "cublasLtMatrixLayoutCreate");
  find(library, out.layout_destroy, "cublasLtMatrixLayoutDestroy");
  return out;
}

}  // namespace

void CublasLt::check(cublasStatus_t status, const char* doing) const {
  if (status != CUBLAS_STATUS_SUCCESS) throw GpuError(std::string(doing) + ": " + status_name(status));
}

const CublasLt& cublas_lt() {
  static const CublasLt library = opened();
  return library;
}

}  // namespace mlplan::gpu
