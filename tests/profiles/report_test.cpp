#include "profiles/report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

namespace {

// The least a report must say.
Json least() {
  return Json::parse(
      R"({"schema": "mlplan.report", "schema_version": "1.0", "mlplan": {"version": "0.1.0"}, "model": {"path": "m.pt"},
    "machine": {"fingerprint": "0"}, "cold_start": {"states": {}}, "memory": {"ledger": [], "peak_rss_bytes": {"median": null, "n": 0}}, "steady": []})");
}

Error error_of(const Json& json) {
  const auto report = read_report(json.dump(), "r.json");
  REQUIRE_FALSE(report);
  CHECK(report.error().kind == ErrorKind::bad_input);
  return report.error();
}

// Adds the paths of all keys of `json`; items of lists and of maps by name count as one: "steady/*/latency_ns".
void add_keys(const Json& json, const std::string& path, std::set<std::string>& keys) {
  static const std::set<std::string> kMaps = {"/mlplan/environment", "/model/dim_defaults", "/model/dim_bounds",
                                              "/cold_start/states",  "/steady/*/dims",      "/load/*/dims"};
  const bool percentiles = path.size() > 12 && path.compare(path.size() - 12, 12, "/percentiles") == 0;
  if (json.is_array() || kMaps.count(path) > 0 || percentiles) {
    for (const Json& item : json) add_keys(item, path + "/*", keys);
  } else if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      keys.insert(path + "/" + key);
      add_keys(value, path + "/" + key, keys);
    }
  }
}

// The same for a schema. Inputs within inputs are followed once.
void add_described_keys(const Json& root, const Json& schema, const std::string& path, std::set<std::string>& keys) {
  if (std::count(path.begin(), path.end(), '/') > 12) return;
  if (schema.contains("$ref"))
    return add_described_keys(root, root.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), path,
                              keys);
  const Json parts = schema.value("allOf", Json::array());
  for (const Json& part : parts) add_described_keys(root, part, path, keys);
  if (schema.contains("items")) add_described_keys(root, schema["items"], path + "/*", keys);
  if (schema.contains("additionalProperties"))
    add_described_keys(root, schema["additionalProperties"], path + "/*", keys);
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, value] : properties.items()) {
    CHECK_MESSAGE((value.contains("description") || value.contains("$ref")), path, "/", key, " is not described");
    keys.insert(path + "/" + key);
    add_described_keys(root, value, path + "/" + key, keys);
  }
}

}  // namespace

TEST_CASE("every report is valid and comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const std::string text = write_report(test::RandomDocuments(seed).report());
    const auto report = read_report(text, "r.json");
    REQUIRE_MESSAGE(report, test::message_of(report));
    CHECK(write_report(*report) == text);
    CHECK(write_report(test::RandomDocuments(seed).report()) == text);
  }
}

TEST_CASE("the values come back, not only the text") {
  Report report;
  report.mlplan.seed = 18446744073709551615u;
  report.model.dim_bounds["batch"] = {2, 15};
  report.machine.memory.cgroup_limit_bytes = 9007199254740993;  // more than a double holds
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = "warm";
  state.achieved = true;
  state.time_to_first_result.samples = {1, std::nan(""), 0.1};
  Phase& phase = state.phases.emplace_back();
  phase.name = "file_read";
  phase.wall.n = 1;
  phase.parts = {{"first_touch", Stat{.median = 4}}, {"copy", Stat{.median = 5}}};
  phase.estimated_parts = true;
  state.phases.emplace_back().name = "cuda_context";  // did not happen
  report.memory.by_dim = {{"seq", {1, 2}, {3, 4}, 5, std::nullopt, 6}};
  SteadyRow& row = report.steady.emplace_back();
  row.dims["seq"] = 32;
  row.latency.median = 7;
  row.stop = "time_box";
  report.quality.repeatable = false;
  const auto read = read_report(write_report(report), "r.json");
  REQUIRE(read);
  CHECK(read->mlplan.seed == 18446744073709551615u);
  CHECK(read->model.dim_bounds.at("batch") == std::vector<std::int64_t>{2, 15});
  CHECK(read->machine.memory.cgroup_limit_bytes == 9007199254740993);
  CHECK_FALSE(read->machine.memory.swap_total_bytes.has_value());
  REQUIRE(read->cold_start.states.size() == 1);
  const ColdStartState& back = read->cold_start.states[0];
  CHECK(back.name == "warm");
  CHECK(back.achieved);
  CHECK(std::isnan(back.time_to_first_result.samples[1]));
  CHECK(back.time_to_first_result.samples[2] == 0.1);
  REQUIRE(back.phases.size() == 1);
  CHECK(back.phases[0].name == "file_read");
  REQUIRE(back.phases[0].parts.size() == 2);
  CHECK(back.phases[0].parts[1].first == "copy");
  CHECK(back.phases[0].parts[1].second.median == 5);
  CHECK(back.phases[0].estimated_parts);
  CHECK(read->memory.by_dim[0].residual == 6);
  CHECK_FALSE(read->memory.by_dim[0].bytes_fixed.has_value());
  CHECK(read->steady[0].dims.at("seq") == 32);
  CHECK(read->steady[0].latency.median == 7);
  CHECK(read->quality.repeatable == false);
  CHECK_FALSE(read->quality.repeatable_across_processes.has_value());
}

TEST_CASE("a report of a GPU keeps its phases, its memory and its times, in order and by their units") {
  Report report;
  report.mlplan.device = "cuda:1";
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = "warm";
  state.achieved = true;
  state.copied_bytes = 9'007'199'254'740'993;  // more than a double holds
  for (const char* name : {"cuda_driver", "cuda_libraries", "cuda_context", "torch_cuda_init", "copy_to_device"}) {
    Phase& phase = state.phases.emplace_back();
    phase.name = name;
    phase.wall.n = 1;
    phase.wall.median = 5;
  }
  LedgerRow& ledger = report.memory.ledger.emplace_back();
  ledger.at = "framework";
  ledger.gpu = Stat{.median = 6, .n = 1};
  SteadyRow& row = report.steady.emplace_back();
  row.stop = "time_box";
  row.device = Stat{.median = 7, .n = 1};
  row.enqueue = Stat{.median = 8, .n = 1};
  row.isolated = Stat{.median = 9, .n = 1};
  row.back_to_back = Stat{.median = 10, .n = 1};
  row.not_isolated = "a test";
  const std::string text = write_report(report);
  const auto read = read_report(text, "r.json");
  REQUIRE(read);
  CHECK(write_report(*read) == text);
  const ColdStartState& back = read->cold_start.states.front();
  CHECK(back.copied_bytes == 9'007'199'254'740'993);
  REQUIRE(back.phases.size() == 5);
  CHECK(back.phases[0].name == "cuda_driver");
  CHECK(back.phases[3].wall.median == 5);
  CHECK(read->memory.ledger[0].gpu->median == 6);
  CHECK(read->steady[0].device->median == 7);
  CHECK(read->steady[0].enqueue->median == 8);
  CHECK(read->steady[0].isolated->median == 9);
  CHECK(read->steady[0].back_to_back->median == 10);
  CHECK(read->steady[0].not_isolated == "a test");
  const auto json = nlohmann::json::parse(text);
  CHECK(json["memory"]["ledger"][0]["gpu_bytes"]["median"] == 6);
  CHECK(json["steady"][0]["device_ns"]["median"] == 7);
  CHECK(json["steady"][0]["enqueue_ns"]["median"] == 8);
}

TEST_CASE("the names are those of the design") {
  Report report = test::RandomDocuments(7).report();
  report.cold_start.states[0].phases.resize(1);
  report.cold_start.states[0].phases[0].name = "process_start";
  report.cold_start.states[0].phases[0].wall.n = 1;
  report.memory.ledger.resize(1);
  report.steady.resize(1);
  const Json json = to_ordered_json(report);
  for (const char* pointer : {"/schema",
                              "/schema_version",
                              "/mlplan/version",
                              "/mlplan/libtorch",
                              "/mlplan/argv",
                              "/model/path",
                              "/model/format",
                              "/model/bytes",
                              "/model/sha256",
                              "/model/inputs/0/name",
                              "/machine/fingerprint",
                              "/machine/cpu",
                              "/machine/memory",
                              "/machine/grade",
                              "/machine/why",
                              "/cold_start/states/model_cold/achieved",
                              "/cold_start/states/model_cold/time_to_first_result_ns/median",
                              "/cold_start/states/model_cold/time_to_steady_ns",
                              "/cold_start/states/model_cold/unattributed_ns",
                              "/cold_start/states/model_cold/phases/0/name",
                              "/cold_start/states/model_cold/phases/0/wall_ns",
                              "/cold_start/states/model_cold/phases/0/cpu_ns",
                              "/cold_start/states/model_cold/phases/0/minor_faults",
                              "/cold_start/states/model_cold/phases/0/read_bytes",
                              "/cold_start/states/model_cold/limit/read_bytes_per_s",
                              "/cold_start/states/model_cold/limit/copy_bytes_per_s",
                              "/cold_start/states/model_cold/limit/floor_ns",
                              "/memory/ledger/0/at",
                              "/memory/ledger/0/rss_bytes",
                              "/memory/ledger/0/gpu_bytes",
                              "/memory/peak_rss_bytes",
                              "/memory/marginal_worker_bytes",
                              "/steady/0/batch",
                              "/steady/0/rate_per_s",
                              "/steady/0/latency_ns",
                              "/steady/0/device_ns",
                              "/steady/0/throughput_per_s",
                              "/steady/0/peak_rss_bytes",
                              "/steady/0/stop",
                              "/quality",
                              "/warnings"}) {
    CAPTURE(pointer);
    CHECK(json.contains(Json::json_pointer(pointer)));
  }
}

TEST_CASE("no member is forgotten between the report and its JSON") {
  using test::member_count;
  Report report;
  report.warnings.resize(1);
  report.memory.ledger.resize(1);
  report.memory.marginal.resize(1);
  report.memory.by_dim.resize(1);
  report.steady.resize(1);
  report.load.resize(1);
  report.load[0].tried.resize(1);
  report.serving.resize(1);
  report.quality.golden.emplace().outputs.resize(1);
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = "warm";
  state.phases.resize(1);
  state.phases[0].wall.n = 1;
  state.phases[0].wall.percentiles["p50"] = {};
  state.phases[0].wall.histogram.resize(1);
  report.cold_start.simultaneous.resize(1);
  report.cold_start.varied.resize(1);
  report.machine.gpus.resize(1);
  report.memory.gpu.emplace().parts.resize(1);
  report.steady[0].gpu.emplace().power_w.emplace();
  report.command.emplace();
  report.beside_machine.emplace().figures.resize(1);
  const Json json = to_ordered_json(report);
  CHECK(json["beside_machine"].size() == member_count<BesideMachine>());
  CHECK(json["beside_machine"]["figures"][0].size() == member_count<LimitFraction>());
  CHECK(json.size() == member_count<Report>() + 2);  // schema and schema_version
  CHECK(json["mlplan"].size() == member_count<ToolInfo>());
  CHECK(json["model"].size() == member_count<ModelInfo>());
  CHECK(json["command"].size() == member_count<CommandInfo>());
  CHECK(json["machine"].size() == member_count<MachineInfo>());
  CHECK(json["machine"]["cpu"].size() == member_count<CpuInfo>());
  CHECK(json["machine"]["memory"].size() == member_count<MemoryInfo>());
  CHECK(json["cold_start"].size() == member_count<ColdStart>());
  const Json& warm = json["cold_start"]["states"]["warm"];
  CHECK(warm.size() == member_count<ColdStartState>() - 1);  // its name is the key
  CHECK(warm["limit"].size() == member_count<LoadLimit>());
  CHECK(warm["phases"][0].size() == member_count<mlplan::Phase>());
  const Json& stat = warm["phases"][0]["wall_ns"];
  CHECK(stat.size() == member_count<Stat>());
  CHECK(stat["percentiles"]["p50"].size() == member_count<Percentile>());
  CHECK(stat["histogram"][0].size() == member_count<HistogramBin>());
  CHECK(json["cold_start"]["simultaneous"][0].size() == member_count<SimultaneousStarts>());
  CHECK(json["cold_start"]["varied"][0].size() == member_count<VariedStarts>());
  CHECK(json["machine"]["gpus"][0].size() == member_count<MachineGpu>());
  CHECK(json["machine"]["gpus"][0]["at_begin"].size() == member_count<GpuMoment>());
  CHECK(json["memory"]["gpu"].size() == member_count<GpuMemory>());
  CHECK(json["memory"]["gpu"]["parts"][0].size() == member_count<GpuMemoryPart>());
  CHECK(json["steady"][0]["gpu"].size() == member_count<GpuConditions>());
  CHECK(json["steady"][0]["gpu"]["power_w"].size() == member_count<ValueRange>());
  CHECK(json["memory"].size() == member_count<MemoryReport>());
  CHECK(json["memory"]["ledger"][0].size() == member_count<LedgerRow>());
  CHECK(json["memory"]["marginal"][0].size() == member_count<MarginalWorker>());
  CHECK(json["memory"]["by_dim"][0].size() == member_count<MemoryByDim>());
  CHECK(json["steady"][0].size() == member_count<SteadyRow>());
  CHECK(json["load"][0].size() == member_count<LoadKnee>());
  CHECK(json["load"][0]["tried"][0].size() == member_count<TriedRate>());
  CHECK(json["serving"][0].size() == member_count<ServingRow>());
  CHECK(json["quality"].size() == member_count<Quality>());
  CHECK(json["quality"]["golden"].size() == member_count<OutputDistance>() + 3);  // against, detail, outputs
  CHECK(json["quality"]["golden"]["outputs"][0].size() == member_count<OutputDistance>());
  CHECK(json["warnings"][0].size() == member_count<Warning>());
}

TEST_CASE("the schema describes what is written, and nothing else") {
  std::set<std::string> written;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    add_keys(to_ordered_json(test::RandomDocuments(seed).report()), "", written);
  std::set<std::string> described;
  const Json schema = Json::parse(report_schema());
  add_described_keys(schema, schema, "", described);
  for (const std::string& key : written)
    CHECK_MESSAGE((described.count(key) > 0 || std::count(key.begin(), key.end(), '/') > 12), key,
                  " is not in the schema");
  for (const std::string& key : described) {
    const bool inner_input =
        key.find("/items/") != std::string::npos || key.find("/model/inputs/") == 0;  // by kind; and from, reason
    CHECK_MESSAGE((written.count(key) > 0 || inner_input), key, " is in the schema, but never written");
  }
}

TEST_CASE("a report of the least that is needed is read") {
  const auto report = read_report(least().dump(), "r.json");
  REQUIRE_MESSAGE(report, test::message_of(report));
  CHECK(report->model.path == "m.pt");
  CHECK(report->mlplan.device == "cpu");
}

TEST_CASE("unknown keys and newer minor versions are read") {
  Json json = least();
  json["schema_version"] = "1.7";
  json["gpu_clocks"] = {1, 2};
  json["model"]["colour"] = "blue";
  CHECK(read_report(json.dump(), "r.json"));
}

TEST_CASE("a newer major version is refused with both versions and the mlplan to use") {
  Json json = least();
  json["schema_version"] = "2.0";
  json["mlplan"] = {{"version", "3.1.4"}};
  json.erase("steady");  // a newer format may look different
  const Error error = error_of(json);
  CHECK(error.where == "r.json: /schema_version");
  CHECK(error.message.find("has schema_version 2.0; this mlplan (") == 0);
  CHECK(error.message.find(") reads version 1.0") != std::string::npos);
  CHECK(error.hint == "read it with mlplan 3.1.4, which wrote it, or a newer one");
  json["mlplan"] = 1;
  CHECK(error_of(json).hint == "read it with a newer mlplan");
  json["schema_version"] = "0.9";
  CHECK(error_of(json).hint == "measure again with this mlplan");
  json["schema_version"] = "one";
  CHECK(error_of(json).where.find("r.json: /") == 0);
}

TEST_CASE("what is no report is told apart") {
  CHECK(error_of(Json::array()).message == "is not a report: the JSON is no object");
  CHECK(error_of(Json::object()).message == "is not a report: it has no \"schema\"");
  CHECK(error_of({{"schema", "mlplan.plan"}}).message == "is not a report, but \"mlplan.plan\"");
  const auto text = read_report("PK\x03\x04", "model.pt");
  REQUIRE_FALSE(text);
  CHECK(text.error().where == "model.pt: line 1, column 1");
}

TEST_CASE("a wrong field is named with its pointer") {
  const auto with = [](const char* pointer, const Json& value) {
    Json json = to_ordered_json(Report{});
    json["steady"] = {{{"batch", 1},
                       {"threads", 1},
                       {"latency_ns", {{"median", 1}, {"n", 1}}},
                       {"throughput_per_s", {{"median", 1}, {"n", 1}}},
                       {"stop", "converged"}}};
    json[Json::json_pointer(pointer)] = value;
    const Error error = error_of(json);
    return error.where + " " + error.message;
  };
  CHECK(with("/steady/0/latency_ns/median", "fast") ==
        "r.json: /steady/0/latency_ns/median must be a number or null, is a string");
  CHECK(with("/steady/0/batch", -1) == "r.json: /steady/0/batch must be at least 0, is -1");
  CHECK(with("/steady/0/stop", nullptr) == "r.json: /steady/0/stop must be a string, is null");
  CHECK(with("/steady/0/latency_ns/samples", {1, "2"}) ==
        "r.json: /steady/0/latency_ns/samples/1 must be a number or null, is a string");
  CHECK(with("/memory", Json::object()) == "r.json: /memory lacks the field \"ledger\"");
  CHECK(with("/model/bytes", 1.5) == "r.json: /model/bytes must be an integer, is a number");
  CHECK(with("/model/bytes", 9223372036854775808u) == "r.json: /model/bytes is too large: 9223372036854775808");
  CHECK(with("/machine/cpu/logical", 4294967296).find("r.json") == 0);
  CHECK(with("/model/inputs/0", {{"name", "x"}, {"kind", "cube"}})
            .find("r.json: /model/inputs/0/kind must be \"tensor\"") == 0);
}

TEST_CASE("samples of a report stay on one line each and 50,000 of them are no burden") {
  Report report;
  SteadyRow& row = report.steady.emplace_back();
  for (int i = 0; i < 50'000; ++i) row.latency.samples.push_back(1e6 + i * 0.5);
  const std::string text = write_report(report);
  CHECK(std::count(text.begin(), text.end(), '\n') < 250);
  CHECK(text.find("\"samples\": [1000000, 1000000.5, 1000001, ") != std::string::npos);
  const auto read = read_report(text, "r.json");
  REQUIRE(read);
  CHECK(read->steady[0].latency.samples == row.latency.samples);
}

TEST_CASE("a damaged report is read or refused, never worse") {
  std::mt19937_64 engine(42);
  const auto below = [&engine](std::size_t end) { return static_cast<std::size_t>(engine() % end); };
  static const std::vector<std::string> kPieces = {
      "null", "-1", "1e400", "\"\"", "{}", "[]", "[[", "9223372036854775808", "true", "\xff", "\"name\":", "0.5"};
  std::size_t read = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const std::string text = write_report(test::RandomDocuments(seed).report());
    for (int round = 0; round < 100; ++round) {
      std::string damaged = text;
      for (std::size_t n = 1 + below(3); n > 0; --n) {
        const std::size_t at = below(damaged.size());
        switch (below(5)) {
          case 0: damaged[at] = static_cast<char>(engine()); break;
          case 1: damaged.erase(at, below(40)); break;
          case 2: damaged.insert(at, kPieces[below(kPieces.size())]); break;
          case 3: {  // in the place of a value
            const std::size_t colon = damaged.find(": ", at);
            if (colon == std::string::npos) break;
            const std::size_t end = damaged.find_first_of(",}]\n", colon);
            damaged.replace(colon + 2, end == std::string::npos ? end : end - colon - 2,
                            kPieces[below(kPieces.size())]);
            break;
          }
          default: damaged.resize(at + 1);
        }
      }
      const auto report = read_report(damaged, "r.json");
      if (report) {
        ++read;
        CHECK_FALSE(write_report(*report).empty());
      } else {
        ++refused;
        CHECK_FALSE(report.error().message.empty());
        CHECK(report.error().where.find("r.json") == 0);
      }
    }
  }
  CHECK(read > 0);
  CHECK(refused > 0);
}
