#include "profiles/support/json_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace mlplan;
using Json = nlohmann::ordered_json;

TEST_CASE("small things stand on one line, large ones on many, keys in their order") {
  Json json;
  json["zebra"] = {{"b", 1}, {"a", {1.5, nullptr, true}}};
  json["apple"] = std::vector<std::string>(20, "a word");
  const std::string text = pretty_json(json);
  CHECK(text.substr(0, 56) == "{\n  \"zebra\": {\"b\": 1, \"a\": [1.5, null, true]},\n  \"apple\"");
  CHECK(text.find("\n    \"a word\",\n    \"a word\"") != std::string::npos);
  CHECK(text.back() == '\n');
  CHECK(Json::parse(text) == json);
}

TEST_CASE("no line but an array of numbers is longer than 120 columns where it can be broken") {
  Json json;
  for (int i = 0; i < 60; ++i)
    json["k" + std::to_string(i)][std::string(static_cast<std::size_t>(i), 'x')] = {{"deep", {"p", "q"}},
                                                                                    {"number", i}};
  std::size_t begin = 0;
  const std::string text = pretty_json(json);
  for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    CHECK(end - begin <= 120);
  }
  CHECK(Json::parse(text) == json);
}

TEST_CASE("a long array of numbers stays on one line") {
  Json json;
  json["samples"] = std::vector<int>(1000, 123456);
  const std::string text = pretty_json(json);
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("numbers come back as they were") {
  for (const double value : {0.1, 1e-300, 1.7976931348623157e308, 5e-324, 123456789.123456789, 1e22, -2.5}) {
    const std::string text = pretty_json(Json(value));
    CAPTURE(text);
    CHECK(Json::parse(text).get<double>() == value);
  }
  CHECK(pretty_json(Json(17177362297488670720.0)) ==
        "17177362297488670720.0\n");  // above 64 signed bits: stays a double
  CHECK(Json::parse(pretty_json(Json(17177362297488670720.0))).is_number_float());
  CHECK(pretty_json(Json(18446744073709551615u)) == "18446744073709551615\n");
  CHECK(pretty_json(Json(INT64_MIN)) == "-9223372036854775808\n");
}

TEST_CASE("text that is not UTF-8 does not stop a report") {
  const std::string text = pretty_json(Json({{"path", "a\xff.pt"}}));
  CHECK(text == "{\"path\": \"a\xEF\xBF\xBD.pt\"}\n");
}

TEST_CASE("malformed JSON is refused with line and column") {
  const auto parsed = parse_json("{\n  \"a\": 1,\n  \"b\": x\n}", "r.json");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind == ErrorKind::bad_input);
  CHECK(parsed.error().where == "r.json: line 3, column 8");
  CHECK(parsed.error().message.find("is not valid JSON") == 0);
  CHECK(parsed.error().message.find("exception") == std::string::npos);
  CHECK(parse_json("", "r.json").error().message == "the file is empty");
  CHECK(parse_json(" \n", "r.json").error().message == "the file is empty");
  CHECK(parse_json("{", "r.json").error().where == "r.json: line 1, column 2");
  CHECK_FALSE(parse_json("{} x", "r.json"));
  CHECK_FALSE(parse_json("[1e999]", "r.json"));
  CHECK_FALSE(parse_json("\"\xff\"", "r.json"));
}

TEST_CASE("nesting without end is refused, brackets in text are not nesting") {
  const auto deep = parse_json(std::string(100'000, '['), "r.json");
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message == "is nested deeper than 64 levels");
  CHECK(deep.error().where == "r.json: line 1, column 65");
  CHECK(parse_json('"' + std::string(1000, '[') + "\\\"[\"", "r.json"));
}

TEST_CASE("a document is told by the schema it names") {
  CHECK(named_schema("{\"schema\": \"mlplan.plan\", \"rest\": 1}") == "mlplan.plan");
  CHECK(named_schema("{\"schema\": 3}").empty());
  CHECK(named_schema("[\"schema\"]").empty());
  CHECK(named_schema("{\"schema\": \"mlplan.plan\"").empty());
  CHECK(named_schema("time,rate").empty());
}
