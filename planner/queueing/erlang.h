// Erlang's formulas: `servers` servers and an offered load of `load` busy servers' worth of work (arrival rate x mean
// service time, in erlangs). Arrivals are Poisson.
//
// Loss (B) holds for any law of service times, delay (C) for exponential ones. Nothing here fails: arguments without
// meaning (negative or not finite) give NaN. Source: Erlang 1917; the recursion on 1/B and its extension to a real
// number of servers, 1/B = load * integral of exp(-load t) (1 + t)^servers, from Jagerman 1974.
#pragma once

#include <cstdint>
#include <functional>

namespace mlplan::planner {

// Share of arrivals that find all servers busy and are lost. `servers` >= 0 may be fractional, and huge: up to 10,000
// it costs one step per server, beyond that a continued fraction or incomplete gamma functions. Relative error 1e-10.
double erlang_b(double servers, double load);

// Share of arrivals that have to wait. 1 where the queue is not stable (load >= servers).
double erlang_c(double servers, double load);

// The same from a blocking probability already known.
double erlang_c_from_b(double servers, double load, double blocking);

// Offered load at which `servers` servers lose the share `blocking` of arrivals; 0 < blocking < 1, servers > 0.
double load_for_blocking(double servers, double blocking);

// Smallest number of servers that loses at most the share `blocking`; 0 < blocking.
std::int64_t servers_for_blocking(double load, double blocking);

// Smallest number of servers, at least `first`, for which `accepts(servers, B(servers, load))`; the caller sees to it
// that there is one. One step of the recursion per server tried.
std::int64_t smallest_servers(double load, std::int64_t first,
                              const std::function<bool(std::int64_t servers, double blocking)>& accepts);

}  // namespace mlplan::planner
