// When a program counts as ready, by what can be seen from outside:
//
//   line:REGEX    it has printed a line, to standard output or error, that the regular expression matches (POSIX
//                 extended, as grep -E takes it; lines end with a newline)
//   url:URL       an HTTP GET is answered with a status of 200 to 299; http and this machine's own addresses only
//   port:PORT     something accepts a connection there on 127.0.0.1
//
// A line is stamped when it is read. The other two are asked again and again: after a refusal mlplan waits a 200th of
// the time since the start, 0.5 ms at least and 10 ms at most, and by so much a time may be too long. Connections are
// closed by reset, so that no port is kept from the next process by one of ours in TIME_WAIT. Errors: usage.
#pragma once

#include <netinet/in.h>
#include <regex.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "profiles/support/result.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::bench {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
  std::string request;  // empty: being connected is enough
};

struct Readiness {
  std::string text;                  // as given, {port} replaced
  std::shared_ptr<regex_t> pattern;  // of line:
  Endpoint endpoint;                 // of url: and port:
  bool asks() const { return pattern == nullptr; }
  bool matches(const std::string& line) const;
};
Result<Readiness> parse_readiness(const std::string& text);

// Whether anything accepts connections there now.
bool is_answered(const Endpoint& endpoint);
// A port of 127.0.0.1 that nothing listens on; 0 where there is none.
int free_port();

// Asks one endpoint until it answers as wanted. Never waits itself: whoever owns it polls fd() for events(), until
// wake_ns() at the latest, and calls step().
class Probe {
 public:
  Probe(const Endpoint& endpoint, std::int64_t began_ns) : endpoint_(endpoint), began_ns_(began_ns) {}
  bool step(std::int64_t now_ns);  // true: ready
  int fd() const { return socket_.get(); }
  short events() const;
  std::int64_t wake_ns() const { return wake_ns_; }
  std::int64_t pause_ns() const { return pause_ns_; }              // before the last question
  const std::string& last_answer() const { return last_answer_; }  // why it is not ready, "nothing listens there"

 private:
  enum class State { idle, connecting, asked };
  bool connected(std::int64_t now_ns);
  bool read_answer(std::int64_t now_ns);
  bool again(std::int64_t now_ns, std::string why);

  const Endpoint& endpoint_;
  std::int64_t began_ns_;
  State state_ = State::idle;
  UniqueFd socket_;
  std::int64_t wake_ns_ = 0;
  std::int64_t pause_ns_ = 0;
  std::string answer_;
  std::string last_answer_ = "nothing listens there";
};

}  // namespace mlplan::bench
