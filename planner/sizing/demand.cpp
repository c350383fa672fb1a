#include "planner/sizing/demand.h"

#include <algorithm>
#include <cmath>

#include "planner/simulation/random_streams.h"

namespace mlplan::planner {

namespace {

constexpr double kWindows = 6;
constexpr double kLeastCounted = 60;

// Counts of a trace's requests in steps, as rates.
RateSeries rates_of_trace(const RequestTrace& trace, double shortest_step_s) {
  const double step = trace.rates.step_s;
  const auto merged = static_cast<std::size_t>(std::max(1.0, std::round(shortest_step_s / step)));
  RateSeries out{.interval_s = step * static_cast<double>(merged)};
  for (std::size_t i = 0; i < trace.rates.per_s.size(); i += merged) {
    const std::size_t end = std::min(i + merged, trace.rates.per_s.size());
    double sum = 0;
    for (std::size_t k = i; k < end; ++k) sum += trace.rates.per_s[k];
    out.rate_per_s.push_back(sum / static_cast<double>(merged));
  }
  return out;
}

double integral(const Demand& demand, double from_s, double to_s) {
  const RateSeries& rates = demand.rates;
  if (rates.rate_per_s.size() == 1) return rates.rate_per_s.front() * (to_s - from_s);
  double total = 0;
  double at = from_s;
  while (at < to_s) {
    const double step_end = (std::floor(at / rates.interval_s + 1e-9) + 1) * rates.interval_s;
    const double end = std::min(step_end, to_s);
    total += rate_at(rates, (at + end) / 2) * (end - at);
    at = end;
  }
  return total;
}

std::vector<double> cut(const std::vector<double>& arrivals, double from_s, double to_s) {
  const auto first = std::ranges::lower_bound(arrivals, from_s);
  const auto last = std::ranges::lower_bound(arrivals, to_s);
  std::vector<double> out(first, last);
  for (double& time : out) time -= from_s;
  return out;
}

// Windows begin at multiples of it, so that the steps of the series are whole numbers of it.
double part_of_step(const Demand& demand) { return demand.rates.interval_s / 16; }

Window window_at(const Demand& demand, double counted_from_s, double warm_up_s, double counted_s, std::string why) {
  double from_s = counted_from_s - warm_up_s;
  if (demand.rates.rate_per_s.size() > 1 && demand.arrivals.empty())
    from_s = std::floor(from_s / part_of_step(demand) + 1e-9) * part_of_step(demand);
  warm_up_s = counted_from_s - from_s;
  Window window{.from_s = from_s, .warm_up_s = warm_up_s, .counted_s = counted_s, .why = std::move(why)};
  const double length = warm_up_s + counted_s;
  window.requests = integral(demand, from_s, from_s + length);
  const double beginning = std::min(length, 60.0);
  window.first_rate_per_s = integral(demand, from_s, from_s + beginning) / beginning;
  if (!demand.arrivals.empty()) {
    window.arrivals = ListedArrivals{cut(demand.arrivals, from_s, from_s + length)};
    return window;
  }
  RateArrivals arrivals{.burst_scv = demand.bursts.scv, .burst_interval_s = demand.bursts.interval_s};
  if (demand.rates.rate_per_s.size() == 1) {
    arrivals.series = demand.rates;
  } else {
    const double part = part_of_step(demand);
    const bool aligned = std::abs(std::remainder(from_s, demand.rates.interval_s)) < part / 2;
    arrivals.series.interval_s = aligned ? demand.rates.interval_s : part;
    for (double at = 0; at < length - 1e-6 * part; at += arrivals.series.interval_s)
      arrivals.series.rate_per_s.push_back(rate_at(demand.rates, from_s + at + part / 2));
  }
  window.arrivals = std::move(arrivals);
  return window;
}

// A stretch of the traffic, with what makes it hard.
struct Stretch {
  double from_s = 0;  // of the counted part
  double peak = 0;
  double growth = 0;  // largest rise of the rate within the horizon, or since shortly before

  double size() const { return growth + 0.05 * peak; }  // how likely it is drawn
};

std::vector<Stretch> stretches_of(const Demand& demand, double counted_s, double horizon_s) {
  std::vector<Stretch> out;
  const RateSeries& rates = demand.rates;
  const double span = static_cast<double>(rates.rate_per_s.size()) * rates.interval_s;
  const double step = std::min(rates.interval_s, horizon_s / 2);
  const auto before = static_cast<std::size_t>(std::ceil(horizon_s / step));
  for (double from = 0; from + counted_s <= span * (1 + 1e-9); from += counted_s) {
    Stretch stretch{.from_s = from};
    bool gap = false;
    std::vector<double> seen;
    const double first = rates.repeats ? from - horizon_s : std::max(0.0, from - horizon_s);
    for (double at = first; at < from + counted_s - 1e-9; at += step) {
      const auto index = static_cast<std::int64_t>(std::floor(at / rates.interval_s + 1e-9));
      if (index >= 0) gap = gap || demand.is_gap(static_cast<std::size_t>(index));
      const double rate = rate_at(rates, at + 1e-6 * step);
      seen.push_back(rate);
      const std::size_t reach = std::min(seen.size(), before + 1);
      stretch.growth = std::max(stretch.growth,
                                rate - *std::min_element(seen.end() - static_cast<std::ptrdiff_t>(reach), seen.end()));
      if (at >= from) stretch.peak = std::max(stretch.peak, rate);
    }
    if (!gap && stretch.peak > 0) out.push_back(stretch);
  }
  return out;
}

}  // namespace

Result<Demand> demand_of(const Traffic& traffic, std::vector<double> arrivals, const Bursts& bursts,
                         double shortest_step_s) {
  Demand demand;
  demand.bursts = bursts;
  if (const auto* constant = std::get_if<ConstantRate>(&traffic.shape)) {
    demand.kind = "constant";
    demand.rates = {.rate_per_s = {constant->per_s}, .interval_s = 3600};
  } else if (std::holds_alternative<DiurnalRate>(traffic.shape)) {
    demand.kind = "diurnal";
    const mlplan::RateSeries day = rates_of(traffic);
    demand.rates = {.rate_per_s = day.per_s, .interval_s = day.step_s, .repeats = true};
    demand.starts_at_unix_s = 0;
    demand.span_s = 24 * 3600;
  } else if (const auto* series = std::get_if<mlplan::RateSeries>(&traffic.shape)) {
    demand.kind = "series";
    demand.rates = {.rate_per_s = series->per_s, .interval_s = series->step_s};
    demand.starts_at_unix_s = series->starts_at_unix_s;
    demand.span_s = static_cast<double>(series->per_s.size()) * series->step_s;
    for (double& rate : demand.rates.rate_per_s) {
      demand.gaps.push_back(std::isnan(rate));
      if (std::isnan(rate)) rate = 0;
    }
  } else {
    const auto& trace = std::get<RequestTrace>(traffic.shape);
    demand.kind = "trace";
    demand.rates = rates_of_trace(trace, shortest_step_s);
    demand.starts_at_unix_s = trace.rates.starts_at_unix_s;
    demand.span_s = trace.span_s;
    demand.arrivals = std::move(arrivals);
  }
  demand.mean_per_s = mean_per_s(traffic);
  demand.peak_per_s = std::ranges::max(demand.rates.rate_per_s);
  if (!(demand.peak_per_s > 0)) return fail(ErrorKind::bad_input, "the traffic has no requests", traffic.source);
  return demand;
}

std::vector<Window> windows_of(const Demand& demand, const WindowSettings& settings) {
  if (!demand.varies()) return {busiest_window(demand, settings)};
  const double all = integral(demand, 0, demand.span_s);
  const bool gaps = std::ranges::any_of(demand.gaps, [](bool gap) { return gap; });
  if (all <= settings.requests && !gaps) {
    const double warm_up = std::min(settings.warm_up_s, demand.span_s / 10);
    return {window_at(demand, warm_up, warm_up, demand.span_s - warm_up, "all of it")};
  }

  // As long as the limit allows for six at the highest rate, but long enough to see what growth leads to.
  const double affordable = settings.requests / kWindows / demand.peak_per_s - settings.warm_up_s;
  const double shortest = std::max(kLeastCounted, settings.horizon_s);
  const double counted =
      std::min(std::clamp(affordable, shortest, std::max(settings.counted_s, shortest)), demand.span_s / 2);
  std::vector<Stretch> stretches = stretches_of(demand, counted, settings.horizon_s);
  if (stretches.empty()) return {busiest_window(demand, settings)};
  std::vector<Window> out;
  double left = settings.requests;
  const auto take = [&](const Stretch& stretch, double weight, const char* why) {
    const double warm_up = demand.rates.repeats ? settings.warm_up_s : std::min(settings.warm_up_s, stretch.from_s);
    Window window = window_at(demand, stretch.from_s, warm_up, counted, why);
    window.weight = weight;
    left -= window.requests;
    out.push_back(std::move(window));
  };
  // The two hardest for certain.
  const auto take_most = [&](double Stretch::* measure, const char* why) {
    const auto most = std::ranges::max_element(stretches, {}, [&](const Stretch& stretch) { return stretch.*measure; });
    take(*most, 1, why);
    stretches.erase(most);
  };
  take_most(&Stretch::peak, "highest rate");
  if (!stretches.empty()) take_most(&Stretch::growth, "steepest growth");
  if (stretches.empty()) return out;

  // Of the others as many as the limit allows, drawn systematically in proportion to their size from a list sorted by
  // it, and weighted by the inverse (Horvitz and Thompson 1952).
  std::ranges::stable_sort(stretches, {}, [](const Stretch& stretch) { return stretch.size(); });
  double total = 0;
  for (const Stretch& stretch : stretches) total += stretch.size();
  const double each = demand.mean_per_s * (counted + settings.warm_up_s);
  const double count = std::clamp(std::floor(left / std::max(each, 1.0)),
                                  std::min(settings.fewest_drawn, static_cast<double>(stretches.size())),
                                  static_cast<double>(stretches.size()));
  pcg64 random = random_stream(settings.seed, 0, 7);
  double next = total / count * (static_cast<double>(random() >> 11) * 0x1p-53);
  double passed = 0;
  for (const Stretch& stretch : stretches) {
    passed += stretch.size();
    double times = 0;  // one that is larger than the distance between draws counts as often as it is met
    while (next < passed) {
      times += 1;
      next += total / count;
    }
    if (times > 0) take(stretch, times * total / (count * stretch.size()), "drawn at random");
  }
  std::ranges::stable_sort(out, {}, &Window::from_s);
  return out;
}

Window busiest_window(const Demand& demand, const WindowSettings& settings) {
  if (!demand.varies()) {
    const double length = settings.requests / demand.mean_per_s;
    return window_at(demand, length / 10, length / 10, length * 9 / 10, "the rate is constant");
  }
  const RateSeries& rates = demand.rates;
  const auto steps = static_cast<std::int64_t>(rates.rate_per_s.size());
  // Whole steps of a trace, whose bursts are what counts; part of one where the rate is constant within it.
  const double longest =
      demand.kind == "trace" ? settings.requests / demand.mean_per_s : settings.requests / demand.peak_per_s;
  const double counted = std::min({settings.counted_s, longest, demand.span_s});
  const auto width = std::clamp<std::int64_t>(static_cast<std::int64_t>(counted / rates.interval_s), 1, steps);
  double sum = 0;
  double most = -1;
  std::int64_t best = 0;
  for (std::int64_t i = 0; i < steps; ++i) {
    sum += rates.rate_per_s[static_cast<std::size_t>(i)];
    if (i >= width) sum -= rates.rate_per_s[static_cast<std::size_t>(i - width)];
    if (i + 1 >= width && sum > most * (1 + 1e-12)) {
      most = sum;
      best = i + 1 - width;
    }
  }
  const double middle = (static_cast<double>(best) + static_cast<double>(width) / 2) * rates.interval_s;
  const double from = std::clamp(middle - counted / 2, 0.0, std::max(0.0, demand.span_s - counted));
  const double warm_up = rates.repeats ? counted / 10 : std::min(from, counted / 10);
  return window_at(demand, from, warm_up, counted, "highest rate");
}

}  // namespace mlplan::planner
