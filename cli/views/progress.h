// What is going on, on standard error: on a terminal one line, drawn over and erased at the end; in a log plain lines,
// one when a kind of work is first met and else at most one every five seconds.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "bench/bench.h"
#include "cli/views/text.h"

namespace mlplan::cli {

class ProgressLine {
 public:
  struct World {  // a fake in tests
    std::function<void(std::string_view)> write;
    std::function<int()> columns;  // of the terminal now; it may be resized
    std::function<std::chrono::steady_clock::time_point()> now;
  };

  ProgressLine(World world, Style style, bool is_terminal)
      : world_(std::move(world)), style_(style), is_terminal_(is_terminal) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { finish(); }

  void update(const bench::Progress& progress);
  void finish();  // erases the line; idempotent

 private:
  void draw(const bench::Progress& progress);
  void log(const bench::Progress& progress);

  World world_;
  Style style_;
  bool is_terminal_;
  bool drawn_ = false;
  std::set<std::string> stages_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace mlplan::cli
