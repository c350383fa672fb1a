#include "planner/simulation/fleet_of_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "planner/simulation/serving_of_report.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

using Rows = std::vector<const SteadyRow*>;

template <class Predicate>
Rows only(const Rows& rows, Predicate predicate) {
  Rows result;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(result),
               [&](const SteadyRow* row) { return predicate(*row); });
  return result;
}

std::string values_of(const Rows& rows, std::int64_t SteadyRow::* member) {
  std::set<std::int64_t> values;
  for (const SteadyRow* row : rows) values.insert(row->*member);
  return fmt::format("{}", fmt::join(values, ", "));
}

Rows usable(const Report& report) {
  Rows rows;
  for (const SteadyRow& row : report.steady) {
    if (row.latency.n > 0 && row.mode == "closed") rows.push_back(&row);
  }
  if (rows.empty()) return rows;
  return only(rows, [&](const SteadyRow& row) { return row.dims == rows.front()->dims; });
}

std::int64_t fastest_threads(const Rows& rows) {
  const auto fastest = std::max_element(rows.begin(), rows.end(), [](const SteadyRow* a, const SteadyRow* b) {
    return a->throughput.median < b->throughput.median;
  });
  return (*fastest)->threads;
}

std::string dims_text(const std::map<std::string, std::int64_t>& dims) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : dims) parts.push_back(fmt::format("{}={}", name, value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// `flag` with what could be chosen by it, of those rows.
tl::unexpected<Error> not_measured(const std::string& what, const char* flag, std::int64_t wanted,
                                   const std::string& known) {
  return fail(ErrorKind::usage, "the report has no steady rows with " + what, fmt::format("{} {}", flag, wanted),
              fmt::format("it has {} {}", flag, known));
}

// factor(n) of n starts at once, on the line between the numbers that were measured.
std::vector<double> factors_of(const std::vector<SimultaneousStarts>& measured) {
  std::map<std::int64_t, double> known = {{1, 1.0}};
  for (const SimultaneousStarts& starts : measured) {
    if (starts.slowdown && starts.starts > 1) known[starts.starts] = std::max(1.0, *starts.slowdown);
  }
  std::vector<double> factors;
  if (known.size() < 2) return factors;
  for (std::int64_t n = 1; n <= known.rbegin()->first; ++n) {
    const auto above = known.lower_bound(n);
    if (above->first == n) {
      factors.push_back(above->second);
      continue;
    }
    const auto below = std::prev(above);
    const double along = static_cast<double>(n - below->first) / static_cast<double>(above->first - below->first);
    factors.push_back(below->second + along * (above->second - below->second));
  }
  return factors;
}

}  // namespace

Result<MeasuredInstance> instance_of_report(const Report& report, const MeasuredChoice& choice) {
  const Rows all = usable(report);
  if (all.empty()) {
    return fail(ErrorKind::usage, "the report has no steady rows: nothing says how long a request takes", "",
                "measure again with mlplan bench, or state --service 20ms");
  }
  const std::int64_t max_batch = choice.max_batch;
  const std::int64_t workers = choice.workers;
  const std::int64_t concurrency = choice.concurrency;
  const Rows concurrent = only(all, [&](const SteadyRow& row) { return row.concurrency == concurrency; });
  if (concurrent.empty()) {
    return not_measured(format_count(concurrency, "inference") + " at once in a worker", "--concurrency", concurrency,
                        values_of(all, &SteadyRow::concurrency));
  }
  const Rows beside = only(concurrent, [&](const SteadyRow& row) { return row.workers == workers; });
  if (beside.empty())
    return not_measured(format_count(workers, "worker"), "--workers", workers,
                        values_of(concurrent, &SteadyRow::workers));
  const std::string beside_text = workers == 1 ? "" : fmt::format(" and {} workers", workers);
  const Rows full = only(beside, [&](const SteadyRow& row) { return row.batch == max_batch; });
  if (full.empty()) {
    return not_measured(fmt::format("a batch of {}{}", max_batch, beside_text), "--batch", max_batch,
                        values_of(beside, &SteadyRow::batch));
  }
  const std::int64_t threads = choice.threads.value_or(fastest_threads(full));
  const auto has_threads = [&](const SteadyRow& row) { return row.threads == threads; };
  if (only(full, has_threads).empty()) {
    return not_measured(fmt::format("{}, a batch of {}{}", format_count(threads, "thread"), max_batch, beside_text),
                        "--threads", threads, values_of(full, &SteadyRow::threads));
  }

  MeasuredInstance instance;
  instance.threads = threads;
  instance.dims = dims_text(full.front()->dims);
  instance.settings.workers = workers;
  instance.settings.concurrency = concurrency;
  instance.settings.max_batch = max_batch;
  std::map<std::int64_t, Distribution> laws;
  for (const SteadyRow* row : only(beside, has_threads)) {
    if (row->batch <= max_batch) laws.try_emplace(row->batch, from_nanoseconds(row->latency));
  }
  instance.settings.after_idle = after_idle_of(report, threads);
  instance.settings.service.clear();
  for (const auto& [batch, law] : laws) instance.settings.service.push_back({batch, law});
  return instance;
}

Result<StartUpSettings> start_up_of_report(const Report& report, const std::string& state, bool shared_host) {
  const ColdStartState* measured = find_state(report, state);
  if (measured == nullptr) {
    const auto& states = report.cold_start.states;
    std::vector<std::string> others;
    for (const ColdStartState& other : states) {
      if (find_state(report, other.name) != nullptr) others.push_back("--state " + other.name);
    }
    others.emplace_back("--start-up 60s");
    const auto missed = std::ranges::find(states, state, &ColdStartState::name);
    const std::string why = missed != states.end() && !missed->why_not.empty() ? ": " + missed->why_not : "";
    return fail(ErrorKind::usage, fmt::format("the report has no start in the state {}{}", state, why),
                "--state " + state, fmt::format("{}", fmt::join(others, ", or ")));
  }
  StartUpSettings settings;
  settings.load_s = from_nanoseconds(measured->time_to_first_result);
  if (shared_host) {
    settings.simultaneous_factor = factors_of(report.cold_start.simultaneous);
    if (settings.simultaneous_factor.empty()) {
      return fail(ErrorKind::usage, "the report has no simultaneous starts: nothing says how they slow each other down",
                  "--shared-host", "leave it out where each instance has a machine of its own");
    }
  }
  return settings;
}

}  // namespace mlplan::planner
