#include "bench/command_line.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  const Result<Words> words = split_words(text);
  REQUIRE(words);
  return *words;
}

void check_refused(const std::string& text, const std::string& part) {
  const Result<Words> words = split_words(text);
  REQUIRE_FALSE(words);
  CHECK(words.error().kind == ErrorKind::usage);
  CHECK_MESSAGE(words.error().message.find(part) != std::string::npos, words.error().message);
}

}  // namespace

TEST_CASE("words are split and quoted as a shell does") {
  CHECK(words_of("  python  serve.py\t--port 8000\n") == Words{"python", "serve.py", "--port", "8000"});
  CHECK(words_of(R"(a 'b c' "d e"f\ g '')") == Words{"a", "b c", "d ef g", ""});
  CHECK(words_of(R"("a\"b\\c\d" '|$*' \|)") == Words{R"(a"b\c\d)", "|$*", "|"});
  CHECK(words_of("a=b x~y {port}") == Words{"a=b", "x~y", "{port}"});
  CHECK(words_of(" ").empty());
}

TEST_CASE("what only a shell can do is refused by name") {
  for (const char* text : {"a | b", "a && b", "a; b", "a > f", "a $HOME", "a *.pt", "a `b`", "(a)"})
    check_refused(text, "to a shell only");
  check_refused("a \"$HOME\"", "'$'");
  check_refused("a ~/model", "'~'");
  check_refused("a 'b", "not closed");
  check_refused("a \"b", "not closed");
  check_refused("a \\", "ends in a \\");
}

TEST_CASE("a program is found on the PATH it will run with") {
  CommandOptions options;
  options.command = "sh -c true";
  CHECK(command_line(options, {})->program.ends_with("/sh"));
  CHECK(command_line(options, {{"PATH", "/bin"}})->program == "/bin/sh");
  CHECK_FALSE(command_line(options, {{"PATH", "/proc"}}));
  options.command = "/proc/version";
  CHECK(command_line(options, {}).error().message == "the program may not be run");
  options.shell = true;
  options.command = "a | b";
  CHECK(command_line(options, {})->words == Words{"/bin/sh", "-c", "a | b"});
}

TEST_CASE("every {port} is replaced") {
  CHECK(with_port("{port}:{port} {portal}", 80) == "80:80 {portal}");
  CHECK(has_port("a{port}"));
  CHECK_FALSE(has_port("a{prt}"));
}
