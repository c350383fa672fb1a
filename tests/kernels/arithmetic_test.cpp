#include "kernels/arithmetic.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <set>
#include <string>

using namespace mlplan::kernels;

namespace {

template <class T>
double worst_error(const Multiplier<T>& by, int n) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  std::vector<T> a(size);
  std::vector<T> b(size);
  std::vector<T> c(size, std::nan(""));  // what is left of it shows
  for (T& value : a) value = static_cast<T>(normal(random));
  for (T& value : b) value = static_cast<T>(normal(random));
  const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(by.packed_fixed + n * by.packed_of_n);
  const std::unique_ptr<void, void (*)(void*)> packed(std::aligned_alloc(64, (bytes + 63) / 64 * 64), std::free);
  by.multiply(n, a.data(), b.data(), c.data(), static_cast<T*>(packed.get()));
  double worst = 0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int k = 0; k < n; ++k) {
        sum += static_cast<double>(a[static_cast<std::size_t>(i * n + k)]) *
               static_cast<double>(b[static_cast<std::size_t>(k * n + j)]);
      }
      const double error = std::abs(sum - static_cast<double>(c[static_cast<std::size_t>(i * n + j)]));
      worst = error > worst || std::isnan(error) ? error : worst;
    }
  }
  return worst;
}

template <class T>
void check_products(const Multiplier<T>& by, double tolerance) {
  const int step = by.rows * by.columns;
  for (const int n : {step, (260 / step + 1) * step}) {  // less, and more, than is packed at once
    CAPTURE(n);
    const double error = worst_error(by, n);
    CHECK(error < tolerance * std::sqrt(n));
  }
}

}  // namespace

TEST_CASE("matrix products of every instruction set here are those of three plain loops") {
  for (const Arithmetic* each : usable_arithmetic()) {
    CAPTURE(each->name);
    check_products(each->f32, 1e-5);
    check_products(each->f64, 1e-13);
  }
}

TEST_CASE("multiply-adds are done, and as many as are counted") {
  for (const Arithmetic* each : usable_arithmetic()) {
    CAPTURE(each->name);
    // Each chain goes x/2 + 1/2 from 0: after r rounds 1 - 2^-r, and their sum is that of all chains.
    const float one = each->f32.multiply_add(1);
    CHECK(each->f32.multiply_add(3) == doctest::Approx(one / 0.5 * 0.875));
    CHECK(each->f64.multiply_add(2) == doctest::Approx(static_cast<double>(one) / 0.5 * 0.75));
    const auto chains = static_cast<long>(std::lround(static_cast<double>(one) / 0.5));
    CHECK(each->f32.flop_of_round % (2 * chains) == 0);
    CHECK(each->f32.flop_of_round == 2 * each->f64.flop_of_round);  // twice as many in a vector
  }
}

TEST_CASE("the instruction sets have names of their own, and the one that is always there is the last") {
  std::set<std::string> names;
  for (const Arithmetic* each : usable_arithmetic()) names.insert(each->name);
  CHECK(names.size() == usable_arithmetic().size());
  CHECK(std::string(usable_arithmetic().back()->name) == "baseline");
}
