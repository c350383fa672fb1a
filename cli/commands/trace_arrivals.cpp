#include "cli/commands/trace_arrivals.h"

#include <filesystem>
#include <limits>

#include "profiles/arrivals.h"

namespace mlplan::cli {
namespace {

struct Stretch {
  double from_s = 0;
  double end_s = std::numeric_limits<double>::infinity();
};

// The requests of a stretch of a trace. An error ends it, and is kept.
class TraceSource final : public planner::ArrivalSource {
 public:
  TraceSource(const RequestTrace& trace, Stretch stretch, std::shared_ptr<Status> reading)
      : stretch_(stretch), reading_(std::move(reading)), reader_(ArrivalReader::open(trace.path, trace.columns)) {
    if (!reader_) *reading_ = fail(reader_.error());
  }

  std::size_t fill(std::span<double> times) override {
    std::size_t count = 0;
    while (reader_ && count < times.size()) {
      Arrival arrival;
      const Result<bool> more = reader_->next(arrival);
      if (!more) {
        *reading_ = fail(more.error());
        return count;
      }
      if (!*more || arrival.at_s >= stretch_.end_s) return count;
      if (arrival.at_s >= stretch_.from_s) times[count++] = arrival.at_s - stretch_.from_s;
    }
    return count;
  }

 private:
  Stretch stretch_;
  std::shared_ptr<Status> reading_;
  Result<ArrivalReader> reader_;
};

planner::ListedArrivals listed(TraceSource& source) {
  planner::ListedArrivals list;
  double chunk[4096];
  for (std::size_t n = std::size(chunk); n == std::size(chunk);) {
    n = source.fill(chunk);
    list.times_s.insert(list.times_s.end(), chunk, chunk + n);
  }
  return list;
}

}  // namespace

Result<OpenedArrivals> open_arrivals(const Traffic& traffic, const planner::TrafficWindow& window,
                                     const std::optional<planner::Bursts>& bursts, std::int64_t most_listed) {
  const auto reading = std::make_shared<Status>();
  OpenedArrivals opened;
  opened.reading = reading;
  const auto* trace = std::get_if<RequestTrace>(&traffic.shape);
  if (trace == nullptr) {
    opened.arrivals = planner::arrivals_of(traffic, window, bursts);
    return opened;
  }
  std::error_code problem;
  if (!std::filesystem::is_regular_file(trace->path, problem)) {
    const bool there = std::filesystem::exists(trace->path, problem);
    return fail(ErrorKind::bad_input, there ? "is not a file that can be read again" : "there is no such file",
                trace->path, there ? "write the trace to a file: it is played several times" : "");
  }
  Stretch stretch{.from_s = window.from_s};
  if (window.duration_s) stretch.end_s = window.from_s + *window.duration_s;
  if (trace->requests > most_listed) {
    opened.arrivals = planner::StreamedArrivals{
        [trace = *trace, stretch, reading] { return std::make_unique<TraceSource>(trace, stretch, reading); }};
    return opened;
  }
  TraceSource source(*trace, stretch, reading);
  planner::ListedArrivals list = listed(source);
  if (!*reading) return fail(reading->error());
  if (list.times_s.empty()) return fail(ErrorKind::bad_input, "has no request in that stretch of time", trace->path);
  opened.arrivals = std::move(list);
  return opened;
}

}  // namespace mlplan::cli
