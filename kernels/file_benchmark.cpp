// Reading a file: from the page cache, and from storage with the page cache dropped.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "kernels/benchmarks.h"
#include "kernels/host_loops.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 2;  // each is the best of several
constexpr std::int64_t kBytes = std::int64_t{256} << 20;
constexpr double kMostResident = 0.05;  // of what counts as cold
constexpr double kLeastFetched = 0.9;   // likewise

// A file that is nobody's as soon as it is there: nothing is left of it, however this program ends.
struct ReadFile {
  UniqueFd fd;
  std::string path;
  std::string error;
};

ReadFile write_file(const std::string& folder) {
  ReadFile out;
  std::string name = folder + "/mlplan-kernels-XXXXXX";
  out.fd = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (out.fd) ::unlink(name.c_str());
  // Numbers that no storage can leave out or compress.
  std::vector<std::uint64_t> block((std::size_t{4} << 20) / sizeof(std::uint64_t));
  std::uint64_t number = 1;
  for (std::int64_t done = 0; out.fd && done < kBytes;) {
    for (std::uint64_t& word : block) {
      number ^= number << 13;
      number ^= number >> 7;
      number ^= number << 17;
      word = number;
    }
    const ssize_t written = ::write(out.fd.get(), block.data(), block.size() * sizeof block.front());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += written;
    if (done >= kBytes) {
      ::fsync(out.fd.get());
      out.path = "/proc/self/fd/" + std::to_string(out.fd.get());
      return out;
    }
  }
  out.error = "cannot write " + std::to_string(kBytes >> 20) + " MiB into " + folder + ": " +
              std::generic_category().message(errno);
  return out;
}

Sample sample_of(const ReadRate& read) {
  if (!read.error.empty()) return {0, 0, read.error};
  return {static_cast<double>(read.bytes) * 1e9 / read.bytes_per_s, static_cast<double>(read.bytes)};
}

}  // namespace

void add_file_benchmarks(const Settings& settings) {
  const auto file = [settings]() -> const ReadFile& {
    static const ReadFile made =
        settings.file.empty() ? write_file(settings.folder) : ReadFile{UniqueFd(), settings.file, ""};
    return made;
  };
  for (const int threads : thread_counts(settings.threads)) {
    if (threads != 1 && threads != settings.threads) continue;
    const auto warm = [file, threads] {
      if (!file().error.empty()) return Sample{0, 0, file().error};
      return sample_of(read_warm(file().path, {.limit_bytes = kBytes, .threads = threads}));
    };
    const auto copying = [threads] {
      return Limit{memory_rate(threads), "the most that as many threads move in memory"};
    };
    add_benchmark("disk/page_cache/threads:" + std::to_string(threads), Figure::bytes_per_s, kSamples, warm, copying);
  }
  const auto cold = [file] {
    if (!file().error.empty()) return Sample{0, 0, file().error};
    const ReadRate read = read_cold(file().path, {.limit_bytes = kBytes});
    if (read.error.empty() && read.resident_before > kMostResident)
      return Sample{0, 0, "the page cache keeps the file: this file system is memory, or does not let go"};
    if (read.error.empty() && static_cast<double>(read.from_storage) < kLeastFetched * static_cast<double>(read.bytes))
      return Sample{0, 0, "the kernel counts no bytes from storage: the reading came from somewhere else"};
    return sample_of(read);
  };
  add_benchmark("disk/read", Figure::bytes_per_s, kSamples, cold,
                [] { return Limit{{}, "not known: the data sheet of the storage"}; });
}

}  // namespace mlplan::kernels
