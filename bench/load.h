// The load on one worker: open loops at given rates, calls at the same time in a closed loop, and the search for the
// highest rate that keeps an objective. Each visit is a fresh process that is warmed up, as in bench/steady.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/cells.h"
#include "bench/load_search.h"
#include "bench/open_loop.h"
#include "bench/steady.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

// One cell, its rate where the loop is open. Of an open loop `closed` keeps the processes' facts and no figures.
struct LoadSamples {
  CellSamples closed;
  std::optional<double> rate_per_s = {};
  std::vector<OpenVisit> visits = {};
};

struct SearchSamples {
  CellSamples closed;  // of the process that told the capacity, and the facts of all others
  LoadSearch search;
};

struct LoadPlan {
  std::vector<LoadSamples> cells = {};
  std::vector<SearchSamples> searches = {};
  std::int64_t visit_ns = 0;  // of arrivals, the run-in left aside
};

// Every combination of batch, threads, concurrency and rate. Without --batch the smallest only; without --threads as
// many as there are CPUs for each request in flight. Concurrency 1 has its closed loop among the ordinary cells.
// `budget_ns` of costs is for all visits.
LoadPlan plan_load(const Options& options, const CellCosts& costs);

// What decides how long a visit takes: what one may cost is needed before the first.
double load_visit_ns(const LoadSamples& cell, const LoadPlan& plan);
double search_visit_ns(const SearchSamples& search, const LoadPlan& plan);

struct LoadVisit {
  Arrivals arrivals = Arrivals::poisson;
  std::uint64_t seed = 1;
  std::int64_t visit_ns = 0;
  std::int64_t warm_up_cap_ns = 0;
};
// One visit. A model that refuses, or a worker that dies, marks the cell as failed; errors as those of `visit`.
Status visit_load(const World& world, LoadSamples& cell, const LoadVisit& visit);
Status visit_search(const World& world, SearchSamples& search, const LoadVisit& visit);

// Whether more visits would tell no more.
bool settled(const LoadSamples& cell);
bool settled(const SearchSamples& search);

SteadyRow assemble_row(const LoadSamples& cell, Arrivals arrivals, const std::string& why_ended);
LoadKnee assemble_knee(const SearchSamples& search, const Options& options);
// A row for every rate that was tried.
std::vector<SteadyRow> assemble_rows(const SearchSamples& search, const Options& options, const std::string& why_ended);

}  // namespace mlplan::bench
