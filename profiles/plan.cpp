#include "profiles/plan.h"

#include "profiles/plan_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view plan_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr DocumentKind kKind = {"a plan", kPlanSchema, kPlanSchemaVersion,
                                "give a file that mlplan plan -o has written", "plan again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(plan_schema());
  return instance;
}

// The verdict says which of the two alternatives is there. Programs rely on it, so a document must not contradict
// itself.
Status check_verdict(const PlanDocument& document, const std::string& file_name) {
  const bool feasible = document.verdict == "feasible";
  const auto wrong = [&](const char* key, const char* what) {
    return fail(ErrorKind::bad_input, what + (" the verdict \"" + document.verdict + "\""), file_name + ": /" + key);
  };
  if (feasible && !document.plan.recommendation) return wrong("recommendation", "is missing for");
  if (!feasible && document.plan.recommendation) return wrong("recommendation", "contradicts");
  if (feasible && document.plan.infeasible) return wrong("infeasible", "contradicts");
  if (!feasible && !document.plan.infeasible) return wrong("infeasible", "is missing for");
  return {};
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const Plan& plan) {
  const char* verdict = plan.recommendation ? "feasible" : "infeasible";
  return document_json(kKind, PlanDocument{verdict, {plan.version, plan.argv, plan.seed}, plan});
}

std::string write_plan(const Plan& plan) { return pretty_json(to_ordered_json(plan)); }

std::string_view plan_schema() { return embedded::plan_schema(); }

Result<Plan> read_plan(const std::string& text, const std::string& file_name) {
  Result<PlanDocument> document = read_document<PlanDocument>(text, file_name, kKind, validator());
  if (!document) return fail(document.error());
  if (const Status consistent = check_verdict(*document, file_name); !consistent) return fail(consistent.error());
  Plan plan = std::move(document->plan);
  plan.version = std::move(document->mlplan.version);
  plan.argv = std::move(document->mlplan.argv);
  plan.seed = document->mlplan.seed;
  return plan;
}

}  // namespace mlplan
