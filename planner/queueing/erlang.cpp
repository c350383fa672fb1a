#include "planner/queueing/erlang.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>

namespace mlplan::planner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostSteps = 10'000;

// 1/B = Gamma(servers + 1, load) exp(load) load^-servers by Lentz's evaluation of the continued fraction of the upper
// incomplete gamma function, which neither under- nor overflows. For load > servers.
double inverse_by_fraction(double servers, double load) {
  const double a = servers + 1;
  double b = load + 1 - a;
  constexpr double kTiny = 1e-300;
  if (b == 0) b = kTiny;
  double c = 1 / kTiny;
  double d = 1 / b;
  double value = d;
  for (int i = 1; i < 10'000'000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    const double factor = d * c;
    value *= factor;
    if (std::abs(factor - 1) < 1e-15) break;
  }
  return load * value;
}

double inverse_by_gamma(double servers, double load) {
  return boost::math::gamma_q(servers + 1, load) / boost::math::gamma_p_derivative(servers + 1, load);
}

}  // namespace

double erlang_b(double servers, double load) {
  if (!(servers >= 0) || !(load >= 0) || !std::isfinite(servers) || !std::isfinite(load)) return kNaN;
  if (load == 0) return servers == 0 ? 1 : 0;
  if (servers > kMostSteps) {
    if (load > servers) return 1 / inverse_by_fraction(servers, load);
    const double density = boost::math::gamma_p_derivative(servers + 1, load);
    return density / boost::math::gamma_q(servers + 1, load);
  }
  const double whole = std::floor(servers);
  double k = servers - whole;
  double inverse = k == 0 ? 1 : load > 3 ? inverse_by_fraction(k, load) : inverse_by_gamma(k, load);
  while (k + 0.5 < servers) {
    k += 1;
    inverse = 1 + k / load * inverse;
  }
  return 1 / inverse;
}

double erlang_c_from_b(double servers, double load, double blocking) {
  if (!(load < servers)) return std::isnan(blocking) ? kNaN : 1;
  const double utilisation = load / servers;
  return blocking / (1 - utilisation * (1 - blocking));
}

double erlang_c(double servers, double load) { return erlang_c_from_b(servers, load, erlang_b(servers, load)); }

double load_for_blocking(double servers, double blocking) {
  if (!(servers > 0) || !(blocking > 0 && blocking < 1)) return kNaN;
  // B(servers, load) >= 1 - servers/load, so that this load loses more than wanted.
  const double high = 2 * servers / (1 - blocking) + 1;
  std::uintmax_t steps = 200;
  const auto [low_end, high_end] = boost::math::tools::toms748_solve(
      [&](double load) { return erlang_b(servers, load) - blocking; }, 0.0, high, -blocking,
      erlang_b(servers, high) - blocking, boost::math::tools::eps_tolerance<double>(45), steps);
  return (low_end + high_end) / 2;
}

std::int64_t smallest_servers(double load, std::int64_t first,
                              const std::function<bool(std::int64_t, double)>& accepts) {
  std::int64_t servers = std::max<std::int64_t>(first, 0);
  double blocking = erlang_b(static_cast<double>(servers), load);
  while (!accepts(servers, blocking)) {
    ++servers;
    blocking = load * blocking / (static_cast<double>(servers) + load * blocking);
  }
  return servers;
}

std::int64_t servers_for_blocking(double load, double blocking) {
  return smallest_servers(load, 0, [&](std::int64_t, double lost) { return lost <= blocking; });
}

}  // namespace mlplan::planner
