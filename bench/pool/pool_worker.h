// One process of a pool, spoken to without ever waiting for it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/world.h"
#include "profiles/support/result.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::bench {

struct WorkerStart {
  std::int64_t threads = 1;
  std::int64_t max_batch = 1;
  bool warmed_up = false;  // before it counts as ready
};

// What came from a worker since it was last looked at.
struct WorkerNews {
  bool ready = false;
  std::optional<worker::Stub> stub = {};
  std::string failure = {};         // of the stub's inference
  std::optional<Error> ended = {};  // it is dead, or cannot go on
};

class PoolWorker {
 public:
  static Result<PoolWorker> start(const World& world, const WorkerStart& start);

  bool give(const worker::Ticket& ticket);  // false: nobody is there any more
  WorkerNews news();
  // Something is wrong that it does not say itself: an inference or a start that takes too long, too much memory.
  std::optional<Error> overdue(std::int64_t now_ns, const Limits& limits);

  WorkerProcess& process() { return worker_.process; }

 private:
  PoolWorker(Worker worker, std::int64_t now_ns) : worker_(std::move(worker)), start_watch_(now_ns) {}

  Worker worker_;
  std::int64_t replies_left_ = 0;  // until it is ready
  std::int64_t given_ns_ = 0;      // of the ticket it has; 0: none
  WaitWatch start_watch_;
};

// Waits for news of one of these: an answer, or that it is ready. Errors: it ended, is overdue or an interrupt came.
struct NewsOf {
  std::size_t worker = 0;  // its place in `workers`
  WorkerNews news = {};
};
Result<NewsOf> wait_for_news(std::span<PoolWorker* const> workers, const Limits& limits);

}  // namespace mlplan::bench
