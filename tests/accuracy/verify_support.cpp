#include "tests/accuracy/verify_support.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/accuracy/value.h"

namespace mlplan::accuracy {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::vector<std::string> list_of(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  std::stringstream text(value != nullptr && *value != '\0' ? value : otherwise);
  std::vector<std::string> out;
  for (std::string item; std::getline(text, item, ',');) out.push_back(item);
  return out;
}

double number_of(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

void run(const std::string& command) {
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  if (code == 0 || code == 1 || code == 4) return;
  fmt::print(stderr, "ended with {}: {}\n", code, command);
  std::exit(1);
}

VerifiedSample make_sample(const std::string& mlplan, const std::string& folder, const std::string& name) {
  static const std::map<std::string, std::string> kSizes = {
      {"1ms", "mlp --size 16MB"}, {"5ms", "mlp --size 40MB"}, {"30ms", "transformer --size 50MB"}};
  const auto size = kSizes.find(name);
  if (size == kSizes.end()) {
    fmt::print(stderr, "there is no model {}: 1ms, 5ms and 30ms\n", name);
    std::exit(2);
  }
  const std::string base = folder + "/" + name;
  VerifiedSample sample{.mlplan = mlplan,
                        .name = name,
                        .model = base + ".pt",
                        .report = base + ".json",
                        .plan = base + "-plan.json",
                        .traffic = base + "-traffic.csv",
                        .verification = base + "-verification.json"};
  run(fmt::format("{} sample {} -o {} > /dev/null", mlplan, size->second, sample.model));
  return sample;
}

void bench_sample(const VerifiedSample& sample, const std::string& workers, double seconds) {
  run(
      fmt::format("{} bench {} --only cold-start,steady --batch 1 --threads 1 --workers {} --time-box {:.0f}s -q -o {} "
                  "> /dev/null 2>&1",
                  sample.mlplan, sample.model, workers, seconds, sample.report));
}

Plan plan_for(const VerifiedSample& sample, const std::string& flags) {
  run(fmt::format("{} plan {} {} -o {} > /dev/null 2>&1", sample.mlplan, sample.report, flags, sample.plan));
  Plan out = value(read_plan(content_of(sample.plan), sample.plan));
  if (!out.recommendation) {
    fmt::print(stderr, "no plan for {}: {}\n", sample.name, flags);
    std::exit(1);
  }
  return out;
}

double capacity_per_s(const Plan& plan) {
  return plan.recommendation->capacity_per_s * static_cast<double>(plan.recommendation->instances);
}

Verification last_verification(const VerifiedSample& sample) {
  return value(read_verification(content_of(sample.verification), sample.verification));
}

Verification verify_plan(const VerifiedSample& sample, const std::string& flags) {
  run(fmt::format("{} verify {} {} -q -o {} > /dev/null", sample.mlplan, sample.plan, flags, sample.verification));
  return last_verification(sample);
}

}  // namespace mlplan::accuracy
