#include "kernels/on_cpus.h"

namespace mlplan::kernels {

OnCpus::OnCpus(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &wanted);
  moved_ = sched_getaffinity(0, sizeof before_, &before_) == 0 && sched_setaffinity(0, sizeof wanted, &wanted) == 0;
  failed_ = !moved_;
}

OnCpus::~OnCpus() {
  if (moved_) sched_setaffinity(0, sizeof before_, &before_);
}

}  // namespace mlplan::kernels
