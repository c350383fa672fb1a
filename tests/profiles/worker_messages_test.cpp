#include "profiles/support/worker_messages.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"

using namespace mlplan;
using namespace mlplan::worker;

TEST_CASE("a request comes back with every member") {
  Request request;
  request.verb = "measure";
  request.load = {.path = "/models/a b.pt",
                  .format = "torchscript",
                  .device = "cuda",
                  .threads = 3,
                  .op_libraries = {"x.so", "y.so"},
                  .scratch = "/tmp/s",
                  .method = "encode"};
  request.input.inputs = test::RandomDocuments(1).inputs();
  request.input.dims = {{"batch", 8}, {"seq", 128}};
  request.input.seed = 18446744073709551615u;
  request.warm_up.cap_ns = 123;
  request.measure.input.dims = {{"batch", 2}};
  request.measure.threads = 2;
  request.measure.untimed = 4;
  request.measure.min_time_ns = 5;
  request.measure.min_count = 6;
  request.measure.max_count = 7;
  request.measure.start_at_ns = 9223372036854775807;
  request.measure.isolated = 8;
  request.measure.back_to_back = 9;
  request.load.concurrency = 2;
  request.serve.threads = request.serve.concurrency = 2;
  request.serve.untimed = 3;
  request.serve.arrivals_ns = {0, 5, 9223372036854775807};
  request.serve.give_up_ns = 4;
  request.serve.min_time_ns = 5;
  request.serve.min_count = 6;
  request.check = {"batch_split", "golden.npz", {2, 4}, 2, 3};
  request.sample_name = "mlp";
  request.sample_size = "10MB";
  request.sample_path = "out.pt";
  request.sample_seed = 9;
  const std::string line = write_line(request);
  CHECK(line.find('\n') == line.size() - 1);
  const auto read = read_request(line);
  REQUIRE(read);
  CHECK(write_line(*read) == line);
  CHECK(read->load.op_libraries == request.load.op_libraries);
  CHECK(read->load.method == "encode");
  CHECK(format_input_flags(read->input.inputs) == format_input_flags(request.input.inputs));
  CHECK(read->input.seed == 18446744073709551615u);
  CHECK(read->warm_up.cap_ns == 123);
  CHECK(read->measure.start_at_ns == 9223372036854775807);
  CHECK(read->measure.max_count == 7);
  CHECK(read->measure.input.dims.at("batch") == 2);
  CHECK(read->serve.arrivals_ns == request.serve.arrivals_ns);
  CHECK(read->serve.concurrency == 2);
  CHECK(read->load.concurrency == 2);
  CHECK(read->check.batches == request.check.batches);
  CHECK(read->sample_seed == 9);
}

TEST_CASE("a reply comes back with every member") {
  Reply reply;
  reply.verb = "cold_start";
  reply.failure = WorkerFailure{"input", "two\nlines \"quoted\"", "try this", "loading the model"};
  reply.build = {"0.1.0", "2.11.0", "2.11.0", "CPU", "/lib/libtorch_cpu.so", "NVIDIA H200, driver for CUDA 13.0"};
  reply.stamps.first_result = {1, 2, 3, 4, 5};
  reply.stamps.reading = {6, 7, 8, 9, 10};
  reply.outputs = {"f32[1,1000]"};
  reply.warmed_up = {3, true, 2, 77};
  reply.measured = {{1, 2}, 4, {19, 20}, {21, 22}, {23, 24}, {25}, "a test"};
  reply.served = {1, {2, 3}, {4, 5}, {6, 7}, {0, 1}};
  reply.description.methods = {{"forward", "forward(Tensor x) -> Tensor"}};
  reply.description.inputs = test::RandomDocuments(2).inputs();
  reply.description.inputs[0].from = "graph";
  reply.description.inputs[0].reason = "first conv2d";
  reply.description.format = "torchscript";
  reply.description.not_inferred = {"Tensor y"};
  reply.description.to_edit = reply.description.inputs;
  reply.description.notes = {"batch is fixed at 1"};
  reply.description.dim_defaults = {{"seq", 16}};
  reply.description.dim_bounds = {{"batch", {2, 15}}};
  reply.description.weights = {{"f32", 10, 40}};
  reply.description.records = {{"data.pkl", 100}};
  reply.quality = {false, 0.125, 1, 2, 3, "0123456789abcdef"};
  reply.agreement = test::RandomDocuments(3).agreement();
  reply.agreement.max_abs_error = std::numeric_limits<double>::max();
  reply.stamps.cuda_driver.time_ns = 11;
  reply.stamps.torch_cuda_init.cpu_ns = 12;
  reply.stamps.copying = {13, 14, 15, 16, 17};
  reply.stamps.copied_bytes = 18;
  reply.device_memory = {.in_use = 23, .allocated = 24, .peak_allocated = 25, .reserved = 26, .holes = 27};
  const std::string line = write_line(reply);
  CHECK(line.find('\n') == line.size() - 1);
  const auto read = read_reply(line);
  REQUIRE(read);
  CHECK(write_line(*read) == line);
  CHECK(read->failure->message == "two\nlines \"quoted\"");
  CHECK(read->failure->phase == "loading the model");
  CHECK(read->build.torch_library == "/lib/libtorch_cpu.so");
  CHECK(read->stamps.first_result.read_bytes == 5);
  CHECK(read->stamps.reading.minor_faults == 8);
  CHECK(read->build.device == reply.build.device);
  CHECK(read->stamps.cuda_driver.time_ns == 11);
  CHECK(read->stamps.cuda_libraries.time_ns == 0);
  CHECK(read->stamps.torch_cuda_init.cpu_ns == 12);
  CHECK(read->stamps.copying.read_bytes == 17);
  CHECK(read->stamps.copied_bytes == 18);
  CHECK(read->measured.device_ns == reply.measured.device_ns);
  CHECK(read->measured.enqueue_ns == reply.measured.enqueue_ns);
  CHECK(read->device_memory.in_use == 23);
  CHECK(read->device_memory.peak_allocated == 25);
  CHECK(read->measured.isolated_ns == reply.measured.isolated_ns);
  CHECK(read->measured.back_to_back_ns == reply.measured.back_to_back_ns);
  CHECK(read->measured.not_isolated == "a test");
  CHECK(read->warmed_up.steady_at_ns == 77);
  CHECK(read->warmed_up.inferences == 3);
  CHECK(read->measured.begin_ns == 4);
  CHECK(read->served.begin_ns == 1);
  CHECK(read->served.done_ns == reply.served.done_ns);
  CHECK(read->description.inputs[0].reason == "first conv2d");
  CHECK(read->description.dim_bounds.at("batch") == std::vector<std::int64_t>{2, 15});
  CHECK(read->description.records[0].bytes == 100);
  CHECK(read->description.notes == reply.description.notes);
  CHECK(read->quality.max_abs_difference == 0.125);
  CHECK_FALSE(read->quality.repeatable);
  CHECK(read->agreement.max_abs_error == std::numeric_limits<double>::max());
  CHECK(read->agreement.verdict == reply.agreement.verdict);
}

TEST_CASE("no member is forgotten between the struct and the line") {
  using nlohmann::json;
  using test::member_count;
  Request request;
  request.verb = "x";
  request.load.path = "p";
  request.input.seed = 2;
  request.warm_up.cap_ns = 1;
  request.measure.threads = 2;
  request.serve.threads = 2;
  request.attend.threads = 2;
  request.check.what = "threads";
  request.sample_name = request.sample_size = request.sample_path = "s";
  request.sample_seed = 2;
  const json sent = json::parse(write_line(request));
  CHECK(sent.size() == member_count<Request>());
  CHECK(sent["load"].size() == member_count<LoadRequest>());
  CHECK(sent["input"].size() == member_count<InputRequest>());
  CHECK(sent["warm_up"].size() == member_count<WarmUpRequest>());
  CHECK(sent["measure"].size() == member_count<MeasureRequest>());
  CHECK(sent["serve"].size() == member_count<ServeRequest>());
  CHECK(sent["attend"].size() == member_count<AttendRequest>());
  CHECK(sent["check"].size() == member_count<CheckRequest>());
  Reply reply;
  reply.verb = "x";
  reply.failure = WorkerFailure{"input", "m", "h", "p"};
  reply.build.build = "b";
  reply.stamps.preinit.time_ns = 1;
  reply.stamps.reading_cpu_wait_ns = 0;
  reply.outputs = {"o"};
  reply.warmed_up.steady = true;
  reply.measured.begin_ns = 1;
  reply.served.begin_ns = 1;
  reply.description.notes = {"n"};
  reply.description.methods.resize(1);
  reply.description.weights.resize(1);
  reply.description.records.resize(1);
  reply.quality.repeatable = false;
  reply.agreement.values = 1;
  reply.device_memory.in_use = 1;
  const json answered = json::parse(write_line(reply));
  CHECK(answered.size() == member_count<Reply>());
  CHECK(answered["failure"].size() == member_count<WorkerFailure>());
  CHECK(answered["build"].size() == member_count<BuildFacts>());
  CHECK(answered["device_memory"].size() == member_count<DeviceMemory>());
  CHECK(answered["stamps"].size() == member_count<ColdStartStamps>());
  CHECK(answered["stamps"]["preinit"].size() == member_count<Stamp>());
  CHECK(answered["warmed_up"].size() == member_count<WarmedUp>());
  CHECK(answered["measured"].size() == member_count<Measured>());
  CHECK(answered["served"].size() == member_count<Served>());
  CHECK(answered["description"].size() == member_count<Description>());
  CHECK(answered["description"]["methods"][0].size() == member_count<MethodInfo>());
  CHECK(answered["description"]["weights"][0].size() == member_count<DTypeBytes>());
  CHECK(answered["description"]["records"][0].size() == member_count<FileRecord>());
  CHECK(answered["quality"].size() == member_count<QualityFacts>());
}

TEST_CASE("members with their default value are left out") {
  Request request;
  request.verb = "exit";
  CHECK(write_line(request) == "{\"verb\":\"exit\"}\n");
  const auto read = read_request("{\"verb\":\"load\",\"load\":{\"path\":\"m.pt\"}}");
  REQUIRE(read);
  CHECK(read->load.device == "cpu");
  CHECK(read->load.threads == 1);
  CHECK(read->input.seed == 1);
}

TEST_CASE("unknown keys are ignored, wrong ones refused") {
  CHECK(read_reply(R"({"verb":"first","new":{"x":1},"measured":{"other":2}})"));
  for (const char* line :
       {"", "x", "{", "[]", "{}", "null", R"({"verb":1})", R"({"verb":"x","measured":3})",
        R"({"verb":"x","measured":{"latency_ns":[1.5]}})",
        R"({"verb":"x","measured":{"begin_ns":18446744073709551615}})", R"({"verb":"x","stamps":{"preinit":[]}})",
        "\xff", R"({"verb":"x","description":{"inputs":[{"name":"x","dtype":"f99","shape":[]}]}})"}) {
    CAPTURE(line);
    const auto read = read_reply(line);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::not_measured);
  }
  CHECK_FALSE(read_request(R"({"verb":"x","input":{"seed":-1}})"));
}

TEST_CASE("a file name of any bytes arrives as it was sent") {
  Request request;
  request.verb = "load";
  request.load.path = std::string("/models/caf\xe9") + '\0' + "z.pt";
  request.load.op_libraries = {"plain.so", "\xff\xfe.so"};
  const auto read = read_request(write_line(request));
  REQUIRE(read);
  CHECK(read->load.path == request.load.path);
  CHECK(read->load.op_libraries == request.load.op_libraries);
}

TEST_CASE("a difference that is no number comes back as one that is no number") {
  Reply reply;
  reply.verb = "quality";
  reply.quality.max_abs_difference = std::nan("");
  const auto read = read_reply(write_line(reply));
  REQUIRE(read);
  CHECK(std::isnan(read->quality.max_abs_difference));
}

TEST_CASE("a million latencies pass through the channel") {
  Reply reply;
  reply.verb = "measure";
  for (std::int64_t i = 0; i < 1'000'000; ++i) reply.measured.latency_ns.push_back(1'000'000 + i % 997);
  const auto read = read_reply(write_line(reply));
  REQUIRE(read);
  CHECK(read->measured.latency_ns == reply.measured.latency_ns);
}

TEST_CASE("every phase has a name to read") {
  for (std::uint32_t i = 0; i <= static_cast<std::uint32_t>(worker::Phase::done); ++i) {
    CHECK(name_of(static_cast<worker::Phase>(i)) != "in an unknown phase");
  }
  CHECK(name_of(worker::Phase::load) == "loading the model");
}
