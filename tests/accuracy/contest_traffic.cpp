#include "tests/accuracy/contest_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

#include "profiles/arrivals.h"
#include "profiles/traffic_csv.h"

namespace mlplan::accuracy {

namespace {

constexpr double kMinute = 60;

Result<std::vector<double>> all_arrivals(const ContestFile& file) {
  Result<ArrivalReader> reader = ArrivalReader::open(file.path, file.columns);
  if (!reader) return fail(reader.error());
  std::vector<double> out;
  for (Arrival arrival;;) {
    const Result<bool> more = reader->next(arrival);
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(arrival.at_s);
  }
}

double highest_minute(const std::vector<double>& arrivals) {
  std::vector<double> counts(static_cast<std::size_t>((arrivals.back() - arrivals.front()) / kMinute) + 1);
  for (const double at : arrivals) counts[static_cast<std::size_t>((at - arrivals.front()) / kMinute)] += 1;
  return std::ranges::max(counts) / kMinute;
}

// As a plan would have read it from a file that ends at the cut.
Result<Traffic> traffic_of(const std::vector<double>& arrivals, const std::string& name) {
  auto text = std::make_unique<std::stringstream>();
  *text << "time\n";
  for (const double at : arrivals) *text << fmt::format("{:.6f}\n", at);
  return read_traffic_csv(CsvReader(std::move(text), name));
}

Result<ContestTraffic> of_trace(const ContestFile& file) {
  const Result<std::vector<double>> all = all_arrivals(file);
  if (!all) return fail(all.error());
  ContestTraffic out{.name = file.name, .warm_up_s = file.warm_up_s};
  const double span = all->back();
  out.cut_s = kSeenShare * span;
  const auto cut = std::ranges::lower_bound(*all, out.cut_s);
  out.seen_arrivals.assign(all->begin(), cut);
  Result<Traffic> seen = traffic_of(out.seen_arrivals, file.name);
  if (!seen) return fail(seen.error());
  out.seen = std::move(*seen);
  out.seen_peak_per_s = highest_minute(out.seen_arrivals);
  out.service_s = file.busy / (static_cast<double>(out.seen_arrivals.size()) / out.cut_s);
  out.judged_s = span - out.cut_s;
  const double from = out.cut_s - out.warm_up_s;
  planner::ListedArrivals judged;
  double warm_up = 0;
  for (const double at : *all) {
    if (at < from || at >= out.cut_s + out.judged_s) continue;
    judged.times_s.push_back(at - from);
    if (at < out.cut_s) warm_up += 1;
  }
  out.first_rate_per_s = warm_up / out.warm_up_s;
  out.seen_mean_per_s = static_cast<double>(out.seen_arrivals.size()) / out.cut_s;
  out.judged_mean_per_s = (static_cast<double>(judged.times_s.size()) - warm_up) / out.judged_s;
  out.judged_peak_per_s =
      highest_minute({std::ranges::lower_bound(judged.times_s, out.warm_up_s), judged.times_s.end()});
  out.judged = std::move(judged);
  return out;
}

ContestTraffic of_series(const ContestFile& file, Traffic traffic) {
  ContestTraffic out{.name = file.name, .service_s = file.service_s};
  auto& series = std::get<RateSeries>(traffic.shape);
  const auto cut = static_cast<std::size_t>(kSeenShare * static_cast<double>(series.per_s.size()));
  const auto warm_up_steps = static_cast<std::size_t>(std::ceil(file.warm_up_s / series.step_s));
  const std::size_t judged_steps = series.per_s.size() - cut;

  RateSeries seen = series;
  seen.per_s.resize(cut);
  out.scale = file.busy / file.service_s / mean_per_s(seen);
  for (double& rate : series.per_s) rate *= out.scale;

  out.warm_up_s = static_cast<double>(warm_up_steps) * series.step_s;
  out.cut_s = static_cast<double>(cut) * series.step_s;
  out.judged_s = static_cast<double>(judged_steps) * series.step_s;
  planner::RateArrivals judged{.series = {.interval_s = series.step_s}};
  double last = 0;  // a gap goes on as it was
  for (std::size_t i = cut - warm_up_steps; i < cut + judged_steps; ++i) {
    if (!std::isnan(series.per_s[i])) last = series.per_s[i];
    judged.series.rate_per_s.push_back(last);
    if (i < cut) continue;
    out.judged_mean_per_s += last / static_cast<double>(judged_steps);
    out.judged_peak_per_s = std::max(out.judged_peak_per_s, last);
  }
  out.first_rate_per_s = judged.series.rate_per_s.front();
  out.judged = std::move(judged);

  series.per_s.resize(cut);
  out.seen_mean_per_s = mean_per_s(series);
  out.seen_peak_per_s = peak_per_s(series);
  out.seen = std::move(traffic);
  return out;
}

}  // namespace

Result<ContestTraffic> read_contest_traffic(const ContestFile& file) {
  Result<Traffic> traffic = read_traffic_file(file.path, file.columns);
  if (!traffic) return fail(traffic.error());
  if (std::holds_alternative<RateSeries>(traffic->shape)) return of_series(file, std::move(*traffic));
  return of_trace(file);
}

}  // namespace mlplan::accuracy
