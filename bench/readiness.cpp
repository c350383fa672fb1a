#include "bench/readiness.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace mlplan::bench {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kShareOfTime = 200;
constexpr std::int64_t kShortestPause = kMillisecond / 2;
constexpr std::int64_t kLongestPause = 10 * kMillisecond;
constexpr std::int64_t kAnswerWithin = 10'000 * kMillisecond;  // of a server that has taken the connection
constexpr std::size_t kLongestStatusLine = 1024;
constexpr const char* kExamples = "line:REGEX, url:http://127.0.0.1:8000/health or port:8000";

tl::unexpected<Error> wrong(const std::string& message, const std::string& text, const std::string& hint = kExamples) {
  return fail(ErrorKind::usage, message, "--ready " + text, hint);
}

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return port;
}

// 127.0.0.0/8, localhost and [::1]: a program elsewhere is no child of ours.
std::optional<Endpoint> loopback(const std::string& host, int port) {
  Endpoint out;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.address);
  if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4->sin_addr) == 1) {
    if ((ntohl(v4->sin_addr.s_addr) >> 24) != 127) return std::nullopt;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<std::uint16_t>(port));
    out.length = sizeof(sockaddr_in);
    return out;
  }
  if (host != "[::1]") return std::nullopt;
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.address);
  v6->sin6_family = AF_INET6;
  v6->sin6_addr = in6addr_loopback;
  v6->sin6_port = htons(static_cast<std::uint16_t>(port));
  out.length = sizeof(sockaddr_in6);
  return out;
}

Result<Readiness> parse_line(const std::string& text) {
  const std::string pattern = text.substr(std::strlen("line:"));
  if (pattern.empty()) return wrong("the regular expression is empty", text);
  std::shared_ptr<regex_t> compiled(new regex_t{}, [](regex_t* regex) {
    ::regfree(regex);
    delete regex;
  });
  if (const int error = ::regcomp(compiled.get(), pattern.c_str(), REG_EXTENDED | REG_NOSUB); error != 0) {
    char why[128];
    ::regerror(error, compiled.get(), why, sizeof why);
    return wrong(fmt::format("the regular expression is wrong: {}", why), text, "it is one of grep -E");
  }
  return Readiness{text, std::move(compiled), {}};
}

Result<Readiness> parse_url(const std::string& text) {
  std::string rest = text.substr(std::strlen("url:"));
  constexpr std::string_view kScheme = "http://";
  if (!rest.starts_with(kScheme)) return wrong("only http:// can be asked", text, "url:http://127.0.0.1:8000/health");
  rest = rest.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const std::string authority = rest.substr(0, slash);
  std::string path = rest.substr(slash);
  if (!path.starts_with('/')) path.insert(0, "/");
  path.erase(std::min(path.find('#'), path.size()));
  if (std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) <= 32 || c == 127; }))
    return wrong("the URL has a space in it", text, "write it as %20");
  const std::size_t colon = authority.rfind(':');
  const bool has_number = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  const std::optional<int> port = has_number ? port_of(std::string_view(authority).substr(colon + 1)) : 80;
  if (!port) return wrong("the port is no number from 1 to 65535", text);
  std::optional<Endpoint> endpoint = loopback(has_number ? authority.substr(0, colon) : authority, *port);
  if (!endpoint) {
    return wrong("only this machine's own addresses can be asked: 127.0.0.1, localhost or [::1]", text,
                 "the program is started here, so ask it here");
  }
  endpoint->request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: mlplan/" MLPLAN_VERSION
                                  "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                                  path, authority);
  return Readiness{text, nullptr, *endpoint};
}

UniqueFd open_socket(const Endpoint& endpoint) {
  UniqueFd out(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const linger reset{1, 0};
  if (out) ::setsockopt(out.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  return out;
}

int begin_to_connect(const UniqueFd& fd, const Endpoint& endpoint) {
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.length) == 0 ? 0 : errno;
}

// Whether the connection that was begun stands. A socket that got its own port for its source is connected to itself.
bool is_connected(const UniqueFd& fd) {
  sockaddr_storage here{};
  sockaddr_storage there{};
  socklen_t size = sizeof here;
  if (::getpeername(fd.get(), reinterpret_cast<sockaddr*>(&there), &size) != 0) return false;
  size = sizeof here;
  return ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&here), &size) == 0 &&
         std::memcmp(&here, &there, sizeof here) != 0;
}

}  // namespace

bool Readiness::matches(const std::string& line) const {
  return pattern != nullptr && ::regexec(pattern.get(), line.c_str(), 0, nullptr, 0) == 0;
}

Result<Readiness> parse_readiness(const std::string& text) {
  if (text.starts_with("line:")) return parse_line(text);
  if (text.starts_with("url:")) return parse_url(text);
  if (text.starts_with("port:")) {
    const std::optional<int> port = port_of(std::string_view(text).substr(std::strlen("port:")));
    if (!port) return wrong("the port is no number from 1 to 65535", text);
    return Readiness{text, nullptr, *loopback("127.0.0.1", *port)};
  }
  return wrong("readiness is told by a line, a URL or a port", text);
}

bool is_answered(const Endpoint& endpoint) {
  const UniqueFd fd = open_socket(endpoint);
  const int error = begin_to_connect(fd, endpoint);
  if (error != 0 && error != EINPROGRESS) return false;
  pollfd watched{fd.get(), POLLOUT, 0};
  return ::poll(&watched, 1, 100) == 0 || is_connected(fd);  // a full queue is an answer too
}

int free_port() {
  std::optional<Endpoint> any = loopback("127.0.0.1", 0);
  const UniqueFd fd = open_socket(*any);
  auto* const address = reinterpret_cast<sockaddr*>(&any->address);
  if (::bind(fd.get(), address, any->length) != 0 || ::getsockname(fd.get(), address, &any->length) != 0) return 0;
  return ntohs(reinterpret_cast<sockaddr_in*>(address)->sin_port);
}

short Probe::events() const { return state_ == State::connecting ? POLLOUT : POLLIN; }

bool Probe::again(std::int64_t now_ns, std::string why) {
  socket_ = UniqueFd();
  state_ = State::idle;
  answer_.clear();
  last_answer_ = std::move(why);
  pause_ns_ = std::clamp((now_ns - began_ns_) / kShareOfTime, kShortestPause, kLongestPause);
  wake_ns_ = now_ns + pause_ns_;
  return false;
}

bool Probe::step(std::int64_t now_ns) {
  if (state_ == State::idle) {
    if (now_ns < wake_ns_) return false;
    socket_ = open_socket(endpoint_);
    if (!socket_) return again(now_ns, "no socket can be made");
    const int error = begin_to_connect(socket_, endpoint_);
    if (error != 0 && error != EINPROGRESS) return again(now_ns, "nothing listens there");
    state_ = State::connecting;
    wake_ns_ = now_ns + kAnswerWithin;
  }
  if (state_ == State::connecting) {
    pollfd watched{socket_.get(), POLLOUT, 0};
    if (::poll(&watched, 1, 0) == 1) {
      if (!is_connected(socket_)) return again(now_ns, "nothing listens there");
      return connected(now_ns);
    }
  } else if (state_ == State::asked) {
    return read_answer(now_ns);
  }
  return now_ns > wake_ns_ && again(now_ns, "it listens, but takes no connection");
}

bool Probe::connected(std::int64_t now_ns) {
  const std::string& request = endpoint_.request;
  if (request.empty()) return true;
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return again(now_ns, "it closes the connection");
  state_ = State::asked;
  return false;
}

bool Probe::read_answer(std::int64_t now_ns) {
  char buffer[kLongestStatusLine];
  const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return now_ns > wake_ns_ && again(now_ns, "it takes the connection, but does not answer");
  if (got > 0) answer_.append(buffer, static_cast<std::size_t>(got));
  const std::size_t end = answer_.find('\n');
  if (end == std::string::npos) {
    if (got <= 0) return again(now_ns, "it closes the connection without an answer");
    return answer_.size() > kLongestStatusLine && again(now_ns, "it does not speak HTTP");
  }
  int status = 0;
  const std::size_t space = answer_.find(' ');
  if (!answer_.starts_with("HTTP/1.") || space >= end ||
      std::from_chars(answer_.data() + space + 1, answer_.data() + end, status).ec != std::errc{})
    return again(now_ns, "it does not speak HTTP");
  if (status >= 200 && status < 300) return true;
  return again(now_ns, fmt::format("it answers with status {}", status));
}

}  // namespace mlplan::bench
