// A libcuda.so.1 without a GPU behind it, for the real CUDA runtime to open. From the environment:
//   STAND_IN_VERSION   what cuDriverGetVersion says (13000)
//   STAND_IN_INIT      what cuInit returns, a CUresult (100, CUDA_ERROR_NO_DEVICE)
// Whatever else the runtime asks for is there, and returns what cuInit does.
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

int number(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? static_cast<int>(std::strtol(text, nullptr, 10)) : otherwise;
}

int fails() { return number("STAND_IN_INIT", 100); }

int get_error_text(int, const char** text) {
  *text = "an error of the stand-in";
  return 0;
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return fails(); }

int cuDriverGetVersion(int* version) {
  *version = number("STAND_IN_VERSION", 13000);
  return 0;
}

int cuGetErrorString(int error, const char** text) { return get_error_text(error, text); }
int cuGetErrorName(int error, const char** text) { return get_error_text(error, text); }

int cuGetProcAddress_v2(const char* name, void** function, int, std::uint64_t, int* found) {
  const auto is = [name](const char* other) { return std::strcmp(name, other) == 0; };
  if (is("cuInit")) {
    *function = reinterpret_cast<void*>(&cuInit);
  } else if (is("cuDriverGetVersion")) {
    *function = reinterpret_cast<void*>(&cuDriverGetVersion);
  } else if (is("cuGetErrorString") || is("cuGetErrorName")) {
    *function = reinterpret_cast<void*>(&get_error_text);
  } else if (is("cuGetProcAddress")) {
    *function = reinterpret_cast<void*>(&cuGetProcAddress_v2);
  } else {
    *function = reinterpret_cast<void*>(&fails);
  }
  if (found != nullptr) *found = 0;  // CU_GET_PROC_ADDRESS_SUCCESS
  return 0;
}

}  // extern "C"
