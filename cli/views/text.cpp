#include "cli/views/text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace mlplan::cli {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// Malformed bytes count as one character each.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80         ? 1
                             : (first >> 5) == 6  ? 2
                             : (first >> 4) == 14 ? 3
                             : (first >> 3) == 30 ? 4
                                                  : 0;
  if (length == 0 || length > text.size()) return {0xFFFD, 1};
  if (length == 1) return {first, 1};
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xFFFD, 1};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[length] || surrogate || value > 0x10FFFF) return {0xFFFD, 1};
  return {value, length};
}

int columns_of(char32_t c) {
  const auto within = [c](char32_t low, char32_t high) { return c >= low && c <= high; };
  if (within(0x300, 0x36F) || within(0x200B, 0x200F) || within(0xFE00, 0xFE0F)) return 0;
  const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) ||
                    within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF60) ||
                    within(0xFFE0, 0xFFE6) || within(0x1F300, 0x1FAFF) || within(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

// The symbols that the views use, with replacements of the same width where columns depend on it.
std::string_view ascii_of(char32_t c) {
  switch (c) {
    case U'–':
    case U'—':
    case U'─': return "-";
    case U'±': return "~";
    case U'≤': return "<";
    case U'≥': return ">";
    case U'×': return "x";
    case U'µ': return "u";
    case U'…': return ".";
    case U'·': return ",";
    case U'│':
    case U'▏':
    case U'▎': return "|";
    case U'▍':
    case U'▌':
    case U'▋':
    case U'▊':
    case U'▉':
    case U'█': return "#";
    case U'▁':
    case U'▂': return "_";
    case U'▃':
    case U'▄': return "-";
    case U'▅':
    case U'▆':
    case U'▇':
    case U'▒': return "=";
    case U'░': return ":";
    case U'→': return ">";
    default: return "?";
  }
}

}  // namespace

std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "\033[1m";
    case Ink::dim: return "\033[2m";
    case Ink::red: return "\033[31m";
    case Ink::yellow: return "\033[33m";
    case Ink::green: return "\033[32m";
    case Ink::cyan: return "\033[36m";
  }
  return "";
}

std::string paint(std::string_view text, Ink ink, const Style& style) {
  if (!style.colour || ink == Ink::plain || text.empty()) return std::string(text);
  return std::string(escape_of(ink)).append(text).append("\033[0m");
}

std::string shown(std::string_view text, const Style& style) {
  std::string result;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    if (c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0) || c.value == 0xFFFD)
      result += '?';
    else if (c.value < 0x80)
      result += static_cast<char>(c.value);
    else if (style.unicode)
      result.append(text.substr(0, c.bytes));
    else
      result.append(ascii_of(c.value));
    text.remove_prefix(c.bytes);
  }
  return result;
}

int columns_of(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    columns += columns_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return columns;
}

std::string truncated(std::string_view text, int columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::string result;
  int used = 0;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    used += columns_of(c.value);
    if (used > columns - 1) break;
    result.append(text.substr(0, c.bytes));
    text.remove_prefix(c.bytes);
  }
  return result + "…";
}

std::string truncated_left(std::string_view text, int columns) {
  int surplus = columns_of(text) - columns;
  if (surplus <= 0) return std::string(text);
  for (++surplus; surplus > 0 && !text.empty();) {
    const CodePoint c = decode(text);
    surplus -= columns_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return std::string("…").append(text);
}

std::vector<std::string> wrapped(std::string_view text, int columns) {
  std::vector<std::string> lines = {""};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && columns_of(lines.back()) + 1 + columns_of(word) > columns) lines.emplace_back();
    if (!word.empty()) lines.back().append(lines.back().empty() ? "" : " ").append(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string paragraph(std::string_view label, std::string_view text, const Style& style, Ink label_ink, Ink text_ink) {
  const std::string head = shown(label, style);
  const auto pad = static_cast<std::size_t>(std::max(head.empty() ? 0 : 1, kLabelColumns - columns_of(head)));
  return beside(std::string(kIndent, ' ') + paint(head, label_ink, style) + std::string(pad, ' '),
                kIndent + kLabelColumns, text, style, text_ink);
}

std::string beside(std::string head, int head_columns, std::string_view text, const Style& style, Ink ink) {
  bool first = true;
  for (const std::string& line : wrapped(shown(text, style), std::max(20, style.width - head_columns))) {
    if (!std::exchange(first, false)) head.append(static_cast<std::size_t>(head_columns), ' ');
    head += paint(line, ink, style);
    head.erase(head.find_last_not_of(' ') + 1);
    head += "\n";
  }
  return head;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos) return std::string(word);
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : " ") + shell_quoted(word);
  return result;
}

std::vector<std::string> without_value_flag(const std::vector<std::string>& arguments, const std::string& flag) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == flag)
      ++i;
    else if (!arguments[i].starts_with(flag + "="))
      result.push_back(arguments[i]);
  }
  return result;
}

}  // namespace mlplan::cli
