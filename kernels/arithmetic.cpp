#include "kernels/arithmetic.h"

#include <algorithm>

#include "kernels/together.h"

namespace mlplan::kernels {

extern const Arithmetic k_baseline;
#ifdef __x86_64__
extern const Arithmetic k_avx2;
extern const Arithmetic k_avx512;
#endif

std::vector<const Arithmetic*> usable_arithmetic() {
  std::vector<const Arithmetic*> out;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") != 0) out.push_back(&k_avx512);
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) out.push_back(&k_avx2);
#endif
  out.push_back(&k_baseline);
  return out;
}

double core_clock_hz() {
#ifdef __x86_64__
  constexpr int kRounds = 200'000;
  constexpr int kOfRound = 10;
  double best = 0;
  for (int repetition = 0; repetition < 20; ++repetition) {
    std::uint64_t sum = 0;
    const std::uint64_t step = 1;
    const std::int64_t begin = now_ns();
    for (int round = 0; round < kRounds; ++round) {
      // A register and not a constant: processors of today add small constants in no time of their own.
      asm volatile(
          "add %1, %0\n add %1, %0\n add %1, %0\n add %1, %0\n add %1, %0\n"
          "add %1, %0\n add %1, %0\n add %1, %0\n add %1, %0\n add %1, %0\n"
          : "+r"(sum)
          : "r"(step));
    }
    const std::int64_t ns = std::max<std::int64_t>(now_ns() - begin, 1);
    best = std::max(best, 1e9 * kRounds * kOfRound / static_cast<double>(ns));
  }
  return best;
#else
  return 0;
#endif
}

}  // namespace mlplan::kernels
