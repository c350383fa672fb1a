#include "cli/output.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::cli;

TEST_CASE("an error says what, where and what to try, one line each") {
  const Error error{ErrorKind::usage, "'0' is not a whole number from 1", "--samples 0", "--samples 5"};
  CHECK(error_text(error, Style{}) ==
        "mlplan: '0' is not a whole number from 1\n"
        "  at:  --samples 0\n"
        "  try: --samples 5\n");
}

TEST_CASE("an error leaves out what it does not know") {
  CHECK(error_text(Error{ErrorKind::io, "no space left", "", ""}, Style{}) == "mlplan: no space left\n");
}

TEST_CASE("the further lines of a message hang under the first") {
  CHECK(error_text(Error{ErrorKind::bad_input, "wrong input\nforward(Tensor x)", "", "a\nb"}, Style{}) ==
        "mlplan: wrong input\n        forward(Tensor x)\n  try: a\n       b\n");
}
