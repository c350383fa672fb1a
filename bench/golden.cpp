#include "bench/golden.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/zip_archive.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/json_fields.h"

namespace mlplan::bench {

template <class F, Like<Golden> T>
void fields(F& field, T& golden) {
  field("mlplan", golden.mlplan);
  field("libtorch", golden.libtorch);
  field("model", golden.model);
  field("method", golden.method);
  field("seed", golden.seed);
  field("specs", golden.specs);
  field("dims", golden.dims);
}

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMeta = "meta.json";
constexpr const char* kAgain = "write it again with --save-golden";

Json listed(const std::vector<NamedArray>& arrays) {
  Json out = Json::array();
  for (const NamedArray& each : arrays) {
    Json& entry = out.emplace_back();
    entry["name"] = each.name;
    entry["dtype"] = each.array.dtype;
    entry["shape"] = each.array.shape;
  }
  return out;
}

tl::unexpected<Error> wrong(const std::string& what, const std::string& where) {
  return fail(ErrorKind::bad_input, what, where, kAgain);
}

struct Archive {
  std::string path;
  std::vector<ZipMember> members;

  Result<std::string> content(const std::string& name) const {
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const ZipMember& member) { return member.name == name; });
    const std::string where = path + ": " + name;
    if (found == members.end()) return wrong(fmt::format("the golden has no '{}'", name), where);
    if (!found->stored) {
      return fail(ErrorKind::bad_input, "the golden is compressed", where,
                  "write it with --save-golden, or with numpy.savez in place of savez_compressed");
    }
    std::optional<std::string> text = read_stored(path, *found);
    if (!text) return wrong("the golden is damaged or cut off", where);
    return *std::move(text);
  }
};

// `kind` is "input" or "output".
Status read_arrays(const Archive& archive, const Json& meta, const std::string& kind, std::vector<NamedArray>& out) {
  for (const Json& entry : meta.at(kind + "s")) {
    const std::string member = fmt::format("{}_{}.npy", kind, out.size());
    const Result<std::string> text = archive.content(member);
    if (!text) return fail(text.error());
    Result<NpyArray> array = read_npy(*text, entry.at("dtype").get<std::string>());
    if (!array) return wrong("the golden cannot be read: " + array.error().message, archive.path + ": " + member);
    if (entry.at("shape").get<std::vector<std::int64_t>>() != array->shape)
      return wrong("the golden contradicts itself: the array is not of the shape in meta.json",
                   archive.path + ": " + member);
    out.push_back({entry.at("name").get<std::string>(), *std::move(array)});
  }
  return {};
}

}  // namespace

Result<std::string> write_golden(const Golden& golden) {
  Json meta;
  meta["schema"] = kGoldenSchema;
  meta["schema_version"] = kGoldenVersion;
  Json facts;
  json_fields::write(facts, golden);
  meta.update(facts);
  meta["inputs"] = listed(golden.inputs);
  meta["outputs"] = listed(golden.outputs);
  std::vector<NewMember> members = {{kMeta, meta.dump(2) + "\n"}};
  std::uint64_t bytes = members[0].content.size();
  const auto add = [&](const char* kind, const std::vector<NamedArray>& arrays) {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      members.push_back({fmt::format("{}_{}.npy", kind, i), write_npy(arrays[i].array)});
      bytes += members.back().content.size() + 256;
    }
  };
  add("input", golden.inputs);
  add("output", golden.outputs);
  if (bytes >= kLargestPlainZip || members.size() > 0xFFFF) {
    return fail(ErrorKind::bad_input, "inputs and outputs are too large for a golden, which has room for 4 GiB", "",
                "take a smaller batch or smaller other dimensions, with --input or --dim");
  }
  return write_stored_zip(members);
}

Result<Golden> read_golden(const std::string& path) {
  if (Result<std::string> readable = read_file(path, kLargestPlainZip); !readable) return fail(readable.error());
  std::optional<std::vector<ZipMember>> members = read_zip_directory(path);
  if (!members) return wrong("the golden is no .npz archive, or is cut off", path);
  const Archive archive{path, *std::move(members)};
  const Result<std::string> text = archive.content(kMeta);
  if (!text) return fail(text.error());
  Golden out;
  try {
    const Json meta = Json::parse(*text);
    const std::string schema = meta.at("schema").get<std::string>();
    const std::string version = meta.at("schema_version").get<std::string>();
    if (schema != kGoldenSchema) return wrong(fmt::format("'{}' is no golden", schema), path + ": meta.json");
    if (!version.starts_with("1.")) {
      return fail(ErrorKind::bad_input, fmt::format("the golden is of version {}, this mlplan reads 1", version),
                  path + ": meta.json", "use a newer mlplan, or write it again with --save-golden");
    }
    json_fields::read(meta, out);
    if (Status read = read_arrays(archive, meta, "input", out.inputs); !read) return fail(read.error());
    if (Status read = read_arrays(archive, meta, "output", out.outputs); !read) return fail(read.error());
  } catch (const nlohmann::json::exception& error) {
    return wrong(fmt::format("meta.json of the golden cannot be read: {}", error.what()), path + ": meta.json");
  }
  return out;
}

}  // namespace mlplan::bench
