// Reads the model file for libtorch's loader and counts what that costs: wall time, CPU time, faults, bytes from
// storage and the wait for a CPU add up over all calls of read(), so that a load splits into reading and the rest.
//
// pread into the loader's own buffer, as large as it asks: what the stock adapter (fseek, fread) ends up doing for
// records above its buffer, without the seeks. Faults of the destination (first touch) fall into read(), as they do in
// the stock one.
#pragma once

#include <caffe2/serialize/read_adapter_interface.h>

#include <cstdint>
#include <optional>
#include <string>

#include "bench/worker/stamps.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

class CountingReader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit CountingReader(
      const std::string& path);  // throws Failure "model_file": missing, not readable, a folder, empty
  CountingReader(const CountingReader&) = delete;
  CountingReader& operator=(const CountingReader&) = delete;
  ~CountingReader() override;

  std::size_t size() const override { return size_; }
  std::size_t read(std::uint64_t position, void* buffer, std::size_t bytes, const char* what) const override;

  const Stamp& total() const { return total_; }  // durations and counts
  // Of total().time_ns: ready to run without a CPU to run on. Absent where /proc does not tell.
  std::optional<std::int64_t> cpu_wait_ns() const { return cpu_wait_ns_; }

 private:
  int fd_ = -1;
  std::size_t size_ = 0;
  RunDelay run_delay_;   // of the thread that opened the file: the one that loads
  mutable Stamp total_;  // read() is const in the interface
  mutable std::optional<std::int64_t> cpu_wait_ns_;
};

}  // namespace mlplan::worker
