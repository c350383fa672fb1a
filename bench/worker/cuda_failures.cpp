#include "bench/worker/cuda_failures.h"

namespace mlplan::worker {

Failure cuda_failure(const gpu::CudaAbsence& absence) { return {"cuda", absence.what, absence.hint}; }

Failure libraries_failure(const std::string& folder, bool is_there, const std::string& reason,
                          const std::string& libtorch) {
  if (!is_there) {
    return {
        "cuda", "libtorch is here without its CUDA part: there is no libtorch_cuda.so in " + folder,
        "point --torch-lib or MLPLAN_TORCH_LIB at the folder torch/lib of a whole CUDA build of libtorch " + libtorch};
  }
  return {"cuda", "libtorch_cuda.so cannot be loaded: " + reason,
          "install NVIDIA's packages that belong to this libtorch (pip install torch brings them), or name the folder "
          "of that library with --env LD_LIBRARY_PATH=DIR"};
}

}  // namespace mlplan::worker
