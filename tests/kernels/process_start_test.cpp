#include "kernels/process_start.h"

#include <doctest/doctest.h>

using namespace mlplan::kernels;

TEST_CASE("a program that ends well has a time") {
  const ProcessStart start = start_process("/bin/sh", {"-c", "exit 0"});
  CHECK(start.error.empty());
  CHECK(start.ns > 0);
}

TEST_CASE("a program that is not there or fails has its reason and no time") {
  CHECK(start_process("/no/such/program", {}).error == "/no/such/program: No such file or directory");
  CHECK(start_process("/bin/sh", {"-c", "exit 3"}).error == "/bin/sh failed");
  CHECK(start_process("/bin/sh", {"-c", "kill -9 $$"}).error == "/bin/sh failed");
  CHECK(start_process("/bin/sh", {"-c", "exit 3"}).ns == 0);
}

TEST_CASE("what a program says is kept whole, unless it fails") {
  const ProcessAnswer answer = ask_process("/bin/sh", {"-c", "seq 1 20000"});
  CHECK(answer.error.empty());
  CHECK(answer.out.size() == 108894);
  CHECK(answer.out.ends_with("\n20000\n"));
  CHECK(ask_process("/bin/sh", {"-c", "echo half; exit 3"}).error == "/bin/sh failed");
  CHECK(ask_process("/no/such/program", {}).error == "/no/such/program: No such file or directory");
}
