// The fastest plain ways to get a file's bytes into memory on this machine: the limits that a model's load is held
// against.
//
// Every function really does the work on the given file or on fresh memory, in this process, and releases what it took.
// Rates are bytes per second of wall clock (CLOCK_MONOTONIC), costs of a page CPU time of the thread; the best of as
// many repetitions as make 50 ms of work, at least three where they take less than a second. No CUDA, no torch, no
// JSON.
#pragma once

#include <cstdint>
#include <string>

namespace mlplan::kernels {

struct ReadRate {
  double bytes_per_s = 0;
  std::int64_t bytes = 0;         // bytes really read
  std::int64_t from_storage = 0;  // of these, fetched from storage (/proc/self/io read_bytes)
  double resident_before = 0;     // share of the range in the page cache just before (mincore), 0..1
  std::string error;              // empty when it worked; else why not, in words of the system
};

struct ReadOptions {
  std::int64_t limit_bytes = std::int64_t{1} << 30;  // at most this much of the file, from its start
  int threads = 2;
  std::int64_t block_bytes = std::int64_t{4} << 20;
};

// The range is dropped from the page cache first (fsync, POSIX_FADV_DONTNEED) and read by `threads` threads in large
// blocks into one buffer each that has been touched before. A file that others hold mapped stays resident: see
// resident_before. A repetition that found less of it resident goes before one that was faster.
ReadRate read_cold(const std::string& path, const ReadOptions& options);
// The range is made resident first, then copied from the page cache into memory already touched. threads = 1 gives what
// a loader that reads with one thread could reach.
ReadRate read_warm(const std::string& path, const ReadOptions& options);

struct FirstTouch {
  double bytes_per_s = 0;  // writing one byte per 4 KiB page of fresh anonymous memory
  double fault_ns = 0;     // CPU time per page fault, by the faults this thread took
  std::int64_t faults = 0;
  double huge_bytes_per_s = 0;  // the same after madvise(MADV_HUGEPAGE); 0 where it did not halve the faults
  std::int64_t huge_faults = 0;
  double huge_page_ns = 0;  // CPU time per 2 MiB of it
};
// Fresh private anonymous memory, explicitly without huge pages (MADV_NOHUGEPAGE), then with.
FirstTouch first_touch(std::int64_t bytes);

}  // namespace mlplan::kernels
