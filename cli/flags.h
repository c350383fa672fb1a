// The flags of one command: declared with help, parsed by CLI11, checked by our own readers.
//
// A reader gets the text of a value and returns an Error that says what is wrong with it; `where` becomes the flag. The
// last of a flag given twice counts, unless it is repeatable. Unknown flags name the nearest known one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/views/text.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

std::vector<std::string> split_list(const std::string& text);  // at commas

class Flags {
 public:
  using Reader = std::function<Status(const std::string& value)>;

  // usage: "mlplan bench MODEL [flags]"; about: one or two sentences.
  Flags(std::string usage, std::string about);

  void group(std::string title);                                      // of the flags declared from here on
  void positional(std::string name, std::string help, Reader read);   // required
  void positionals(std::string name, std::string help, Reader read);  // at least one; takes all
  void optional_positional(std::string name, std::string help, Reader read);
  // names: "-o,--output"; placeholder: "FILE".
  void value(std::string names, std::string placeholder, std::string help, Reader read);
  void repeatable(std::string names, std::string placeholder, std::string help, Reader read);
  void toggle(std::string names, std::string help, bool& target);

  // The help text when it was asked for, else nothing. Readers run in order of declaration.
  Result<std::optional<std::string>> parse(const std::vector<std::string>& arguments, const Style& style) const;
  std::string help(const Style& style) const;

 private:
  struct Entry {
    std::string group = {};
    std::string names = {};
    std::string placeholder = {};  // empty: a toggle
    std::string help = {};
    Reader read = {};
    bool* target = nullptr;
    bool is_positional = false;
    bool required = false;
    bool repeatable = false;
  };
  void add(Entry entry);
  std::vector<std::string> all_names() const;

  std::string usage_;
  std::string about_;
  std::string group_;
  std::vector<Entry> entries_;
};

}  // namespace mlplan::cli
