#include "profiles/input_spec.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/profiles/random_documents.h"

using namespace mlplan;
using Kind = InputSpec::Kind;

namespace {

InputSpec parse_one(const std::string& flag) {
  const auto inputs = parse_input_flags({flag});
  REQUIRE_MESSAGE(inputs, flag, ": ", test::message_of(inputs));
  REQUIRE(inputs->size() == 1);
  return inputs->front();
}

// Message and hint of the error.
Error error_of(const std::vector<std::string>& flags) {
  const auto inputs = parse_input_flags(flags);
  REQUIRE_FALSE(inputs);
  CHECK(inputs.error().kind == ErrorKind::usage);
  CHECK(inputs.error().where == "--input");
  CHECK_FALSE(inputs.error().hint.empty());
  return inputs.error();
}

std::string json_of(const std::vector<InputSpec>& inputs) {
  return nlohmann::json(inputs).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

TEST_CASE("a tensor has a dtype and a shape of extents and symbols") {
  const InputSpec x = parse_one("x:f32[batch,3,224,224]");
  CHECK(x.name == "x");
  CHECK(x.kind == Kind::tensor);
  CHECK(x.tensor.dtype == DType::f32);
  CHECK(x.tensor.shape ==
        std::vector<Dim>{std::string("batch"), std::int64_t{3}, std::int64_t{224}, std::int64_t{224}});
  CHECK(x.tensor.fill == Fill::automatic);
  CHECK(x.from == "flag");
  CHECK(parse_one("x:bool[]").tensor.shape.empty());
  CHECK(parse_one(" x : f32 [ batch , 3 ] = ones ").tensor.shape.size() == 2);
  CHECK(parse_one("x:f16[0]").tensor.shape == std::vector<Dim>{std::int64_t{0}});
}

TEST_CASE("a tensor is filled as asked") {
  const InputSpec ids = parse_one("ids:i64[batch,seq]=0..30521");
  CHECK(ids.tensor.fill == Fill::range);
  CHECK(ids.tensor.low == 0);
  CHECK(ids.tensor.high == 30521);
  CHECK(parse_one("x:i8[2]=-128..127").tensor.low == -128);
  CHECK(parse_one("x:f32[2]=zeros").tensor.fill == Fill::zeros);
  CHECK(parse_one("x:bool[2]=ones").tensor.fill == Fill::ones);
  CHECK(parse_one("x:bf16[2]=randn").tensor.fill == Fill::randn);
  CHECK(parse_one("x:f64[2]=uniform").tensor.fill == Fill::uniform);
  CHECK(parse_one("x:i64[2]=arange").tensor.fill == Fill::arange);
}

TEST_CASE("scalars have a type and a value") {
  CHECK(std::get<double>(parse_one("scale:float=2.0").scalar) == 2.0);
  CHECK(std::get<double>(parse_one("scale:float=1e-3").scalar) == 1e-3);
  CHECK(std::isinf(std::get<double>(parse_one("scale:float=-inf").scalar)));
  CHECK(std::get<std::int64_t>(parse_one("n:int=-9223372036854775808").scalar) == INT64_MIN);
  CHECK(std::get<bool>(parse_one("flag:bool=true").scalar));
  CHECK_FALSE(std::get<bool>(parse_one("flag:bool=false").scalar));
  CHECK(std::get<std::string>(parse_one("s:str=hello: a=b, c ").scalar) == "hello: a=b, c ");
  CHECK(std::get<std::string>(parse_one("s:str=").scalar).empty());
  CHECK(std::holds_alternative<std::monostate>(parse_one("mask:none").scalar));
  CHECK(parse_one("mask:none").kind == Kind::scalar);
}

TEST_CASE("paths make lists, tuples and dicts") {
  const auto inputs =
      parse_input_flags({"features.user_id:i64[batch]", "images[1]:f32[2]", "features['any key']:f32[1]",
                         "images[0]:f32[1]", "state(0)[0]:f32[3]", "state(1):none", "rest:list"});
  REQUIRE(inputs);
  REQUIRE(inputs->size() == 4);
  const InputSpec& features = (*inputs)[0];
  CHECK(features.kind == Kind::dict);
  CHECK(features.items[0].name == "user_id");
  CHECK(features.items[1].name == "any key");
  const InputSpec& images = (*inputs)[1];
  CHECK(images.kind == Kind::list);
  CHECK(images.items[0].tensor.shape == std::vector<Dim>{std::int64_t{1}});  // by index, not by order of the flags
  CHECK(images.items[1].name == "1");
  const InputSpec& state = (*inputs)[2];
  CHECK(state.kind == Kind::tuple);
  CHECK(state.items[0].kind == Kind::list);
  CHECK(state.items[1].kind == Kind::scalar);
  CHECK((*inputs)[3].kind == Kind::list);
  CHECK((*inputs)[3].items.empty());
}

TEST_CASE("a wrong input is quoted, its place counted, and an example shown") {
  const Error shape = error_of({"x:f32[batch;3]"});
  CHECK(shape.message == "in 'x:f32[batch;3]' at character 12: ',' or ']' is expected, not ';'");
  CHECK(shape.hint.find("--input 'x:f32[batch,3,224,224]'") != std::string::npos);
  CHECK(error_of({"x:f33[1]"}).message ==
        "in 'x:f33[1]' at character 3: 'f33' is neither a dtype nor float, int, bool, str or none");
  CHECK(error_of({"x:f33[1]"}).hint.find("bf16") != std::string::npos);
  CHECK(error_of({"x"}).message.find("at character 2: what the input is is missing") != std::string::npos);
  CHECK(error_of({"3x:f32[1]"}).message.find("at character 1: an argument's name is expected, not '3'") !=
        std::string::npos);
  CHECK(error_of({"x:f32[-1,3]"}).message.find("at character 7: a dimension that varies has a name") !=
        std::string::npos);
  CHECK(error_of({"x:f32"}).message.find("'[' and the shape are expected after f32, not the end") != std::string::npos);
  CHECK(error_of({"x:float"}).message.find("'=' is expected, not the end") != std::string::npos);
  CHECK(error_of({"x:i8[1]=0..300"}).message.find("i8 holds only -128..127") != std::string::npos);
  CHECK(error_of({"x:f32[1]=0..3"}).message.find("a range needs a dtype of integers, not f32") != std::string::npos);
  CHECK(error_of({"x:i64[1]=randn"}).message.find("randn needs a dtype of real numbers, not i64") != std::string::npos);
}

TEST_CASE("every other wrong input is refused too") {
  for (const char* flag : {"",
                           ":",
                           "x:",
                           "x:[1]",
                           "x:f32[",
                           "x:f32[1",
                           "x:f32[1,]",
                           "x:f32[,1]",
                           "x:f32[1]x",
                           "x:f32[1]=",
                           "x:f32[1]=what",
                           "x:f32[1]=ones x",
                           "x:f32[99999999999999999999]",
                           "x:i64[1]=5",
                           "x:i64[1]=5..",
                           "x:i64[1]=5..3",
                           "x:i64[1]=..3",
                           "x:u8[1]=-1..3",
                           "x:bool[1]=arange",
                           "x:bool=yes",
                           "x:int=1.5",
                           "x:int=",
                           "x:int=99999999999999999999",
                           "x:float=abc",
                           "x:float=1e999",
                           "x:float=1 2",
                           "x:none=1",
                           "x.:f32[1]",
                           "x[:f32[1]",
                           "x[a]:f32[1]",
                           "x[01]:f32[1]",
                           "x[0:f32[1]",
                           "x(0:f32[1]",
                           "x(0]:f32[1]",
                           "x['a]:f32[1]",
                           "x['a':f32[1]",
                           "x['\\n']:f32[1]",
                           "x['a\\",
                           "x y:f32[1]",
                           "x[99999]:f32[1]",
                           "x[1]:f32[1]",
                           "x:tensor[1]",
                           "x:f32(1)",
                           "x.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a:f32[1]"}) {
    CAPTURE(flag);
    error_of({flag});
  }
}

TEST_CASE("inputs that contradict each other are refused") {
  CHECK(error_of({"x:f32[1]", "x:f32[1]"}).message == "'x:f32[1]': x is given twice");
  CHECK(error_of({"x:f32[1]", "x.a:f32[1]"}).message == "'x.a:f32[1]': x is already a tensor");
  CHECK(error_of({"x.a:f32[1]", "x:f32[1]"}).message == "'x:f32[1]': x is already a dict");
  CHECK(error_of({"x[0]:f32[1]", "x(1):f32[1]"}).message == "'x(1):f32[1]': x is already a list");
  CHECK(error_of({"x:list", "x[0]:f32[1]"}).message == "'x[0]:f32[1]': x is already a list without items");
  CHECK(error_of({"x.a[0]:f32[1]", "x.a[2]:f32[1]"}).message ==
        "x.a has 2 items, but one of them has the index 2: an index before it is missing");
}

TEST_CASE("symbols are named once, in order") {
  const auto inputs = parse_input_flags({"a:i64[batch,seq]", "b.c:f32[seq,heads,batch]"});
  CHECK(symbols_of(*inputs) == std::vector<std::string>{"batch", "seq", "heads"});
}

TEST_CASE("bytes count all tensors at the given values") {
  const auto inputs = parse_input_flags({"a:i64[batch,10]", "b[0]:f16[batch,other]", "c:float=1"});
  CHECK(bytes_of(*inputs, {{"batch", 4}}) == 4 * 10 * 8 + 4 * 2);
  CHECK(bytes_of(*inputs, {}) == 82);
  CHECK(bytes_of(*parse_input_flags({"a:f32[9223372036854775807,2]", "b:f32[1]"}), {}) == INT64_MAX);
  CHECK(bytes_of(*parse_input_flags({"a:f32[9223372036854775807,2,0]"}), {}) == 0);
}

TEST_CASE("every dtype has a name that is read back") {
  for (const char* name : {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "c64"}) {
    REQUIRE(parse_dtype(name));
    CHECK(name_of(*parse_dtype(name)) == name);
  }
  CHECK(bytes_of(DType::c64) == 8);
  CHECK(bytes_of(DType::bf16) == 2);
  CHECK_FALSE(parse_dtype("f33"));
}

TEST_CASE("automatic integers with bounds are written as the range they mean") {
  InputSpec ids = parse_one("ids:i64[batch]");
  ids.tensor.high = 99;
  CHECK(format_input_flags({ids}) == std::vector<std::string>{"ids:i64[batch]=0..99"});
}

TEST_CASE("whatever can be said comes back from its text and from its JSON") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const std::vector<InputSpec> inputs = test::RandomDocuments(seed).inputs();
    const std::vector<std::string> flags = format_input_flags(inputs);
    CAPTURE(seed);
    const auto parsed = parse_input_flags(flags);
    REQUIRE_MESSAGE(parsed, test::message_of(parsed));
    CHECK(json_of(*parsed) == json_of(inputs));
    CHECK(format_input_flags(nlohmann::json::parse(json_of(inputs)).get<std::vector<InputSpec>>()) == flags);
  }
}

TEST_CASE("JSON that is no input throws") {
  using nlohmann::json;
  for (const char* text :
       {"1", "{}", R"({"name":"x"})", R"({"name":"x","dtype":"f33","shape":[]})",
        R"({"name":"x","dtype":"f32","shape":[1.5]})", R"({"name":"x","kind":"what"})",
        R"({"name":"x","kind":"scalar","type":"float","value":"many"})",
        R"({"name":"x","kind":"scalar","type":"what","value":1})", R"({"name":"x","kind":"list"})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(json::parse(text).get<InputSpec>(), json::exception);
  }
  json deep = {{"name", "x"}, {"kind", "list"}, {"items", json::array()}};
  for (int i = 0; i < 100; ++i) deep = json{{"name", "x"}, {"kind", "list"}, {"items", json::array({deep})}};
  CHECK_THROWS_AS(deep.get<InputSpec>(), json::exception);
}
