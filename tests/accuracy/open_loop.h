// The open loop against theory: each response against the Lindley recursion, their mean against M/G/1, and whose fault
// it is when the generator is late.
#pragma once

#include "bench/world.h"

namespace mlplan::accuracy {

// `effort` 1 takes some five minutes for a model of 5 ms. Prints a table.
void print_open_loop(const bench::World& world, double effort);

}  // namespace mlplan::accuracy
