#include "bench/readiness.h"

#include <doctest/doctest.h>

#include "bench/command_bench.h"

using namespace mlplan;
using namespace mlplan::bench;

namespace {

std::string refusal_of(const std::string& text) {
  const Result<Readiness> ready = parse_readiness(text);
  if (ready) return {};
  CHECK(ready.error().kind == ErrorKind::usage);
  CHECK(ready.error().where == "--ready " + text);
  return ready.error().message;
}

std::string request_of(const std::string& text) { return parse_readiness(text)->endpoint.request; }

}  // namespace

TEST_CASE("a line is matched by a regular expression as grep -E takes it") {
  const Readiness ready = *parse_readiness("line:^(up|ready) on [0-9]+$");
  CHECK_FALSE(ready.asks());
  CHECK(ready.matches("up on 8000"));
  CHECK_FALSE(ready.matches("up on port"));
  CHECK_FALSE(ready.matches("is up on 8000"));
  CHECK(refusal_of("line:") == "the regular expression is empty");
  CHECK(refusal_of("line:[").starts_with("the regular expression is wrong"));
}

TEST_CASE("a URL is asked by its path, of this machine only") {
  CHECK(request_of("url:http://127.0.0.1:8000/a/b?c#d").starts_with("GET /a/b?c HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"));
  CHECK(request_of("url:http://localhost").starts_with("GET / HTTP/1.1\r\nHost: localhost\r\n"));
  CHECK(request_of("url:http://[::1]:81?x").starts_with("GET /?x HTTP/1.1\r\nHost: [::1]:81\r\n"));
  for (const char* host : {"example.org", "10.0.0.1:80", "0.0.0.0", "[::2]", "127.0.0.1.example.org", "user@localhost"})
    CHECK_MESSAGE(refusal_of(std::string("url:http://") + host + "/").starts_with("only this machine"), host);
  CHECK(refusal_of("url:https://127.0.0.1/") == "only http:// can be asked");
  for (const char* port : {"0", "65536", "x", "", "-1"})
    CHECK(refusal_of(std::string("url:http://127.0.0.1:") + port).starts_with("the port is no number"));
  CHECK(refusal_of("url:http://127.0.0.1/a b") == "the URL has a space in it");
}

TEST_CASE("a port is one of 127.0.0.1, and other words are refused") {
  CHECK(parse_readiness("port:8000")->asks());
  CHECK(request_of("port:8000").empty());
  CHECK(refusal_of("port:http").starts_with("the port is no number"));
  CHECK(refusal_of("log:x") == "readiness is told by a line, a URL or a port");
}

TEST_CASE("nothing listens on a free port") {
  const int port = free_port();
  REQUIRE(port > 0);
  CHECK_FALSE(is_answered(parse_readiness("port:" + std::to_string(port))->endpoint));
}

TEST_CASE("what was read from storage must fit the state") {
  constexpr std::int64_t kMiB = 1 << 20;
  CHECK_FALSE(reads_contradict(CacheState::warm, {2 * kMiB, 0, 0}));
  CHECK(reads_contradict(CacheState::warm, {4 * kMiB, 100 * kMiB, 100 * kMiB}));
  CHECK_FALSE(reads_contradict(CacheState::model_cold, {100 * kMiB, 100 * kMiB, 100 * kMiB}));
  CHECK_FALSE(reads_contradict(CacheState::model_cold, {10 * kMiB, 100 * kMiB, 10 * kMiB}));  // it left the rest alone
  CHECK(reads_contradict(CacheState::model_cold, {90 * kMiB, 100 * kMiB, 100 * kMiB}));
  CHECK(reads_contradict(CacheState::model_cold, {140 * kMiB, 100 * kMiB, 100 * kMiB}));
}
