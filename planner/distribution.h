// The law of a time: of service, of a start-up, between arrivals. In seconds.
//
// An aggregate that says which law; sampler.h draws from it, and its moments are exact. An empirical law is the samples
// themselves, each as likely as the next or by weight. Not checked here: scenario.h's validate() refuses laws without
// meaning (negative or no samples).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "profiles/stat.h"

namespace mlplan::planner {

struct Distribution {
  enum class Kind { deterministic, exponential, erlang, hyperexponential, lognormal, empirical };
  Kind kind = Kind::deterministic;
  double mean = 0;
  int phases = 1;                    // erlang: that many exponential phases in a row
  double share = 1;                  // hyperexponential: this share has mean `fast_mean`, the rest `slow_mean`
  double fast_mean = 0;              //
  double slow_mean = 0;              //
  double sigma = 0;                  // lognormal: standard deviation of the logarithm
  std::vector<double> samples = {};  // empirical
  std::vector<double> weights = {};  // empirical: as many as samples, or none for equal weights
};

Distribution deterministic(double value);
Distribution exponential(double mean);
Distribution erlang(int phases, double mean);
// Two exponential branches with balanced means (share x fast_mean = rest x slow_mean); scv >= 1.
Distribution hyperexponential(double mean, double scv);
Distribution lognormal(double mean, double scv);
Distribution empirical(std::vector<double> samples, std::vector<double> weights = {});
// All samples of a Stat in nanoseconds: the raw ones, or where only a selection of them was kept the bins of its
// histogram, at their geometric middle. Absent samples are left out.
Distribution from_nanoseconds(const Stat& nanoseconds);
Distribution scaled(Distribution law, double factor);
Distribution shifted(const Distribution& law, double by);  // each time longer by as much; of a formula: its 2,000 middles

double scv(const Distribution& law);  // variance / mean^2; 0 where the mean is 0
// E[min(X, time)] = integral of P(X > u) over 0..time. Its rise over E[X] is the law of what is left of a time that an
// observer comes into (stationary excess): P(X_e <= time) = limited_mean / mean. O(samples) for an empirical law.
double limited_mean(const Distribution& law, double time);
// Smallest x with P(X <= x) >= q, 0 < q < 1.
double quantile(const Distribution& law, double q);
// Values that stand for the law, each as likely as the next: its samples where there are at most `most` without
// weights, else the middle quantiles of `most` equal parts; one for a constant.
std::vector<double> equal_parts(const Distribution& law, std::size_t most);

}  // namespace mlplan::planner
