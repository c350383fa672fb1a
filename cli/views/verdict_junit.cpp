#include "cli/views/verdict_junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "cli/views/gate_view.h"
#include "cli/views/text.h"

namespace mlplan::cli {
namespace {

// XML 1.0 has no place for control characters or bytes that are no UTF-8, not even escaped: shown() takes out both. The
// two code points that are no characters go too.
std::string xml_text(const std::string& text) {
  std::string out = shown(text, Style{});
  for (const char* none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = out.find(none); at != std::string::npos; at = out.find(none, at)) out.replace(at, 3, "?");
  }
  return out;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

const char* element_of(const ClauseVerdict& clause, const std::string& inconclusive) {
  if (clause.outcome == "fail") return "failure";
  if (clause.outcome != "inconclusive") return nullptr;
  return inconclusive == "pass" ? "skipped" : inconclusive == "fail" ? "failure" : "error";
}

void add_property(pugi::xml_node properties, const char* name, const std::string& value) {
  pugi::xml_node property = properties.append_child("property");
  set(property, "name", name);
  set(property, "value", value);
}

void add_report(pugi::xml_node properties, const std::string& prefix, const JudgedReport& report) {
  add_property(properties, prefix.c_str(), report.path);
  add_property(properties, (prefix + ".model").c_str(), report.model);
  add_property(properties, (prefix + ".started_at").c_str(), report.started_at);
  add_property(properties, (prefix + ".machine").c_str(), report.fingerprint);
}

void add_case(pugi::xml_node suite, const std::string& model, const ClauseVerdict& clause,
              const std::string& inconclusive) {
  pugi::xml_node test = suite.append_child("testcase");
  set(test, "classname", "mlplan." + model);
  set(test, "name", fmt::format("{} {}", clause.path, limit_text(clause)));
  set(test, "time", "0");
  const char* element = element_of(clause, inconclusive);
  if (element == nullptr) {
    test.append_child("system-out").append_child(pugi::node_pcdata).set_value(xml_text(clause.reason).c_str());
  } else {
    pugi::xml_node problem = test.append_child(element);
    set(problem, "message", clause.reason);
    if (element != std::string("skipped")) set(problem, "type", clause.outcome);
    const std::string text = fmt::format("{}: measured {}, 95 % bounds {}, budget {} ({})", clause.label,
                                         measured_text(clause), bounds_text(clause), limit_text(clause), clause.where);
    problem.append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
  }
}

}  // namespace

std::string verdict_junit(const Verdict& verdict, const std::string& inconclusive) {
  const auto count = [&](const char* element) {
    return std::to_string(std::ranges::count_if(verdict.clauses, [&](const ClauseVerdict& clause) {
      const char* of_clause = element_of(clause, inconclusive);
      return of_clause != nullptr && of_clause == std::string(element);
    }));
  };
  const std::string model = verdict.report.model.substr(verdict.report.model.rfind('/') + 1);
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suite = document.append_child("testsuites").append_child("testsuite");
  set(suite, "name", "mlplan gate");
  set(suite, "tests", std::to_string(verdict.clauses.size()));
  set(suite, "failures", count("failure"));
  set(suite, "errors", count("error"));
  set(suite, "skipped", count("skipped"));
  set(suite, "time", "0");
  if (!verdict.report.started_at.empty()) set(suite, "timestamp", verdict.report.started_at);
  pugi::xml_node properties = suite.append_child("properties");
  add_property(properties, "mlplan", verdict.version);
  add_report(properties, "report", verdict.report);
  if (verdict.baseline) add_report(properties, "baseline", *verdict.baseline);
  for (const ClauseVerdict& clause : verdict.clauses) add_case(suite, model, clause, inconclusive);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace mlplan::cli
