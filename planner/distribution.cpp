#include "planner/distribution.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace mlplan::planner {

namespace {

// Calls with (value, probability) of every sample.
template <class Visit>
void each(const Distribution& law, Visit visit) {
  double total = 0;
  for (const double weight : law.weights) total += weight;
  const double equal = 1 / static_cast<double>(law.samples.size());
  for (std::size_t i = 0; i < law.samples.size(); ++i) {
    visit(law.samples[i], law.weights.empty() ? equal : law.weights[i] / total);
  }
}

double exponential_limited(double mean, double time) { return mean > 0 ? -mean * std::expm1(-time / mean) : 0; }

// Of samples, at shares that ascend.
std::vector<double> quantiles(const Distribution& law, std::span<const double> shares) {
  std::vector<std::pair<double, double>> rising;
  each(law, [&](double value, double p) { rising.emplace_back(value, p); });
  std::ranges::sort(rising);
  std::vector<double> out;
  std::size_t i = 0;
  double sum = rising.front().second;
  for (const double share : shares) {
    while (sum < share - 1e-12 && i + 1 < rising.size()) sum += rising[++i].second;
    out.push_back(rising[i].first);
  }
  return out;
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

}  // namespace

Distribution deterministic(double value) { return {.kind = Distribution::Kind::deterministic, .mean = value}; }

Distribution exponential(double mean) { return {.kind = Distribution::Kind::exponential, .mean = mean}; }

Distribution erlang(int phases, double mean) {
  return {.kind = Distribution::Kind::erlang, .mean = mean, .phases = phases};
}

Distribution hyperexponential(double mean, double scv) {
  const double share = 0.5 * (1 + std::sqrt((scv - 1) / (scv + 1)));
  return {.kind = Distribution::Kind::hyperexponential,
          .mean = mean,
          .share = share,
          .fast_mean = mean / (2 * share),
          .slow_mean = mean / (2 * (1 - share))};
}

Distribution lognormal(double mean, double scv) {
  return {.kind = Distribution::Kind::lognormal, .mean = mean, .sigma = std::sqrt(std::log1p(scv))};
}

Distribution empirical(std::vector<double> samples, std::vector<double> weights) {
  Distribution law{.kind = Distribution::Kind::empirical, .samples = std::move(samples), .weights = std::move(weights)};
  each(law, [&](double value, double probability) { law.mean += value * probability; });
  return law;
}

Distribution from_nanoseconds(const Stat& nanoseconds) {
  std::vector<double> samples;
  std::vector<double> weights;
  if (nanoseconds.histogram.empty()) {
    for (const double x : nanoseconds.samples) {
      if (std::isfinite(x)) samples.push_back(x / 1e9);
    }
  } else {
    for (const HistogramBin& bin : nanoseconds.histogram) {
      samples.push_back(std::sqrt(std::max(bin.low, 0.0) * std::max(bin.high, 0.0)) / 1e9);
      weights.push_back(static_cast<double>(bin.count));
    }
  }
  return empirical(std::move(samples), std::move(weights));
}

Distribution scaled(Distribution law, double factor) {
  law.mean *= factor;
  law.fast_mean *= factor;
  law.slow_mean *= factor;
  for (double& x : law.samples) x *= factor;
  return law;
}

Distribution shifted(const Distribution& law, double by) {
  constexpr std::size_t kParts = 2000;
  if (law.kind == Distribution::Kind::deterministic) return deterministic(law.mean + by);
  const bool samples = law.kind == Distribution::Kind::empirical;
  std::vector<double> times = samples ? law.samples : equal_parts(law, kParts);
  for (double& time : times) time += by;
  return empirical(std::move(times), samples ? law.weights : std::vector<double>{});
}

double scv(const Distribution& law) {
  if (!(law.mean > 0)) return 0;
  switch (law.kind) {
    case Distribution::Kind::deterministic: return 0;
    case Distribution::Kind::exponential: return 1;
    case Distribution::Kind::erlang: return 1.0 / law.phases;
    case Distribution::Kind::hyperexponential: {
      const double second =
          2 * (law.share * law.fast_mean * law.fast_mean + (1 - law.share) * law.slow_mean * law.slow_mean);
      return second / (law.mean * law.mean) - 1;
    }
    case Distribution::Kind::lognormal: return std::expm1(law.sigma * law.sigma);
    case Distribution::Kind::empirical: {
      double variance = 0;
      each(law, [&](double value, double p) { variance += p * (value - law.mean) * (value - law.mean); });
      return variance / (law.mean * law.mean);
    }
  }
  return 0;
}

double limited_mean(const Distribution& law, double time) {
  if (!(time > 0)) return 0;
  if (std::isinf(time)) return law.mean;
  switch (law.kind) {
    case Distribution::Kind::deterministic: return std::min(law.mean, time);
    case Distribution::Kind::exponential: return exponential_limited(law.mean, time);
    case Distribution::Kind::erlang: {
      if (!(law.mean > 0)) return 0;
      const double x = time * law.phases / law.mean;
      return law.mean * boost::math::gamma_p(law.phases + 1.0, x) +
             time * boost::math::gamma_q(static_cast<double>(law.phases), x);
    }
    case Distribution::Kind::hyperexponential:
      return law.share * exponential_limited(law.fast_mean, time) +
             (1 - law.share) * exponential_limited(law.slow_mean, time);
    case Distribution::Kind::lognormal: {
      if (!(law.mean > 0)) return 0;
      if (law.sigma == 0) return std::min(law.mean, time);
      const double z = (std::log(time / law.mean) + law.sigma * law.sigma / 2) / law.sigma;
      return law.mean * normal_cdf(z - law.sigma) + time * normal_cdf(-z);
    }
    case Distribution::Kind::empirical: {
      double sum = 0;
      each(law, [&](double value, double p) { sum += p * std::min(value, time); });
      return sum;
    }
  }
  return 0;
}

double quantile(const Distribution& law, double q) {
  switch (law.kind) {
    case Distribution::Kind::deterministic: return law.mean;
    case Distribution::Kind::exponential: return -law.mean * std::log1p(-q);
    case Distribution::Kind::erlang:
      return boost::math::gamma_p_inv(static_cast<double>(law.phases), q) * law.mean / law.phases;
    case Distribution::Kind::hyperexponential: {
      const auto beyond = [&](double mean, double time) { return mean > 0 ? std::exp(-time / mean) : 0; };
      double low = 0;
      double high = -std::max(law.fast_mean, law.slow_mean) * std::log1p(-q);
      for (int i = 0; i < 100 && high - low > 1e-12 * high; ++i) {
        const double middle = (low + high) / 2;
        const double above =
            law.share * beyond(law.fast_mean, middle) + (1 - law.share) * beyond(law.slow_mean, middle);
        (above > 1 - q ? low : high) = middle;
      }
      return high;
    }
    case Distribution::Kind::lognormal: {
      const double z = -std::sqrt(2.0) * boost::math::erfc_inv(2 * q);
      return law.mean * std::exp(law.sigma * z - law.sigma * law.sigma / 2);
    }
    case Distribution::Kind::empirical: {
      if (law.samples.empty()) return std::numeric_limits<double>::quiet_NaN();
      return quantiles(law, std::span(&q, 1)).front();
    }
  }
  return 0;
}

std::vector<double> equal_parts(const Distribution& law, std::size_t most) {
  if (law.kind == Distribution::Kind::deterministic) return {law.mean};
  if (law.kind == Distribution::Kind::empirical && law.weights.empty() && law.samples.size() <= most)
    return law.samples;
  std::vector<double> parts(most);
  for (std::size_t i = 0; i < most; ++i) parts[i] = (static_cast<double>(i) + 0.5) / static_cast<double>(most);
  if (law.kind == Distribution::Kind::empirical) return quantiles(law, parts);
  for (double& part : parts) part = quantile(law, part);
  return parts;
}

}  // namespace mlplan::planner
