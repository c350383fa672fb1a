#include "bench/worker/outputs.h"

#include <ATen/Functions.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace mlplan::worker {
namespace {

std::string joined(const std::vector<std::string>& parts, const char* open, const char* close) {
  std::string out = open;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? ", " : "") + parts[i];
  return out + close;
}

std::string text_of(const c10::IValue& value) {
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined()) return "undefined";
    std::string out = dtype_text(tensor.scalar_type()) + "[";
    for (std::int64_t i = 0; i < tensor.dim(); ++i) out += (i > 0 ? "," : "") + std::to_string(tensor.size(i));
    return out + "]";
  }
  std::vector<std::string> parts;
  if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) parts.push_back(text_of(item));
    return joined(parts, "(", ")");
  }
  if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) parts.push_back(text_of(item));
    return joined(parts, "[", "]");
  }
  if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      const std::string key = entry.key().isString() ? "'" + entry.key().toStringRef() + "'" : text_of(entry.key());
      parts.push_back(key + ": " + text_of(entry.value()));
    }
    return joined(parts, "{", "}");
  }
  if (value.isNone()) return "none";
  if (value.isInt()) return "int";
  if (value.isDouble()) return "float";
  if (value.isBool()) return "bool";
  if (value.isString()) return "str";
  return value.tagKind();
}

at::Tensor on_host(const at::Tensor& tensor) {
  at::Tensor out = tensor;
  if (out.is_quantized()) out = out.dequantize();
  if (out.layout() != at::kStrided) out = out.to_dense();
  return out.resolve_conj().resolve_neg().cpu().contiguous().clone();
}

std::string key_text(const c10::IValue& key) {
  if (key.isString()) return "'" + key.toStringRef() + "'";
  return key.isInt() ? std::to_string(key.toInt()) : text_of(key);
}

void collect(const std::string& name, const c10::IValue& value, std::vector<OutputTensor>& out) {
  const auto collect_all = [&](const auto& items) {
    std::size_t index = 0;
    for (const c10::IValue& item : items) collect(name + "[" + std::to_string(index++) + "]", item, out);
  };
  if (value.isTensor()) {
    if (value.toTensor().defined()) out.push_back({name, on_host(value.toTensor()), value.toTensor().is_cuda()});
  } else if (value.isTuple()) {
    collect_all(value.toTupleRef().elements());
  } else if (value.isList()) {
    collect_all(value.toListRef());
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict())
      collect(name + "[" + key_text(entry.key()) + "]", entry.value(), out);
  } else if (value.isInt() || value.isDouble() || value.isBool()) {
    out.push_back({name, at::scalar_tensor(value.toScalar(), value.isDouble() ? at::kDouble : at::kLong)});
  }
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

// Largest difference of two values at the same place; infinite when the shapes differ or only one of them is NaN.
double difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  if (a.numel() == 0) return 0;
  const auto as_doubles = [](const at::Tensor& tensor) {
    return (tensor.is_complex() ? at::view_as_real(tensor) : tensor).to(at::kDouble);
  };
  const at::Tensor left = as_doubles(a);
  const at::Tensor right = as_doubles(b);
  if (!at::equal(at::isnan(left), at::isnan(right))) return std::numeric_limits<double>::infinity();
  const at::Tensor equal = at::eq(left, right).logical_or(at::isnan(left));  // equal infinities too
  const at::Tensor apart = at::abs(at::sub(left, right)).masked_fill(equal, 0.0);
  const double largest = at::max(apart).item<double>();
  return std::isnan(largest) ? std::numeric_limits<double>::infinity() : largest;
}

// FNV-1a, 64 bits, over the bytes.
void digest_bytes(std::uint64_t& hash, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ at[i]) * 0x100000001B3U;
}

}  // namespace

std::string dtype_text(at::ScalarType type) {
  switch (type) {
    case at::kDouble: return "f64";
    case at::kFloat: return "f32";
    case at::kHalf: return "f16";
    case at::kBFloat16: return "bf16";
    case at::kLong: return "i64";
    case at::kInt: return "i32";
    case at::kShort: return "i16";
    case at::kChar: return "i8";
    case at::kByte: return "u8";
    case at::kBool: return "bool";
    case at::kComplexFloat: return "c64";
    case at::kComplexDouble: return "c128";
    default: return c10::toString(type);
  }
}

std::vector<OutputTensor> output_tensors(const c10::IValue& output) {
  std::vector<OutputTensor> out;
  collect("output", output, out);
  return out;
}

std::vector<std::string> output_texts(const c10::IValue& output) {
  std::vector<std::string> out;
  if (output.isTuple()) {
    for (const c10::IValue& item : output.toTupleRef().elements()) out.push_back(text_of(item));
  } else if (output.isList()) {
    for (const c10::IValue& item : output.toListRef()) out.push_back(text_of(item));
  } else {
    out.push_back(text_of(output));
  }
  return out;
}

QualityFacts compare_two_runs(const std::function<c10::IValue()>& run) {
  const std::vector<OutputTensor> first = output_tensors(run());
  const std::vector<OutputTensor> second = output_tensors(run());
  QualityFacts out;
  out.repeatable = first.size() == second.size();
  if (!out.repeatable) out.max_abs_difference = std::numeric_limits<double>::infinity();
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < second.size(); ++i) {
    const at::Tensor& tensor = second[i].tensor;
    if (i < first.size() && !same_bits(first[i].tensor, tensor)) {
      out.repeatable = false;
      out.max_abs_difference = std::max(out.max_abs_difference, difference(first[i].tensor, tensor));
    }
    out.output_values += tensor.numel();
    if (tensor.is_floating_point() || tensor.is_complex()) {
      out.nan_values += at::isnan(tensor).sum().item<std::int64_t>();
      out.inf_values += at::isinf(tensor).sum().item<std::int64_t>();
    }
    digest_bytes(hash, tensor.data_ptr(), tensor.nbytes());
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, hash);
  out.digest = text;
  return out;
}

}  // namespace mlplan::worker
