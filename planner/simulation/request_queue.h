// First in, first out, in a ring that doubles when it is full: the arrival times of the requests that wait. Eight bytes
// a request, and nothing is ever allocated for one.
#pragma once

#include <cstddef>
#include <vector>

namespace mlplan::planner {

class RequestQueue {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  double front() const { return ring_[first_]; }

  void push_back(double arrival) {
    if (size_ == ring_.size()) grow();
    ring_[(first_ + size_) & (ring_.size() - 1)] = arrival;
    ++size_;
  }
  void push_front(double arrival) {
    if (size_ == ring_.size()) grow();
    first_ = (first_ - 1) & (ring_.size() - 1);
    ring_[first_] = arrival;
    ++size_;
  }
  double pop_front() {
    const double arrival = ring_[first_];
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
    return arrival;
  }

 private:
  void grow() {
    std::vector<double> larger(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
    ring_.swap(larger);
    first_ = 0;
  }

  std::vector<double> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mlplan::planner
