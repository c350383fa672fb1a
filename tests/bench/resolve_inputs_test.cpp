#include "bench/resolve_inputs.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

std::vector<InputSpec> flags(const std::vector<std::string>& text) { return parse_input_flags(text).value(); }

worker::Description two_arguments() {
  worker::Description out;
  out.methods = {{"forward", "forward(Tensor x, Tensor ids) -> Tensor"}};
  out.inputs = flags({"x:f32[batch,8]", "ids:i64[batch,seq]=0..99"});
  for (InputSpec& input : out.inputs) input.from = "graph";
  out.dim_defaults = {{"batch", 4}, {"seq", 128}};
  return out;
}

}  // namespace

TEST_CASE("a flag replaces the argument of its name and leaves the others inferred") {
  const auto merged = merge_inputs(flags({"x:f32[batch,16]"}), two_arguments(), "forward");
  REQUIRE(merged);
  REQUIRE(merged->size() == 2);
  CHECK(format_input_flags(*merged).front() == "x:f32[batch,16]");
  CHECK(merged->back().from == "graph");
}

TEST_CASE("names the signature does not have are taken by position when all arguments are given") {
  const auto merged = merge_inputs(flags({"a:f32[batch,16]", "b:i64[batch,4]"}), two_arguments(), "forward");
  REQUIRE(merged);
  CHECK(merged->front().name == "a");
}

TEST_CASE("an unknown argument name is an error that shows the signature") {
  const auto merged = merge_inputs(flags({"y:f32[batch,16]"}), two_arguments(), "forward");
  REQUIRE_FALSE(merged);
  CHECK(merged.error().message.find("forward(Tensor x, Tensor ids)") != std::string::npos);
  CHECK(merged.error().message.find("'y'") != std::string::npos);
}

TEST_CASE("an argument that cannot be inferred is an error with a flag to edit") {
  worker::Description described = two_arguments();
  described.not_inferred = {"Dict[str, Tensor] features"};
  described.to_edit = flags({"features.age:f32[batch,64]", "features['item id']:i64[batch]=0..9"});
  const auto merged = merge_inputs({}, described, "forward");
  REQUIRE_FALSE(merged);
  CHECK(merged.error().kind == ErrorKind::bad_input);
  CHECK(merged.error().hint.find("--input 'features.age:f32[batch,64]'") != std::string::npos);
  CHECK(merged.error().hint.find("--input \"features['item id']:i64[batch]=0..9\"") != std::string::npos);
  CHECK(merge_inputs(flags({"features.a:f32[batch,3]"}), described, "forward").value().size() == 3);
}

TEST_CASE("outside of its sweep a symbol has the file's default, and batch is 1") {
  const worker::Description described = two_arguments();
  CHECK(default_dims(described.inputs, described, {}).value() ==
        std::map<std::string, std::int64_t>{{"batch", 1}, {"seq", 128}});
  Options options;
  options.dims["seq"] = {16, 32};
  CHECK(default_dims(described.inputs, described, options).value().at("seq") == 16);
}

TEST_CASE("a default keeps within the bounds of the file") {
  worker::Description described = two_arguments();
  described.dim_bounds["batch"] = {2, 15};
  CHECK(default_dims(described.inputs, described, {}).value().at("batch") == 2);
}

TEST_CASE("sweeping a dimension that no input has is an error that names those there are") {
  const worker::Description described = two_arguments();
  Options options;
  options.dims["length"] = {16};
  const auto dims = default_dims(described.inputs, described, options);
  REQUIRE_FALSE(dims);
  CHECK(dims.error().message.find("batch, seq") != std::string::npos);
}

TEST_CASE("a sweep beyond the bounds of the file is an error: a compiled model may read past its memory") {
  worker::Description described = two_arguments();
  described.dim_bounds["seq"] = {2, 64};
  Options options;
  options.dims["seq"] = {32, 128};
  const auto dims = default_dims(described.inputs, described, options);
  REQUIRE_FALSE(dims);
  CHECK(dims.error().kind == ErrorKind::usage);
  CHECK(dims.error().message.find("seq=128") != std::string::npos);
  CHECK(dims.error().message.find("2..64") != std::string::npos);
}

TEST_CASE("batches for a model whose batch is fixed are an error") {
  worker::Description described = two_arguments();
  described.inputs = flags({"x:f32[4,8]"});
  Options options;
  options.batches = {1, 2};
  const auto dims = default_dims(described.inputs, described, options);
  REQUIRE_FALSE(dims);
  CHECK(dims.error().where == "--batch");
}

TEST_CASE("a symbol without a value is an error that says how to give one") {
  worker::Description described = two_arguments();
  described.dim_defaults.erase("seq");
  const auto dims = default_dims(described.inputs, described, {});
  REQUIRE_FALSE(dims);
  CHECK(dims.error().hint.find("--dim seq=") != std::string::npos);
}
