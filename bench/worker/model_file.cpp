#include "bench/worker/model_file.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "bench/worker/counting_reader.h"
#include "bench/worker/failure.h"

namespace mlplan::worker {
namespace {

constexpr const char* kHowToExport =
    "export a program: torch.jit.trace(model, example).save(\"model.pt\"), or torch.export.export and "
    "torch._inductor.aoti_compile_and_package";

constexpr std::size_t kLongestGlobal = 512;

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 32 || c == '\n' || c == '\r' || c == '\t';
  });
}

WorkerFailure not_a_zip(const std::string& path, std::string_view head) {
  const auto is = [&path](const std::string& what, std::string hint) {
    return WorkerFailure{"model_file", path + " " + what, std::move(hint)};
  };
  if (head.starts_with("version https://git-lfs"))
    return is("is a Git LFS pointer, not the model itself", "run `git lfs pull`");
  if (head.size() > 9 && head[8] == '{' && head.substr(3, 5) == std::string_view("\0\0\0\0\0", 5)) {
    return is("looks like safetensors: weights without a program", kHowToExport);
  }
  if (head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) {
    return is("holds pickled Python objects (a state_dict, or a model saved with torch.save), not a program",
              kHowToExport);
  }
  if (is_text(head)) return is("is a text file, not a model", "give a TorchScript .pt or an AOTInductor .pt2 file");
  return is("is not a zip archive, so neither TorchScript nor an AOTInductor package", kHowToExport);
}

using Records = std::vector<std::string>;

bool has(const Records& records, std::string_view name) {
  return std::find(records.begin(), records.end(), name) != records.end();
}

bool has_folder(const Records& records, std::string_view prefix) {
  return std::any_of(records.begin(), records.end(),
                     [prefix](const std::string& name) { return name.starts_with(prefix); });
}

// The class whose pickle this is: "torchvision.models.resnet.ResNet". Empty for dicts (a state_dict is an OrderedDict).
std::string pickled_class(std::string_view pickle) {
  constexpr std::string_view kGlobal = "c";  // after the two bytes of the protocol: GLOBAL module newline name newline
  if (pickle.size() < 3 || pickle.substr(2, 1) != kGlobal) return {};
  pickle.remove_prefix(3);
  const std::size_t module_end = pickle.find('\n');
  const std::size_t name_end = module_end == std::string_view::npos ? module_end : pickle.find('\n', module_end + 1);
  if (name_end == std::string_view::npos || !is_text(pickle.substr(0, name_end))) return {};
  const std::string module(pickle.substr(0, module_end));
  if (module == "collections" || module == "torch._utils") return {};
  return module + "." + std::string(pickle.substr(module_end + 1, name_end - module_end - 1));
}

std::string format_by(const Records& records) {
  if (has_folder(records, "data/aotinductor/")) return "aotinductor";
  // Since 1.4 a program has constants.pkl; before that, model.json.
  if (has(records, "constants.pkl") || has(records, "model.json")) return "torchscript";
  return {};
}

}  // namespace

std::vector<FileRecord> records_of(const std::string& path) {
  caffe2::serialize::PyTorchStreamReader reader(std::make_shared<CountingReader>(path));
  std::vector<FileRecord> out;
  for (const std::string& name : reader.getAllRecords()) {
    out.push_back({name, static_cast<std::int64_t>(reader.getRecordSize(name))});
  }
  std::stable_sort(out.begin(), out.end(), [](const FileRecord& a, const FileRecord& b) { return a.bytes > b.bytes; });
  return out;
}

std::optional<WorkerFailure> why_not_a_model(const std::string& path, const std::string& format) {
  std::array<char, 512> buffer{};
  std::shared_ptr<CountingReader> file;
  try {
    file = std::make_shared<CountingReader>(path);
  } catch (const Failure& failure) {
    return failure.value();
  }
  const std::string_view head(buffer.data(), file->read(0, buffer.data(), buffer.size(), "head"));
  if (!head.starts_with("PK\x03\x04")) return not_a_zip(path, head);

  Records records;
  try {
    caffe2::serialize::PyTorchStreamReader reader(file);
    records = reader.getAllRecords();
  } catch (const std::exception& error) {
    const std::string_view cause = error.what();
    if (cause.find("central directory") != std::string_view::npos) {
      return WorkerFailure{"model_file", path + " is truncated: the directory at the end of the archive is missing",
                           "copy or download the file again"};
    }
    if (cause.find("corrupted") != std::string_view::npos) {
      return WorkerFailure{"model_file", path + " is damaged: the directory of the archive cannot be read",
                           "copy or download the file again"};
    }
    return WorkerFailure{"model_file", path + " is a zip archive but not one of PyTorch's", kHowToExport};
  }
  const std::string found = format_by(records);
  if (!found.empty()) {
    if (format.empty() || found == format) return std::nullopt;
    return WorkerFailure{"model_file", path + " is of format " + found + ", not " + format,
                         "leave the format to be detected"};
  }
  if (has(records, "data.pkl")) {
    caffe2::serialize::PyTorchStreamReader reader(file);
    const auto [data, size] = reader.getRecord("data.pkl");
    const std::string name = pickled_class({static_cast<const char*>(data.get()), std::min(size, kLongestGlobal)});
    return WorkerFailure{
        "model_file",
        path + (name.empty() ? " holds a state_dict or other pickled Python objects: weights without a program"
                             : " holds a pickled Python object of class " + name +
                                   " (torch.save of a whole model?), which only Python can run"),
        kHowToExport};
  }
  if (has_folder(records, "models/") || has(records, "serialized_exported_program.json")) {
    return WorkerFailure{"model_file", path + " holds an exported program that is not compiled (torch.export.save)",
                         "compile it with torch._inductor.aoti_compile_and_package"};
  }
  return WorkerFailure{"model_file", path + " is a PyTorch archive without a program", kHowToExport};
}

std::string format_of(const std::string& path) {
  if (auto failure = why_not_a_model(path, {})) throw Failure(failure->kind, failure->message, failure->hint);
  caffe2::serialize::PyTorchStreamReader reader(std::make_shared<CountingReader>(path));
  return format_by(reader.getAllRecords());
}

}  // namespace mlplan::worker
