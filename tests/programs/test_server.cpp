// A program as users measure it with --command, but small, and able to misbehave. Flags, done in this order:
//
//   --touch MIB      takes that much memory          --fork N         has N children, with as much memory each
//   --deaf           ignores SIGTERM                 --print TEXT     prints a line
//   --exit CODE      ends                            --background     leaves a child behind and ends
//   --read FILE      reads a file                    --delay MS       sleeps
//   --port N         answers HTTP on 127.0.0.1, the first `--refuse N` times with status 503
//
// Without --port it sleeps for ever.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void sleep_for_ever() {
  while (true) ::pause();
}

std::vector<char> touched(std::size_t mib) { return std::vector<char>(mib << 20, 'x'); }

[[noreturn]] void serve(int port, int refusals) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  // No SO_REUSEADDR: a connection of ours in TIME_WAIT would be seen.
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 8) != 0) {
    std::perror("bind");
    std::exit(9);
  }
  while (true) {
    const int client = ::accept(listener, nullptr, nullptr);
    char request[4096];
    if (::read(client, request, sizeof request) > 0) {
      const std::string answer = refusals-- > 0 ? "HTTP/1.1 503 Loading\r\n\r\n" : "HTTP/1.1 204 No Content\r\n\r\n";
      if (::write(client, answer.data(), answer.size()) < 0) std::perror("write");
    }
    ::close(client);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<char> memory;
  std::size_t mib = 0;
  int refusals = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--deaf") {
      std::signal(SIGTERM, SIG_IGN);
      continue;
    }
    if (flag == "--background") {
      if (::fork() == 0) sleep_for_ever();
      return 0;
    }
    if (i + 1 == argc) return 8;
    const char* value = argv[++i];
    const int number = std::atoi(value);
    if (flag == "--touch") memory = touched(mib = static_cast<std::size_t>(number));
    if (flag == "--print") {
      std::printf("%s\n", value);
      std::fflush(stdout);
    }
    if (flag == "--exit") return number;
    if (flag == "--delay") std::this_thread::sleep_for(std::chrono::milliseconds(number));
    if (flag == "--refuse") refusals = number;
    if (flag == "--port") serve(number, refusals);
    if (flag == "--read") {
      std::ifstream file(value, std::ios::binary);
      std::vector<char> block(1 << 20);
      while (file.read(block.data(), static_cast<std::streamsize>(block.size()))) {
      }
    }
    for (int child = 0; flag == "--fork" && child < number; ++child) {
      int told[2];
      if (::pipe(told) != 0) return 7;
      if (::fork() == 0) {
        ::setsid();  // out of reach of a kill of the group
        memory = touched(mib);
        if (::write(told[1], "x", 1) != 1) return 7;
        sleep_for_ever();
      }
      char done = 0;
      if (::read(told[0], &done, 1) != 1) return 7;
    }
  }
  sleep_for_ever();
}
