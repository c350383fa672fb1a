#include "bench/last_words.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstring>

namespace mlplan::bench {

std::string last_words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::size_t at = text.size();
  for (int lines = 0; lines < 3 && at != std::string::npos && at > 0; ++lines) at = text.rfind('\n', at - 1);
  if (at != std::string::npos && at > 0) text.erase(0, at + 1);
  if (text.size() > 600) text = "..." + text.substr(text.size() - 600);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 32 && c != '\n') c = ' ';
  }
  return text;
}

std::string describe_death(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = sigabbrev_np(signal);
    return fmt::format("was ended by signal {} (SIG{})", signal, name == nullptr ? "?" : name);
  }
  return fmt::format("ended by itself with exit code {}", WEXITSTATUS(status));
}

}  // namespace mlplan::bench
