#include "bench/worker/sample_models_plan.h"

#include <cmath>
#include <cstdlib>
#include <map>

#include "bench/worker/describe_text.h"
#include "bench/worker/failure.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kDeepFrom = 10'000'000;  // bytes; larger samples of a kind are deeper, not only wider
constexpr std::int64_t kClasses = 100;

// Collects parameters and source lines of one model.
class Writer {
 public:
  Writer(std::string class_name, const std::string& arguments) {
    plan_.class_name = std::move(class_name);
    line("def forward(self, " + arguments + ") -> Tensor:", 0);
  }

  void line(const std::string& text, int indent = 1) {
    plan_.source += std::string(static_cast<std::size_t>(indent) * 2, ' ') + text + "\n";
  }

  std::string parameter(const std::string& name, std::vector<std::int64_t> shape, double deviation, double mean = 0) {
    plan_.parameters.push_back({name, std::move(shape), deviation, mean});
    return "self." + name;
  }

  std::string buffer(const std::string& name, std::int64_t size, double value) {
    plan_.parameters.push_back({name, {size}, 0, value, true});
    return "self." + name;
  }

  // gain 2 before a ReLU (He et al. 2015), 1 elsewhere.
  std::string linear(const std::string& input, const std::string& name, std::int64_t in, std::int64_t out,
                     double gain = 1) {
    const std::string weight = parameter(name + "_weight", {out, in}, std::sqrt(gain / static_cast<double>(in)));
    return fill_in("torch.linear({}, {}, {})", input, weight, parameter(name + "_bias", {out}, 0));
  }

  std::string layer_norm(const std::string& input, const std::string& name, std::int64_t width) {
    const std::string weight = parameter(name + "_weight", {width}, 0, 1);
    return fill_in("torch.layer_norm({}, [{}], {}, {}, 1e-5)", input, width, weight,
                   parameter(name + "_bias", {width}, 0));
  }

  // Convolution without bias, then batch norm.
  std::string convolution(const std::string& input, const std::string& name, std::int64_t in, std::int64_t out,
                          std::int64_t kernel, std::int64_t stride, double scale = 1) {
    const double fan_in = static_cast<double>(in * kernel * kernel);
    const std::string weight = parameter(name + "_weight", {out, in, kernel, kernel}, std::sqrt(2 / fan_in));
    const std::string norm = parameter(name + "_norm_weight", {out}, 0, scale);
    const std::string bias = parameter(name + "_norm_bias", {out}, 0);
    const std::string mean = buffer(name + "_norm_mean", out, 0);
    const std::string variance = buffer(name + "_norm_variance", out, 1);
    return fill_in(
        "torch.batch_norm(torch.conv2d({0}, {1}, None, [{2}, {2}], [{3}, {3}]), {4}, {5}, {6}, {7}, False, 0.1, 1e-5, "
        "True)",
        input, weight, stride, kernel / 2, norm, bias, mean, variance);
  }

  SamplePlan finish() { return std::move(plan_); }

 private:
  SamplePlan plan_;
};

SamplePlan mlp(std::int64_t width, std::int64_t) {
  Writer writer("Mlp", "x: Tensor");
  std::int64_t in = 256;
  for (int layer = 0; layer < 4; ++layer) {
    writer.line("x = torch.relu(" + writer.linear("x", fill_in("layer{}", layer), in, width, 2) + ")");
    in = width;
  }
  writer.line("return " + writer.linear("x", "layer4", in, kClasses));
  return writer.finish();
}

SamplePlan cnn(std::int64_t width, std::int64_t bytes) {
  const int blocks = bytes < kDeepFrom ? 1 : 2;
  Writer writer("Cnn", "x: Tensor");
  writer.line("x = torch.relu(" + writer.convolution("x", "stem", 3, width, 7, 2) + ")");
  writer.line("x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])");
  std::int64_t in = width;
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t out = width << stage;
    for (int block = 0; block < blocks; ++block) {
      const std::string name = fill_in("stage{}_block{}", stage, block);
      const std::int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      writer.line("y = torch.relu(" + writer.convolution("x", name + "_first", in, out, 3, stride) + ")");
      writer.line("y = " + writer.convolution("y", name + "_second", out, out, 3, 1, 0.5));
      if (stride != 1) writer.line("x = " + writer.convolution("x", name + "_shortcut", in, out, 1, stride));
      writer.line("x = torch.relu(x + y)");
      in = out;
    }
  }
  writer.line("x = torch.mean(x, [2, 3])");
  writer.line("return " + writer.linear("x", "classifier", in, kClasses));
  return writer.finish();
}

SamplePlan transformer(std::int64_t head_width, std::int64_t bytes) {
  const bool deep = bytes >= kDeepFrom;
  const std::int64_t heads = deep ? 8 : 4;
  const std::int64_t width = heads * head_width;
  const int blocks = deep ? 8 : 4;
  const double kTable = 0.02;
  Writer writer("Transformer", "ids: Tensor");
  const std::string tokens = writer.parameter("token_table", {deep ? 16384 : 4096, width}, kTable);
  const std::string positions = writer.parameter("position_table", {512, width}, kTable);
  writer.line("batch = ids.size(0)");
  writer.line("seq = ids.size(1)");
  writer.line("places = torch.arange(seq, device=ids.device)");
  writer.line(fill_in("x = torch.embedding({}, ids) + torch.embedding({}, places)", tokens, positions));
  for (int block = 0; block < blocks; ++block) {
    const std::string name = fill_in("block{}", block);
    writer.line("y = " + writer.layer_norm("x", name + "_attention_norm", width));
    writer.line("y = " + writer.linear("y", name + "_query_key_value", width, 3 * width));
    writer.line(fill_in("parts = y.view([batch, seq, 3, {}, {}]).permute([2, 0, 3, 1, 4])", heads, head_width));
    writer.line("y = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], None, 0.0, True)");
    writer.line(fill_in("y = y.transpose(1, 2).reshape([batch, seq, {}])", width));
    writer.line("x = x + " + writer.linear("y", name + "_attention_out", width, width));
    writer.line("y = " + writer.layer_norm("x", name + "_mlp_norm", width));
    writer.line("y = torch.gelu(" + writer.linear("y", name + "_mlp_in", width, 4 * width) + ")");
    writer.line("x = x + " + writer.linear("y", name + "_mlp_out", 4 * width, width));
  }
  writer.line("x = " + writer.layer_norm("x", "final_norm", width));
  writer.line(fill_in("return torch.matmul(x[:, -1], {}.t())", tokens));
  return writer.finish();
}

SamplePlan recommender(std::int64_t rows, std::int64_t bytes) {
  constexpr int kTables = 8;
  constexpr int kDense = 13;
  const std::int64_t width = bytes < kDeepFrom ? 32 : 64;
  Writer writer("Recommender", "ids: Tensor, dense: Tensor");
  writer.line("d = torch.relu(" + writer.linear("dense", "bottom0", kDense, 128, 2) + ")");
  writer.line("d = torch.relu(" + writer.linear("d", "bottom1", 128, width, 2) + ")");
  std::string features = "d";
  for (int table = 0; table < kTables; ++table) {
    const std::string weight =
        writer.parameter(fill_in("table{}", table), {rows, width}, 1 / std::sqrt(static_cast<double>(width)));
    writer.line(fill_in("e{} = torch.embedding({}, ids[:, {}])", table, weight, table));
    features += fill_in(", e{}", table);
  }
  writer.line(fill_in("f = torch.stack([{}], 1)", features));
  writer.line("pairs = torch.flatten(torch.bmm(f, f.transpose(1, 2)), 1)");
  writer.line("x = torch.cat([d, pairs], 1)");
  writer.line("x = torch.relu(" + writer.linear("x", "top0", width + (kTables + 1) * (kTables + 1), 128, 2) + ")");
  writer.line("x = torch.relu(" + writer.linear("x", "top1", 128, 64, 2) + ")");
  writer.line("return torch.sigmoid(" + writer.linear("x", "top2", 64, 1) + ")");
  return writer.finish();
}

SamplePlan lstm(std::int64_t width, std::int64_t) {
  constexpr int kLayers = 2;
  Writer writer("Lstm", "x: Tensor");
  const double deviation = 1 / std::sqrt(3 * static_cast<double>(width));  // of the uniform start that is usual here
  std::string weights;
  std::int64_t in = 64;
  for (int layer = 0; layer < kLayers; ++layer) {
    weights += (layer == 0 ? "" : ", ") + writer.parameter(fill_in("weight_ih{}", layer), {4 * width, in}, deviation);
    weights += ", " + writer.parameter(fill_in("weight_hh{}", layer), {4 * width, width}, deviation);
    weights += ", " + writer.parameter(fill_in("bias_ih{}", layer), {4 * width}, deviation);
    weights += ", " + writer.parameter(fill_in("bias_hh{}", layer), {4 * width}, deviation);
    in = width;
  }
  writer.line(fill_in("start = torch.zeros([{}, x.size(0), {}], dtype=x.dtype, device=x.device)", kLayers, width));
  writer.line(fill_in("steps, hidden, cell = torch.lstm(x, [start, start], [{}], True, {}, 0.0, False, False, True)",
                      weights, kLayers));
  writer.line("return " + writer.linear("steps[:, -1]", "classifier", width, kClasses));
  return writer.finish();
}

}  // namespace

std::int64_t bytes_of(const SamplePlan& plan) {
  std::int64_t out = 0;
  for (const SampleParameter& parameter : plan.parameters) {
    std::int64_t values = 1;
    for (const std::int64_t extent : parameter.shape) values *= extent;
    out += values * 4;
  }
  return out;
}

SamplePlan plan_sample(const std::string& name, std::int64_t bytes) {
  // Each takes the one number that its weights grow with, and the wanted bytes for what comes in steps.
  static const std::map<std::string, SamplePlan (*)(std::int64_t, std::int64_t)> kinds = {
      {"mlp", mlp}, {"cnn", cnn}, {"transformer", transformer}, {"recommender", recommender}, {"lstm", lstm}};
  const auto kind = kinds.find(name);
  if (kind == kinds.end())
    throw Failure("input", "there is no sample '" + name + "'", "choose mlp, cnn, transformer, recommender or lstm");
  std::int64_t below = 1;
  std::int64_t above = 2;
  while (bytes_of(kind->second(above, bytes)) < bytes) below = std::exchange(above, above * 2);
  while (above - below > 1) {
    const std::int64_t middle = below + (above - below) / 2;
    (bytes_of(kind->second(middle, bytes)) < bytes ? below : above) = middle;
  }
  SamplePlan smaller = kind->second(below, bytes);
  SamplePlan larger = kind->second(above, bytes);
  SamplePlan out = bytes - bytes_of(smaller) <= bytes_of(larger) - bytes && bytes_of(smaller) <= bytes
                       ? std::move(smaller)
                       : std::move(larger);
  if (std::abs(bytes_of(out) - bytes) > bytes / 20) {
    throw Failure("input", fill_in("a {} has no size near {} bytes; the nearest is {}", name, bytes, bytes_of(out)),
                  "choose a larger size");
  }
  return out;
}

}  // namespace mlplan::worker
