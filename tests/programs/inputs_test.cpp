// Wrong flags and wrong inputs: exit 2, with the signature where the model's own matters.
#include <doctest/doctest.h>

#include "tests/programs/program.h"

namespace mlplan::tests {

TEST_CASE("an input of the wrong shape shows the signature and the input to correct") {
  check_end(run({{"bench", model_path("good.pt"), "--input", "x:f32[batch,5]"}}), 2,
            {"shapes cannot be multiplied", "signature: forward(Tensor x) -> Tensor", "while trying the model once",
             "--input 'x:f32[batch,5]'"});
}

TEST_CASE("an argument that the model has not shows the signature") {
  check_end(run({{"bench", model_path("good.pt"), "--input", "y:f32[batch,4]", "--input", "z:f32[4]"}}), 2,
            {"no argument 'y'", "signature is forward(Tensor x) -> Tensor", "at:  --input", "try:"});
}

TEST_CASE("an argument that is missing shows the signature and a flag to edit") {
  check_end(run({{"bench", model_path("two_arguments.pt"), "--input", "x:f32[batch,4]"}}), 2,
            {"forward(Tensor x, float scale) -> Tensor", "at:  --input", "--input 'scale:float=1'"});
}

TEST_CASE("an input that cannot be read shows the place and an example") {
  check_end(run({{"bench", model_path("good.pt"), "--input", "x:f32[batch;4]"}}), 2,
            {"in 'x:f32[batch;4]' at character 12", "try: for example --input"});
}

TEST_CASE("a method that the model has not lists those it has") {
  check_end(
      run({{"bench", model_path("good.pt"), "--method", "encode"}}), 2,
      {"no method 'encode'; it has: forward", "while loading the model", "try: choose one, as in --method forward"});
}

TEST_CASE("a model whose operators are missing says which and how to give them") {
  check_end(run({{"bench", model_path("acts.pt")}}), 2, {"broken::act", "while loading the model", "--op-library"});
  check_end(run({{"bench", model_path("acts.pt"), "--op-library", "/nowhere/operators.so"}}), 2,
            {"/nowhere/operators.so", "while loading the operator libraries", "try: --op-library takes"});
}

TEST_CASE("an unknown flag or command suggests the nearest") {
  check_end(run({{"bench", "m.pt", "--time-bx", "3s"}}), 2, {"unknown flag '--time-bx'", "try: --time-box"});
  check_end(run({{"bnech", "m.pt"}}), 2, {"unknown command 'bnech'", "try: mlplan bench"});
  check_end(run({{"bench"}}), 2, {"MODEL is missing", "usage: mlplan bench (MODEL |"});
  check_end(run({{"bench", "m.pt", "--time-box", "3"}}), 2, {"--time-box", "try:"});
  check_end(run({{"sample", "mpl"}}), 2, {"try: mlplan sample mlp"});
}

}  // namespace mlplan::tests
