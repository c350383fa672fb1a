// The traffic as a plan meets it: a rate over time, or the requests of a trace themselves, and the stretches of it that
// are simulated. Times in seconds from the start of the traffic, rates per second.
//
// Within a step of a series arrivals are Poisson at the step's rate, times a gamma factor where bursts were asked for;
// gaps of a file have no traffic and are not simulated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "planner/queueing/infinite_server.h"
#include "planner/simulation/traffic_arrivals.h"
#include "profiles/traffic.h"

namespace mlplan::planner {

struct Demand {
  std::string kind;  // "constant", "diurnal", "series", "trace"
  RateSeries rates = {};
  std::vector<bool> gaps = {};  // one for each rate; empty: none
  std::optional<double> starts_at_unix_s = {};
  double span_s = 0;  // of the traffic; 0: a constant has none
  double mean_per_s = 0;
  double peak_per_s = 0;              // of the steps that count as a peak: see demand_of
  std::vector<double> arrivals = {};  // of a trace, ascending; empty: only its rates are known
  Bursts bursts = {};

  bool varies() const { return kind != "constant"; }
  bool is_observed() const { return kind == "series" || kind == "trace"; }  // not stated
  bool is_gap(std::size_t step) const { return !gaps.empty() && gaps[step % gaps.size()]; }
};

inline double days_of(const Demand& demand) { return demand.span_s / 86400; }

// `arrivals` are a trace's, where they fit in memory. A trace's rates are taken over steps of at least
// `shortest_step_s`. ErrorKind::bad_input where nothing ever comes.
Result<Demand> demand_of(const Traffic& traffic, std::vector<double> arrivals, const Bursts& bursts,
                         double shortest_step_s);

// A stretch that is simulated, beginning with a warm-up that is not counted.
struct Window {
  double from_s = 0;  // where its warm-up begins
  double warm_up_s = 0;
  double counted_s = 0;
  double weight = 1;  // how many stretches like it it stands for
  std::string why = {};
  double requests = 0;          // expected, warm-up included
  double first_rate_per_s = 0;  // over the beginning
  Arrivals arrivals = {};       // from time 0 of the window
};

struct WindowSettings {
  double warm_up_s = 600;
  double counted_s = 1800;  // at most
  double requests = 1e6;    // at most so many are simulated over all windows, but the two hardest and
  double fewest_drawn = 2;  // as many drawn at random in any case
  double horizon_s = 60;    // growth within it makes a window hard
  std::uint64_t seed = 0;   // of those drawn at random
};

// All of it where that is within the limit; else the hardest stretches (the highest rate, the steepest growth within
// the horizon) and others drawn at random, weighted for all they stand for.
std::vector<Window> windows_of(const Demand& demand, const WindowSettings& settings);

// Only the stretch around the highest rate, or for a constant as long as the limit allows.
Window busiest_window(const Demand& demand, const WindowSettings& settings);

}  // namespace mlplan::planner
