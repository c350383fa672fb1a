// How long a model stays idle between requests, and from that when to load it again and how long to keep it: the hybrid
// histogram of Shahrad et al. 2020, "Serverless in the Wild" (USENIX ATC). Times in seconds.
//
// Idle times are counted in bins. The model is unloaded after a request, loaded again shortly before the head of the
// histogram, and kept to shortly after its tail. A histogram that is spread too evenly, or that most idle times fall
// outside of, says nothing: then the model stays for a fixed time.
#pragma once

#include <cstdint>
#include <vector>

namespace mlplan::planner {

struct HybridHistogram {
  double bin_s = 60;
  std::size_t bins = 240;
  double head = 0.05;  // quantiles of the idle times
  double tail = 0.99;
  double margin = 0.1;              // the head is taken this much earlier, the tail later
  double least_variation = 2;       // of the counts of bins (standard deviation / mean) for a histogram that tells
  double fallback_keep_s = 14'400;  // where it does not
};

class IdleHistogram {
 public:
  explicit IdleHistogram(const HybridHistogram& settings) : settings_(settings), counts_(settings.bins) {}

  void add(double idle_s);
  bool representative() const;

  // Since the last request: in memory within [from_s, until_s]. from_s = 0: never unloaded.
  struct Stay {
    double from_s = 0;
    double until_s = 0;
  };
  Stay stay() const;

 private:
  std::size_t bin_of(double q) const;

  HybridHistogram settings_;
  std::vector<std::int64_t> counts_;
  std::int64_t inside_ = 0;
  std::int64_t outside_ = 0;
  double squares_ = 0;  // of the counts, summed
};

}  // namespace mlplan::planner
