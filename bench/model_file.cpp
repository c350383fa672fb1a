#include "bench/model_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "bench/machine.h"
#include "bench/proc_files.h"
#include "profiles/support/unique_fd.h"

namespace mlplan::bench {
namespace {

constexpr const char* kExport =
    "export it with torch.jit.trace(model, example).save('model.pt'), or as .pt2 with torch.export and "
    "aoti_compile_and_package";

bool looks_like_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 32 || c == '\n' || c == '\r' || c == '\t'; });
}

}  // namespace

Result<ModelFile> look_at_model_file(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorKind::bad_input, fmt::format("the model cannot be opened: {}", std::strerror(errno)), path,
                errno == ENOENT ? "check the path; `mlplan sample mlp` writes a model to try things on" : "");
  }
  if (S_ISDIR(status.st_mode))
    return fail(ErrorKind::bad_input, "the model is a folder, not a file", path, "name the .pt or .pt2 file in it");
  if (!S_ISREG(status.st_mode))
    return fail(ErrorKind::bad_input, "the model is not a regular file", path,
                "copy it to a file: it has to be read several times");
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(ErrorKind::bad_input, fmt::format("the model cannot be read: {}", std::strerror(errno)), path);
  char head[64];
  const ssize_t got = ::read(fd.get(), head, sizeof head);
  if (got < 0)
    return fail(ErrorKind::bad_input, fmt::format("the model cannot be read: {}", std::strerror(errno)), path);
  if (got == 0) return fail(ErrorKind::bad_input, "the model file is empty", path, "export or copy it again");
  const std::string_view begin(head, static_cast<std::size_t>(got));
  if (!begin.starts_with("PK")) {
    if (begin.starts_with("\x80\x02") || begin.starts_with("\x80\x04")) {
      return fail(
          ErrorKind::bad_input,
          "the file is a pickle of Python objects (a state_dict or a model saved with torch.save), not a program", path,
          kExport);
    }
    if (begin.starts_with("version https://git-lfs")) {
      return fail(ErrorKind::bad_input, "the file is a Git LFS pointer, not the model", path, "run `git lfs pull`");
    }
    const char* what = looks_like_text(begin)
                           ? "the file is text, not a model"
                           : "the file is no model that libtorch can load: neither TorchScript nor .pt2";
    return fail(ErrorKind::bad_input, what, path, kExport);
  }
  std::error_code error;
  ModelFile out;
  out.path = std::filesystem::absolute(path, error).lexically_normal().string();
  out.bytes = status.st_size;
  out.members = read_zip_directory(path).value_or(std::vector<ZipMember>{});
  return out;
}

Status suits_device(const ModelFile& file, const Options& options) {
  const bool is_package =
      options.format == "aotinductor" || std::ranges::any_of(file.members, [](const ZipMember& member) {
        return member.name.find("/data/aotinductor/") != std::string::npos;
      });
  if (options.device == "cpu" || !is_package) return {};
  return fail(ErrorKind::usage, "compiled packages (.pt2) are measured on the CPU only",
              fmt::format("--device {}", options.device), "leave --device out, or export the model as TorchScript");
}

Status check_undamaged(const ModelFile& file) {
  const std::optional<std::string> damaged = first_damaged(file.path, file.members);
  if (!damaged) return {};
  return fail(ErrorKind::bad_input, fmt::format("the model file is damaged: '{}' in it has not its checksum", *damaged),
              file.path, "copy or download it again");
}

World make_world(const Options& options, const ModelFile& file, Launch launch) {
  World out;
  out.launch = std::move(launch);
  out.limits.load_stall_ns = options.load_stall.count();
  out.limits.inference_ns = options.inference_limit.count();
  out.limits.total_ns = std::max<std::int64_t>(15 * options.time_box.count(), 60'000'000'000);
  out.limits.memory_bytes =
      options.memory_limit_bytes.value_or(static_cast<std::int64_t>(0.9 * static_cast<double>(memory_for_worker())));
  out.load.path = file.path;
  out.load.format = options.format;
  out.load.device = options.device;
  out.load.method = options.method;
  out.load.op_libraries = options.op_libraries;
  out.model_bytes = file.bytes;
  out.cold_threads = options.threads.empty() ? usable_cpu_count(options.cpus)
                                             : *std::max_element(options.threads.begin(), options.threads.end());
  return out;
}

std::vector<std::string> files_of_the_worker(const std::vector<std::string>& mapped, const World& world) {
  const std::vector<std::string> ours = mapped_files(::getpid());
  std::vector<std::string> out;
  for (const std::string& file : mapped) {
    const bool shared = std::binary_search(ours.begin(), ours.end(), file);
    if (!shared && file != world.load.path && std::filesystem::is_regular_file(file)) out.push_back(file);
  }
  return out;
}

ModelInfo model_info(const World& world, const Pilot& pilot) {
  ModelInfo out;
  out.path = world.load.path;
  out.format = world.load.format;
  out.bytes = world.model_bytes;
  out.method = world.load.method;
  out.inputs = pilot.inputs;
  out.dim_defaults = pilot.dims;
  out.dim_bounds = pilot.description.dim_bounds;
  out.methods = pilot.description.methods;
  out.weights = pilot.description.weights;
  out.outputs = pilot.outputs;
  return out;
}

}  // namespace mlplan::bench
