#include "bench/output_quality.h"

#include <doctest/doctest.h>

namespace mlplan::bench {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers batches(const Numbers& wanted, const Numbers& bounds, double budget_ns, double row_output_bytes = 1000) {
  Options options;
  options.batches = wanted;
  return batches_to_split(options, bounds, 1e6, row_output_bytes, budget_ns);
}

}  // namespace

TEST_CASE("as many batches are taken apart as there is time for, with their rows") {
  CHECK(batches({}, {}, 1e12) == Numbers{2, 4, 8, 16, 32});
  CHECK(batches({}, {}, 10e6) == Numbers{2, 4});  // 2 + 4 rows in batches, and 4 one by one
  CHECK(batches({}, {}, 9.9e6) == Numbers{2});
  CHECK(batches({}, {}, 1e6).empty());
  CHECK(batches({1, 3, 5}, {}, 1e12) == Numbers{3, 5});
}

TEST_CASE("batches keep within the bounds of the file and are whole numbers of the smallest") {
  CHECK(batches({}, {2, 15}, 1e12) == Numbers{4, 8});
  CHECK(batches({3, 6, 7}, {3, 100}, 1e12) == Numbers{6});
}

TEST_CASE("outputs that are held at once keep within memory") {
  CHECK(batches({}, {}, 1e12, 100.0 * 1024 * 1024) == Numbers{2});
}

}  // namespace mlplan::bench
