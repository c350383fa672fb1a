// A worker of a pool: takes a ticket, runs the model once, says when. Nothing else happens between the two stamps.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "bench/worker/channel.h"
#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// One inference at each size that was asked for, run as often as `untimed` says. Throws what the model throws.
std::map<std::int64_t, std::function<void()>> prepare_calls(Model& model, const AttendRequest& request,
                                                            Blackbox& blackbox);

// Until the channel is closed, which ends the process. A model that throws gets a stub with its message, and goes on.
void attend(const std::map<std::int64_t, std::function<void()>>& calls, Channel& channel, Blackbox& blackbox);

}  // namespace mlplan::worker
