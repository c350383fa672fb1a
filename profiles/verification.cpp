#include "profiles/verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiles/support/document.h"
#include "profiles/verification_fields.h"

namespace mlplan {

namespace embedded {
std::string_view verification_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr DocumentKind kKind = {"a verification", kVerificationSchema, kVerificationSchemaVersion,
                                "give a file that mlplan verify -o has written", "verify again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(verification_schema());
  return instance;
}

// A row says of its own figures what they say.
Status check_rows(const Verification& verification, const std::string& file_name) {
  for (std::size_t i = 0; i < verification.comparisons.size(); ++i) {
    const ComparedQuantity& row = verification.comparisons[i];
    const auto wrong = [&](const char* key, const std::string& what) {
      return fail(ErrorKind::bad_input, what, fmt::format("{}: /comparisons/{}/{}", file_name, i, key));
    };
    const Estimate& predicted = row.predicted;
    if (row.inside && !(predicted.low && predicted.high))
      return wrong("inside", "is said of an interval without bounds");
    if (row.inside && *row.inside != (row.measured.value >= *predicted.low && row.measured.value <= *predicted.high))
      return wrong("inside", "contradicts the measured value and the predicted interval");
    if (row.outcome == "holds" && !row.inside.value_or(false))
      return wrong("outcome", "\"holds\" contradicts a measured value that is not inside the predicted interval");
    if (row.outcome == "misses" && row.inside.value_or(true))
      return wrong("outcome", "\"misses\" contradicts a measured value that is not outside the predicted interval");
  }
  return {};
}

Status check_requests(const Verification& verification, const std::string& file_name) {
  const VerifiedRequests& requests = verification.requests;
  const auto wrong = [&](const char* key, const std::string& what) {
    return fail(ErrorKind::bad_input, what, file_name + ": /requests/" + key);
  };
  const std::int64_t served_not = requests.failed + requests.lost + requests.rejected + requests.unfinished;
  if (requests.scheduled != requests.completed + served_not) {
    return wrong("scheduled", fmt::format("is {}, but completed, failed, lost, rejected and unfinished add up to {}",
                                          requests.scheduled, requests.completed + served_not));
  }
  if (requests.scheduled > verification.window.requests)
    return wrong("scheduled", fmt::format("is more than the {} of the whole schedule", verification.window.requests));
  return {};
}

// Programs rely on the verdict alone, so a document must not contradict itself.
Status check_verdict(const Verification& verification, const std::string& file_name) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::bad_input, fmt::format("\"{}\" {}", verification.verdict, what), file_name + ": /verdict");
  };
  const auto row = [&](const char* outcome) {
    return std::ranges::count(verification.comparisons, outcome, &ComparedQuantity::outcome) > 0;
  };
  if (verification.verdict == "misses" && !row("misses")) return wrong("has no row that misses");
  if (verification.verdict != "holds") return {};
  if (row("misses")) return wrong("contradicts a row that misses");
  if (!row("holds")) return wrong("has no row that holds");
  if (verification.interrupted) return wrong("contradicts a run that was interrupted");
  return {};
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const Verification& verification) { return document_json(kKind, verification); }

std::string write_verification(const Verification& verification) { return pretty_json(to_ordered_json(verification)); }

Result<Verification> read_verification(const std::string& text, const std::string& file_name) {
  Result<Verification> verification = read_document<Verification>(text, file_name, kKind, validator());
  if (!verification) return verification;
  for (const auto& check : {check_rows, check_requests, check_verdict}) {
    if (const Status consistent = check(*verification, file_name); !consistent) return fail(consistent.error());
  }
  return verification;
}

std::string_view verification_schema() { return embedded::verification_schema(); }

}  // namespace mlplan
