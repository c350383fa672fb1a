// Draws from a Distribution, fast: a ziggurat for exponential times, an index or an alias table for samples.
//
// Refers to nothing: it keeps its own copy of the samples. Times are never negative. Sources: Marsaglia and Tsang 2000
// (Boost.Random's exponential distribution), Vose 1991 (alias tables).
#pragma once

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <cstdint>
#include <pcg_random.hpp>
#include <vector>

#include "planner/distribution.h"

namespace mlplan::planner {

inline double draw_exponential(pcg64& random) { return boost::random::exponential_distribution<double>(1.0)(random); }

// Uniform on [0, 1), in steps of 2^-53.
inline double draw_uniform(pcg64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

// Uniform on 0..count-1; the error is below count / 2^64.
inline std::uint64_t draw_index(pcg64& random, std::uint64_t count) {
  return static_cast<std::uint64_t>((static_cast<pcg_extras::pcg128_t>(random()) * count) >> 64);
}

class Sampler {
 public:
  explicit Sampler(const Distribution& law);

  double draw(pcg64& random) const {
    switch (kind_) {
      case Distribution::Kind::deterministic: return mean_;
      case Distribution::Kind::exponential: return mean_ * draw_exponential(random);
      case Distribution::Kind::erlang: {
        double sum = 0;
        for (int i = 0; i < phases_; ++i) sum += draw_exponential(random);
        return sum * mean_ / phases_;
      }
      case Distribution::Kind::hyperexponential: {
        const double mean = draw_uniform(random) < share_ ? fast_mean_ : slow_mean_;
        return mean * draw_exponential(random);
      }
      case Distribution::Kind::lognormal:
        return mean_ * std::exp(sigma_ * (boost::random::normal_distribution<double>()(random) - sigma_ / 2));
      case Distribution::Kind::empirical: break;
    }
    const std::uint64_t index = draw_index(random, samples_.size());
    if (aliases_.empty()) return samples_[index];
    const Alias& alias = aliases_[index];
    return samples_[draw_uniform(random) < alias.keep ? index : alias.other];
  }

 private:
  struct Alias {
    double keep = 1;  // probability that the index drawn is taken, and not the other
    std::uint32_t other = 0;
  };
  static std::vector<Alias> alias_table(const std::vector<double>& weights);

  Distribution::Kind kind_;
  double mean_;
  int phases_;
  double share_;
  double fast_mean_;
  double slow_mean_;
  double sigma_;
  std::vector<double> samples_;
  std::vector<Alias> aliases_;
};

}  // namespace mlplan::planner
