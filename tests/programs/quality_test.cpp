// Outputs that are wrong: golden files written and checked by the real program, rows that depend on their batch, NaN.
#include <doctest/doctest.h>

#include <limits>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

Invocation quality_of(const std::string& model, const std::vector<std::string>& more = {}) {
  Invocation out{{"bench", model_path(model), "--only", "quality", "--input", "x:f32[batch,4]"}};
  out.arguments.insert(out.arguments.end(), more.begin(), more.end());
  return out;
}

// The report of a run that ended well.
Report checked(const std::string& model, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--json", "-q"});
  const Ended ended = run(quality_of(model, more));
  check_end(ended, 0, {});
  const Result<Report> report = read_report(ended.out, "standard output");
  REQUIRE(report);
  return *report;
}

bool warned(const Report& report, const std::string& code) {
  for (const Warning& warning : report.warnings) {
    if (warning.code == code) return true;
  }
  return false;
}

struct SavedGolden {
  TemporaryFolder folder;
  std::string path = folder.path() + "/golden.npz";
  explicit SavedGolden(const std::string& model, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--save-golden", path});
    checked(model, more);
    CHECK(names_in(folder.path()) == std::vector<std::string>{"golden.npz"});
  }
};

}  // namespace

TEST_CASE("a model keeps its golden outputs, and one with a single weight changed does not") {
  const SavedGolden golden("good.pt", {"--seed", "5"});
  const Report same = checked("good.pt", {"--golden", golden.path});
  REQUIRE(same.quality.golden);
  CHECK(same.quality.golden->verdict == "equal");
  CHECK(same.quality.golden->against == golden.path);
  CHECK(same.quality.max_abs_error == 0);
  CHECK(same.quality.golden->values == 8 * 4);  // a batch of 8
  CHECK(same.quality.golden->top1_agreement == 1);
  CHECK_FALSE(warned(same, "golden_differs"));

  const Report changed = checked("one_weight_changed.pt", {"--golden", golden.path});
  REQUIRE(changed.quality.golden);
  CHECK(changed.quality.golden->verdict == "differs");
  CHECK(*changed.quality.max_abs_error > 1e-5);
  CHECK(*changed.quality.max_abs_error < 1e-2);
  CHECK(changed.quality.max_abs_error == changed.quality.golden->max_abs_error);
  CHECK(*changed.quality.golden->cosine < 1);
  CHECK(warned(changed, "golden_differs"));

  const Ended shown = run(quality_of("one_weight_changed.pt", {"--golden", golden.path}));
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("more than rounding") != std::string::npos);
}

TEST_CASE("every output has its own figures, by its name") {
  const SavedGolden golden("many_outputs.pt");
  const Report report = checked("many_outputs.pt", {"--golden", golden.path});
  REQUIRE(report.quality.golden);
  const std::vector<OutputDistance>& outputs = report.quality.golden->outputs;
  REQUIRE(outputs.size() == 4);
  CHECK(outputs[0].output == "output[0]");
  CHECK(outputs[1].output == "output[1]['ids']");
  CHECK(outputs[1].dtype == "i64");
  CHECK(outputs[1].equal_share == 1);
  CHECK(outputs[2].output == "output[2][0]");
  CHECK(outputs[3].output == "output[3]");
  CHECK(report.quality.golden->verdict == "equal");
  REQUIRE(report.quality.batch_split);
  CHECK(report.quality.batch_split->detail.find("without output[2][0], output[3]") != std::string::npos);
}

TEST_CASE("NaN where the golden has none is a mismatch that no budget passes") {
  const SavedGolden golden("good.pt");
  const Report report = checked("nan.pt", {"--golden", golden.path});
  REQUIRE(report.quality.golden);
  CHECK(report.quality.golden->mismatched_nan > 0);
  CHECK(report.quality.golden->values == 32);
  CHECK(report.quality.max_abs_error == std::numeric_limits<double>::max());
  CHECK(report.quality.golden->top1_agreement == 0);
  CHECK(warned(report, "golden_differs"));

  const SavedGolden of_nan("nan.pt");
  CHECK(checked("nan.pt", {"--golden", of_nan.path}).quality.golden->verdict == "equal");
  CHECK(checked("good.pt", {"--golden", of_nan.path}).quality.golden->mismatched_nan > 0);
}

TEST_CASE("rows that depend on the others of their batch are found, and rows that do not are not") {
  const Report coupled = checked("batch_norm.pt");
  REQUIRE(coupled.quality.batch_split);
  CHECK(coupled.quality.batch_split->verdict == "differs");
  CHECK(*coupled.quality.batch_split->max_abs_error > 0.1);
  CHECK(warned(coupled, "batch_split_differs"));

  const Report alone = checked("good.pt", {"--batch", "1,3"});
  REQUIRE(alone.quality.batch_split);
  CHECK(alone.quality.batch_split->verdict != "differs");
  CHECK(alone.quality.batch_split->values == 3 * 4);
  CHECK(alone.quality.batch_split->detail == "a batch of 3");
  CHECK_FALSE(warned(alone, "batch_split_differs"));
  REQUIRE(alone.quality.dtype);
  CHECK(alone.quality.dtype->against == "f64");
  CHECK(alone.quality.dtype->verdict == "rounding");
}

TEST_CASE("a model that does not repeat itself is not blamed for its batches") {
  const Report report = checked("random.pt");
  CHECK(report.quality.repeatable == false);
  CHECK(warned(report, "not_repeatable"));
  CHECK_FALSE(warned(report, "batch_split_differs"));
  const SavedGolden golden("random.pt");
  CHECK(warned(checked("random.pt", {"--golden", golden.path}), "golden_differs"));
}

TEST_CASE("a golden that is not of this model, or none at all, is refused before anything is measured") {
  const SavedGolden golden("good.pt");
  const TemporaryFolder folder;
  check_end(run(quality_of("good.pt", {"--golden", folder.path() + "/none.npz"})), 2, {"none.npz"});
  check_end(run(quality_of("good.pt", {"--golden", model_path("good.pt")})), 2, {"no 'meta.json'", "try:"});
  write(folder.path() + "/text.npz", "hello");
  check_end(run(quality_of("good.pt", {"--golden", folder.path() + "/text.npz"})), 2, {"no .npz archive", "try:"});
  const std::string whole = content_of(golden.path);
  write(folder.path() + "/cut.npz", whole.substr(0, whole.size() / 2));
  check_end(run(quality_of("good.pt", {"--golden", folder.path() + "/cut.npz"})), 2, {"cut off", "cut.npz", "try:"});

  check_end(run(quality_of("large.pt", {"--golden", golden.path})), 2,
            {"this model gives output f32[8,100000], the golden holds output f32[8,4]", "--golden", "try:"});
  check_end(run({{"bench", model_path("two_arguments.pt"), "--only", "quality", "--input", "x:f32[batch,4]", "--input",
                  "scale:float=2", "--golden", golden.path}}),
            2, {"do not fit this model", "scale", "try:"});
  const std::string wide = folder.path() + "/wide.npz";
  check_end(run({{"bench", model_path("random.pt"), "--only", "quality", "-q", "--input", "x:f32[batch,5]",
                  "--save-golden", wide}}),
            0, {});
  check_end(run(quality_of("good.pt", {"--golden", wide})), 2, {"inputs of the golden", "try:"});
}

TEST_CASE("a golden is written whole, or not at all and said so") {
  const TemporaryFolder folder;
  check_end(run(quality_of("good.pt", {"--save-golden", folder.path() + "/nowhere/golden.npz"})), 2,
            {"no such file or folder", "try: create the folder"});
  check_end(run(quality_of("good.pt", {"--save-golden", "/dev/full"})), 2, {"no space left", "try: make room"});
  check_end(run(quality_of("good.pt", {"--save-golden", model_path("good.pt")})), 2, {"would replace the model"});
  check_end(run(quality_of("good.pt", {"--save-golden", folder.path() + "/a", "--golden", folder.path() + "/a"})), 2,
            {"either checked or written"});
  CHECK(names_in(folder.path()).empty());
}

}  // namespace mlplan::tests
