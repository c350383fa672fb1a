#include "bench/worker/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace mlplan::worker {

Channel::Channel(int fd) : fd_(fd) { ::fcntl(fd_, F_SETFD, FD_CLOEXEC); }

bool Channel::is_channel(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

std::string Channel::next_line() {
  while (true) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    receive();
  }
}

void Channel::read(std::span<std::byte> out) {
  while (received_.size() < out.size()) receive();
  std::memcpy(out.data(), received_.data(), out.size());
  received_.erase(0, out.size());
}

void Channel::receive() {
  char buffer[65536];
  ssize_t got = 0;
  do {
    got = ::recv(fd_, buffer, sizeof buffer, 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) ::_exit(0);
  received_.append(buffer, static_cast<std::size_t>(got));
}

void Channel::write(const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) ::_exit(0);
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace mlplan::worker
