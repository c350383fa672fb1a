// Text on a terminal: what a string takes up, where a sentence breaks, and how it looks without Unicode or colour.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlplan::cli {

// How a view may look. Made from the environment by cli/terminal.h, by hand in tests.
struct Style {
  int width = 100;  // columns; views keep within it from 60 on
  bool colour = false;
  bool unicode = true;   // else plain ASCII
  bool verbose = false;  // -v: nothing left out
};

enum class Ink { plain, bold, dim, red, yellow, green, cyan };

// The escape sequence that turns an ink on; empty for plain.
std::string_view escape_of(Ink ink);
// Painted when the style has colour.
std::string paint(std::string_view text, Ink ink, const Style& style);

// Safe to show: control characters (a file name may hold escape sequences) become "?"; without Unicode the few symbols
// that the views use become ASCII and all else "?".
std::string shown(std::string_view text, const Style& style);

// Columns of UTF-8 text without escape sequences: East Asian wide characters count two, combining marks none.
int columns_of(std::string_view text);
// Cut to `columns`, with an ellipsis where something was cut off.
std::string truncated(std::string_view text, int columns);
std::string truncated_left(std::string_view text, int columns);  // keeps the end: paths

// Lines of at most `columns`, broken at spaces; a word longer than a line stays whole.
std::vector<std::string> wrapped(std::string_view text, int columns);

inline constexpr int kIndent = 2;         // of everything below a heading
inline constexpr int kLabelColumns = 11;  // of the labels of paragraphs

// An indented line with a label: the text is wrapped and hangs under its own start.
std::string paragraph(std::string_view label, std::string_view text, const Style& style, Ink label_ink = Ink::dim,
                      Ink text_ink = Ink::plain);

// The same for a head that was made and painted before, and takes `head_columns`.
std::string beside(std::string head, int head_columns, std::string_view text, const Style& style, Ink ink = Ink::plain);

// As a shell would take it: quoted only where it must be.
std::string shell_quoted(std::string_view word);
std::string shell_line(const std::vector<std::string>& words);

// The arguments but for `flag`, spelt "--flag value" or "--flag=value".
std::vector<std::string> without_value_flag(const std::vector<std::string>& arguments, const std::string& flag);

}  // namespace mlplan::cli
