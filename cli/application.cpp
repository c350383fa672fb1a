#include "cli/application.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "profiles/support/suggestion.h"

namespace mlplan::cli {
namespace {

std::string general_help(const Style& style) {
  std::string text = "usage: " + paint("mlplan COMMAND [flags]", Ink::bold, style) + "\n" +
                     "Measures how long an ML model takes to serve its first request and why, what memory it needs\n"
                     "and how fast it then is; plans what to buy for it, and how many to keep warm.\n\n" +
                     paint("Commands", Ink::bold, style) + "\n";
  for (const Command& command : commands()) {
    std::string name = command.name;
    name.resize(10, ' ');
    text += "  " + name + command.summary + "\n";
  }
  return text + "\n" + paint("Examples", Ink::bold, style) + "\n" +
         "  mlplan sample cnn                            # writes cnn.pt\n"
         "  mlplan bench cnn.pt                          # everything by default, in about a minute\n"
         "  mlplan bench cnn.pt --batch 1..32*2 --time-box 5m -o report.json\n"
         "  mlplan gate report.json --max cold_start.time_to_first_result=5s --max memory.peak_rss=2GiB\n"
         "  mlplan plan report.json --rate 120/s --slo p99=80ms --exposure 0.1% -o plan.json\n"
         "  mlplan simulate plan.json --traffic trace.csv --policy hpa --seed 7\n"
         "\n"
         "mlplan COMMAND --help lists the flags of a command; mlplan --version prints the version.\n"
         "Exit codes: 0 done, 1 negative verdict, 2 wrong usage or input, 3 could not be measured, 4 inconclusive,\n"
         "130 interrupted.\n";
}

// --color counts for every message, so it is looked up before the command is known; the command checks its value.
ColourChoice colour_choice(const std::vector<std::string>& arguments) {
  ColourChoice choice = ColourChoice::automatic;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view value;
    if (arguments[i].starts_with("--color="))
      value = std::string_view(arguments[i]).substr(8);
    else if (arguments[i] == "--color" && i + 1 < arguments.size())
      value = arguments[i + 1];
    if (value == "always") choice = ColourChoice::always;
    if (value == "never") choice = ColourChoice::never;
  }
  return choice;
}

Error unknown_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  const std::string guess = name.starts_with('-') ? "" : nearest(name, names);
  const char* what = name.starts_with('-') ? "unknown flag '" : "unknown command '";
  return Error{ErrorKind::usage, what + name + "'", "", guess.empty() ? "mlplan --help" : "mlplan " + guess};
}

Result<int> dispatch(std::vector<std::string> arguments, const Context& context) {
  const std::string first = arguments.front();
  if (first == "--version" || first == "-V") {
    if (Status status = write_answer("mlplan " MLPLAN_VERSION "\n"); !status) return fail(status.error());
    return 0;
  }
  if (first == "help" && arguments.size() > 1) {
    std::swap(arguments[0], arguments[1]);
    arguments[1] = "--help";
  } else if (first == "--help" || first == "-h" || first == "help") {
    if (Status status = write_answer(general_help(context.answer)); !status) return fail(status.error());
    return 0;
  }
  const auto all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& c) { return arguments.front() == c.name; });
  if (found == all.end()) return fail(unknown_command(arguments.front()));
  arguments.erase(arguments.begin());
  return found->run(arguments, context);
}

}  // namespace

int run(int argc, char** argv) {
  catch_signals();
  const std::vector<std::string> all(argv, argv + argc);
  const std::vector<std::string> arguments(all.begin() + (argc > 0 ? 1 : 0), all.end());
  const Environment environment = process_environment();
  const bool utf8 = take_over_locale(environment);
  const StreamFacts out = facts_of(STDOUT_FILENO, utf8);
  const StreamFacts remarks = facts_of(STDERR_FILENO, utf8);
  const ColourChoice choice = colour_choice(arguments);
  const Context context{environment, style_for(out, choice, environment), style_for(remarks, choice, environment),
                        remarks.is_terminal, all};
  if (arguments.empty()) {
    say(general_help(context.remarks));
    return exit_code(ErrorKind::usage);
  }
  Error error;
  try {
    const Result<int> code = dispatch(arguments, context);
    if (code) return *code;
    error = code.error();
  } catch (const std::bad_alloc&) {
    error = Error{ErrorKind::not_measured, "out of memory"};
  } catch (const std::exception& exception) {
    error = Error{ErrorKind::not_measured, std::string("internal error: ") + exception.what(), "",
                  "report this with the command line; it is a defect of mlplan"};
  }
  say(error_text(error, context.remarks));
  return exit_code(error.kind);
}

}  // namespace mlplan::cli
