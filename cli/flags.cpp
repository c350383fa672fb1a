#include "cli/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "profiles/support/suggestion.h"

namespace mlplan::cli {
namespace {

// "--batch" of "-b,--batch".
std::string long_name(const std::string& names) { return split_list(names).back(); }

// CLI11 says "--batch: 1 required TEXT missing".
std::string readable(const std::string& message) {
  const std::size_t colon = message.find(": ");
  const bool lacks_value = colon != std::string::npos && message.find("required") != std::string::npos;
  return lacks_value ? message.substr(0, colon) + " needs a value" : message;
}

Error unknown(const std::string& argument, const std::vector<std::string>& known, const std::string& usage) {
  if (!argument.starts_with('-')) {
    return Error{ErrorKind::usage, fmt::format("unexpected argument '{}'", argument), "", "usage: " + usage};
  }
  const std::string name = argument.substr(0, argument.find('='));
  const std::string guess = nearest(name, known);
  return Error{
      ErrorKind::usage, fmt::format("unknown flag '{}'", name), "",
      guess.empty() ? usage.substr(0, usage.find(' ', usage.find(' ') + 1)) + " --help lists the flags" : guess};
}

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
    end = text.find(',', start);
    parts.push_back(text.substr(start, end - start));
  }
  return parts;
}

Flags::Flags(std::string usage, std::string about) : usage_(std::move(usage)), about_(std::move(about)) {}

void Flags::group(std::string title) { group_ = std::move(title); }

void Flags::add(Entry entry) {
  entry.group = group_;
  entries_.push_back(std::move(entry));
}

void Flags::positional(std::string name, std::string help, Reader read) {
  add({.names = std::move(name),
       .help = std::move(help),
       .read = std::move(read),
       .is_positional = true,
       .required = true});
}

void Flags::positionals(std::string name, std::string help, Reader read) {
  positional(std::move(name), std::move(help), std::move(read));
  entries_.back().repeatable = true;
}

void Flags::optional_positional(std::string name, std::string help, Reader read) {
  add({.names = std::move(name), .help = std::move(help), .read = std::move(read), .is_positional = true});
}

void Flags::value(std::string names, std::string placeholder, std::string help, Reader read) {
  add({.names = std::move(names),
       .placeholder = std::move(placeholder),
       .help = std::move(help),
       .read = std::move(read)});
}

void Flags::repeatable(std::string names, std::string placeholder, std::string help, Reader read) {
  add({.names = std::move(names),
       .placeholder = std::move(placeholder),
       .help = std::move(help),
       .read = std::move(read),
       .repeatable = true});
}

void Flags::toggle(std::string names, std::string help, bool& target) {
  add({.names = std::move(names), .help = std::move(help), .target = &target});
}

std::vector<std::string> Flags::all_names() const {
  std::vector<std::string> names = {"--help"};
  for (const Entry& entry : entries_) {
    if (!entry.is_positional) names.push_back(long_name(entry.names));
  }
  return names;
}

Result<std::optional<std::string>> Flags::parse(const std::vector<std::string>& arguments, const Style& style) const {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool help_wanted = false;
  app.add_flag("-h,--help", help_wanted);
  std::vector<std::vector<std::string>> values(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.target != nullptr) {
      app.add_flag(entry.names, *entry.target);
      continue;
    }
    // One value per occurrence: else a list would swallow the positional behind it.
    CLI::Option* option = app.add_option(entry.names, values[i]);
    if (entry.is_positional && entry.repeatable) {
      option->expected(1, CLI::detail::expected_max_vector_size);
      continue;
    }
    option->expected(1)->allow_extra_args(false);
    option->multi_option_policy(entry.repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return fail(ErrorKind::usage, readable(error.what()), "", "usage: " + usage_);
  }
  if (help_wanted) return help(style);
  if (const auto left = app.remaining(); !left.empty()) {
    // A misspelt flag first: its value was taken for an argument.
    const auto flag =
        std::find_if(left.begin(), left.end(), [](const std::string& text) { return text.starts_with('-'); });
    return fail(unknown(flag == left.end() ? left.front() : *flag, all_names(), usage_));
  }

  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.required && values[i].empty())
      return fail(ErrorKind::usage, entry.names + " is missing", "", "usage: " + usage_);
    for (const std::string& value : values[i]) {
      if (Status status = entry.read(value); !status) {
        Error error = status.error();
        if (error.where.empty()) error.where = entry.is_positional ? entry.names : long_name(entry.names) + " " + value;
        return fail(std::move(error));
      }
    }
  }
  return std::nullopt;
}

std::string Flags::help(const Style& style) const {
  constexpr int name_columns = 28;
  std::string text = "usage: " + paint(usage_, Ink::bold, style) + "\n";
  for (const std::string& line : wrapped(shown(about_, style), style.width)) text += line + "\n";
  std::string group;
  for (const Entry& entry : entries_) {
    if (entry.group != std::exchange(group, entry.group)) {
      text += "\n" + paint(shown(group, style), Ink::bold, style) + "\n";
    }
    // Names that have no short form line up under those that have.
    std::string name = entry.names;
    if (!entry.is_positional) {
      const auto names = split_list(entry.names);
      name = names.size() > 1 ? fmt::format("{}, {}", names[0], names[1]) : "    " + names[0];
      if (!entry.placeholder.empty()) name += " " + entry.placeholder;
    }
    bool first = true;
    for (const std::string& line : wrapped(shown(entry.help, style), std::max(30, style.width - name_columns - 2))) {
      const std::string left = std::exchange(first, false) ? name : "";
      const int pad = std::max(1, name_columns - columns_of(left));
      text += "  " + left + std::string(static_cast<std::size_t>(pad), ' ') + line + "\n";
    }
  }
  return text;
}

}  // namespace mlplan::cli
