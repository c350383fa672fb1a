#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

// 0 or errno.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (written < 0 && errno != EINTR)
      return errno;
  }
  return 0;
}

// Messages may have lines of their own; the second and later ones hang under the first.
std::string hanging(std::string_view text, std::size_t columns, const Style& style) {
  std::string result;
  for (;;) {
    const std::size_t end = text.find('\n');
    result += shown(text.substr(0, end), style);
    if (end == std::string_view::npos || end + 1 >= text.size()) return result;
    result.append("\n").append(columns, ' ');
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Status write_answer(std::string_view text) {
  const int problem = write_all(STDOUT_FILENO, text);
  if (problem == 0 || problem == EPIPE) return {};
  return fail(ErrorKind::io, std::string("could not write the answer: ") + std::strerror(problem), "standard output");
}

bool is_file(const std::string& output) { return !output.empty() && output != "-"; }

Status check_output_file(const std::string& output) { return is_file(output) ? check_writable(output) : Status{}; }

void say(std::string_view text) { static_cast<void>(write_all(STDERR_FILENO, text)); }

std::string error_text(const Error& error, const Style& style) {
  std::string text = paint("mlplan:", Ink::red, style) + " " + hanging(error.message, 8, style) + "\n";
  if (!error.where.empty()) text += paint("  at:", Ink::dim, style) + "  " + hanging(error.where, 7, style) + "\n";
  if (!error.hint.empty()) text += paint("  try:", Ink::dim, style) + " " + hanging(error.hint, 7, style) + "\n";
  return text;
}

std::string warning_text(std::string_view message, std::string_view hint, const Style& style) {
  std::string text = paint("mlplan: warning:", Ink::yellow, style) + " " + hanging(message, 8, style) + "\n";
  if (!hint.empty()) text += paint("  try:", Ink::dim, style) + " " + hanging(hint, 7, style) + "\n";
  return text;
}

}  // namespace mlplan::cli
