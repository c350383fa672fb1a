// Every command of docs/ci.md, one after the other, in a folder with two models and the budget that the page shows.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

// The fenced blocks of a language, without what indents them.
std::vector<std::string> blocks_of(const std::string& page, const std::string& language) {
  std::vector<std::string> blocks;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = line == "```" + language;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

std::vector<std::string> commands_of(const std::string& page) {
  std::vector<std::string> commands;
  for (const char* language : {"sh", "yaml", "make"}) {
    for (const std::string& block : blocks_of(page, language)) {
      std::istringstream lines(block);
      for (std::string line; std::getline(lines, line);) {
        const std::size_t start = line.find_first_not_of(" \t");
        if (start != std::string::npos && line.compare(start, 7, "mlplan ") == 0)
          commands.push_back(line.substr(start));
      }
    }
  }
  return commands;
}

// In less time, as of a flag given twice the last counts: what is measured is judged and written the same, of fewer
// samples.
std::string shortened(const std::string& command) {
  return command.find("--bench") == std::string::npos ? command : command + " --time-box 8s";
}

Ended run_in(const std::string& folder, const std::string& command) {
  const std::string bin = std::filesystem::path(MLPLAN_PROGRAM).parent_path();
  const std::string script = "cd '" + folder + "' && PATH='" + bin + "':\"$PATH\" && " + command;
  return Program({.arguments = {"-c", script}, .program = "/bin/sh"}).wait(std::chrono::seconds(400));
}

TEST_CASE("the commands of the page on CI do what it says of them") {
  const std::string page = content_of(CI_PAGE);
  const TemporaryFolder folder;
  for (const char* name : {"model.pt", "main.pt"})
    REQUIRE(run_in(folder.path(), std::string("mlplan sample mlp -o ") + name).exit_code == 0);
  const std::vector<std::string> budgets = blocks_of(page, "toml");
  REQUIRE(budgets.size() == 1);
  const std::vector<std::string> commands = commands_of(page);
  REQUIRE(commands.size() > 8);
  for (const std::string& command : commands) {
    CAPTURE(command);
    const Ended ended = run_in(folder.path(), shortened(command));
    CAPTURE(ended.err);
    CAPTURE(ended.out);
    CHECK(ended.in_time);
    // 1 and 4 are verdicts as well: whether the machine is quiet enough is not what is tested.
    const bool verdict = ended.exit_code == 0 || ended.exit_code == 1 || ended.exit_code == 4;
    CHECK(verdict);
    CHECK(ended.survivors.empty());
    if (command.find("--init") != std::string::npos) {
      REQUIRE(std::filesystem::exists(folder.path() + "/mlplan.toml"));
      write(folder.path() + "/mlplan.toml", budgets.front());  // as edited
      std::filesystem::copy_file(folder.path() + "/report.json", folder.path() + "/baseline.json");
    }
  }
  for (const char* written : {"budgets.xml", "budgets.md", "bencher.json", "metrics-smaller-is-better.json",
                              "metrics-bigger-is-better.json", "benchmark.json"}) {
    CAPTURE(written);
    CHECK(std::filesystem::file_size(folder.path() + "/" + written) > 0);
  }
}

}  // namespace
}  // namespace mlplan::tests
