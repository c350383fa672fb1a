#include "bench/cold_files.h"

#include <unistd.h>

#include <filesystem>
#include <set>

namespace mlplan::bench {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> wrong(const std::string& message, const std::string& path) {
  return fail(ErrorKind::bad_input, message, "--cold-file " + path,
              "name a file that the program reads, or a folder of them");
}

}  // namespace

Result<ColdFiles> find_cold_files(const std::vector<std::string>& named) {
  ColdFiles out;
  std::set<std::string> found;
  std::error_code error;
  const auto add = [&](const fs::path& path) {
    const fs::path real = fs::canonical(path, error);
    if (!error && fs::is_regular_file(real, error) && fs::file_size(real, error) > 0) found.insert(real.string());
  };
  for (const std::string& path : named) {
    out.named.push_back(fs::absolute(path, error).lexically_normal().string());
    const std::size_t before = found.size();
    if (!fs::exists(path, error)) return wrong("there is no such file", path);
    if (!fs::is_directory(path, error)) {
      if (!fs::is_regular_file(path, error)) return wrong("it is neither a file nor a folder", path);
      if (fs::file_size(path, error) == 0) return wrong("the file is empty", path);
      add(path);
      continue;
    }
    for (auto each = fs::recursive_directory_iterator(path, fs::directory_options::follow_directory_symlink, error);
         !error && each != fs::recursive_directory_iterator(); each.increment(error))
      add(each->path());
    if (error) return wrong("the folder cannot be read: " + error.message(), path);
    if (found.size() == before) return wrong("no file with any bytes is in the folder", path);
  }
  for (const std::string& file : found) {
    if (::access(file.c_str(), R_OK) != 0) return wrong("the file cannot be read", file);
    out.bytes += static_cast<std::int64_t>(fs::file_size(file, error));
    out.files.push_back(file);
  }
  return out;
}

}  // namespace mlplan::bench
