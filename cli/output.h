// Standard output and standard error: the answer on one, all that is said about it on the other.
#pragma once

#include <string>
#include <string_view>

#include "cli/views/text.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

// All of it, or an Error (disk full). A reader that has gone away (a closed pipe) wanted no more: not an error.
Status write_answer(std::string_view text);

// Of -o: whether it names a file, and not standard output or nothing.
bool is_file(const std::string& output);
// Before anything is done for it: that such a file can be written. Nothing to say where it names none.
Status check_output_file(const std::string& output);

void say(std::string_view text);  // on standard error, as it is

// "mlplan: MESSAGE", "  at: WHERE", "  try: HINT", each line wrapped to none: a log keeps an error on its lines.
std::string error_text(const Error& error, const Style& style);
std::string warning_text(std::string_view message, std::string_view hint, const Style& style);

}  // namespace mlplan::cli
