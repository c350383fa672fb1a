// What the parts of mlplan-accuracy-verify share: the program under test, run as a user runs it, and its documents.
#pragma once

#include <string>
#include <vector>

#include "profiles/plan.h"
#include "profiles/verification.h"

namespace mlplan::accuracy {

// A sample model of about that time, and the folder where all that belongs to it is written.
struct VerifiedSample {
  std::string mlplan;  // the program
  std::string name;    // "5ms"
  std::string model;
  std::string report;
  std::string plan;
  std::string traffic;       // CSV
  std::string verification;  // the last one
};

// The comma-separated items of a variable of the environment.
std::vector<std::string> list_of(const char* variable, const char* otherwise);
double number_of(const std::string& text);

// Writes the model. `name` is one of "1ms", "5ms", "30ms".
VerifiedSample make_sample(const std::string& mlplan, const std::string& folder, const std::string& name);
void bench_sample(const VerifiedSample& sample, const std::string& workers, double seconds);
Plan plan_for(const VerifiedSample& sample, const std::string& flags);
double capacity_per_s(const Plan& plan);  // of all its instances
Verification last_verification(const VerifiedSample& sample);
Verification verify_plan(const VerifiedSample& sample, const std::string& flags);

// Ends the program where the command ends otherwise than with 0, 1 or 4: those are answers of verify and plan.
void run(const std::string& command);

// The parts.
void print_predictions(const std::string& mlplan, const std::string& folder);
void print_starts(const std::string& mlplan, const std::string& folder);
void print_kills(const std::string& mlplan, const std::string& folder);

}  // namespace mlplan::accuracy
