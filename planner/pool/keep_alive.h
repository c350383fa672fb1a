// Many rarely used models on shared hosts: which stay in memory between requests, and what that costs against the cold
// starts it saves. A trace is replayed under one rule, request by request. Times in seconds.
//
// A request that finds its model in memory is served at once; one that does not waits for it to load, and so do those
// that come meanwhile. Serving takes no time of its own. Sources: fixed time, as serverless platforms have it; hybrid
// histogram (idle_histogram.h); greedy-dual, Fuerst and Sharma 2021, "FaasCache" (ASPLOS): where memory is full, the
// model of the lowest clock + requests x load time / bytes goes, and the clock moves up to that.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "planner/pool/idle_histogram.h"

namespace mlplan::planner {

struct KeptModel {
  double load_s = 0;
  double bytes = 0;
};

struct FixedKeepAlive {
  double keep_s = 600;
};

struct GreedyDual {
  double memory_bytes = 0;  // of the host; a model larger than it is loaded for each request
};

using KeepAlive = std::variant<FixedKeepAlive, HybridHistogram, GreedyDual>;

// Until the last request.
struct KeepAliveResult {
  std::int64_t requests = 0;
  std::int64_t cold = 0;       // waited for a load
  std::int64_t loads = 0;      // for a request, or ahead of one
  std::int64_t ahead = 0;      // of them ahead
  std::int64_t evictions = 0;  // models that left memory
  double waited_s = 0;         // by all requests together
  double byte_s = 0;           // memory held x time
  double most_bytes = 0;       // held at once

  double cold_share() const { return requests > 0 ? static_cast<double>(cold) / static_cast<double>(requests) : 0; }
};

// Holds nothing that grows with the number of requests.
class KeepAliveReplay {
 public:
  KeepAliveReplay() = default;
  KeepAliveReplay(const KeepAliveReplay&) = delete;
  KeepAliveReplay& operator=(const KeepAliveReplay&) = delete;
  virtual ~KeepAliveReplay() = default;

  // Models are numbered 0, 1, ... as they are added, at any time before their first request.
  virtual void add(const KeptModel& model) = 0;
  virtual void request(double at_s, std::size_t model) = 0;  // in time order
  virtual const KeepAliveResult& result() const = 0;
};

std::unique_ptr<KeepAliveReplay> make_replay(const KeepAlive& rule);

}  // namespace mlplan::planner
