// The worker's end of the channel: one JSON document a line. When the other end is closed nobody wants an answer any
// more, and the process ends at once.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mlplan::worker {

class Channel {
 public:
  explicit Channel(int fd);
  static bool is_channel(int fd);  // a connected stream socket

  std::string next_line();              // without '\n'; _exit(0) when the channel is closed
  void read(std::span<std::byte> out);  // all of it; _exit(0) when the channel is closed
  void write(const std::string& text);  // whole; _exit(0) when the channel is closed

 private:
  void receive();  // what is there, at least one byte

  int fd_;
  std::string received_;
};

}  // namespace mlplan::worker
