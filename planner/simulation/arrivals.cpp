#include "planner/simulation/arrivals.h"

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <cmath>
#include <limits>

#include "planner/simulation/sampler.h"

namespace mlplan::planner {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Unit-exponential amounts of work, used up at the current rate: exact for a rate that is constant in pieces.
class RateSource final : public ArrivalSource {
 public:
  RateSource(const RateArrivals& arrivals, pcg64 random) : arrivals_(arrivals), random_(random) {
    for (const double rate : arrivals_.series.rate_per_s) ever_ = ever_ || rate > 0;
    if (arrivals_.burst_scv > 0) burst_end_ = 0;
    next_piece();
  }

  std::size_t fill(std::span<double> times) override {
    if (!ever_) return 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (group_left_ > 0) {
        --group_left_;
        times[i] = time_;
        continue;
      }
      double work = draw_exponential(random_);
      while (true) {
        const bool last = piece_end_ == kInfinity;
        const double room = last ? kInfinity : rate_ * (piece_end_ - time_);
        if (rate_ > 0 && work <= room) break;
        if (last) return i;
        work -= room;
        time_ = piece_end_;
        next_piece();
      }
      time_ += work / rate_;
      times[i] = time_;
      if (arrivals_.mean_group > 1) group_left_ = draw_rest_of_group();
    }
    return times.size();
  }

 private:
  // The next stretch, from time_ on, in which neither the series nor the burst changes.
  void next_piece() {
    const RateSeries& series = arrivals_.series;
    if (time_ >= series_end_) {
      series_rate_ = series.rate_per_s.empty() ? 0 : rate_at(series, (interval_ + 0.5) * series.interval_s);
      interval_ += 1;
      const bool last = !series.repeats && interval_ >= static_cast<double>(series.rate_per_s.size());
      series_end_ = last || series.rate_per_s.size() == 1 ? kInfinity : interval_ * series.interval_s;
    }
    if (arrivals_.burst_scv > 0 && time_ >= burst_end_) {
      const double shape = 1 / arrivals_.burst_scv;
      burst_ = boost::random::gamma_distribution<double>(shape, 1 / shape)(random_);
      bursts_ += 1;
      burst_end_ = bursts_ * arrivals_.burst_interval_s;
    }
    rate_ = series_rate_ * burst_ / arrivals_.mean_group;
    piece_end_ = series_rate_ > 0 ? std::min(series_end_, burst_end_) : series_end_;
  }

  // Geometric on 1, 2, ... with the mean asked for, less the first.
  std::int64_t draw_rest_of_group() {
    const double stop = 1 / arrivals_.mean_group;
    return static_cast<std::int64_t>(std::floor(draw_exponential(random_) / -std::log1p(-stop)));
  }

  const RateArrivals& arrivals_;
  pcg64 random_;
  bool ever_ = false;
  double time_ = 0;
  double rate_ = 0;
  double piece_end_ = 0;
  double interval_ = 0;
  double series_rate_ = 0;
  double series_end_ = 0;
  double bursts_ = 0;
  double burst_ = 1;
  double burst_end_ = kInfinity;
  std::int64_t group_left_ = 0;
};

class RenewalSource final : public ArrivalSource {
 public:
  RenewalSource(const RenewalArrivals& arrivals, pcg64 random) : between_(arrivals.between), random_(random) {}
  std::size_t fill(std::span<double> times) override {
    for (double& time : times) time = time_ += between_.draw(random_);
    return times.size();
  }

 private:
  Sampler between_;
  pcg64 random_;
  double time_ = 0;
};

class ListSource final : public ArrivalSource {
 public:
  explicit ListSource(const ListedArrivals& arrivals) : times_(arrivals.times_s) {}
  std::size_t fill(std::span<double> times) override {
    const std::size_t count = std::min(times.size(), times_.size() - next_);
    std::copy_n(times_.begin() + static_cast<std::ptrdiff_t>(next_), count, times.begin());
    next_ += count;
    return count;
  }

 private:
  const std::vector<double>& times_;
  std::size_t next_ = 0;
};

}  // namespace

Arrivals poisson_arrivals(double rate_per_s) { return RateArrivals{.series = {.rate_per_s = {rate_per_s}}}; }

std::unique_ptr<ArrivalSource> make_source(const Arrivals& arrivals, pcg64 random) {
  struct Make {
    pcg64 random;
    std::unique_ptr<ArrivalSource> operator()(const RateArrivals& x) const {
      return std::make_unique<RateSource>(x, random);
    }
    std::unique_ptr<ArrivalSource> operator()(const RenewalArrivals& x) const {
      return std::make_unique<RenewalSource>(x, random);
    }
    std::unique_ptr<ArrivalSource> operator()(const ListedArrivals& x) const { return std::make_unique<ListSource>(x); }
    std::unique_ptr<ArrivalSource> operator()(const StreamedArrivals& x) const { return x.open(); }
  };
  return std::visit(Make{random}, arrivals);
}

}  // namespace mlplan::planner
