// Loops that do nothing but move memory: what the machine's memory gives, held against which a model's load and its
// large layers can be read.
//
// Bytes are counted as STREAM does: what the program reads and writes, the copy two arrays, the triad three. The bus
// may move more than that: a usual store has the line read before it is written, where the processor does not see that
// all of it is going to be, so that a write moves up to two bytes for one that counts, a copy three for two, a triad
// four for three. Streaming stores go around the caches.
//
// The limit of all of them is the memory's data sheet, which a virtual machine does not show. In its place stands the
// most that any of them was seen to move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mlplan::kernels {

enum class MemoryLoop { read, write, copy, streaming_copy, triad };

struct LoopFacts {
  MemoryLoop loop;
  const char* name;
  int arrays;  // that count
};
// Those this processor has: the streaming copy only where there are streaming stores.
const std::vector<LoopFacts>& memory_loops();

// Three arrays, of which every thread has a share of its own that it has touched first, on huge pages where the kernel
// grants them, so that neither distance nor address translation counts.
class Arrays {
 public:
  // error() says why there are none.
  Arrays(std::int64_t bytes_of_each, int threads, std::vector<int> cpus);
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;
  ~Arrays();

  const std::string& error() const { return error_; }
  int threads() const { return threads_; }
  std::int64_t bytes() const { return bytes_; }  // of one array

  // One pass of all threads; ns of wall clock, 0 where they could not be started.
  std::int64_t pass(MemoryLoop loop) const;
  const double* array(int which) const { return arrays_[which]; }  // 0 to 2; the first is what is written

 private:
  std::size_t share_begin(int thread) const;  // in elements; whole cache lines

  std::int64_t bytes_ = 0;
  int threads_ = 1;
  std::vector<int> cpus_;
  double* arrays_[3] = {};
  std::string error_;
};

// Large enough that caches cannot hold it: four times the last level of all of them together, 256 MiB at least and an
// eighth of what memory is available at most.
std::int64_t array_bytes_for_this_machine();

}  // namespace mlplan::kernels
