#include "bench/pool/punctual.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mlplan::bench {

namespace {

constexpr std::uint64_t kTurnNs = 100'000;  // the least that Linux grants
constexpr std::uint64_t kResetOnFork = 1;   // SCHED_FLAG_RESET_ON_FORK

// struct sched_attr of sched_setattr(2), which the C library does not have, up to what its first version had.
struct Scheduling {
  std::uint32_t size = sizeof(Scheduling);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // ns; of an ordinary thread the length of its turns
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

std::optional<Scheduling> scheduling() {
  Scheduling out;
  if (::syscall(SYS_sched_getattr, 0, &out, sizeof out, 0) != 0 || out.policy != SCHED_OTHER) return std::nullopt;
  return out;
}

bool set_turn(Scheduling attributes, std::uint64_t turn_ns) {
  attributes.runtime = turn_ns;
  attributes.flags |= kResetOnFork;
  return ::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

}  // namespace

Punctual::Punctual() : timer_slack_before_(::prctl(PR_GET_TIMERSLACK)) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  const std::optional<Scheduling> before = scheduling();
  if (before && set_turn(*before, kTurnNs)) turn_before_ = before->runtime;
}

Punctual::~Punctual() {
  if (timer_slack_before_ > 0) ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(timer_slack_before_));
  if (!turn_before_) return;
  if (const std::optional<Scheduling> now = scheduling()) set_turn(*now, *turn_before_);
}

}  // namespace mlplan::bench
