#include "cli/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <string_view>

namespace mlplan::cli {
namespace {

constexpr int kNarrowest = 60;
constexpr int kWidest = 160;
constexpr int kWithoutTerminal = 100;

bool is_set(const std::optional<std::string>& value) { return value && !value->empty(); }

bool forced(const std::optional<std::string>& value) { return is_set(value) && *value != "0"; }

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

bool take_over_locale(const Environment& environment) {
  const bool chosen = is_set(environment("LC_ALL")) || is_set(environment("LC_CTYPE")) || is_set(environment("LANG"));
  const bool taken = std::setlocale(LC_CTYPE, chosen ? "" : "C.UTF-8") != nullptr;
  return taken && std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

StreamFacts facts_of(int descriptor, bool utf8) {
  StreamFacts facts;
  facts.utf8 = utf8;
  facts.is_terminal = isatty(descriptor) == 1;
  winsize size{};
  if (facts.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0) facts.columns = size.ws_col;
  return facts;
}

bool wants_colour(ColourChoice choice, bool is_terminal, const Environment& environment) {
  if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
  if (is_set(environment("NO_COLOR"))) return false;
  if (forced(environment("CLICOLOR_FORCE")) || forced(environment("FORCE_COLOR"))) return true;
  return is_terminal && environment("TERM").value_or("") != "dumb";
}

Style style_for(const StreamFacts& facts, ColourChoice choice, const Environment& environment) {
  Style style;
  int columns = facts.is_terminal && facts.columns > 0 ? facts.columns : kWithoutTerminal;
  const std::string wanted = environment("COLUMNS").value_or("");
  int count = 0;
  if (std::from_chars(wanted.data(), wanted.data() + wanted.size(), count).ec == std::errc() && count > 0)
    columns = count;
  style.width = std::clamp(columns, kNarrowest, kWidest);
  style.colour = wants_colour(choice, facts.is_terminal, environment);
  style.unicode = facts.utf8;
  return style;
}

}  // namespace mlplan::cli
