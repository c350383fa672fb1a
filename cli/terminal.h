// What standard output and standard error are, and so how a view may look: the only place that reads the environment
// for it.
//
// Colour, first that applies: --color always or never; NO_COLOR not empty: none; CLICOLOR_FORCE or FORCE_COLOR not
// empty and not 0: colour; TERM=dumb or no terminal: none.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/views/text.h"

namespace mlplan::cli {

using Environment = std::function<std::optional<std::string>(const char* name)>;  // nullopt: not set
Environment process_environment();

enum class ColourChoice { automatic, always, never };

struct StreamFacts {
  bool is_terminal = false;
  int columns = 0;   // 0: unknown
  bool utf8 = true;  // of the locale's character set
};

// Takes over the locale's character set (LC_CTYPE only, so that numbers keep their point) and tells whether it is
// UTF-8. An unset locale counts as UTF-8 where the system has C.UTF-8: containers set none, and logs are UTF-8.
bool take_over_locale(const Environment& environment);
StreamFacts facts_of(int descriptor, bool utf8);

bool wants_colour(ColourChoice choice, bool is_terminal, const Environment& environment);
// Not a terminal: 100 columns, so that logs read alike everywhere; a terminal: its own, from 60 to 160; COLUMNS wins
// over both.
Style style_for(const StreamFacts& facts, ColourChoice choice, const Environment& environment);

}  // namespace mlplan::cli
