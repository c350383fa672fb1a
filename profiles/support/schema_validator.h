// Checks a document against its JSON Schema (draft-07), with messages in plain words. A constant schema is compiled
// once, at its first use.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "profiles/support/result.h"

namespace mlplan {

class SchemaValidator {
 public:
  // `schema` is one of our own, embedded; throws std::logic_error when it is no valid schema.
  explicit SchemaValidator(std::string_view schema);
  ~SchemaValidator();

  // ErrorKind::bad_input; `where` is "FILE: /json/pointer" of the first thing that is wrong, the message a sentence
  // about it
  // ("must be a number, is a string").
  Status validate(const nlohmann::json& document, const std::string& file_name) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace mlplan
