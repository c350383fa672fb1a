#include "bench/pool/pool_figures.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <charconv>
#include <cmath>

#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

constexpr double kSecond = 1e9;
constexpr std::size_t kBlocks = 20;  // stretches of the run, to tell how far neighbours depend on each other
constexpr double kLateShare = 0.1;   // of an inference
constexpr std::size_t kFewest = 2 * kBlocks;

std::vector<double> responses(const PoolRecord& record) {
  std::vector<double> out;
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome == RequestOutcome::done) out.push_back(response_s(request));
  }
  return out;
}

std::vector<std::vector<double>> blocks_of(const std::vector<double>& values) {
  std::vector<std::vector<double>> blocks;
  const std::size_t blocks_wanted = std::min(kBlocks, values.size());
  for (std::size_t i = 0; i < blocks_wanted; ++i) {
    const auto from = static_cast<std::ptrdiff_t>(i * values.size() / blocks_wanted);
    const auto to = static_cast<std::ptrdiff_t>((i + 1) * values.size() / blocks_wanted);
    blocks.emplace_back(values.begin() + from, values.begin() + to);
  }
  return blocks;
}

std::optional<MeasuredFigure> percentile(const std::vector<double>& values, double q, double confidence) {
  if (static_cast<std::int64_t>(values.size()) < samples_to_state(q)) return std::nullopt;
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  MeasuredFigure figure{.value = quantile(sorted, q)};
  if (values.size() < kFewest) return figure;
  const auto effective = static_cast<std::int64_t>(effective_samples(blocks_of(values), q, confidence));
  if (const std::optional<Ranks> ranks = two_sided_ranks(effective, q, confidence)) {
    // The same shares of the samples, counted among all of them.
    figure.low = quantile(sorted, static_cast<double>(ranks->low) / static_cast<double>(effective));
    figure.high = quantile(sorted, static_cast<double>(ranks->high) / static_cast<double>(effective));
  }
  return figure;
}

std::optional<MeasuredFigure> mean_response(const PoolRecord& record) {
  const std::vector<double> values = responses(record);
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  MeasuredFigure figure{.value = sum / static_cast<double>(values.size())};
  if (values.size() < kFewest) return figure;
  std::vector<double> means;
  for (const std::vector<double>& block : blocks_of(values)) {
    double of_block = 0;
    for (const double value : block) of_block += value;
    means.push_back(of_block / static_cast<double>(block.size()));
  }
  std::sort(means.begin(), means.end());
  if (const std::optional<Ranks> ranks = two_sided_ranks(static_cast<std::int64_t>(means.size()), 0.5, 0.95)) {
    figure.low = std::min(figure.value, means[static_cast<std::size_t>(ranks->low - 1)]);
    figure.high = std::max(figure.value, means[static_cast<std::size_t>(ranks->high - 1)]);
  }
  return figure;
}

MeasuredFigure exactly(double value) { return {.value = value, .low = value, .high = value}; }

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Of values that are 0 or 1.
MeasuredFigure share_of(const std::vector<double>& values, double confidence) {
  double sum = 0;
  for (const double value : values) sum += value;
  const auto n = static_cast<double>(values.size());
  MeasuredFigure figure{.value = share(sum, n)};
  if (values.size() < kFewest) return figure;
  // That none, or all of so many, are so is not chance: (1 - p)^n above 1 - confidence.
  const double unseen = 1 - std::pow(1 - confidence, 1 / n);
  double squares = 0;
  const std::vector<std::vector<double>> blocks = blocks_of(values);
  for (const std::vector<double>& block : blocks) {
    double of_block = 0;
    for (const double value : block) of_block += value;
    squares += std::pow(of_block / static_cast<double>(block.size()) - figure.value, 2);
  }
  const auto count = static_cast<double>(blocks.size());
  const boost::math::students_t law(count - 1);
  const double half = boost::math::quantile(boost::math::complement(law, (1 - confidence) / 2)) *
                      std::sqrt(squares / (count - 1) / count);
  figure.low = std::max(0.0, std::min(figure.value - half, sum == n ? 1 - unseen : 1.0));
  figure.high = std::min(1.0, std::max(figure.value + half, unseen));
  return figure;
}

template <class IsCounted>
MeasuredFigure share_of_due(const PoolRecord& record, double confidence, const IsCounted& is_counted) {
  std::vector<double> values;
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome != RequestOutcome::unsent) values.push_back(is_counted(request) ? 1 : 0);
  }
  return share_of(values, confidence);
}

}  // namespace

MeasuredFigure missed_share(const PoolRecord& record, double limit_s, double confidence) {
  return share_of_due(record, confidence, [&](const PlayedRequest& request) {
    return request.outcome != RequestOutcome::done || response_s(request) > limit_s;
  });
}

MeasuredFigure exposed_share(const PoolRecord& record, double confidence) {
  return share_of_due(record, confidence, [](const PlayedRequest& request) {
    return request.outcome == RequestOutcome::done && request.exposed;
  });
}

double response_s(const PlayedRequest& request) {
  return static_cast<double>(request.heard_ns - request.scheduled_ns) / kSecond;
}

std::optional<MeasuredFigure> measured_figure(const PoolRecord& record, std::string_view name, double confidence) {
  constexpr std::string_view kPercentile = "response.p";
  if (name == "response.mean") return mean_response(record);
  if (name.starts_with(kPercentile)) {
    double percent = 0;
    const std::string_view digits = name.substr(kPercentile.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    return percentile(responses(record), percent / 100, confidence);
  }
  if (name == "inference.p50") return percentile(services(record), 0.5, confidence);
  if (record.marks.size() < 2) return std::nullopt;
  const PoolTotals& begin = record.marks.front().totals;
  const PoolTotals& end = record.marks.back().totals;
  if (name == "utilisation")
    return exactly(share(end.busy_slot_s - begin.busy_slot_s, end.ready_slot_s - begin.ready_slot_s));
  if (name == "cold_starts") return exactly(static_cast<double>(end.events.cold_starts));
  if (name == "pool_draws") return exactly(static_cast<double>(end.events.draws));
  if (name == "pool_misses") return exactly(static_cast<double>(end.events.misses));
  double sent = 0;
  double exposed = 0;
  double done = 0;
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome == RequestOutcome::unsent) continue;
    ++sent;
    if (request.outcome != RequestOutcome::done) continue;
    ++done;
    exposed += request.exposed ? 1 : 0;
  }
  if (name == "exposure") return exactly(share(exposed, sent));
  if (name == "availability") return exactly(share(done, sent));
  return std::nullopt;
}

HandOver hand_over(const PoolRecord& record) {
  std::vector<double> to;
  std::vector<double> back;
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome != RequestOutcome::done) continue;
    to.push_back(static_cast<double>(request.started_ns - request.given_ns) / kSecond);
    back.push_back(static_cast<double>(request.heard_ns - request.done_ns) / kSecond);
  }
  if (to.empty()) return {};
  std::sort(to.begin(), to.end());
  std::sort(back.begin(), back.end());
  return {.to_worker_s = median(to), .back_s = median(back)};
}

std::vector<double> services(const PoolRecord& record, std::optional<std::int64_t> batch) {
  std::vector<double> out;
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome != RequestOutcome::done || (batch && request.batch != *batch)) continue;
    out.push_back(static_cast<double>(request.done_ns - request.started_ns) / kSecond);
  }
  return out;
}

std::vector<double> mean_services(const PoolRecord& record, double stretch_s, std::int64_t stretches,
                                  std::int64_t at_least) {
  std::vector<double> sums(static_cast<std::size_t>(stretches));
  std::vector<std::int64_t> counts(sums.size());
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome != RequestOutcome::done) continue;
    const auto stretch = static_cast<std::size_t>(static_cast<double>(request.done_ns) / kSecond / stretch_s);
    if (stretch >= sums.size()) continue;
    sums[stretch] += static_cast<double>(request.done_ns - request.started_ns) / kSecond;
    ++counts[stretch];
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = counts[i] >= std::max<std::int64_t>(1, at_least) ? sums[i] / static_cast<double>(counts[i]) : 0;
  return sums;
}

Lateness lateness(const PoolRecord& record) {
  std::vector<double> late;
  std::vector<double> inference = services(record);
  for (const PlayedRequest& request : record.requests) {
    if (request.outcome == RequestOutcome::unsent) continue;
    late.push_back(static_cast<double>(request.sent_ns - request.scheduled_ns) / kSecond);
  }
  if (late.empty() || inference.empty()) return {};
  std::sort(inference.begin(), inference.end());
  std::sort(late.begin(), late.end());
  const double allowed = kLateShare * median(inference);
  const auto above = late.end() - std::upper_bound(late.begin(), late.end(), allowed);
  return {.late_fraction = static_cast<double>(above) / static_cast<double>(late.size()),
          .p99_s = quantile(late, 0.99)};
}

}  // namespace mlplan::bench
