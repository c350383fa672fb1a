#include "cli/command.h"

#include "cli/commands/commands.h"

namespace mlplan::cli {

std::span<const Command> commands() {
  static constexpr Command all[] = {
      {"bench", "measures cold start, memory, latency and throughput of a model", run_bench},
      {"inspect", "shows a model's inputs, methods, weights and file layout", run_inspect},
      {"plan", "says what to buy for a model: instances, replicas, warm spares, and why", run_plan},
      {"gate", "holds a report against budgets and a baseline: pass, fail or inconclusive", run_gate},
      {"compare", "shows what changed between reports, or measures models in turns", run_compare},
      {"simulate", "plays a traffic through a plan, or any fleet, under a scaling policy", run_simulate},
      {"probe", "measures what this machine gives: memory, disk, page faults, arithmetic, GPU", run_probe},
      {"verify", "plays a plan with real workers here, and holds it against what was predicted", run_verify},
      {"catalog", "lists instance types and prices, makes a catalog of a CSV table", run_catalog},
      {"sample", "writes a small real model to try things on", run_sample},
      {"schema", "prints the JSON Schema of a document", run_schema},
      {"version", "prints the versions of mlplan and its libtorch", run_version},
  };
  return all;
}

}  // namespace mlplan::cli
