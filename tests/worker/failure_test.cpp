#include "bench/worker/failure.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mlplan::worker;

namespace {

std::string hint_for(const char* text) { return explain(std::runtime_error(text), Phase::load, {}).hint; }
bool names(const std::string& hint, const char* part) { return hint.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a model changed by optimize_for_inference is told from a damaged one") {
  CHECK(names(hint_for("required keyword attribute 'value' is undefined"), "optimize_for_inference"));
  CHECK(names(hint_for("required keyword attribute 'name' is undefined"), "damaged"));
}

TEST_CASE("operators that are missing are asked for, torchvision's with where they are") {
  CHECK_FALSE(names(hint_for("Unknown builtin op: mine::act"), "torchvision"));
  const std::string hint = hint_for("Unknown builtin op: torchvision::nms");
  CHECK(names(hint, "libtorchvision.so"));
  CHECK(names(hint, "--op-library libpython3.X.so --op-library torchvision/_C.so"));
}

TEST_CASE("an operator library that is a Python extension is told what it lacks") {
  for (const char* reason : {"libtorch_python.so: cannot open shared object file: No such file or directory",
                             "lib/libtorch_python.so: undefined symbol: PyInstanceMethod_Type",
                             "ops.so: undefined symbol: _Py_NoneStruct"}) {
    CAPTURE(reason);
    CHECK(names(op_library_hint(reason, "2.11.0"), "Python extension"));
  }
  const std::string other = op_library_hint("ops.so: undefined symbol: my_function", "2.11.0");
  CHECK_FALSE(names(other, "Python"));
  CHECK(names(other, "2.11.0"));
}
