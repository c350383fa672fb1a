// The commands, one file each.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace mlplan::cli {

Result<int> run_bench(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_catalog(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_compare(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_gate(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_inspect(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_keep_alive(const std::vector<std::string>& arguments, const Context& context);  // of simulate
Result<int> run_plan(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_probe(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_sample(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_schema(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_simulate(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_verify(const std::vector<std::string>& arguments, const Context& context);
Result<int> run_version(const std::vector<std::string>& arguments, const Context& context);

}  // namespace mlplan::cli
