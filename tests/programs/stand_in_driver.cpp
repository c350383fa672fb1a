// A libcuda.so.1 without a device, for tests: what its calls return stands in the environment. STAND_IN_CUINIT is the
// result of cuInit (0), STAND_IN_VERSION the version of CUDA it is for (13000), STAND_IN_DEVICES how many devices there
// are (1). Enough for the real CUDA runtime to tell the driver's version; making a context fails.
#include <cstdlib>
#include <cstring>

namespace {

int number(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<int>(std::strtol(text, nullptr, 10));
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return number("STAND_IN_CUINIT", 0); }

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

int cuGetProcAddress_v2(const char* name, void** function, int, unsigned long long, void*) {
  *function = nullptr;
  if (std::strcmp(name, "cuInit") == 0) *function = reinterpret_cast<void*>(&cuInit);
  if (std::strcmp(name, "cuDriverGetVersion") == 0) *function = reinterpret_cast<void*>(&cuDriverGetVersion);
  if (std::strcmp(name, "cuDeviceGetCount") == 0) *function = reinterpret_cast<void*>(&cuDeviceGetCount);
  if (std::strcmp(name, "cuGetErrorString") == 0) *function = reinterpret_cast<void*>(&cuGetErrorString);
  if (std::strcmp(name, "cuGetProcAddress") == 0) *function = reinterpret_cast<void*>(&cuGetProcAddress_v2);
  return *function == nullptr ? 500 : 0;  // CUDA_ERROR_NOT_FOUND
}
}
