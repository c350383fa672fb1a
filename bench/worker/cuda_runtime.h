// The CUDA runtime of this process: a table of its functions, looked up in the libcudart that a CUDA build of
// libtorch_cpu has brought along, so that nothing of CUDA is needed to build mlplan-worker or to run it on a CPU. All
// that the worker does with a GPU by itself goes through the table; libtorch calls the same library.
//
// Failures are CudaError: a std::runtime_error whose text explain() (failure.h) classifies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace mlplan::worker {

// As the runtime's C functions have them; 0 is success. Streams and events are handles of the runtime.
struct CudaRuntime {
  int (*runtime_version)(int* version) = nullptr;  // 13000 is CUDA 13.0
  int (*driver_version)(int* version) = nullptr;   // that the driver supports; 0: there is no driver
  int (*device_pci_bus_id)(char* text, int bytes, int device) = nullptr;
  int (*set_device)(int device) = nullptr;  // from CUDA 12 on it makes the context
  int (*device_synchronize)() = nullptr;
  int (*memory_info)(std::size_t* free, std::size_t* total) = nullptr;  // bytes of the device; makes a context
  int (*get_device)(int* device) = nullptr;
  int (*device_attribute)(int* value, int attribute, int device) = nullptr;
  int (*device_alloc)(void** memory, std::size_t bytes) = nullptr;
  int (*device_free)(void* memory) = nullptr;
  int (*memset_async)(void* memory, int value, std::size_t bytes, void* stream) = nullptr;
  int (*stream_synchronize)(void* stream) = nullptr;
  int (*host_alloc)(void** memory, std::size_t bytes, unsigned flags) = nullptr;
  int (*host_device_pointer)(void** on_device, void* memory, unsigned flags) = nullptr;
  int (*host_free)(void* memory) = nullptr;
  int (*event_create)(void** event, unsigned flags) = nullptr;
  int (*event_record)(void* event, void* stream) = nullptr;
  int (*event_synchronize)(void* event) = nullptr;
  int (*event_elapsed)(float* ms, void* begin, void* end) = nullptr;
  int (*event_destroy)(void* event) = nullptr;
  int (*last_error)() = nullptr;  // forgets it, too
  const char* (*error_name)(int error) = nullptr;
  const char* (*error_text)(int error) = nullptr;
};

// nullopt where `lookup` finds no CUDA runtime: a CPU build. Throws Failure "cuda" where one lacks a function.
std::optional<CudaRuntime> find_cuda_runtime(const std::function<void*(const char* name)>& lookup);

// That of this process, looked up at the first call. Throws Failure "cuda" in a CPU build.
const CudaRuntime& cuda_runtime();

class CudaError : public std::runtime_error {
 public:
  CudaError(const CudaRuntime& cuda, int error, const char* call);
  int error() const { return error_; }

 private:
  int error_;
};

// Throws CudaError unless `error` is success.
void require_success(const CudaRuntime& cuda, int error, const char* call);

// Bytes in use on the current device, by all processes. Makes a context where there is none.
std::int64_t device_memory_in_use(const CudaRuntime& cuda);

// Whether the context still works; after an illegal access or a failed assertion in a kernel nothing does.
bool context_is_alive(const CudaRuntime& cuda);

// Two timing events, to be recorded around work on one stream of the current device. Resolution about 0.5 us.
class DeviceTimer {
 public:
  explicit DeviceTimer(const CudaRuntime& cuda);
  DeviceTimer(const DeviceTimer&) = delete;
  DeviceTimer& operator=(const DeviceTimer&) = delete;
  ~DeviceTimer();

  void begin(void* stream);
  void end(void* stream);
  std::int64_t wait_ns();  // until the work is done; from begin to end on the device

 private:
  const CudaRuntime& cuda_;
  void* begin_ = nullptr;
  void* end_ = nullptr;
};

}  // namespace mlplan::worker
