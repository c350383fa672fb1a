// Which CPUs a thread runs on.
#pragma once

#include <sched.h>

#include <vector>

namespace mlplan::kernels {

// Keeps this thread on some CPUs as long as it lives: memory that it is the first to touch lies near them, and a
// process that it starts has them too. Of no CPUs, and where the kernel does not let it, the thread stays where it is.
class OnCpus {
 public:
  explicit OnCpus(const std::vector<int>& cpus);
  OnCpus(const OnCpus&) = delete;
  OnCpus& operator=(const OnCpus&) = delete;
  ~OnCpus();

  bool failed() const { return failed_; }  // the kernel did not let it

 private:
  cpu_set_t before_ = {};
  bool moved_ = false;
  bool failed_ = false;
};

}  // namespace mlplan::kernels
