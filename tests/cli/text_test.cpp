#include "cli/views/text.h"

#include <doctest/doctest.h>

using namespace mlplan::cli;

TEST_CASE("a command to repeat keeps the other flags and their quotes") {
  const std::vector<std::string> given = {"my model.pt", "--time-box",   "10s",
                                          "--input",     "x:f32[batch]", "--time-box=2s"};
  CHECK(shell_line(without_value_flag(given, "--time-box")) == "'my model.pt' --input 'x:f32[batch]'");
}

TEST_CASE("columns are counted in characters, not in bytes") {
  CHECK(columns_of("±1.2 %") == 6);
  CHECK(columns_of("模型") == 4);
  CHECK(columns_of("e\xcc\x81") == 1);
}

TEST_CASE("a name cannot smuggle escape sequences onto the terminal") {
  CHECK(shown("a\033[31mb\n", Style{}) == "a?[31mb?");
  CHECK(shown("\xff", Style{}) == "?");
}

TEST_CASE("without Unicode every symbol of the views has an ASCII one of the same width") {
  Style ascii;
  ascii.unicode = false;
  CHECK(shown("██▏░▒ ±≤–…µ", ascii) == "##|:= ~<-.u");
  CHECK(shown("模", ascii) == "?");
}

TEST_CASE("cutting keeps within the columns and marks the cut") {
  CHECK(truncated("abcdef", 6) == "abcdef");
  CHECK(truncated("abcdef", 4) == "abc…");
  CHECK(truncated_left("abcdef", 4) == "…def");
  CHECK(truncated("模型模型", 4) == "模…");
}

TEST_CASE("sentences break at spaces and hang under their start") {
  Style style;
  style.width = 33;
  CHECK(paragraph("why", "one two three four five six", style) ==
        "  why        one two three four\n"
        "             five six\n");
}

TEST_CASE("a word is quoted only where a shell would split or expand it") {
  CHECK(shell_quoted("models/a.pt") == "models/a.pt");
  CHECK(shell_quoted("my model.pt") == "'my model.pt'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("") == "''");
}

TEST_CASE("ink is only used where the style has colour") {
  Style style;
  CHECK(paint("x", Ink::red, style) == "x");
  style.colour = true;
  CHECK(paint("x", Ink::red, style) == "\033[31mx\033[0m");
}
