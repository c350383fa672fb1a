#include "profiles/simulation.h"

#include "profiles/simulation_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view simulation_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr DocumentKind kKind = {"a simulation", kSimulationSchema, kSimulationSchemaVersion,
                                "give a file that mlplan simulate -o has written", "simulate again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(simulation_schema());
  return instance;
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const Simulation& simulation) { return document_json(kKind, simulation); }

std::string write_simulation(const Simulation& simulation) { return pretty_json(to_ordered_json(simulation)); }

Result<Simulation> read_simulation(const std::string& text, const std::string& file_name) {
  return read_document<Simulation>(text, file_name, kKind, validator());
}

std::string_view simulation_schema() { return embedded::simulation_schema(); }

}  // namespace mlplan
