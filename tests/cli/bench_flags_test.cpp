#include "cli/commands/bench_flags.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace mlplan;
using namespace mlplan::cli;

namespace {

const Environment kNoVariables = [](const char*) { return std::optional<std::string>(); };

Result<BenchRequest> parse(const std::vector<std::string>& arguments, const Environment& environment = kNoVariables) {
  return parse_bench_flags(arguments, environment, Style{});
}

BenchRequest good(const std::vector<std::string>& arguments) {
  const auto request = parse(arguments);
  const std::string message = request.has_value() ? "" : request.error().message;
  INFO(message);
  REQUIRE(request.has_value());
  return *request;
}

Error bad(const std::vector<std::string>& arguments) {
  const auto request = parse(arguments);
  REQUIRE_FALSE(request.has_value());
  CHECK(request.error().kind == ErrorKind::usage);
  return request.error();
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a model alone is a whole bench with the defaults of the library") {
  const bench::Options options = good({"model.pt"}).options;
  const bench::Options defaults;
  CHECK(options.model_path == "model.pt");
  CHECK(options.time_box == defaults.time_box);
  CHECK(options.min_samples == defaults.min_samples);
  CHECK(options.max_samples == defaults.max_samples);
  CHECK(options.batches.empty());
  CHECK(options.inputs.empty());
  CHECK((options.cold_start && options.memory && options.steady));
  CHECK_FALSE(options.all_cold);
}

TEST_CASE("sweeps are lists and ranges") {
  const bench::Options options = good({"m.pt", "--batch", "1..32*2", "--threads", "1,2", "--workers", "2", "--dim",
                                       "seq=16..64*2", "--dim", "w=3"})
                                     .options;
  CHECK(options.batches == Numbers{1, 2, 4, 8, 16, 32});
  CHECK(options.threads == Numbers{1, 2});
  CHECK(options.workers == Numbers{2});
  CHECK(options.dims.at("seq") == Numbers{16, 32, 64});
  CHECK(options.dims.at("w") == Numbers{3});
}

TEST_CASE("the worker's world comes from flags") {
  const bench::Options options =
      good({"m.pt", "--env", "A=b=c", "--env", "E=", "--cpus", "0-1,4", "--memory-limit", "2GiB", "--op-library",
            "ops.so", "--torch-lib", "/opt/torch", "--device", "cpu", "--method", "encode", "--format", "aotinductor"})
          .options;
  CHECK(options.environment == std::map<std::string, std::string>{{"A", "b=c"}, {"E", ""}});
  CHECK(options.cpus == std::vector<int>{0, 1, 4});
  CHECK(options.memory_limit_bytes == std::int64_t{2} << 30);
  CHECK(options.op_libraries == std::vector<std::string>{"ops.so"});
  CHECK(options.torch_library_folder == "/opt/torch");
  CHECK(options.method == "encode");
  CHECK(options.format == "aotinductor");
}

TEST_CASE("a device is named by its number, and the first one without") {
  CHECK(good({"m.pt"}).options.device == "cpu");
  CHECK(good({"m.pt", "--device", "cuda"}).options.device == "cuda:0");
  CHECK(good({"m.pt", "--device", "cuda:0"}).options.device == "cuda:0");
  CHECK(good({"m.pt", "--device", "cuda:11"}).options.device == "cuda:11");
  for (const char* device : {"cuda:", "cuda:x", "cuda:-1", "cuda:1x", "gpu", ""}) {
    CAPTURE(device);
    CHECK(bad({"m.pt", "--device", device}).kind == ErrorKind::usage);
  }
}

TEST_CASE("variables of the worker's environment are varied over the values that are named") {
  const bench::Options options =
      good({"m.pt", "--vary", "CUDA_MODULE_LOADING=LAZY,EAGER", "--vary", "THP_MEM_ALLOC_ENABLE=1"}).options;
  REQUIRE(options.vary.size() == 2);
  CHECK(options.vary.at("CUDA_MODULE_LOADING") == std::vector<std::string>{"LAZY", "EAGER"});
  CHECK(options.vary.at("THP_MEM_ALLOC_ENABLE") == std::vector<std::string>{"1"});
  for (const char* wrong : {"CUDA_MODULE_LOADING", "=LAZY", "A=", "A=1,,2", "A=1,1"}) {
    CAPTURE(wrong);
    CHECK(bad({"m.pt", "--vary", wrong}).kind == ErrorKind::usage);
  }
  CHECK(bad({"m.pt", "--vary", "A=1", "--vary", "A=2"}).message == "A is varied twice");
  CHECK(bad({"m.pt", "--vary", "A=1", "--env", "A=2"}).message.find("--env") != std::string::npos);
  CHECK(bad({"m.pt", "--vary", "A=1", "--only", "steady"}).hint == "--only cold-start");
}

TEST_CASE("a flag wins over the variable, the variable over the default") {
  const Environment environment = [](const char* name) {
    return std::string_view(name) == "MLPLAN_TORCH_LIB" ? std::optional<std::string>("/from/variable") : std::nullopt;
  };
  CHECK(parse({"m.pt"}, environment)->options.torch_library_folder == "/from/variable");
  CHECK(parse({"m.pt", "--torch-lib", "/flag"}, environment)->options.torch_library_folder == "/flag");
}

TEST_CASE("durations need a unit and must take time") {
  CHECK(good({"m.pt", "--time-box", "5m"}).options.time_box == std::chrono::minutes(5));
  CHECK(good({"m.pt", "--load-stall", "90s"}).options.load_stall == std::chrono::seconds(90));
  CHECK(good({"m.pt", "--inference-limit", "250ms"}).options.inference_limit == std::chrono::milliseconds(250));
  CHECK(bad({"m.pt", "--time-box", "5"}).where == "--time-box 5");
  CHECK(bad({"m.pt", "--time-box", "0s"}).message == "'0s' is no time at all");
}

TEST_CASE("inputs are parsed together, so that the members of a dict find each other") {
  const bench::Options options =
      good({"m.pt", "--input", "f.user:i64[batch]", "--input", "f.item:i64[batch]", "--input", "scale:float=2.0"})
          .options;
  REQUIRE(options.inputs.size() == 2);
  CHECK(options.inputs[0].kind == InputSpec::Kind::dict);
  CHECK(options.inputs[0].items.size() == 2);
  CHECK(bad({"m.pt", "--input", "x:f99[3]"}).where.find("--input") != std::string::npos);
}

TEST_CASE("only what is named is measured") {
  const bench::Options memory = good({"m.pt", "--only", "memory"}).options;
  CHECK((memory.memory && !memory.cold_start && !memory.steady));
  const bench::Options two = good({"m.pt", "--only", "cold-start,steady"}).options;
  CHECK((two.cold_start && two.steady && !two.memory));
  const bench::Options again = good({"m.pt", "--only", "cold-start", "--only", "memory"}).options;
  CHECK((again.cold_start && again.memory && !again.steady));
  CHECK_FALSE(two.quality);
  const bench::Options outputs = good({"m.pt", "--only", "quality"}).options;
  CHECK((outputs.quality && !outputs.cold_start && !outputs.memory && !outputs.steady));
  CHECK(bad({"m.pt", "--only", "stedy"}).hint == "steady");
}

TEST_CASE("a load is rates, requests in flight and an objective") {
  const bench::Options options = good({"m.pt", "--rate", "100/s,600/min", "--arrivals", "constant", "--concurrency",
                                       "1,2", "--slo", "p99=50ms,p50=20ms"})
                                     .options;
  CHECK(options.rates == std::vector<double>{10, 100});
  CHECK(options.arrivals == bench::Arrivals::constant);
  CHECK(options.concurrency == Numbers{1, 2});
  REQUIRE(options.slo.size() == 2);
  CHECK(options.slo[1].quantile == 0.99);
  CHECK(options.slo[1].at_most_ns == 50e6);
  CHECK(options.steady);
  const bench::Options only = good({"m.pt", "--only", "load", "--rate", "5/s"}).options;
  CHECK((only.load && !only.steady && !only.cold_start && !only.memory));
}

TEST_CASE("a load that is none is refused, with what would be one") {
  CHECK(bad({"m.pt", "--rate", "0/s"}).message == "at '0/s' nothing ever arrives");
  CHECK(bad({"m.pt", "--rate", "0"}).where == "--rate 0");
  CHECK(bad({"m.pt", "--rate", "5ms"}).where == "--rate 5ms");
  CHECK(bad({"m.pt", "--rate", ""}).where.find("--rate") == 0);
  CHECK(bad({"m.pt", "--arrivals", "posson"}).hint == "poisson");
  CHECK(bad({"m.pt", "--concurrency", "0"}).where == "--concurrency 0");
  CHECK(bad({"m.pt", "--slo", "p99=5GiB"}).where == "--slo p99=5GiB");
  CHECK(bad({"m.pt", "--slo", "q99=5ms"}).message == "'q99' is no percentile");
  CHECK(bad({"m.pt", "--slo", "p30=5ms"}).message == "'p30' is not from p50 to p99.99");
  CHECK(bad({"m.pt", "--only", "load"}).hint == "add --rate 50/s, or --slo p99=50ms");
  CHECK(bad({"m.pt", "--only", "steady", "--rate", "5/s"}).hint == "--only load");
}

TEST_CASE("golden outputs are either checked or written") {
  CHECK(good({"m.pt", "--golden", "g.npz"}).options.golden == "g.npz");
  CHECK(good({"m.pt", "--save-golden", "g.npz"}).options.save_golden == "g.npz");
  CHECK(bad({"m.pt", "--golden", "g.npz", "--save-golden", "h.npz"}).message ==
        "a golden is either checked or written");
  CHECK(bad({"m.pt", "-o", "g", "--save-golden", "g"}).message == "report and golden would be one file");
}

TEST_CASE("more samples at least than at most is an error, unless the most was not given") {
  CHECK(good({"m.pt", "--samples", "60"}).options.max_samples == 60);
  CHECK(good({"m.pt", "--max-samples", "6"}).options.max_samples == 6);
  CHECK(bad({"m.pt", "--samples", "9", "--max-samples", "3"}).message == "at most 3 samples cannot be at least 9");
}

TEST_CASE("the report on standard output takes the place of the table") {
  CHECK(good({"m.pt", "-o", "-"}).json);
  CHECK_FALSE(good({"m.pt", "-o", "r.json"}).json);
  CHECK(good({"m.pt", "--json"}).json);
}

TEST_CASE("wrong values say what would be right") {
  CHECK(bad({"m.pt", "--device", "cudaa"}).hint == "cuda");
  CHECK(bad({"m.pt", "--format", "onnx"}).message == "'onnx' is none of torchscript, aotinductor");
  CHECK(bad({"m.pt", "--env", "NOVALUE"}).message == "'NOVALUE' is not of the form NAME=VALUE");
  CHECK(bad({"m.pt", "--dim", "seq"}).hint == "--dim seq=16..512*2");
  CHECK(bad({"m.pt", "--dim", "batch=1,2"}).hint == "--batch 1,2");
  CHECK(bad({"m.pt", "--color", "alwyas"}).hint == "always");
  CHECK(bad({"m.pt", "--memory-limit", "2"}).where == "--memory-limit 2");
}

TEST_CASE("the help fits a screen of 80 columns and 70 lines") {
  Style style;
  style.width = 80;
  const auto request = parse_bench_flags({"--help"}, kNoVariables, style);
  REQUIRE(request.has_value());
  std::istringstream lines(request->help);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK_MESSAGE(columns_of(line) <= 80, line);
  CHECK(count > 20);
  CHECK(count <= 70);
}

TEST_CASE("a program stands in for a model, with flags of its own") {
  const BenchRequest request = good({"--command", "serve --port {port}", "--ready", "port:{port}", "--cold-file", "a",
                                     "--cold-file", "b", "--ready-limit", "9s", "--shell", "--time-box", "5s"});
  REQUIRE(request.command);
  CHECK(request.command->command == "serve --port {port}");
  CHECK(request.command->ready == "port:{port}");
  CHECK(request.command->cold_files == std::vector<std::string>{"a", "b"});
  CHECK(request.command->ready_limit == std::chrono::seconds(9));
  CHECK(request.command->shell);
  CHECK(request.options.time_box == std::chrono::seconds(5));
  CHECK_FALSE(good({"m.pt"}).command);
}

TEST_CASE("a program and a model do not mix") {
  CHECK(bad({}).message == "MODEL is missing");
  CHECK(bad({"m.pt", "--command", "serve", "--ready", "line:x"}).where == "m.pt");
  CHECK(bad({"m.pt", "--ready", "line:x"}).where == "--ready");
  CHECK(bad({"m.pt", "--shell"}).where == "--shell");
  CHECK(bad({"--command", "serve"}).hint.find("--ready") != std::string::npos);
  CHECK(bad({"--command", "serve", "--ready", "line:x", "--threads", "2"}).where == "--threads");
  CHECK(bad({"--command", "serve", "--ready", "line:x", "--only", "steady"}).where == "--only steady");
  CHECK(bad({"--command", "serve", "--ready", "host:x"}).where == "--ready host:x");
}
