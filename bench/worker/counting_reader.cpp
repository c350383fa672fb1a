#include "bench/worker/counting_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "bench/worker/failure.h"

namespace mlplan::worker {
namespace {

// What a test adds to the first read.
std::chrono::nanoseconds read_delay() {
  const char* text = std::getenv(kReadDelayVariable);
  return std::chrono::nanoseconds(text == nullptr ? 0 : std::strtoll(text, nullptr, 10));
}

constexpr std::int64_t kOffCpuNs = 20'000;  // less is the clocks' own time, and not worth a second look at the delay

}  // namespace

CountingReader::CountingReader(const std::string& path) {
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw Failure("model_file", path + ": " + std::strerror(errno), "check the path of the model");
  struct stat status{};
  const bool known = ::fstat(fd_, &status) == 0;
  const char* problem = nullptr;
  if (!known || S_ISDIR(status.st_mode))
    problem = " is a folder, not a model file";
  else if (!S_ISREG(status.st_mode))
    problem = " is not a regular file";
  else if (status.st_size == 0)
    problem = " is empty";
  if (problem != nullptr) {
    ::close(fd_);
    throw Failure("model_file", path + problem, "give a TorchScript .pt or an AOTInductor .pt2 file");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (run_delay_.now_ns()) cpu_wait_ns_ = 0;
}

CountingReader::~CountingReader() { ::close(fd_); }

std::size_t CountingReader::read(std::uint64_t position, void* buffer, std::size_t bytes, const char*) const {
  const std::optional<std::int64_t> delay_before = run_delay_.now_ns();
  const Stamp before = take_thread_stamp();
  if (total_.time_ns == 0) std::this_thread::sleep_for(read_delay());
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        ::pread(fd_, static_cast<char*>(buffer) + done, bytes - done, static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // the loader reports a short read
    done += static_cast<std::size_t>(got);
  }
  const Stamp after = take_thread_stamp();
  const std::int64_t time_ns = after.time_ns - before.time_ns;
  const std::int64_t cpu_ns = after.cpu_ns - before.cpu_ns;
  if (delay_before && time_ns - cpu_ns > kOffCpuNs) {
    const std::int64_t delay_ns = run_delay_.now_ns().value_or(*delay_before) - *delay_before;
    cpu_wait_ns_ = *cpu_wait_ns_ + std::min(delay_ns, time_ns - cpu_ns);
  }
  add_since(total_, before, after);
  return done;
}

}  // namespace mlplan::worker
