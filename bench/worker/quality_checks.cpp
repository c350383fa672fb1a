#include "bench/worker/quality_checks.h"

#include <algorithm>
#include <map>
#include <optional>

#include "bench/worker/blackbox.h"
#include "bench/worker/compare_outputs.h"
#include "bench/worker/failure.h"
#include "bench/worker/framework.h"
#include "bench/worker/golden_check.h"
#include "bench/worker/make_inputs.h"

namespace mlplan::worker {
namespace {

std::vector<OutputTensor> outputs_of(Model& model, const InputRequest& input, const std::vector<at::Tensor>& tensors,
                                     Blackbox& blackbox) {
  model.set_inputs(input, tensors);
  model.call();
  count_inference(blackbox);
  return model.output_tensors();
}

// Rows `from` to `from + count` of the batch. Copies: compiled models may count on where memory begins.
std::vector<at::Tensor> rows_of(const std::vector<at::Tensor>& tensors, const std::vector<const InputSpec*>& specs,
                                std::int64_t from, std::int64_t count) {
  std::vector<at::Tensor> out;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    at::Tensor rows = tensors[i];
    const std::vector<Dim>& shape = specs[i]->tensor.shape;
    for (std::size_t dim = 0; dim < shape.size(); ++dim) {
      if (shape[dim] == Dim("batch")) rows = rows.narrow(static_cast<std::int64_t>(dim), from, count);
    }
    out.push_back(rows.contiguous().clone());
  }
  return out;
}

// The one dimension that is `parts` times as long in the whole as in a part; none where the output does not follow the
// batch.
std::optional<std::int64_t> batch_dim(const at::Tensor& whole, const at::Tensor& part, std::int64_t parts) {
  if (whole.dim() != part.dim()) return std::nullopt;
  std::optional<std::int64_t> out;
  for (std::int64_t dim = 0; dim < whole.dim(); ++dim) {
    if (whole.size(dim) == part.size(dim)) continue;
    if (out || whole.size(dim) != parts * part.size(dim)) return std::nullopt;
    out = dim;
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

Agreement check_batch_split(Model& model, const Request& request, Blackbox& blackbox) {
  const std::int64_t at_once = request.check.rows_at_once;
  const std::int64_t most = request.check.batches.back();
  InputRequest input = request.input;
  input.dims["batch"] = most;
  const std::vector<at::Tensor> tensors = make_flat_tensors(input);
  const std::vector<const InputSpec*> specs = tensor_specs(input.inputs);
  std::map<std::int64_t, std::vector<OutputTensor>> whole;  // by batch
  for (const std::int64_t batch : request.check.batches)
    whole[batch] = outputs_of(model, input, rows_of(tensors, specs, 0, batch), blackbox);

  std::vector<bench::DistanceMeter> meters;
  std::vector<std::string> names;
  std::vector<bool> follows;
  for (std::int64_t from = 0; from < most; from += at_once) {
    const std::vector<OutputTensor> part = outputs_of(model, input, rows_of(tensors, specs, from, at_once), blackbox);
    for (std::size_t k = meters.size(); k < part.size(); ++k) {
      names.push_back(part[k].name);
      meters.emplace_back(part[k].name, dtype_text(part[k].tensor.scalar_type()), part[k].is_from_gpu);
      follows.push_back(true);
    }
    for (const auto& [batch, outputs] : whole) {
      if (from + at_once > batch) continue;
      if (outputs.size() != part.size() || part.size() != meters.size())
        throw Failure("not_possible", "the number of outputs changes with the batch");
      for (std::size_t k = 0; k < part.size(); ++k) {
        const auto dim = batch_dim(outputs[k].tensor, part[k].tensor, batch / at_once);
        if (!dim) follows[k] = false;
        if (!follows[k]) continue;
        const std::int64_t length = part[k].tensor.size(*dim);
        add_tensor(meters[k], outputs[k].tensor.narrow(*dim, from / at_once * length, length), part[k].tensor);
      }
    }
  }
  std::vector<bench::DistanceMeter> compared;
  std::vector<std::string> left_out;
  for (std::size_t k = 0; k < meters.size(); ++k) {
    if (follows[k])
      compared.push_back(meters[k]);
    else
      left_out.push_back(names[k]);
  }
  if (compared.empty()) throw Failure("not_possible", "no output grows with the batch");
  std::vector<std::string> batches;
  for (const std::int64_t batch : request.check.batches) batches.push_back(std::to_string(batch));
  std::string detail = (batches.size() == 1 ? "a batch of " : "batches of ") + joined(batches);
  if (!left_out.empty()) detail += ", without " + joined(left_out) + ", which does not grow with the batch";
  const std::string against =
      at_once == 1 ? "rows one by one" : "rows in batches of " + std::to_string(at_once) + ", the fewest it takes";
  return bench::finish_all(compared, against, detail);
}

std::string batch_text(const InputRequest& input) {
  const auto batch = input.dims.find("batch");
  return batch == input.dims.end() ? "" : "batch " + std::to_string(batch->second);
}

Agreement check_threads(Model& model, const Request& request, Blackbox& blackbox) {
  const std::vector<at::Tensor> tensors = make_flat_tensors(request.input);
  const std::int64_t before = threads();
  set_threads(request.check.threads);
  const std::vector<OutputTensor> with_all = outputs_of(model, request.input, tensors, blackbox);
  set_threads(1);
  const std::vector<OutputTensor> with_one = outputs_of(model, request.input, tensors, blackbox);
  set_threads(before);
  const std::string batch = batch_text(request.input);
  return compare_outputs(with_all, with_one, "1 thread",
                         std::to_string(request.check.threads) + " threads" + (batch.empty() ? "" : ", " + batch));
}

Agreement check_dtype(Model& model, const Request& request, Blackbox& blackbox) {
  std::vector<at::Tensor> tensors = make_flat_tensors(request.input);
  const std::vector<OutputTensor> as_is = outputs_of(model, request.input, tensors, blackbox);
  const auto [from, to] = model.widen_weights();
  const at::ScalarType wider = to == "f64" ? at::kDouble : at::kFloat;
  for (at::Tensor& tensor : tensors) {
    if (dtype_text(tensor.scalar_type()) == from) tensor = tensor.to(wider);
  }
  const std::vector<OutputTensor> reference = outputs_of(model, request.input, tensors, blackbox);
  std::string detail = from + " weights and inputs";
  for (std::size_t i = 0; i < std::min(as_is.size(), reference.size()); ++i) {
    if (as_is[i].tensor.is_floating_point() && reference[i].tensor.scalar_type() != wider)
      detail += "; " + reference[i].name + " stays " + dtype_text(reference[i].tensor.scalar_type());
  }
  return compare_outputs(as_is, reference, to, detail);
}

}  // namespace

Agreement run_check(Model& model, const Request& request, Blackbox& blackbox) {
  const std::string& what = request.check.what;
  if (what == "golden") return compare_with_golden(model, request, blackbox);
  if (what == "batch_split") return check_batch_split(model, request, blackbox);
  if (what == "threads") return check_threads(model, request, blackbox);
  if (what == "dtype") return check_dtype(model, request, blackbox);
  if (what == "save_golden") {
    save_golden(model, request, blackbox);
    return {};
  }
  throw Failure("internal", "mlplan-worker does not know the check '" + what + "'",
                "use mlplan and mlplan-worker of one version");
}

}  // namespace mlplan::worker
