#include "profiles/comparison.h"

#include "profiles/support/document.h"
#include "profiles/verdict_fields.h"

namespace mlplan {

namespace embedded {
std::string_view comparison_schema();  // made by cmake/EmbedFile.cmake
}

template <class F, Like<ComparedFigure> T>
void fields(F& field, T& figure) {
  field("value", figure.value);
  field("low", figure.low);
  field("high", figure.high);
  field("n", figure.n);
  field("ratio", figure.ratio);
  field("ratio_low", figure.ratio_low);
  field("ratio_high", figure.ratio_high);
  field("p_value", figure.p_value);
  field("verdict", figure.verdict);
  field("reason", figure.reason);
}

template <class F, Like<ComparedMeasure> T>
void fields(F& field, T& measure) {
  field("path", measure.path);
  field("label", measure.label);
  field("unit", measure.unit);
  field("lower_is_better", measure.lower_is_better);
  field("headline", measure.headline);
  field("figures", measure.figures);
}

template <class F, Like<ComparedReport> T>
void fields(F& field, T& compared) {
  field("report", compared.report);
  field("in_turns", compared.in_turns);
  field("least_effect", compared.least_effect);
  field("differences", compared.differences);
}

template <class F, Like<Comparison> T>
void fields(F& field, T& comparison) {
  field("version", comparison.version);
  field("argv", comparison.argv);
  field("confidence", comparison.confidence);
  field("reports", comparison.reports);
  field("measures", comparison.measures);
}

namespace {

constexpr DocumentKind kKind = {"a comparison", kComparisonSchema, kComparisonSchemaVersion,
                                "give a file that mlplan compare -o has written", "compare again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(comparison_schema());
  return instance;
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const Comparison& comparison) { return document_json(kKind, comparison); }

std::string write_comparison(const Comparison& comparison) { return pretty_json(to_ordered_json(comparison)); }

Result<Comparison> read_comparison(const std::string& text, const std::string& file_name) {
  return read_document<Comparison>(text, file_name, kKind, validator());
}

std::string_view comparison_schema() { return embedded::comparison_schema(); }

}  // namespace mlplan
