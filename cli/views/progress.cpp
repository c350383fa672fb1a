#include "cli/views/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/views/bars.h"
#include "cli/views/numbers.h"

namespace mlplan::cli {
namespace {

constexpr auto kBetweenLines = std::chrono::seconds(5);
constexpr int kBarColumns = 20;

// "warm start 4 of 12" and "warm start 5 of 12" are one kind of work.
std::string stage_of(const std::string& doing) {
  std::string stage = doing;
  std::erase_if(stage, [](char c) { return c >= '0' && c <= '9'; });
  return stage;
}

std::string time_left(double seconds) {
  if (!(seconds > 0)) return {};
  const long whole = std::lround(std::ceil(seconds));
  return whole < 60 ? fmt::format("{} s left", whole) : fmt::format("{}m {:02}s left", whole / 60, whole % 60);
}

std::string details(const bench::Progress& progress, std::string_view between) {
  std::string text = progress.doing;
  for (const std::string& part : {time_left(progress.seconds_left), progress.so_far}) {
    if (!part.empty()) text.append(between).append(part);
  }
  return text;
}

long percent(double fraction) {
  return std::isfinite(fraction) ? std::lround(std::clamp(fraction, 0.0, 1.0) * 100) : 0;
}

}  // namespace

void ProgressLine::update(const bench::Progress& progress) { is_terminal_ ? draw(progress) : log(progress); }

void ProgressLine::draw(const bench::Progress& progress) {
  const std::string bar = shown(progress_bar(progress.fraction, kBarColumns), style_);
  // One column stays free: a full last column makes some terminals wrap.
  const int columns = std::max(world_.columns(), 20) - 1;
  const std::string head = fmt::format(" {:3} %  ", percent(progress.fraction));
  const int rest = columns - kBarColumns - columns_of(head);
  const std::string text = rest > 0 ? truncated(details(progress, " · "), rest) : std::string();
  world_.write("\r" + paint(bar, Ink::cyan, style_) + head + shown(text, style_) + "\033[K");
  drawn_ = true;
}

void ProgressLine::log(const bench::Progress& progress) {
  const bool is_new = stages_.insert(stage_of(progress.doing)).second;
  const auto now = world_.now();
  if (!is_new && now - last_ < kBetweenLines) return;
  last_ = now;
  world_.write(shown(fmt::format("mlplan: {:3} %  {}", percent(progress.fraction), details(progress, ", ")), style_) +
               "\n");
}

void ProgressLine::finish() {
  if (drawn_) world_.write("\r\033[K");
  drawn_ = false;
}

}  // namespace mlplan::cli
