#include "cli/flags.h"

#include <doctest/doctest.h>

#include "cli/commands/readers.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

struct Example {
  std::string model;
  std::int64_t samples = 5;
  std::string output;
  std::vector<std::string> inputs;
  bool json = false;
  Flags flags{"mlplan bench MODEL [flags]", "Measures."};

  Example() {
    flags.positional("MODEL", "the file", read_text(model));
    flags.value("--samples", "N", "how many", read_count(samples));
    flags.value("-o,--output", "FILE", "where to", read_text(output));
    flags.repeatable("--input", "SPEC", "an argument", [this](const std::string& value) -> Status {
      inputs.push_back(value);
      return {};
    });
    flags.toggle("--json", "as JSON", json);
  }
  Result<std::optional<std::string>> parse(const std::vector<std::string>& arguments) {
    return flags.parse(arguments, Style{});
  }
  Error error(const std::vector<std::string>& arguments) {
    const auto result = parse(arguments);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::usage);
    return result.error();
  }
};

}  // namespace

TEST_CASE("flags may stand before and behind the argument, with a space or an equals sign") {
  Example example;
  REQUIRE(example.parse({"--samples=7", "m.pt", "-o", "-", "--json"}));
  CHECK(example.model == "m.pt");
  CHECK(example.samples == 7);
  CHECK(example.output == "-");
  CHECK(example.json);
}

TEST_CASE("a repeatable flag takes one value at a time and does not swallow the argument behind it") {
  Example example;
  REQUIRE(example.parse({"--input", "x:f32[batch,3]", "--input", "y:i64[]", "m.pt"}));
  CHECK(example.inputs == std::vector<std::string>{"x:f32[batch,3]", "y:i64[]"});
  CHECK(example.model == "m.pt");
}

TEST_CASE("values in brackets stay whole") {
  Example example;
  REQUIRE(example.parse({"m.pt", "--input", "[a,b]"}));
  CHECK(example.inputs == std::vector<std::string>{"[a,b]"});
}

TEST_CASE("of a flag given twice the last counts") {
  Example example;
  REQUIRE(example.parse({"m.pt", "--samples", "3", "--samples", "9"}));
  CHECK(example.samples == 9);
}

TEST_CASE("a misspelt flag names the nearest, also when its value looks like an argument") {
  Example example;
  const Error error = example.error({"--smaples", "7", "m.pt"});
  CHECK(error.message == "unknown flag '--smaples'");
  CHECK(error.hint == "--samples");
  CHECK(Example().error({"m.pt", "--zzzzzzz"}).hint == "mlplan bench --help lists the flags");
}

TEST_CASE("missing and surplus arguments and missing values are told") {
  CHECK(Example().error({}).message == "MODEL is missing");
  CHECK(Example().error({"m.pt", "n.pt"}).message == "unexpected argument 'n.pt'");
  CHECK(Example().error({"m.pt", "--samples"}).message == "--samples needs a value");
}

TEST_CASE("a wrong value is told with its flag") {
  const Error error = Example().error({"m.pt", "--samples", "0"});
  CHECK(error.message == "'0' is not a whole number from 1");
  CHECK(error.where == "--samples 0");
  CHECK(Example().error({"m.pt", "--samples", "3x"}).message == "'3x' is not a whole number from 1");
}

TEST_CASE("help wins over what is missing, and lists every flag") {
  Example example;
  const auto help = example.parse({"--help"});
  REQUIRE(help.has_value());
  REQUIRE(help->has_value());
  for (const char* text : {"usage: mlplan bench MODEL [flags]", "--samples N", "-o, --output FILE", "as JSON"}) {
    CHECK((*help)->find(text) != std::string::npos);
  }
}
