#include "bench/pool/crew.h"

#include <utility>

namespace mlplan::bench {

Result<Crew::Instance> Crew::start(bool warmed_up) const {
  Instance instance;
  for (std::uint32_t slot = 0; slot < settings_.slots_per_instance; ++slot) {
    Result<PoolWorker> worker = PoolWorker::start(
        world_, {.threads = settings_.threads, .max_batch = settings_.max_batch, .warmed_up = warmed_up});
    if (!worker) return fail(worker.error());
    instance.push_back(*std::move(worker));
  }
  return instance;
}

Status Crew::fill(std::int64_t count) {
  while (static_cast<std::int64_t>(instances_.size()) < count) {
    Result<Instance> instance = start(true);
    if (!instance) return fail(instance.error());
    for (PoolWorker& worker : *instance) {
      PoolWorker* const one = &worker;
      if (const Result<NewsOf> ready = wait_for_news({&one, 1}, world_.limits); !ready) return fail(ready.error());
    }
    leave(*std::move(instance));
  }
  return {};
}

Crew::Instance Crew::take() {
  Instance instance = std::move(instances_.front());
  instances_.pop_front();
  return instance;
}

void Crew::return_first(std::vector<Instance> instances) {
  while (!instances.empty()) {
    instances_.push_front(std::move(instances.back()));
    instances.pop_back();
  }
}

std::vector<Crew::Instance> Crew::take_all() {
  std::vector<Instance> all;
  while (!instances_.empty()) all.push_back(take());
  return all;
}

}  // namespace mlplan::bench
