// While it lives this thread is woken on time, also where its machine's CPUs are all busy with the workers it watches.
//
// Timers go off without slack, and the thread asks for short turns on the CPU: a kernel that knows such turns (Linux
// 6.12) lets it interrupt a longer one at once, others give it what they did before. Takes no privileges. Processes
// that are started meanwhile have usual turns.
#pragma once

#include <cstdint>
#include <optional>

namespace mlplan::bench {

class Punctual {
 public:
  Punctual();
  Punctual(const Punctual&) = delete;
  Punctual& operator=(const Punctual&) = delete;
  ~Punctual();

 private:
  int timer_slack_before_;
  std::optional<std::uint64_t> turn_before_;  // ns; absent: not changed
};

}  // namespace mlplan::bench
