// The formats of a verdict, each held against what its readers take.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "cli/terminal.h"
#include "cli/views/verdict_github.h"
#include "cli/views/verdict_junit.h"
#include "cli/views/verdict_markdown.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/example_verdicts.h"
#include "tests/cli/golden.h"
#include "tests/temporary_folder.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

// Every text of it holds what XML, Markdown and annotations give a meaning, and bytes that no format has a place for.
Verdict hostile_verdict() {
  Verdict verdict = examples::mixed_verdict();
  const std::string text =
      "]]> <a href='x'>&amp; | `b` **c**\r\n::error::%0A, \x01\x1b[31m \xff\xed\xa0\x80 \xEF\xBF\xBF \xC3\xA9";
  verdict.report.path = verdict.report.model = text;
  for (ClauseVerdict& clause : verdict.clauses) clause.path = clause.label = clause.reason = clause.where = text;
  verdict.differences.front().report = text;
  return verdict;
}

// What xmllint says of it against the schema; empty: valid.
std::string complaints_of(const std::string& xml) {
  const tests::TemporaryFolder folder;
  const std::string file = folder.path() + "/junit.xml";
  const std::string said = folder.path() + "/said";
  REQUIRE(write_file(file, xml));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int descriptor = ::open(said.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(descriptor, STDERR_FILENO);
    ::execlp("xmllint", "xmllint", "--noout", "--schema", FORMATS_FOLDER "/junit.xsd", file.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  INFO("xmllint of libxml2-utils");
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) != 127));
  return WEXITSTATUS(status) == 0 ? "" : *read_file(said) + "\n" + xml;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::ptrdiff_t count(const std::string& text, const std::string& part) {
  std::ptrdiff_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

TEST_CASE("JUnit XML is valid against the schema that its readers agree on, whatever the texts hold") {
  check_golden("gate_junit.xml", verdict_junit(examples::mixed_verdict(), "4"));
  for (const char* inconclusive : {"4", "pass", "fail"}) {
    CHECK(complaints_of(verdict_junit(examples::mixed_verdict(), inconclusive)) == "");
    CHECK(complaints_of(verdict_junit(hostile_verdict(), inconclusive)) == "");
  }
}

TEST_CASE("in JUnit what is inconclusive is an error, or what the job counts it as") {
  const auto counts = [](const char* inconclusive) {
    const std::string xml = verdict_junit(examples::mixed_verdict(), inconclusive);
    return std::vector<std::ptrdiff_t>{count(xml, "<failure "),
                                       count(xml, "<error "),
                                       count(xml, "<skipped "),
                                       count(xml, "failures=\"2\" errors=\"2\" skipped=\"0\""),
                                       count(xml, "failures=\"4\" errors=\"0\" skipped=\"0\""),
                                       count(xml, "failures=\"2\" errors=\"0\" skipped=\"2\"")};
  };
  CHECK(counts("4") == std::vector<std::ptrdiff_t>{2, 2, 0, 1, 0, 0});
  CHECK(counts("fail") == std::vector<std::ptrdiff_t>{4, 0, 0, 0, 1, 0});
  CHECK(counts("pass") == std::vector<std::ptrdiff_t>{2, 0, 2, 0, 0, 1});
}

TEST_CASE("annotations stand at the line of the budget, escaped, the worst first") {
  check_golden("gate_github.txt", verdict_github(examples::mixed_verdict()));
  // Whatever a text holds, a line is one annotation.
  const std::vector<std::string> lines = lines_of(verdict_github(hostile_verdict()));
  CHECK(lines.size() == 4);
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK((line.starts_with("::error title=") || line.starts_with("::warning title=")));
    const std::string properties = line.substr(0, line.find("::", 2));
    CHECK(std::ranges::count(properties, ',') == 0);
    CHECK(line.find('\r') == std::string::npos);
  }
}

TEST_CASE("at most ten annotations of a kind are written, and the last says how many more there are") {
  Verdict verdict = examples::mixed_verdict();
  const ClauseVerdict memory = verdict.clauses[1];
  verdict.clauses.clear();
  for (int i = 0; i < 25; ++i) {
    verdict.clauses.push_back(memory);
    verdict.clauses.back().label = "figure " + std::to_string(i);
    verdict.clauses.back().value = memory.limit * (2 + i);
  }
  const std::vector<std::string> lines = lines_of(verdict_github(verdict));
  REQUIRE(lines.size() == 10);
  CHECK(lines[0].find("figure 24 ") != std::string::npos);
  CHECK(lines[9].find("figure 15 ") != std::string::npos);
  CHECK(lines[9].ends_with("(and 15 more)"));
}

TEST_CASE("a pass is one notice") {
  Verdict verdict = examples::mixed_verdict();
  verdict.outcome = "pass";
  verdict.clauses.resize(1);
  CHECK(verdict_github(verdict) == "::notice title=mlplan gate::pass: the one clause holds\n");
}

TEST_CASE("Markdown is one table whose cells keep to themselves") {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  check_golden("gate.md", verdict_markdown(examples::mixed_verdict()));
  for (const std::string& line : lines_of(verdict_markdown(hostile_verdict()))) {
    CAPTURE(line);
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find("**c**") == std::string::npos);
    CHECK(line.find(" <a") == std::string::npos);
    if (!line.starts_with('|')) continue;
    const std::ptrdiff_t bars = std::ranges::count(line, '|') - count(line, "\\|");
    CHECK(bars == 6);
  }
}
