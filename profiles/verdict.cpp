#include "profiles/verdict.h"

#include "profiles/support/document.h"
#include "profiles/verdict_fields.h"

namespace mlplan {

namespace embedded {
std::string_view verdict_schema();  // made by cmake/EmbedFile.cmake
}

template <class F, Like<RelativeFigures> T>
void fields(F& field, T& relative) {
  field("baseline", relative.baseline);
  field("baseline_n", relative.baseline_n);
  field("ratio", relative.ratio);
  field("ratio_low", relative.ratio_low);
  field("ratio_high", relative.ratio_high);
  field("p_value", relative.p_value);
}

template <class F, Like<ClauseVerdict> T>
void fields(F& field, T& clause) {
  field("path", clause.path);
  field("label", clause.label);
  field("unit", clause.unit);
  field("kind", clause.kind);
  field("limit", clause.limit);
  field("outcome", clause.outcome);
  field("reason", clause.reason);
  field("value", clause.value);
  field("low", clause.low);
  field("high", clause.high);
  field("n", clause.n);
  field("confidence", clause.confidence);
  field("pending", clause.pending);
  field("samples_needed", clause.samples_needed);
  field("relative", clause.relative);
  field("where", clause.where);
}

template <class F, Like<Verdict> T>
void fields(F& field, T& verdict) {
  field("version", verdict.version);
  field("argv", verdict.argv);
  field("outcome", verdict.outcome);
  field("report", verdict.report);
  field("baseline", verdict.baseline);
  field("confirmation", verdict.confirmation);
  field("differences", verdict.differences);
  field("clauses", verdict.clauses);
}

namespace {

constexpr DocumentKind kKind = {"a verdict", kVerdictSchema, kVerdictSchemaVersion,
                                "give a file that mlplan gate -o has written", "gate again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(verdict_schema());
  return instance;
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const Verdict& verdict) { return document_json(kKind, verdict); }

std::string write_verdict(const Verdict& verdict) { return pretty_json(to_ordered_json(verdict)); }

Result<Verdict> read_verdict(const std::string& text, const std::string& file_name) {
  return read_document<Verdict>(text, file_name, kKind, validator());
}

std::string_view verdict_schema() { return embedded::verdict_schema(); }

}  // namespace mlplan
