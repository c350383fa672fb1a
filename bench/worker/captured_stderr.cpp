#include "bench/worker/captured_stderr.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mlplan::worker {

CapturedStderr::CapturedStderr()
    : before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10)), kept_(::memfd_create("stderr", MFD_CLOEXEC)) {
  if (before_ && kept_) ::dup2(kept_.get(), STDERR_FILENO);
}

CapturedStderr::~CapturedStderr() {
  if (before_ && kept_) ::dup2(before_.get(), STDERR_FILENO);
}

std::string CapturedStderr::text() const {
  std::string out(65536, '\0');
  const ssize_t got = kept_ ? ::pread(kept_.get(), out.data(), out.size(), 0) : 0;
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return out;
}

}  // namespace mlplan::worker
