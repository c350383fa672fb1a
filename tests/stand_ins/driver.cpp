// A libcuda.so.1 without a device, for tests. From the environment:
//   STAND_IN_INIT      what cuInit returns, a CUresult (0)
//   STAND_IN_VERSION   the version of CUDA it is for (13000)
//   STAND_IN_DEVICES   how many devices there are (1)
// Enough for the real CUDA runtime to tell the driver's version. Whatever else the runtime asks for is there and fails,
// with the result of cuInit where that is a failure: no context can be made.
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kUnknown = 999;  // CUDA_ERROR_UNKNOWN

int number(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<int>(std::strtol(text, nullptr, 10));
}

int result_of_init() { return number("STAND_IN_INIT", 0); }

int fails() { return result_of_init() == 0 ? kUnknown : result_of_init(); }

template <class Function>
void* pointer_to(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return result_of_init(); }

int cuDriverGetVersion(int* version) {
  *version = number("STAND_IN_VERSION", 13000);
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = number("STAND_IN_DEVICES", 1);
  return 0;
}

int cuGetErrorString(int, const char** text) {
  *text = "an error of the stand-in";
  return 0;
}

int cuGetErrorName(int error, const char** text) { return cuGetErrorString(error, text); }

int cuGetProcAddress_v2(const char* name, void** function, int, std::uint64_t, int* found) {
  const struct {
    const char* name;
    void* function;
  } known[] = {{"cuInit", pointer_to(&cuInit)},
               {"cuDriverGetVersion", pointer_to(&cuDriverGetVersion)},
               {"cuDeviceGetCount", pointer_to(&cuDeviceGetCount)},
               {"cuGetErrorString", pointer_to(&cuGetErrorString)},
               {"cuGetErrorName", pointer_to(&cuGetErrorName)},
               {"cuGetProcAddress", pointer_to(&cuGetProcAddress_v2)}};
  *function = pointer_to(&fails);
  for (const auto& each : known) {
    if (std::strcmp(name, each.name) == 0) *function = each.function;
  }
  if (found != nullptr) *found = 0;  // CU_GET_PROC_ADDRESS_SUCCESS
  return 0;
}

}  // extern "C"
