#include "cli/views/table.h"

#include <libsmartcols/libsmartcols.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <sstream>

namespace mlplan::cli {
namespace {

constexpr int kGap = 2;
constexpr const char* kSeparator = "  ";

struct Unreference {
  void operator()(libscols_table* table) const { scols_unref_table(table); }
};

// The library's only failure is a lack of memory.
void require(bool worked) {
  if (!worked) throw std::bad_alloc();
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Which columns fit: the ones to drop go, highest number first, until the widths add up.
std::vector<std::size_t> fitting(const std::vector<Column>& columns, const std::vector<int>& widths, int available) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < columns.size(); ++i) kept.push_back(i);
  const auto total = [&] {
    int sum = -kGap;
    for (const std::size_t i : kept) sum += widths[i] + kGap;
    return sum;
  };
  while (total() > available) {
    const auto least = std::max_element(
        kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) { return columns[a].drop < columns[b].drop; });
    if (columns[*least].drop == 0) break;
    kept.erase(least);
  }
  return kept;
}

}  // namespace

std::string Table::print(const Style& style, int indent) const {
  std::vector<std::vector<Cell>> rows = rows_;
  std::vector<std::string> titles;
  std::vector<int> widths;
  for (const Column& column : columns_) {
    titles.push_back(shown(column.title, style));
    widths.push_back(columns_of(titles.back()));
  }
  for (auto& row : rows) {
    row.resize(columns_.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i].text = shown(row[i].text, style);
      widths[i] = std::max(widths[i], columns_of(row[i].text));
    }
  }
  const std::vector<std::size_t> kept = fitting(columns_, widths, style.width - indent);

  const std::unique_ptr<libscols_table, Unreference> table(scols_new_table());
  require(table != nullptr);
  scols_table_enable_colors(table.get(), style.colour ? 1 : 0);
  scols_table_set_termforce(table.get(), SCOLS_TERMFORCE_NEVER);  // widths are settled above
  scols_table_set_column_separator(table.get(), kSeparator);
  for (const std::size_t i : kept) {
    libscols_column* column =
        scols_table_new_column(table.get(), titles[i].c_str(), 0, columns_[i].right ? SCOLS_FL_RIGHT : 0);
    require(column != nullptr);
    scols_cell_set_color(scols_column_get_header(column),
                         std::string(escape_of(i == kept.front() ? Ink::bold : Ink::dim)).c_str());
  }
  for (const auto& row : rows) {
    libscols_line* line = scols_table_new_line(table.get(), nullptr);
    require(line != nullptr);
    for (std::size_t position = 0; position < kept.size(); ++position) {
      const Cell& cell = row[kept[position]];
      require(scols_line_set_data(line, position, cell.text.c_str()) == 0);
      if (cell.ink != Ink::plain) {
        scols_cell_set_color(scols_line_get_cell(line, position), std::string(escape_of(cell.ink)).c_str());
      }
    }
  }
  char* printed = nullptr;
  require(scols_print_table_to_string(table.get(), &printed) == 0);
  const std::unique_ptr<char, decltype(&std::free)> owner(printed, &std::free);

  std::string result;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    result.append(static_cast<std::size_t>(indent), ' ').append(without_trailing_spaces(line)).append("\n");
  }
  return result;
}

}  // namespace mlplan::cli
