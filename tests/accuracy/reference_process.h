// Runs the reference program and times it from outside with nothing but spawn, read and wait4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/support/unique_fd.h"

namespace mlplan::accuracy {

struct ReferenceStart {
  double wall_ns = 0;         // before posix_spawn until its byte is read
  double peak_rss_bytes = 0;  // wait4
};
ReferenceStart run_reference(const std::string& program, const std::vector<std::string>& arguments,
                             std::int64_t threads);

// Of "PROGRAM SCRIPT PORT": before posix_spawn until a GET of / on 127.0.0.1 is answered, asked every half millisecond
// by blocking calls. ns. The process is killed afterwards.
double time_to_answer(const std::string& program, const std::string& script, int port);

class ReferenceLoop {
 public:
  ReferenceLoop(const std::string& program, const std::vector<std::string>& arguments, std::int64_t threads);
  ReferenceLoop(const ReferenceLoop&) = delete;
  ReferenceLoop& operator=(const ReferenceLoop&) = delete;
  ~ReferenceLoop();
  std::vector<double> block();  // latencies, ns

 private:
  pid_t pid_ = -1;
  UniqueFd in_;
  UniqueFd out_;
};

}  // namespace mlplan::accuracy
