#include "bench/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace mlplan::bench {
namespace {

constexpr std::string_view kOnlyForShells = "|&;<>()$`*?[#";  // outside of quotes
constexpr std::string_view kInDoubleQuotes = "$`";

tl::unexpected<Error> only_a_shell(char c) {
  return fail(ErrorKind::usage, fmt::format("'{}' in the command means something to a shell only, and none is used", c),
              "--command", "quote it, or add --shell, which runs the command by /bin/sh -c and times that too");
}

tl::unexpected<Error> not_closed(char quote) {
  return fail(ErrorKind::usage, fmt::format("a {} in the command is not closed", quote), "--command");
}

// NAME=VALUE before the program.
bool sets_a_variable(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  for (const char c : word.substr(0, equals)) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

bool can_be_run(const std::filesystem::path& path) {
  std::error_code ignored;
  return ::access(path.c_str(), X_OK) == 0 && !std::filesystem::is_directory(path, ignored);
}

Result<std::string> locate(const std::string& name, const std::map<std::string, std::string>& environment) {
  std::error_code ignored;
  if (name.find('/') != std::string::npos) {
    const std::filesystem::path path = std::filesystem::absolute(name, ignored).lexically_normal();
    if (can_be_run(path)) return path.string();
    const bool there = std::filesystem::exists(path, ignored);
    return fail(ErrorKind::usage, there ? "the program may not be run" : "there is no such program", name,
                there ? "chmod +x makes a script one that may; or name its interpreter first" : "");
  }
  const auto own = environment.find("PATH");
  const char* inherited = std::getenv("PATH");
  const std::string path = own != environment.end() ? own->second : inherited != nullptr ? inherited : "/usr/bin:/bin";
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const std::filesystem::path folder = end == at ? "." : path.substr(at, end - at);
    if (can_be_run(folder / name)) return std::filesystem::absolute(folder / name, ignored).lexically_normal().string();
    at = end + 1;
  }
  return fail(ErrorKind::usage, fmt::format("no program '{}' on the PATH", name), "--command",
              "name it with its folder, as /opt/app/bin/serve");
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  const auto add = [&](char c) { word = std::move(word).value_or("") + c; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
    } else if (c == '\\') {
      if (i + 1 == text.size()) return fail(ErrorKind::usage, "the command ends in a \\", "--command");
      if (text[++i] != '\n') add(text[i]);
    } else if (c == '\'') {
      const std::size_t end = text.find('\'', i + 1);
      if (end == std::string_view::npos) return not_closed(c);
      word = std::move(word).value_or("") + std::string(text.substr(i + 1, end - i - 1));
      i = end;
    } else if (c == '"') {
      word = std::move(word).value_or("");
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (kInDoubleQuotes.find(text[i]) != std::string_view::npos) return only_a_shell(text[i]);
        const bool escapes = text[i] == '\\' && i + 1 < text.size() &&
                             std::string_view("\"\\$`").find(text[i + 1]) != std::string_view::npos;
        if (escapes) ++i;
        add(text[i]);
      }
      if (i >= text.size()) return not_closed(c);
    } else if (kOnlyForShells.find(c) != std::string_view::npos || (c == '~' && !word)) {
      return only_a_shell(c);
    } else {
      add(c);
    }
  }
  if (word) words.push_back(*word);
  return words;
}

bool has_port(std::string_view text) { return text.find(kPortPlaceholder) != std::string_view::npos; }

std::string with_port(std::string text, int port) {
  const std::string number = std::to_string(port);
  for (std::size_t at = 0; (at = text.find(kPortPlaceholder, at)) != std::string::npos; at += number.size())
    text.replace(at, kPortPlaceholder.size(), number);
  return text;
}

Result<CommandLine> command_line(const CommandOptions& options, const std::map<std::string, std::string>& environment) {
  if (options.shell) return CommandLine{"/bin/sh", {"/bin/sh", "-c", options.command}};
  Result<std::vector<std::string>> words = split_words(options.command);
  if (!words) return fail(words.error());
  if (words->empty()) return fail(ErrorKind::usage, "the command is empty", "--command", "--command 'python serve.py'");
  if (sets_a_variable(words->front())) {
    return fail(ErrorKind::usage, "a variable before the program is set by shells only", words->front(),
                "--env " + words->front());
  }
  Result<std::string> program = locate(words->front(), environment);
  if (!program) return fail(program.error());
  return CommandLine{*std::move(program), *std::move(words)};
}

}  // namespace mlplan::bench
