#include "bench/open_loop.h"

#include <algorithm>
#include <boost/random/exponential_distribution.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <pcg_random.hpp>
#include <queue>

#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr std::size_t kFewestServed = 4;  // in a visit that ended before more it tells nothing
constexpr double kLateOfService = 0.1;    // a request sent later than this share of a service counts as late
constexpr double kLateOfResponse = 0.1;   // of a percentile of the response: beyond it the figure is the generator's

// Times at which servers become free, the earliest on top.
using FreeAt = std::priority_queue<double, std::vector<double>, std::greater<>>;

FreeAt idle(std::int64_t servers) {
  return FreeAt(std::greater<>(), std::vector<double>(static_cast<std::size_t>(servers), 0.0));
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of the requests after the run-in.
std::vector<double> each(const OpenVisit& visit, std::int64_t run_in, double (*figure)(const ServedRequest&)) {
  std::vector<double> out;
  for (std::size_t i = static_cast<std::size_t>(run_in); i < visit.requests.size(); ++i)
    out.push_back(figure(visit.requests[i]));
  return out;
}

std::vector<std::vector<double>> each(const std::vector<OpenVisit>& visits, std::int64_t run_in,
                                      double (*figure)(const ServedRequest&)) {
  std::vector<std::vector<double>> out;
  for (const OpenVisit& visit : visits) out.push_back(each(visit, run_in, figure));
  return out;
}

std::vector<double> all_of(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> out;
  for (const std::vector<double>& block : blocks) out.insert(out.end(), block.begin(), block.end());
  return out;
}

// Did requests wait longer in the last third of the visits than in the first?
bool grew(const std::vector<OpenVisit>& visits) {
  double first = 0;
  double last = 0;
  for (const OpenVisit& visit : visits) {
    const std::size_t third = visit.requests.size() / 3;
    for (std::size_t i = 0; i < third; ++i) {
      first += queue_of(visit.requests[i]);
      last += queue_of(visit.requests[visit.requests.size() - 1 - i]);
    }
  }
  return last > first;
}

bool is_late(const std::vector<double>& measured, const std::vector<double>& punctual,
             const std::vector<double>& percentiles) {
  std::vector<double> as_measured = measured;
  std::vector<double> as_scheduled = punctual;
  std::sort(as_measured.begin(), as_measured.end());
  std::sort(as_scheduled.begin(), as_scheduled.end());
  return std::any_of(percentiles.begin(), percentiles.end(), [&](double q) {
    if (static_cast<std::int64_t>(measured.size()) < samples_to_state(q)) return false;
    return quantile(as_measured, q) * (1 - kLateOfResponse) > quantile(as_scheduled, q);
  });
}

}  // namespace

std::string_view name_of(Arrivals arrivals) { return arrivals == Arrivals::poisson ? "poisson" : "constant"; }

std::vector<std::int64_t> arrival_times(Arrivals arrivals, double rate_per_s, std::int64_t count, std::uint64_t seed) {
  pcg64 random(seed);
  boost::random::exponential_distribution<double> gap(rate_per_s / kSecond);
  std::vector<std::int64_t> out;
  double at = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    at = arrivals == Arrivals::poisson ? at + gap(random) : static_cast<double>(i) * kSecond / rate_per_s;
    out.push_back(static_cast<std::int64_t>(at));
  }
  return out;
}

std::vector<double> punctual_responses(std::span<const ServedRequest> requests, std::int64_t servers) {
  FreeAt measured = idle(servers);
  FreeAt replayed = idle(servers);
  std::vector<double> out;
  for (const ServedRequest& request : requests) {
    const double hand_over = std::max(0.0, request.started - std::max(request.sent, measured.top()));
    measured.pop();
    measured.push(request.done);
    const double done = std::max(request.scheduled, replayed.top()) + hand_over + service_of(request);
    replayed.pop();
    replayed.push(done);
    out.push_back(done - request.scheduled);
  }
  return out;
}

double requests_to_settle(double rho, double servers) {
  if (!(rho < 1)) return 0;
  return 2 * rho / std::pow(1 - rho, 2) + servers;
}

OpenLoopFigures open_loop_figures(const std::vector<OpenVisit>& all, std::int64_t servers,
                                  const std::vector<double>& percentiles) {
  OpenLoopFigures out;
  std::vector<OpenVisit> visits = all;
  std::erase_if(visits, [](const OpenVisit& visit) { return visit.requests.size() < kFewestServed; });
  if (visits.empty()) return out;

  const auto count = static_cast<double>(servers);
  double arrivals = 0;
  double span = 0;
  double unserved = 0;
  std::size_t shortest = visits.front().requests.size();
  for (const OpenVisit& visit : visits) {
    arrivals += static_cast<double>(visit.requests.size()) + static_cast<double>(visit.unserved) - 1;
    span += visit.last_arrival - visit.requests.front().scheduled;
    unserved += static_cast<double>(visit.unserved);
    shortest = std::min(shortest, visit.requests.size());
  }
  if (span > 0) out.utilisation = arrivals / span * mean(all_of(each(visits, 0, service_of))) / count;
  out.saturated = unserved > 0 || (out.utilisation >= 1 && grew(visits));
  const double needed = requests_to_settle(out.utilisation, count);
  const double most = static_cast<double>(shortest) / 2;
  out.settled = out.utilisation < 1 && needed <= most;
  out.run_in = static_cast<std::int64_t>(std::min(needed, most));

  const std::vector<std::vector<double>> services = each(visits, out.run_in, service_of);
  const std::vector<std::vector<double>> responses = each(visits, out.run_in, response_of);
  std::vector<double> throughput;
  for (const OpenVisit& visit : visits) {
    std::vector<double> ends = each(visit, out.run_in, [](const ServedRequest& request) { return request.done; });
    std::sort(ends.begin(), ends.end());
    throughput.push_back(static_cast<double>(ends.size() - 1) * kSecond / (ends.back() - ends.front()));
    const std::vector<double> punctual = punctual_responses(visit.requests, servers);
    out.punctual.emplace_back(punctual.begin() + out.run_in, punctual.end());
  }

  std::vector<double> sorted = all_of(services);
  std::sort(sorted.begin(), sorted.end());
  const std::vector<double> lateness = all_of(each(visits, out.run_in, lateness_of));
  const double limit = kLateOfService * median(sorted);
  const auto late = std::count_if(lateness.begin(), lateness.end(), [&](double each) { return each > limit; });
  out.late_fraction = static_cast<double>(late) / static_cast<double>(lateness.size());
  out.generator_late = is_late(all_of(responses), all_of(out.punctual), percentiles);

  StatOptions options;
  options.percentiles = percentiles;
  out.service = summarise_blocks(services, options);
  out.throughput = summarise(throughput);
  if (out.saturated) {
    out.service.percentiles.clear();
    return out;
  }
  if (!out.settled) options.percentiles.clear();
  out.response = summarise_blocks(responses, options);
  out.queue = summarise_blocks(each(visits, out.run_in, queue_of), options);
  if (const Stat on_time = summarise_blocks(out.punctual); out.response.low && on_time.low)
    out.response.low = std::min(*out.response.low, *on_time.low);
  return out;
}

std::optional<double> quantile_at_least(const std::vector<std::vector<double>>& blocks, double q, double confidence) {
  std::vector<double> sorted = all_of(blocks);
  std::sort(sorted.begin(), sorted.end());
  const auto effective = static_cast<std::int64_t>(effective_samples(blocks, q, confidence));
  const std::optional<std::int64_t> rank = lower_rank(effective, q, confidence);
  if (!rank) return std::nullopt;
  // The same share of the samples, counted among all of them.
  return quantile(sorted, static_cast<double>(*rank) / static_cast<double>(effective));
}

}  // namespace mlplan::bench
