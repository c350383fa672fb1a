// Files that are no model, or no model any more: exit 2, and the message says which file, what is wrong with it and how
// to get a good one.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

struct Files {
  TemporaryFolder folder;
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  std::string written(const std::string& name, const std::string& content) const {
    write(path(name), content);
    return path(name);
  }
};

void check_refused(const std::string& path, std::vector<std::string> parts) {
  INFO(path);
  parts.push_back(path);
  for (const char* command : {"bench", "inspect"}) check_end(run({{command, path}}), 2, parts);
}

// `count` bytes from `at` on, each with all its bits turned over.
std::string flipped(std::string content, std::size_t at, std::size_t count) {
  REQUIRE(at + count <= content.size());
  for (std::size_t i = at; i < at + count; ++i) content[i] = static_cast<char>(~content[i]);
  return content;
}

}  // namespace

TEST_CASE("a model that is not there, or a folder, or a device, is refused") {
  const Files files;
  check_refused(files.path("missing.pt"), {"cannot be opened: No such file or directory", "try: check the path"});
  check_refused(files.folder.path(), {"is a folder, not a file", "try: name the .pt or .pt2 file in it"});
  check_refused("/dev/null", {"not a regular file", "try: copy it to a file"});
}

TEST_CASE("an empty file, a text and a Git LFS pointer are called by their names") {
  const Files files;
  check_refused(files.written("empty.pt", ""), {"is empty", "try: export or copy it again"});
  check_refused(files.written("text.pt", "import torch\n"), {"is text, not a model", "torch.jit.trace"});
  check_refused(files.written("pointer.pt", "version https://git-lfs.github.com/spec/v1\n"), {"git lfs pull"});
}

TEST_CASE("weights without a program are refused, with how to export one") {
  const Files files;
  const std::string legacy("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", 20);
  check_refused(files.written("legacy.pt", legacy), {"state_dict", "try: export", "torch.jit.trace", "model.pt"});
  check_refused(model_path("state_dict.pt"),
                {"state_dict", "try: export", "torch.jit.trace", "aoti_compile_and_package"});
}

TEST_CASE("an exported program that was never compiled is refused, with how to compile it") {
  check_refused(model_path("exported.pt2"), {"not compiled (torch.export.save)", "while loading the model",
                                             "try: compile", "aoti_compile_and_package"});
}

TEST_CASE("a truncated file is said to be truncated, not to be the wrong kind") {
  const Files files;
  const std::string good = content_of(model_path("large.pt"));
  check_refused(files.written("half.pt", good.substr(0, good.size() / 2)), {"truncated", "try: copy or download"});
  check_refused(files.written("head.pt", good.substr(0, 100)), {"truncated", "try: copy or download"});
}

TEST_CASE("a damaged directory of the archive is said to be damage") {
  const Files files;
  const std::string good = content_of(model_path("large.pt"));
  const std::string path = files.written("directory.pt", flipped(good, good.rfind("PK\x01\x02"), 30));
  check_refused(path, {"damaged", "try: copy or download"});
}

TEST_CASE("damage inside a record is noticed, in the structure as in the weights") {
  const Files files;
  const std::string good = content_of(model_path("large.pt"));
  const std::size_t pickle = good.find("\x80\x02", good.find("data.pkl"));
  check_refused(files.written("structure.pt", flipped(good, pickle, 20)),
                {"damaged", "data.pkl", "try: copy or download"});
  check_refused(files.written("weights.pt", flipped(good, good.size() / 2, 1)),
                {"damaged", "data/0", "try: copy or download"});
}

TEST_CASE("damage inside the code, which is compressed, is an error of the file") {
  const Files files;
  const std::string good = content_of(model_path("large.pt"));
  const std::size_t code = good.find("code/__torch__.py") + 64;
  check_refused(files.written("code.pt", flipped(good, code, 20)),
                {"cannot be loaded", "while loading the model", "try:"});
}

TEST_CASE("the content decides what a file is, not its name") {
  const Files files;
  const std::string named_wrong = files.path("torchscript.pt2");
  std::filesystem::copy_file(model_path("good.pt"), named_wrong);
  const Ended ended = run({{"inspect", named_wrong}});
  check_end(ended, 0, {});
  CHECK(ended.out.find("TorchScript") != std::string::npos);
}

TEST_CASE("a package whose library is no library is refused") {
  check_end(run({{"bench", model_path("package.pt2")}}), 2,
            {"the compiled model cannot be loaded", "while loading the model", "try: compile the package"});
}

TEST_CASE("a package that cannot be unpacked says so, and where to find room") {
  Invocation invocation{{"bench", model_path("package.pt2")}};
  invocation.largest_file = 1 << 20;
  check_end(run(invocation), 2, {"cannot unpack", "File too large", "while unpacking", "try: set TMPDIR"});
}

TEST_CASE("a scratch folder that cannot be made is said, with the variable to change") {
  Invocation invocation{{"bench", model_path("good.pt")}};
  invocation.environment["TMPDIR"] = "/proc/nowhere";
  check_end(run(invocation), 2, {"cannot make a scratch folder", "at:  /proc/nowhere", "try: point TMPDIR"});
}

}  // namespace mlplan::tests
