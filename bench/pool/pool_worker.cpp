#include "bench/pool/pool_worker.h"

#include <fmt/format.h>
#include <poll.h>

#include <cstring>
#include <numeric>

#include "bench/clock.h"
#include "profiles/support/units.h"

namespace mlplan::bench {

namespace {

constexpr std::int64_t kUntimed = 3;  // at each batch size of a worker that is warmed up: as bench does
constexpr std::int64_t kWarmUpNs = 3'000'000'000;
constexpr int kLookEvery_ms = 100;  // at what does not say itself that something is wrong

}  // namespace

Result<PoolWorker> PoolWorker::start(const World& world, const WorkerStart& start) {
  Result<ScratchFolder> scratch = ScratchFolder::make();
  if (!scratch) return fail(scratch.error());
  std::vector<std::string> verbs = {"cold_start"};
  if (start.warmed_up) verbs.emplace_back("warm_up");
  verbs.emplace_back("attend");
  std::vector<worker::Request> requests;
  for (const std::string& verb : verbs) {
    worker::Request request = world.request(verb, start.threads, scratch->path());
    request.warm_up.cap_ns = kWarmUpNs;
    if (verb == "attend") {
      request.attend.input = world.input;
      request.attend.threads = start.threads;
      request.attend.batches.resize(static_cast<std::size_t>(start.max_batch));
      std::iota(request.attend.batches.begin(), request.attend.batches.end(), 1);
      request.attend.untimed = start.warmed_up ? kUntimed : 0;
    }
    requests.push_back(std::move(request));
  }
  Result<WorkerProcess> process = WorkerProcess::spawn(world.launch, requests);
  if (!process) return fail(process.error());
  PoolWorker out(Worker{std::move(*scratch), std::move(*process)}, now_ns());
  out.replies_left_ = static_cast<std::int64_t>(verbs.size());
  return out;
}

bool PoolWorker::give(const worker::Ticket& ticket) {
  given_ns_ = now_ns();
  return process().send_bytes({reinterpret_cast<const char*>(&ticket), sizeof ticket});
}

WorkerNews PoolWorker::news() {
  WorkerNews out;
  const bool open = process().receive();
  while (replies_left_ > 0) {
    const Result<std::optional<worker::Reply>> reply = process().next_reply();
    if (!reply) {
      out.ended = reply.error();
      return out;
    }
    if (!*reply) break;
    if (--replies_left_ == 0) out.ready = true;
  }
  std::string& received = process().received();
  if (replies_left_ == 0 && received.size() >= sizeof(worker::Stub)) {
    worker::Stub stub{};
    std::memcpy(&stub, received.data(), sizeof stub);
    const std::size_t size = sizeof stub + static_cast<std::size_t>(stub.failure_bytes);
    if (received.size() >= size) {
      out.failure = received.substr(sizeof stub, size - sizeof stub);
      received.erase(0, size);
      out.stub = stub;
      given_ns_ = 0;
    }
  }
  if (!open) out.ended = process().why_it_died();
  return out;
}

std::optional<Error> PoolWorker::overdue(std::int64_t now, const Limits& limits) {
  const std::int64_t rss = process().note_rss();
  if (limits.memory_bytes > 0 && rss > limits.memory_bytes) {
    return Error{
        ErrorKind::not_measured,
        fmt::format("a worker needs more memory than it may have: {} of {}", format_bytes(static_cast<double>(rss)),
                    format_bytes(static_cast<double>(limits.memory_bytes))),
        "", "use a machine with more memory"};
  }
  const std::string at = "while " + std::string(worker::name_of(process().phase()));
  if (replies_left_ > 0) {
    const std::optional<Overdue> late = process().overdue(start_watch_, now, limits);
    return late ? std::optional(Error{ErrorKind::not_measured, "a worker's start: " + late->message, at, late->hint})
                : std::nullopt;
  }
  if (given_ns_ == 0 || now - given_ns_ <= limits.inference_ns) return std::nullopt;
  return Error{
      ErrorKind::not_measured,
      fmt::format("an inference has been running for {}", format_duration(static_cast<double>(limits.inference_ns))),
      at,
      {}};
}

Result<NewsOf> wait_for_news(std::span<PoolWorker* const> workers, const Limits& limits) {
  while (true) {
    std::vector<pollfd> polled;
    for (PoolWorker* worker : workers) {
      polled.push_back({worker->process().channel_descriptor(), POLLIN, 0});
      polled.push_back({worker->process().output_descriptor(), POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), kLookEvery_ms);
    for (std::size_t i = 0; i < workers.size(); ++i) {
      PoolWorker& worker = *workers[i];
      if ((polled[2 * i + 1].revents & POLLIN) != 0) worker.process().drain_output();
      if (polled[2 * i].revents != 0) {
        WorkerNews news = worker.news();
        if (news.ended) return fail(*std::move(news.ended));
        if (news.stub || news.ready) return NewsOf{i, std::move(news)};
      }
      if (std::optional<Error> error = worker.overdue(now_ns(), limits)) return fail(*std::move(error));
    }
    if (limits.interrupted && limits.interrupted())
      return fail(ErrorKind::interrupted, "interrupted while workers were waited for");
  }
}

}  // namespace mlplan::bench
