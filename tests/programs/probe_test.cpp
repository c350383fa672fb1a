// mlplan probe with the real mlplan-kernels, and with programs in its place that are wrong.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "profiles/machine_profile.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

// A shell script in place of mlplan-kernels: says the right version, then does `body`.
std::string script(const TemporaryFolder& folder, const std::string& version, const std::string& body) {
  const std::string path = folder.path() + "/kernels";
  write(path,
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'mlplan-kernels " + version + "'; exit 0; fi\n" + body + "\n");
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  return path;
}

constexpr const char* kDocument =
    R"(echo '{"context":{"mlplan":"x"},"benchmarks":[{"name":"disk/read/iterations:1","run_type":"iteration",)"
    R"("real_time":1,"bytes_per_second":2e9}]}')";

}  // namespace

TEST_CASE("probe writes the profile of this machine and shows it") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/here.json";
  const Ended ended = run({{"probe", "--only", "process,faults", "--time-box", "1s", "-q", "-o", path}});
  check_end(ended, 0, {});
  CHECK(ended.out.find("/bin/true") != std::string::npos);
  CHECK(ended.out.find("MEMORY") == std::string::npos);
  const Result<MachineProfile> profile = read_machine_profile(content_of(path), path);
  REQUIRE(profile);
  CHECK(profile->rounds >= 1);
  CHECK(profile->page_faults.fault.has_value());
  CHECK(profile->process_start.nothing.has_value());
  CHECK(profile->memory.empty());
  CHECK(profile->machine.fingerprint.size() == 16);
}

TEST_CASE("probe --json writes the document and nothing else") {
  const Ended ended = run({{"probe", "--only", "process", "--time-box", "1s", "-q", "--json"}});
  check_end(ended, 0, {});
  CHECK(read_machine_profile(ended.out, "-"));
}

TEST_CASE("a subject that there is not is named with those that there are") {
  check_end(run({{"probe", "--only", "memori"}}), 2,
            {"'memori' is none of memory, faults, process, disk", "try: memory"});
  check_end(run({{"probe", "--folder", "/no/such/folder"}}), 2, {"is no folder", "/no/such/folder"});
}

TEST_CASE("a GPU that was asked for and cannot be measured ends with the reason") {
  // Also where there is one.
  const Invocation invocation{{"probe", "--only", "gpu", "--time-box", "1s", "-q"}, {{"CUDA_VISIBLE_DEVICES", ""}}};
  const Ended ended = run(invocation);
  check_end(ended, 3, {"nothing could be measured: "});
  const bool said = ended.err.find("no NVIDIA driver here: ") != std::string::npos ||
                    ended.err.find("shows no device to this process") != std::string::npos ||
                    ended.err.find("the NVIDIA driver ") != std::string::npos ||
                    ended.err.find("this build has no CUDA benchmarks") != std::string::npos;
  CHECK_MESSAGE(said, ended.err);
}

TEST_CASE("no mlplan-kernels, another program and another version are told apart") {
  const TemporaryFolder folder;
  check_end(run({{"probe", "--kernels", folder.path() + "/none"}}), 2, {"no program that can be run", "--kernels"});
  check_end(run({{"probe", "--kernels", "/bin/true"}}), 2, {"is no mlplan-kernels", "/bin/true"});
  const std::string other = script(folder, "0.0.9", "exit 0");
  check_end(run({.arguments = {"probe", "-q"}, .environment = {{"MLPLAN_KERNELS", other}}}), 2,
            {"is of another version (0.0.9) than this mlplan", "make build"});
}

TEST_CASE("what mlplan-kernels says when it fails is passed on") {
  const TemporaryFolder folder;
  const std::string fails = script(folder, MLPLAN_VERSION, "echo 'out of luck' >&2; exit 7");
  check_end(run({{"probe", "-q", "--kernels", fails}}), 3, {"ended with 7: out of luck"});
  const std::string nonsense = script(folder, MLPLAN_VERSION, "echo nonsense");
  check_end(run({{"probe", "-q", "--kernels", nonsense}}), 3, {"cannot be read"});
}

TEST_CASE("a probe that is interrupted keeps the rounds that were done, and leaves nothing running") {
  const TemporaryFolder folder;
  const std::string mark = folder.path() + "/done";
  const std::string asleep = folder.path() + "/asleep";
  const std::string slow =
      script(folder, MLPLAN_VERSION,
             "if [ -e " + mark + " ]; then touch " + asleep + "; sleep 60; fi; touch " + mark + "; " + kDocument);
  for (const bool first_done : {true, false}) {
    CAPTURE(first_done);
    const std::string output = folder.path() + "/here.json";
    if (first_done) std::filesystem::remove(mark);  // the first round ends at once, the second does not
    const Invocation invocation{{"probe", "-q", "--time-box", "5m", "--kernels", slow, "-o", output}};
    Program program(invocation);
    for (int i = 0; i < 600 && !std::filesystem::exists(asleep); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ::kill(program.pid(), SIGINT);
    const Ended ended = program.wait();
    CHECK(ended.in_time);
    CHECK(ended.exit_code == 130);
    CHECK(ended.survivors.empty());
    CHECK(std::filesystem::exists(output) == first_done);
    if (first_done) CHECK(read_machine_profile(content_of(output), output)->stop == "interrupted");
    std::filesystem::remove(output);
    std::filesystem::remove(asleep);
  }
}

}  // namespace mlplan::tests
