#include "profiles/plan.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

namespace {

// The least a plan must say.
Json least() {
  return Json::parse(R"({"schema": "mlplan.plan", "schema_version": "1.0", "verdict": "feasible",
    "mlplan": {"version": "0.2.0"}, "slo": {}, "limits": {},
    "recommendation": {"instance": {"name": "c7i.large"}, "instances": 3}, "infeasible": null})");
}

std::string error_of(const Json& json) {
  const auto plan = read_plan(json.dump(), "p.json");
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind == ErrorKind::bad_input);
  return plan.error().where + " " + plan.error().message;
}

}  // namespace

TEST_CASE("every plan is valid and comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const std::string text = write_plan(test::RandomDocuments(seed).plan());
    const auto plan = read_plan(text, "p.json");
    REQUIRE_MESSAGE(plan, test::message_of(plan));
    CHECK(write_plan(*plan) == text);
    CHECK(write_plan(test::RandomDocuments(seed).plan()) == text);
  }
}

TEST_CASE("the values of a plan come back, not only its text") {
  Plan plan;
  plan.version = "0.2.0";
  plan.argv = {"mlplan", "plan", "r.json"};
  plan.seed = 18446744073709551615u;
  plan.slo.latency = {{0.99, 80e6}};
  Deployment& deployment = plan.recommendation.emplace();
  deployment.instance.memory_bytes = 9007199254740993;  // more than a double holds
  deployment.scaling.settings["growth_window_s"] = 12.5;
  deployment.pool.exposure_simulated = Estimate{0.25, {}, 0.5};
  deployment.predicted.exposure.value = std::nan("");
  plan.what_if = {{"start_up_cliff", "", true, {}, {}, {}, {}, {}, 14}};
  const auto read = read_plan(write_plan(plan), "p.json");
  REQUIRE_MESSAGE(read, test::message_of(read));
  CHECK(read->version == "0.2.0");
  CHECK(read->argv.size() == 3);
  CHECK(read->seed == 18446744073709551615u);
  CHECK(read->slo.latency.at(0).at_most_ns == 80e6);
  CHECK_FALSE(read->infeasible.has_value());
  CHECK(read->recommendation->instance.memory_bytes == 9007199254740993);
  CHECK(read->recommendation->scaling.settings.at("growth_window_s") == 12.5);
  CHECK(read->recommendation->pool.exposure_simulated->high == 0.5);
  CHECK_FALSE(read->recommendation->pool.exposure_simulated->low.has_value());
  CHECK(std::isnan(read->recommendation->predicted.exposure.value));
  CHECK(read->what_if.at(0).at == 14);
}

TEST_CASE("no member is forgotten between the plan and its JSON") {
  using test::member_count;
  Plan plan;
  plan.reports.resize(1);
  plan.catalog.left_out.resize(1);
  plan.slo.latency.resize(1);
  Deployment& deployment = plan.recommendation.emplace();
  deployment.pool.tiers.resize(1);
  deployment.predicted.latency.resize(1);
  deployment.headroom.resize(1);
  deployment.memory.gpu.emplace();
  plan.infeasible.emplace();
  plan.cost_and_latency.resize(1);
  plan.what_if.resize(1);
  plan.simulated.windows.resize(1);
  const Json json = to_ordered_json(plan);
  // schema, schema_version, verdict and mlplan, which holds version, argv and seed
  CHECK(json.size() == member_count<Plan>() + 4 - 3);
  CHECK(json["mlplan"].size() == 3);
  CHECK(json["reports"][0].size() == member_count<PlannedReport>());
  CHECK(json["catalog"].size() == member_count<PlannedCatalog>());
  CHECK(json["catalog"]["left_out"][0].size() == member_count<LeftOut>());
  CHECK(json["traffic"].size() == member_count<PlannedTraffic>());
  CHECK(json["slo"].size() == member_count<Slo>());
  CHECK(json["slo"]["latency"][0].size() == member_count<LatencyObjective>());
  CHECK(json["slo"]["survive"].size() == member_count<Survival>());
  CHECK(json["limits"].size() == member_count<PlanLimits>());
  const Json& bought = json["recommendation"];
  CHECK(bought.size() == member_count<Deployment>());
  CHECK(bought["instance"].size() == member_count<PlannedInstance>());
  CHECK(bought["extrapolation"].size() == member_count<Extrapolation>());
  CHECK(bought["times"].size() == member_count<PlannedTimes>());
  CHECK(bought["memory"].size() == member_count<MemoryFit>());
  CHECK(bought["memory"]["gpu"].size() == member_count<GpuMemoryFit>());
  CHECK(bought["scaling"].size() == member_count<ScalingPlan>());
  CHECK(bought["pool"].size() == member_count<WarmPool>());
  CHECK(bought["pool"]["tiers"][0].size() == member_count<PoolTier>());
  CHECK(bought["predicted"].size() == member_count<Prediction>());
  CHECK(bought["predicted"]["latency"][0].size() == member_count<LatencyPrediction>());
  CHECK(bought["predicted"]["exposure"].size() == member_count<Estimate>());
  CHECK(bought["headroom"][0].size() == member_count<HeadroomPart>());
  CHECK(bought["binding"].size() == member_count<Binding>());
  CHECK(json["infeasible"].size() == member_count<Infeasible>());
  CHECK(json["cost_and_latency"][0].size() == member_count<ParetoPoint>());
  CHECK(json["what_if"][0].size() == member_count<WhatIf>());
  CHECK(json["simulated"].size() == member_count<Simulated>());
  CHECK(json["simulated"]["windows"][0].size() == member_count<SimulatedWindow>());
}

TEST_CASE("the schema describes every key of a plan, and no other") {
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).plan()), "", written);
  for (const char* map : {"/settings/", "/dims/"})
    std::erase_if(written, [=](const std::string& key) { return key.find(map) != std::string::npos; });
  test::Keys described;
  const Json schema = Json::parse(plan_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a plan of the least that is needed is read, whatever else it has") {
  Json json = least();
  json["schema_version"] = "1.7";
  json["carbon"] = {1, 2};
  json["recommendation"]["colour"] = "blue";
  const auto plan = read_plan(json.dump(), "p.json");
  REQUIRE_MESSAGE(plan, test::message_of(plan));
  CHECK(plan->recommendation->instances == 3);
  CHECK(plan->recommendation->workers == 1);
  CHECK(plan->confidence == 0.95);
}

TEST_CASE("a plan of a newer major version is refused with the mlplan to use") {
  Json json = least();
  json["schema_version"] = "2.0";
  json["mlplan"]["version"] = "3.1.4";
  json.erase("slo");  // a newer format may look different
  CHECK(error_of(json).find("p.json: /schema_version has schema_version 2.0; this mlplan (") == 0);
  CHECK(read_plan(json.dump(), "p.json").error().hint == "read it with mlplan 3.1.4, which wrote it, or a newer one");
}

TEST_CASE("what is no plan is told apart") {
  CHECK(error_of({{"schema", "mlplan.report"}}) == "p.json: /schema is not a plan, but \"mlplan.report\"");
}

TEST_CASE("a verdict that contradicts the rest of the plan is refused") {
  Json json = least();
  json["recommendation"] = nullptr;
  CHECK(error_of(json) == "p.json: /recommendation is missing for the verdict \"feasible\"");
  json["verdict"] = "infeasible";
  CHECK(error_of(json) == "p.json: /infeasible is missing for the verdict \"infeasible\"");
  json["infeasible"] = {{"constraint", "memory"}, {"because", "no type has 80 GiB"}};
  CHECK(read_plan(json.dump(), "p.json"));
  json["recommendation"] = least()["recommendation"];
  CHECK(error_of(json) == "p.json: /recommendation contradicts the verdict \"infeasible\"");
  json["verdict"] = "feasible";
  CHECK(error_of(json) == "p.json: /infeasible contradicts the verdict \"feasible\"");
  json["verdict"] = "perhaps";
  CHECK(error_of(json) == "p.json: /verdict must be \"feasible\" or \"infeasible\", is \"perhaps\"");
}

TEST_CASE("a wrong field of a plan is named with its pointer") {
  Plan plan;
  plan.recommendation.emplace();
  const Json bought = to_ordered_json(plan)["recommendation"];
  const auto with = [&](const char* pointer, const Json& value) {
    Json json = to_ordered_json(test::RandomDocuments(1).plan());
    json["verdict"] = "feasible";
    json["infeasible"] = nullptr;
    json["recommendation"] = bought;
    json[Json::json_pointer(pointer)] = value;
    return error_of(json);
  };
  CHECK(with("/recommendation/predicted/exposure/low", "little") ==
        "p.json: /recommendation/predicted/exposure/low must be a number or null, is a string");
  CHECK(with("/recommendation/workers", 0) == "p.json: /recommendation/workers must be at least 1, is 0");
  CHECK(with("/recommendation/instances", nullptr) == "p.json: /recommendation/instances must be an integer, is null");
  CHECK(with("/recommendation/scaling/settings/a", "b") ==
        "p.json: /recommendation/scaling/settings/a must be a number, is a string");
  CHECK(with("/recommendation/scaling/by_hour", std::vector<int>(25)) ==
        "p.json: /recommendation/scaling/by_hour must have at most 24 items, has 25");
  CHECK(with("/runners_up", {nullptr}) == "p.json: /runners_up/0 must be an object, is null");
  CHECK(with("/slo/latency", {{{"quantile", 0.99}}}) == "p.json: /slo/latency/0 lacks the field \"at_most_ns\"");
  CHECK(with("/confidence", 95) == "p.json: /confidence must be at most 1, is 95");
}
