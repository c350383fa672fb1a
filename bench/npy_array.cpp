#include "bench/npy_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mlplan::bench {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kPrologue = 10;  // magic, version, length of the header
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMostDimensions = 64;
constexpr std::int64_t kMostValues = std::int64_t{1} << 40;

struct NamedType {
  std::string_view dtype;
  std::string_view descr;
  std::size_t bytes;
};
constexpr NamedType kTypes[] = {{"f64", "<f8", 8}, {"f32", "<f4", 4},  {"f16", "<f2", 2}, {"bf16", "<u2", 2},
                                {"i64", "<i8", 8}, {"i32", "<i4", 4},  {"i16", "<i2", 2}, {"i8", "|i1", 1},
                                {"u8", "|u1", 1},  {"bool", "|b1", 1}, {"c64", "<c8", 8}, {"c128", "<c16", 16}};

const NamedType* find_type(std::string_view dtype) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const NamedType& type) { return type.dtype == dtype; });
  return found == std::end(kTypes) ? nullptr : found;
}

tl::unexpected<Error> wrong(std::string what) { return fail(ErrorKind::bad_input, std::move(what)); }

// The text after "'key': ", up to the end of the header; empty without that key.
std::string_view value_of(std::string_view header, std::string_view key) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = header.find(quoted);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + quoted.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

// "(2, 3), ..." -> 2, 3
Result<std::vector<std::int64_t>> read_shape(std::string_view text) {
  std::vector<std::int64_t> out;
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) return wrong("its shape cannot be read");
  text = text.substr(1, end - 1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return out;
    std::int64_t extent = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (error != std::errc() || extent < 0 || out.size() == kMostDimensions) return wrong("its shape cannot be read");
    out.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

}  // namespace

std::size_t value_bytes(std::string_view dtype) {
  const NamedType* type = find_type(dtype);
  return type == nullptr ? 0 : type->bytes;
}

std::string write_npy(const NpyArray& array) {
  std::string shape;
  for (const std::int64_t extent : array.shape) shape += fmt::format("{}, ", extent);
  if (array.shape.size() > 1) shape.resize(shape.size() - 2);
  if (array.shape.size() == 1) shape.pop_back();  // "(3,)"
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", find_type(array.dtype)->descr, shape);
  const std::size_t used = kPrologue + header.size() + 1;
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string out(kMagic);
  out += '\x01';
  out += '\x00';
  out += static_cast<char>(header.size() & 0xFF);
  out += static_cast<char>(header.size() >> 8);
  return out + header + array.bytes;
}

Result<NpyArray> read_npy(std::string_view text, const std::string& dtype) {
  if (!text.starts_with(kMagic) || text.size() < kPrologue) return wrong("it is no .npy array");
  if (text[6] != '\x01') return wrong("it is of a .npy version other than 1");
  const std::size_t length =
      static_cast<unsigned char>(text[8]) | (std::size_t{static_cast<unsigned char>(text[9])} << 8);
  if (text.size() < kPrologue + length) return wrong("its header is cut off");
  const std::string_view header = text.substr(kPrologue, length);
  const NamedType* type = find_type(dtype);
  if (type == nullptr) return wrong(fmt::format("there is no dtype '{}'", dtype));
  if (!value_of(header, "descr").starts_with(fmt::format("'{}'", type->descr)))
    return wrong(fmt::format("it does not hold {} ('{}')", dtype, type->descr));
  if (!value_of(header, "fortran_order").starts_with("False")) return wrong("it is not in C order");
  Result<std::vector<std::int64_t>> shape = read_shape(value_of(header, "shape"));
  if (!shape) return fail(shape.error());
  std::int64_t values = 1;
  for (const std::int64_t extent : *shape) {
    if (extent > 0 && values > kMostValues / extent) return wrong("its shape is too large");
    values *= extent;
  }
  const std::string_view bytes = text.substr(kPrologue + length);
  const std::uint64_t wanted = static_cast<std::uint64_t>(values) * type->bytes;
  if (bytes.size() != wanted)
    return wrong(fmt::format("it has {} bytes where its shape needs {}", bytes.size(), wanted));
  return NpyArray{dtype, *std::move(shape), std::string(bytes)};
}

}  // namespace mlplan::bench
