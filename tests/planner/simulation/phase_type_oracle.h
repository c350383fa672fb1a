// Mean wait of M/H2/c without approximation: the Markov chain of the number in the system and how many servers are in
// the first branch, solved level by level from a level that is hardly ever reached downwards.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "planner/distribution.h"

namespace mlplan::planner {

class Matrix {
 public:
  Matrix(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), values_(rows * columns) {}
  double& at(std::size_t row, std::size_t column) { return values_[row * columns_ + column]; }
  double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::vector<double> values_;
};

inline Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result(a.rows(), b.columns());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t k = 0; k < a.columns(); ++k) {
      for (std::size_t j = 0; j < b.columns(); ++j) result.at(i, j) += a.at(i, k) * b.at(k, j);
    }
  }
  return result;
}

// X with X a = b, by Gauss and Jordan with pivots.
inline Matrix divided(const Matrix& b, Matrix a) {
  const std::size_t n = a.rows();
  Matrix inverse(n, n);
  for (std::size_t i = 0; i < n; ++i) inverse.at(i, i) = 1;
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      if (std::abs(a.at(row, column)) > std::abs(a.at(pivot, column))) pivot = row;
    }
    const double scale = a.at(pivot, column);
    for (std::size_t j = 0; j < n; ++j) {
      std::swap(a.at(pivot, j), a.at(column, j));
      std::swap(inverse.at(pivot, j), inverse.at(column, j));
      a.at(column, j) /= scale;
      inverse.at(column, j) /= scale;
    }
    for (std::size_t row = 0; row < n; ++row) {
      const double factor = row == column ? 0 : a.at(row, column);
      for (std::size_t j = 0; j < n && factor != 0; ++j) {
        a.at(row, j) -= factor * a.at(column, j);
        inverse.at(row, j) -= factor * inverse.at(column, j);
      }
    }
  }
  return product(b, inverse);
}

inline double exact_mean_wait(double arrival_rate, const Distribution& service, std::size_t servers,
                              std::size_t levels) {
  const double first = 1 / service.fast_mean;
  const double second = 1 / service.slow_mean;
  const auto phases = [&](std::size_t level) { return std::min(level, servers) + 1; };
  // Rates from `level`, phase i: one up, one down, and out of the state altogether.
  const auto up = [&](std::size_t level) {
    Matrix rates(phases(level), phases(level + 1));
    for (std::size_t i = 0; i < rates.rows(); ++i) {
      if (level >= servers) {
        rates.at(i, i) = arrival_rate;
      } else {
        rates.at(i, i + 1) = arrival_rate * service.share;
        rates.at(i, i) = arrival_rate * (1 - service.share);
      }
    }
    return rates;
  };
  const auto down = [&](std::size_t level) {
    Matrix rates(phases(level), phases(level - 1));
    const std::size_t busy = std::min(level, servers);
    for (std::size_t i = 0; i < rates.rows(); ++i) {
      const double of_first = static_cast<double>(i) * first;
      const double of_second = static_cast<double>(busy - i) * second;
      if (level > servers) {  // the next in line takes a branch
        if (i > 0) rates.at(i, i - 1) += of_first * (1 - service.share);
        rates.at(i, i) += of_first * service.share + of_second * (1 - service.share);
        if (i < busy) rates.at(i, i + 1) += of_second * service.share;
      } else {
        if (i > 0) rates.at(i, i - 1) += of_first;
        if (i < busy) rates.at(i, i) += of_second;
      }
    }
    return rates;
  };
  // What stays in a level: out of a state at all its rates, but back into another phase of the same level never.
  const auto stays = [&](std::size_t level, bool last) {
    Matrix rates(phases(level), phases(level));
    const std::size_t busy = std::min(level, servers);
    for (std::size_t i = 0; i < rates.rows(); ++i) {
      rates.at(i, i) =
          (last ? 0 : arrival_rate) + static_cast<double>(i) * first + static_cast<double>(busy - i) * second;
    }
    return rates;
  };
  // probability(level + 1) = probability(level) x ratio[level]
  std::vector<Matrix> ratio(levels, Matrix(0, 0));
  for (std::size_t level = levels; level > 0; --level) {
    Matrix out = stays(level, level == levels);
    if (level < levels) {
      const Matrix back = product(ratio[level], down(level + 1));
      for (std::size_t i = 0; i < out.rows(); ++i) {
        for (std::size_t j = 0; j < out.columns(); ++j) out.at(i, j) -= back.at(i, j);
      }
    }
    ratio[level - 1] = divided(up(level - 1), out);
  }
  Matrix probability(1, 1);
  probability.at(0, 0) = 1;
  double total = 1;
  double waiting = 0;
  for (std::size_t level = 1; level <= levels; ++level) {
    probability = product(probability, ratio[level - 1]);
    double sum = 0;
    for (std::size_t i = 0; i < probability.columns(); ++i) sum += probability.at(0, i);
    total += sum;
    if (level > servers) waiting += static_cast<double>(level - servers) * sum;
  }
  return waiting / total / arrival_rate;
}

}  // namespace mlplan::planner
