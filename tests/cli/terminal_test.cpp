#include "cli/terminal.h"

#include <doctest/doctest.h>

#include <map>

using namespace mlplan::cli;

namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

}  // namespace

TEST_CASE("colour is for terminals, and not for dumb ones") {
  CHECK(wants_colour(ColourChoice::automatic, true, with({{"TERM", "xterm"}})));
  CHECK_FALSE(wants_colour(ColourChoice::automatic, false, with({})));
  CHECK_FALSE(wants_colour(ColourChoice::automatic, true, with({{"TERM", "dumb"}})));
}

TEST_CASE("NO_COLOR wins over forcing, and the flag over both") {
  CHECK_FALSE(wants_colour(ColourChoice::automatic, true, with({{"NO_COLOR", "0"}, {"FORCE_COLOR", "1"}})));
  CHECK(wants_colour(ColourChoice::automatic, true, with({{"NO_COLOR", ""}})));
  CHECK(wants_colour(ColourChoice::automatic, false, with({{"CLICOLOR_FORCE", "1"}})));
  CHECK_FALSE(wants_colour(ColourChoice::automatic, false, with({{"FORCE_COLOR", "0"}})));
  CHECK(wants_colour(ColourChoice::always, false, with({{"NO_COLOR", "1"}})));
  CHECK_FALSE(wants_colour(ColourChoice::never, true, with({{"FORCE_COLOR", "1"}})));
}

TEST_CASE("a log is 100 columns wide, a terminal as wide as it is within limits, and COLUMNS decides over both") {
  CHECK(style_for({false, 0, true}, ColourChoice::automatic, with({})).width == 100);
  CHECK(style_for({true, 80, true}, ColourChoice::automatic, with({})).width == 80);
  CHECK(style_for({true, 20, true}, ColourChoice::automatic, with({})).width == 60);
  CHECK(style_for({true, 400, true}, ColourChoice::automatic, with({})).width == 160);
  CHECK(style_for({true, 80, true}, ColourChoice::automatic, with({{"COLUMNS", "120"}})).width == 120);
  CHECK(style_for({true, 80, true}, ColourChoice::automatic, with({{"COLUMNS", "wide"}})).width == 80);
}
