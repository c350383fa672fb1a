// What a real pool did, request by request and process by process. Times are ns since the play's beginning.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/pool/pool.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

enum class RequestOutcome : std::uint8_t {
  unsent,      // the play was interrupted before its time
  unfinished,  // still there when the time to drain was over
  done,
  failed,    // the model threw
  lost,      // its worker died or hung
  rejected,  // too many waited
};

struct PlayedRequest {
  std::int64_t scheduled_ns = 0;
  std::int64_t sent_ns = 0;     // put into the queue
  std::int64_t started_ns = 0;  // by its worker
  std::int64_t done_ns = 0;     // by its worker
  std::int64_t heard_ns = 0;    // when the pool knew
  std::int64_t given_ns = 0;    // when the pool gave it to its worker
  std::int32_t batch = 0;       // it was served in
  bool exposed = false;
  RequestOutcome outcome = RequestOutcome::unsent;
};

struct PlayedStart {
  std::int64_t at_ns = 0;
  std::int64_t took_ns = 0;  // until it was ready; 0: it never was
};

// Integrals at a moment; the difference of two is a stretch of the timeline.
struct PoolMark {
  std::int64_t at_ns = 0;
  PoolTotals totals = {};
};

struct PoolRecord {
  std::vector<PlayedRequest> requests = {};
  std::vector<PlayedStart> starts = {};              // of instances after the beginning, in order
  std::vector<PoolMark> marks = {};                  // the first at the beginning, the last at the end of the schedule
  std::map<std::string, std::int64_t> reasons = {};  // why requests failed or were lost
  std::vector<std::int64_t> kills_ns = {};           // of instances, on purpose
  std::int64_t died = 0;                             // instances, by themselves
  std::int64_t hung = 0;
  std::vector<std::int64_t> replaced_ns = {};  // from an instance's end to the ready of the one that was started for it
  std::int64_t most_instances = 0;             // with processes, at once
  std::int64_t memory_bytes = 0;               // PSS of all processes at the end of the schedule
  std::int64_t memory_processes = 0;           // that it is of
  double own_cpu_s = 0;                        // CPU time of the pool itself, without its workers
  bool interrupted = false;
  std::optional<Error> gave_up = {};  // ended before its time: nothing that is started gets ready
};

}  // namespace mlplan::bench
