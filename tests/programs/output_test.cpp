// Where the answer goes: files, pipes, devices, and those that cannot take it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

constexpr const char* kShortRun[] = {"--only", "memory", "--time-box", "1s", "-q"};

Invocation short_run(const std::vector<std::string>& more) {
  Invocation out{{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]"}};
  out.arguments.insert(out.arguments.end(), std::begin(kShortRun), std::end(kShortRun));
  out.arguments.insert(out.arguments.end(), more.begin(), more.end());
  return out;
}

Invocation shell(const std::string& script, const std::vector<std::string>& arguments) {
  Invocation out{{"-c", script, MLPLAN_PROGRAM}, {}, "/bin/sh"};
  out.arguments.insert(out.arguments.end(), arguments.begin(), arguments.end());
  return out;
}

}  // namespace

TEST_CASE("a report that was written reads back, and is alone in its folder") {
  const TemporaryFolder folder;
  const Ended ended = run(short_run({"-o", folder.path() + "/report.json"}));
  check_end(ended, 0, {});
  CHECK(names_in(folder.path()) == std::vector<std::string>{"report.json"});
  const Result<Report> report = read_report(content_of(folder.path() + "/report.json"), "report.json");
  REQUIRE(report);
  CHECK_FALSE(report->mlplan.partial);
  CHECK_FALSE(report->memory.ledger.empty());
  CHECK(report->model.sha256.size() == 64);
  CHECK(write_report(*report) == content_of(folder.path() + "/report.json"));
}

TEST_CASE("the report goes to standard output, by any of its names") {
  for (const char* name : {"-", "/dev/stdout"}) {
    INFO(name);
    const Ended ended = run(short_run({"-o", name, "--json"}));
    check_end(ended, 0, {});
    CHECK(read_report(ended.out.substr(0, ended.out.find("\n}\n") + 3), name));
  }
}

TEST_CASE("the report goes into a named pipe, which stays one") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::vector<std::string> arguments = short_run({"-o", path}).arguments;
  const Ended ended =
      run(shell(R"(cat ")" + path + R"(" > ")" + path + R"(.read" & "$0" "$@"; code=$?; wait; exit $code)", arguments));
  check_end(ended, 0, {});
  CHECK(read_report(content_of(path + ".read"), path));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"pipe", "pipe.read"});
}

TEST_CASE("nobody who reads on is no failure") {
  const Ended ended = run(shell(R"({ "$0" "$@"; echo "code $?" >&2; } | head -c 10)", short_run({"--json"}).arguments));
  CHECK(ended.exit_code == 0);
  CHECK(ended.out == "{\n  \"schem");
  CHECK(ended.err == "code 0\n");
  CHECK(ended.survivors == std::vector<std::string>{});
}

TEST_CASE("a full disk is said to be full, and what was measured is still shown") {
  const TemporaryFolder folder;
  Invocation to_device = short_run({"-o", "/dev/full"});
  Ended ended = run(to_device);
  check_end(ended, 2, {"no space left", "/dev/full", "try: make room"});
  CHECK(ended.out.find("MEMORY") != std::string::npos);

  Invocation to_file = short_run({"-o", folder.path() + "/report.json"});
  to_file.largest_file = 1000;
  to_file.standard_output = "/dev/null";
  ended = run(to_file);
  check_end(ended, 2, {"larger than allowed", "report.json", "try: make room"});
  CHECK(names_in(folder.path()).empty());

  Invocation to_stdout = short_run({"--json"});
  to_stdout.standard_output = "/dev/full";
  check_end(run(to_stdout), 2, {"No space left", "standard output"});
}

TEST_CASE("a place that cannot be written is refused before anything is measured") {
  const TemporaryFolder folder;
  check_end(run(short_run({"-o", folder.path() + "/nowhere/report.json"})), 2,
            {"no such file or folder", "try: create the folder"});
  check_end(run(short_run({"-o", folder.path()})), 2, {"it is a folder", "try: choose another place"});
  check_end(run(short_run({"-o", model_path("good.pt")})), 2, {"would replace the model", "try: -o report.json"});
}

TEST_CASE("mlplan itself needs no libtorch and no CUDA") {
  const Ended ended = run({{MLPLAN_PROGRAM}, {}, "ldd"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.out.find("libstdc++") != std::string::npos);
  for (const char* library : {"torch", "c10", "cuda", "cudart", "cupti", "libgomp"}) {
    INFO(library);
    CHECK(ended.out.find(library) == std::string::npos);
  }
}

}  // namespace mlplan::tests
