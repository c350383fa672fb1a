#include "bench/worker/measure.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>

#include "bench/warm_up.h"
#include "bench/worker/blackbox.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kSpinNs = 200'000;
constexpr std::int64_t kReserve = 16384;
constexpr std::int64_t kClocksRampNs = 300'000'000;  // of load until an idle GPU's clocks are up

// Sleeping alone wakes up late by more than a millisecond now and then: the last stretch is spun.
void wait_until(std::int64_t time_ns) {
  const std::int64_t wake = time_ns - kSpinNs;
  if (wake > now_ns()) {
    const timespec until{.tv_sec = wake / 1'000'000'000, .tv_nsec = wake % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
  }
  while (now_ns() < time_ns) {
  }
}

}  // namespace

Measured measure(Model& model, const MeasureRequest& request, Blackbox& blackbox) {
  Measured out;
  out.latency_ns.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(request.max_count, 1, kReserve)));
  for (std::int64_t i = 0; i < request.untimed; ++i) {
    model.call();
    count_inference(blackbox);
  }
  if (request.start_at_ns > 0) wait_until(request.start_at_ns);

  out.begin_ns = now_ns();
  std::int64_t boundary = out.begin_ns;
  const std::int64_t enough_at = out.begin_ns + request.min_time_ns;
  const std::int64_t most = std::max<std::int64_t>(request.max_count, 1);
  for (std::int64_t count = 1;; ++count) {
    const std::optional<CallTimes> times = model.timed_call();
    const std::int64_t now = now_ns();
    out.latency_ns.push_back(now - boundary);
    boundary = now;
    if (times) {
      out.device_ns.push_back(times->device_ns);
      out.enqueue_ns.push_back(times->enqueue_ns);
    }
    count_inference(blackbox);
    if (count >= most || (now >= enough_at && count >= request.min_count)) break;
  }
  if (request.isolated > 0 || request.back_to_back > 0)
    model.time_on_gpu(request, out.latency_ns.back(), [&] { count_inference(blackbox); }, out);
  return out;
}

WarmedUp warm_up(Model& model, const WarmUpRequest& request, Blackbox& blackbox) {
  bench::WarmUpDetector detector;
  std::vector<std::int64_t> starts;
  const std::int64_t began = now_ns();
  const std::int64_t give_up_at = began + request.cap_ns;
  const std::int64_t not_before = model.is_on_gpu() ? began + kClocksRampNs : 0;
  std::int64_t end = 0;
  do {
    const std::int64_t start = now_ns();
    model.call();
    end = now_ns();
    starts.push_back(start);
    count_inference(blackbox);
    detector.add(end - start);  // not part of any latency
  } while ((!detector.steady() || end < not_before) && end < give_up_at);

  WarmedUp out;
  out.inferences = static_cast<std::int64_t>(starts.size());
  out.steady = detector.steady();
  if (out.steady) {
    out.steady_from = static_cast<std::int64_t>(detector.steady_from());
    out.steady_at_ns = starts.at(detector.steady_from());
  }
  return out;
}

}  // namespace mlplan::worker
