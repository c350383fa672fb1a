// A table that fits the terminal: columns aligned by libsmartcols, the least important ones left out where it is
// narrow.
#pragma once

#include <string>
#include <vector>

#include "cli/views/text.h"

namespace mlplan::cli {

struct Column {
  std::string title;
  bool right = true;
  int drop = 0;  // 0: never left out; else the highest number goes first when the table is too wide
};

struct Cell {
  std::string text = {};
  Ink ink = Ink::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  // Every line indented and ended. Needs a UTF-8 LC_CTYPE for text that is not ASCII (cli/terminal.h sets it).
  std::string print(const Style& style, int indent) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace mlplan::cli
