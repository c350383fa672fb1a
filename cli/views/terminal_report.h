// A report as a person reads it: on one screen, from what it is about, through the headline, to what to do next.
#pragma once

#include <string>
#include <string_view>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

struct Closing {
  std::string written_to;  // file the report was written to; empty: none
  std::string next;        // command line to try next; empty: none
  std::string next_why;    // what it brings
};

std::string terminal_report(const Report& report, const Closing& closing, const Style& style);

// Shared with the view of an inspection: "resnet50.pt  TorchScript, 97.8 MiB, 25.6M parameters (f32)", and one line per
// input.
std::string model_lines(const ModelInfo& model, const Style& style);

// A command to type next, on one line however long, so that it can be copied; why, where it fits.
std::string next_line(std::string_view command, std::string_view why, const Style& style);

}  // namespace mlplan::cli
