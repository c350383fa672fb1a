#include "bench/golden.h"

#include <doctest/doctest.h>

#include <fstream>

#include "bench/zip_archive.h"
#include "profiles/support/atomic_file.h"
#include "tests/temporary_folder.h"

namespace mlplan::bench {
namespace {

Golden example() {
  Golden golden;
  golden.mlplan = "0.1.0";
  golden.model = "m.pt";
  golden.method = "forward";
  golden.seed = 7;
  golden.specs = *parse_input_flags({"x:f32[batch,2]", "scale:float=2.5"});
  golden.dims = {{"batch", 1}};
  golden.inputs = {{"x", {"f32", {1, 2}, std::string(8, '\1')}}};
  golden.outputs = {{"output[0]", {"bf16", {3}, std::string(6, '\2')}},
                    {"output[1]", {"i64", {}, std::string(8, '\3')}},
                    {"output[2]", {"bool", {0, 4}, ""}}};
  return golden;
}

struct File {
  tests::TemporaryFolder folder;
  std::string path = folder.path() + "/golden.npz";
  explicit File(const std::string& content) {
    std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  Error error() const {
    const auto golden = read_golden(path);
    REQUIRE_FALSE(golden.has_value());
    CHECK(golden.error().kind == ErrorKind::bad_input);
    CHECK(golden.error().where.starts_with(path));
    CHECK_FALSE(golden.error().hint.empty());
    return golden.error();
  }
};

// The example with one text in place of another, everywhere in its members.
std::string edited(const std::string& from, const std::string& to) {
  const File file(*write_golden(example()));
  const auto directory = read_zip_directory(file.path);
  std::vector<NewMember> members;
  for (const ZipMember& member : *directory) {
    std::string content = *read_stored(file.path, member);
    if (const std::size_t at = content.find(from); at != std::string::npos) content.replace(at, from.size(), to);
    members.push_back({member.name, content});
  }
  return write_stored_zip(members);
}

}  // namespace

TEST_CASE("a golden reads back as it was written") {
  const File file(*write_golden(example()));
  const auto read = read_golden(file.path);
  REQUIRE(read.has_value());
  CHECK(read->seed == 7);
  CHECK(read->method == "forward");
  CHECK(read->dims.at("batch") == 1);
  REQUIRE(read->specs.size() == 2);
  CHECK(std::get<double>(read->specs[1].scalar) == 2.5);
  REQUIRE(read->outputs.size() == 3);
  CHECK(read->outputs[0].name == "output[0]");
  CHECK(read->outputs[0].array.bytes == std::string(6, '\2'));
  CHECK(read->outputs[1].array.shape.empty());
  CHECK(read->outputs[2].array.shape == std::vector<std::int64_t>{0, 4});
  CHECK(*write_golden(*read) == *write_golden(example()));
}

TEST_CASE("arrays have the header that NumPy writes") {
  const std::string text = write_npy({"f32", {1, 2}, std::string(8, '\0')});
  CHECK(text.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(text.find("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }") == 10);
  CHECK(text.size() % 64 == 8);
  CHECK(write_npy({"i8", {3}, "abc"}).find("'|i1', 'fortran_order': False, 'shape': (3,), }") != std::string::npos);
  CHECK(write_npy({"i8", {}, "a"}).find("'shape': (), }") != std::string::npos);
}

TEST_CASE("a golden that is cut off anywhere is refused, and so is one with any byte of its arrays changed") {
  const std::string whole = *write_golden(example());
  for (std::size_t length = 0; length < whole.size(); length += 13) {
    CAPTURE(length);
    const File file(whole.substr(0, length));
    CHECK_FALSE(read_golden(file.path).has_value());
  }
  std::string damaged = whole;
  damaged[damaged.find(std::string(6, '\2'))] = '\4';
  CHECK(File(damaged).error().message.find("damaged") != std::string::npos);
}

TEST_CASE("what is no golden is said to be none") {
  CHECK(read_golden("/nowhere/golden.npz").error().kind == ErrorKind::bad_input);
  CHECK(File("hello").error().message.find("no .npz archive") != std::string::npos);
  CHECK(File(write_stored_zip({{"output_0.npy", "x"}})).error().message == "the golden has no 'meta.json'");
  CHECK(File(write_stored_zip({{"meta.json", "{"}})).error().message.find("cannot be read") != std::string::npos);
  CHECK(File(write_stored_zip({{"meta.json", "[]"}})).error().message.find("cannot be read") != std::string::npos);
  CHECK(File(edited("mlplan.golden", "mlplan.report")).error().message == "'mlplan.report' is no golden");
  CHECK(File(edited("\"1.0\"", "\"2.0\"")).error().message == "the golden is of version 2.0, this mlplan reads 1");
}

TEST_CASE("an array that is not what the golden says of it is refused") {
  CHECK(File(edited("'<f4'", "'<f8'")).error().message.find("does not hold f32") != std::string::npos);
  CHECK(File(edited("(1, 2)", "(2, 2)")).error().message.find("has 8 bytes where its shape needs 16") !=
        std::string::npos);
  CHECK(File(edited("(1, 2)", "(2, 1)")).error().message.find("not of the shape") != std::string::npos);
  CHECK(File(edited("(1, 2)", "(-1,2)")).error().message.find("shape cannot be read") != std::string::npos);
  CHECK(File(edited("(0, 4)", "(999999999999, 999999999999)")).error().message.find("too large") != std::string::npos);
  CHECK(File(edited("order': False", "order': True ")).error().message.find("C order") != std::string::npos);
}

}  // namespace mlplan::bench
