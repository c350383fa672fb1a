#include "bench/worker/describe_trial.h"

#include <algorithm>
#include <optional>

#include "bench/worker/describe_text.h"

namespace mlplan::worker {
namespace {

using Clock = std::chrono::steady_clock;
using Dims = std::map<std::string, std::int64_t>;

constexpr std::chrono::seconds kSlowTrial{5};   // a first run longer than this is not repeated
constexpr std::chrono::seconds kAllTrials{15};  // no trial is begun after this

// Some dimension of some output grows in proportion.
bool follows(const TrialResult& before, const TrialResult& after, std::int64_t from, std::int64_t to) {
  for (std::size_t i = 0; i < std::min(before.shapes.size(), after.shapes.size()); ++i) {
    const auto& small = before.shapes[i];
    const auto& large = after.shapes[i];
    if (small.size() != large.size()) continue;
    for (std::size_t d = 0; d < small.size(); ++d) {
      if (small[d] > 0 && large[d] > small[d] && large[d] * from == small[d] * to) return true;
    }
  }
  return false;
}

void fix(std::vector<InputSpec>& inputs, const std::string& symbol, std::int64_t value) {
  for (InputSpec& input : inputs) {
    fix(input.items, symbol, value);
    for (Dim& dim : input.tensor.shape) {
      if (dim == Dim(symbol)) dim = value;
    }
  }
}

bool guessed(const std::vector<InputSpec>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const InputSpec& input) { return input.from == "graph" || guessed(input.items); });
}

std::string listed(const std::vector<InputSpec>& inputs) {
  std::string out;
  for (const std::string& text : format_input_flags(inputs)) out += (out.empty() ? "" : ", ") + text;
  return out;
}

class Confirmation {
 public:
  Confirmation(const TrialRun& run, Description& out) : run_(run), out_(out) {}

  bool in_time() const { return Clock::now() - begin_ < kAllTrials; }

  // Runs once at the defaults, else at the sizes of the trace. Keeps the failure at the defaults.
  TrialResult begin(Candidate& candidate) {
    TrialResult first = run_(candidate.inputs, candidate.dim_defaults);
    if (first.ran) return first;
    Dims traced = candidate.dim_defaults;
    for (const auto& [symbol, value] : candidate.traced) {
      if (traced.contains(symbol)) traced[symbol] = value;
    }
    if (traced == candidate.dim_defaults) return first;
    TrialResult second = run_(candidate.inputs, traced);
    if (!second.ran) return first;
    for (const auto& [symbol, value] : candidate.dim_defaults) {
      if (traced.at(symbol) != value)
        fixed_note(candidate, symbol, traced.at(symbol), fill_in("{} fails: {}", value, first.cause));
    }
    return second;
  }

  // Is the batch free? Tried at twice the default.
  std::string why_batch_is_fixed(const Candidate& candidate, const TrialResult& first) {
    const std::int64_t from = candidate.dim_defaults.at("batch");
    const TrialResult second = with(candidate, "batch", 2 * from);
    if (!second.ran) return fill_in("{} fails: {}", 2 * from, second.cause);
    return follows(first, second, from, 2 * from) ? "" : fill_in("with {} the outputs keep their shapes", 2 * from);
  }

  void check_sequence(Candidate& candidate, const std::string& symbol) {
    const std::int64_t from = candidate.dim_defaults.at(symbol);
    const std::int64_t less = from > 1 ? from / 2 : 2;
    const TrialResult shorter = with(candidate, symbol, less);
    if (!shorter.ran) {
      fixed_note(candidate, symbol, from, fill_in("{} fails: {}", less, shorter.cause));
      return;
    }
    if (from == 1 || !in_time() || shorter.took > kSlowTrial) return;
    const TrialResult longer = with(candidate, symbol, 2 * from);
    out_.notes.push_back(
        longer.ran ? fill_in("{} can be changed: {} and {} were tried", symbol, less, 2 * from)
                   : fill_in("{} can be changed up to some length below {}: {}", symbol, 2 * from, longer.cause));
  }

  void fixed_note(Candidate& candidate, const std::string& symbol, std::int64_t value, const std::string& why) {
    fix(candidate.inputs, symbol, value);
    candidate.dim_defaults.erase(symbol);
    out_.notes.push_back(fill_in("{} is fixed at {}: {}", symbol, value, why));
  }

 private:
  TrialResult with(const Candidate& candidate, const std::string& symbol, std::int64_t value) {
    Dims dims = candidate.dim_defaults;
    dims[symbol] = value;
    return run_(candidate.inputs, dims);
  }

  const TrialRun& run_;
  Description& out_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

void confirm_by_trials(const Inference& inference, const TrialRun& run,
                       const std::map<std::string, std::string>& signatures, Description& description) {
  Confirmation confirmation(run, description);
  std::optional<Candidate> chosen;
  TrialResult first;
  std::optional<TrialResult> refused;
  std::string fixed_because;
  for (const Candidate& possible : inference.candidates) {
    if (!confirmation.in_time()) break;
    Candidate candidate = possible;
    TrialResult result = confirmation.begin(candidate);
    if (!result.ran) {
      if (!refused) refused = result;
      if (!refused->about_input) break;
      continue;
    }
    const bool slow = result.took > kSlowTrial;
    std::string why;
    if (!slow && candidate.dim_defaults.contains("batch")) why = confirmation.why_batch_is_fixed(candidate, result);
    if (!chosen || why.empty()) {
      chosen = std::move(candidate);
      first = result;
      fixed_because = why;
    }
    if (why.empty() || slow) break;
  }
  if (!chosen) {
    const Candidate& best = inference.candidates.front();
    const std::string cause = refused ? refused->cause : "no time";
    description.notes.push_back(fill_in("a trial run with {} failed: {}", listed(best.inputs), cause));
    if (!refused || !refused->about_input || !guessed(best.inputs))
      return;  // the bench's own trial shows what is wrong
    description.inputs.clear();
    for (const InputSpec& input : best.inputs) {
      if (guessed({input})) {
        description.not_inferred.push_back(signatures.at(input.name));
        description.to_edit.push_back(input);
      } else {
        description.inputs.push_back(input);
      }
    }
    return;
  }
  if (first.took > kSlowTrial) {
    description.notes.push_back(fill_in("which dimensions can be changed was not tried: one inference takes {} s",
                                        std::chrono::duration_cast<std::chrono::seconds>(first.took).count()));
  } else {
    if (!fixed_because.empty()) {
      confirmation.fixed_note(*chosen, "batch", chosen->dim_defaults.at("batch"), fixed_because);
    } else if (chosen->dim_defaults.contains("batch")) {
      description.notes.emplace_back("batch can be changed: the outputs follow");
    }
    const Dims symbols = chosen->dim_defaults;
    for (const auto& [symbol, value] : symbols) {
      if (symbol != "batch" && confirmation.in_time()) confirmation.check_sequence(*chosen, symbol);
    }
  }
  description.inputs = chosen->inputs;
  description.dim_defaults = chosen->dim_defaults;
}

}  // namespace mlplan::worker
