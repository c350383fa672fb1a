// Golden outputs: what a model was given and what it gave back, in an .npz archive that numpy.load opens. `input_0`,
// `input_1`, ... are the tensors of the inputs, depth first, `output_0`, ... those of the outputs, and the member
// `meta.json` says what they are (docs/formats.md). A check runs on the stored inputs, whatever the seed of the run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/npy_array.h"
#include "profiles/input_spec.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

inline constexpr const char* kGoldenSchema = "mlplan.golden";
inline constexpr const char* kGoldenVersion = "1.0";

struct NamedArray {
  std::string name = {};  // "x", "output[0]", "output['logits']"
  NpyArray array = {};
};

struct Golden {
  std::string mlplan = {};    // version
  std::string libtorch = {};  // version
  std::string model = {};     // file name
  std::string method = {};
  std::uint64_t seed = 1;
  std::vector<InputSpec> specs = {};  // the inputs as trees, with the values of scalars
  std::map<std::string, std::int64_t> dims = {};
  std::vector<NamedArray> inputs = {};
  std::vector<NamedArray> outputs = {};
};

// The archive. ErrorKind::bad_input where it would be larger than an archive of this kind can be.
Result<std::string> write_golden(const Golden& golden);

// ErrorKind::bad_input: missing, no .npz archive, compressed, cut off, damaged, of a newer version, or not consistent
// in itself. `where` is the path with the member.
Result<Golden> read_golden(const std::string& path);

}  // namespace mlplan::bench
