#include "bench/worker/aoti_package.h"

#include <caffe2/serialize/inline_container.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <vector>

#include "bench/worker/counting_reader.h"
#include "bench/worker/failure.h"
#include "bench/worker/model_file.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::worker {
namespace {

constexpr std::string_view kModels = "data/aotinductor/";
constexpr std::string_view kConstants = "data/constants/";
constexpr std::size_t kChunk = std::size_t{1} << 20;

std::string base_name(const std::string& record) { return record.substr(record.rfind('/') + 1); }

// "model" where it exists, as libtorch's loader assumes, else the only one.
std::string choose_model(const std::string& path, const std::vector<std::string>& records) {
  std::set<std::string> names;
  for (const std::string& record : records) {
    if (!record.starts_with(kModels)) continue;
    const std::size_t slash = record.find('/', kModels.size());
    if (slash != std::string::npos) names.insert(record.substr(kModels.size(), slash - kModels.size()));
  }
  if (names.contains("model")) return "model";
  if (names.size() == 1) return *names.begin();
  if (names.empty()) {
    if (const auto why = why_not_a_model(path, "aotinductor")) throw Failure(why->kind, why->message, why->hint);
    throw Failure("model_file", path + " holds no compiled model",
                  "make it with torch._inductor.aoti_compile_and_package");
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw Failure("model_file", "the package holds several models and none is called 'model': " + all,
                "package one of them alone");
}

void write_record(caffe2::serialize::PyTorchStreamReader& reader, const std::string& record, const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700));
  if (!file)
    throw Failure("model_file", "cannot unpack to " + path + ": " + std::strerror(errno),
                  "set TMPDIR to a folder with space");
  const std::size_t size = reader.getRecordSize(record);
  std::vector<char> buffer(std::min(kChunk, std::max<std::size_t>(size, 1)));
  auto chunks = reader.createChunkReaderIter(record, size, buffer.size());
  for (std::size_t done = 0; done < size;) {
    const std::size_t got = chunks.next(buffer.data());
    if (got == 0)
      throw Failure("model_file", "the record " + record + " of the package is cut short",
                    "copy or download the file again");
    for (std::size_t written = 0; written < got;) {
      const ssize_t step = ::write(file.get(), buffer.data() + written, got - written);
      if (step < 0 && errno == EINTR) continue;
      if (step <= 0)
        throw Failure("model_file", "cannot unpack to " + path + ": " + std::strerror(errno),
                      "set TMPDIR to a folder with space");
      written += static_cast<std::size_t>(step);
    }
    done += got;
  }
}

// The package says what it was compiled for: code for another device does not load, code for missing instructions is
// killed by SIGILL.
void check_target(caffe2::serialize::PyTorchStreamReader& reader, const std::string& record) {
  const auto [data, size] = reader.getRecord(record);
  const auto* text = static_cast<const char*>(data.get());
  const nlohmann::json metadata = nlohmann::json::parse(text, text + size, nullptr, false);
  if (!metadata.is_object()) return;
  const std::string device = metadata.value("AOTI_DEVICE_KEY", "cpu");
  if (device != "cpu") {
    throw Failure("device", "the package was compiled for '" + device + "'",
                  "compile it for the CPU: export the model from the CPU");
  }
#if defined(__x86_64__)
  const std::string isa = metadata.value("AOTI_CPU_ISA", "");
  if (isa.find("AVX512") != std::string::npos && !__builtin_cpu_supports("avx512f")) {
    throw Failure("device", "the package was compiled for a CPU with AVX-512, which this one has not",
                  "compile it on this kind of machine");
  }
  if (isa.find("AVX2") != std::string::npos && !__builtin_cpu_supports("avx2")) {
    throw Failure("device", "the package was compiled for a CPU with AVX2, which this one has not",
                  "compile it on this kind of machine");
  }
#endif
}

}  // namespace

UnpackedPackage unpack_package(const std::string& path, const std::string& folder) {
  caffe2::serialize::PyTorchStreamReader reader(std::make_shared<CountingReader>(path));
  const std::vector<std::string> records = reader.getAllRecords();
  const std::string prefix = std::string(kModels) + choose_model(path, records) + "/";
  UnpackedPackage out;
  bool has_sources = false;
  bool weights_elsewhere = false;
  for (const std::string& record : records) {
    if (record.starts_with("data/weights/") || record.ends_with("/weights_config.json")) weights_elsewhere = true;
    const bool of_model = record.starts_with(prefix);
    if (!of_model && !record.starts_with(kConstants)) continue;
    const std::string name = base_name(record);
    if (name.empty() || name == "." || name == "..") continue;
    if (of_model && name.ends_with("wrapper_metadata.json")) check_target(reader, record);
    const std::string target = folder + "/" + name;
    write_record(reader, record, target);
    if (!of_model) continue;
    if (name.ends_with(".so")) out.library = target;
    if (name.ends_with(".blob")) out.weights_blob = target;
    if (name.ends_with(".cpp")) has_sources = true;
  }
  if (out.library.empty()) {
    throw Failure(
        "model_file",
        has_sources ? "the package holds sources but no compiled model" : "the package holds no compiled model",
        "make it with torch._inductor.aoti_compile_and_package, without package_cpp_only");
  }
  if (weights_elsewhere && out.weights_blob.empty()) {
    throw Failure("model_file",
                  "the package keeps its weights as files for Python to load, outside of the compiled model",
                  "compile it with aot_inductor.package_constants_in_so, which is the default");
  }
  return out;
}

}  // namespace mlplan::worker
