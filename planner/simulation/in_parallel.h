// Work that falls into independent parts, on as many threads as there are CPUs.
#pragma once

#include <cstddef>
#include <functional>

namespace mlplan::planner {

// work(0) ... work(count - 1), in no order, some at once. What they come to must not depend on the order.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace mlplan::planner
