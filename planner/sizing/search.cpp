#include "planner/sizing/search.h"

#include <algorithm>

namespace mlplan::planner {

namespace {

enum class Verdict { kept, missed, open };

Verdict verdict_of(const TrialResult& trial, const Objectives& objectives) {
  bool open = false;
  for (std::size_t i = 0; i < objectives.latency.size(); ++i) {
    const Interval within = trial.within(i);
    const double asked = objectives.latency[i].quantile;
    if (within.high < asked) return Verdict::missed;
    open = open || within.low < asked;
  }
  if (objectives.exposure) {
    const Interval exposed = trial.exposure();
    if (exposed.low > *objectives.exposure) return Verdict::missed;
    open = open || exposed.high > *objectives.exposure;
  }
  return open ? Verdict::open : Verdict::kept;
}

// How far the objective nearest to being missed is from it: 1 is just kept.
double worst_share(const TrialResult& trial, const Objectives& objectives) {
  double worst = 2;
  for (std::size_t i = 0; i < objectives.latency.size(); ++i)
    worst = std::min(worst, (1 - objectives.latency[i].quantile) / std::max(1e-9, 1 - trial.within(i).mean));
  return worst;
}

class FixedSearch {
 public:
  FixedSearch(const Candidate& candidate, const std::vector<Window>& windows, const Objectives& objectives,
              const Effort& effort, std::uint64_t seed)
      : candidate_(candidate),
        slow_(slower(candidate, 1 + candidate.error)),
        windows_(windows),
        objectives_(objectives),
        effort_(effort),
        seed_(seed) {}

  const Judged& at(std::int64_t instances) {
    const auto known = tried_.find(instances);
    if (known != tried_.end()) return known->second;
    const Deployed deployed{.candidate = slow_, .scaling = fixed_scaling(instances)};
    return tried_.emplace(instances, judge(deployed, windows_, objectives_, effort_, seed_)).first->second;
  }

  std::optional<Sized> run(std::int64_t guess, std::int64_t at_least, std::int64_t at_most) {
    const std::optional<std::int64_t> smallest = smallest_kept(
        guess, at_least, at_most, std::max<std::int64_t>(1, guess / 25), [&](std::int64_t n) { return at(n).kept; });
    if (!smallest) return std::nullopt;
    const std::int64_t kept = *smallest;
    Sized sized{.candidate = candidate_, .instances = kept, .judged = at(kept)};
    sized.exact = exact(kept);
    return sized;
  }

 private:
  double exact(std::int64_t kept) {
    const auto whole = static_cast<double>(kept);
    const auto below = tried_.find(kept - 1);
    if (below == tried_.end()) return 0;
    const double low = worst_share(below->second.trial, objectives_);
    const double high = worst_share(tried_.at(kept).trial, objectives_);
    if (low >= 1 || high <= low) return whole;
    return whole - 1 + std::clamp((1 - low) / (high - low), 0.0, 1.0);
  }

  const Candidate& candidate_;
  Candidate slow_;
  const std::vector<Window>& windows_;
  const Objectives& objectives_;
  const Effort& effort_;
  std::uint64_t seed_;
  std::map<std::int64_t, Judged> tried_ = {};
};

}  // namespace

std::optional<std::int64_t> smallest_kept(std::int64_t guess, std::int64_t at_least, std::int64_t at_most,
                                          std::int64_t first_step, const std::function<bool(std::int64_t)>& is_kept) {
  std::int64_t kept = std::clamp(guess, at_least, at_most);
  std::int64_t missed = at_least - 1;
  std::int64_t step = first_step;
  while (!is_kept(kept)) {
    if (kept >= at_most) return std::nullopt;
    missed = kept;
    kept = std::min(at_most, kept + step);
    step *= 2;
  }
  step = first_step;
  while (kept - missed > 1) {
    const std::int64_t middle = missed < at_least ? std::max(at_least, kept - step) : missed + (kept - missed) / 2;
    step *= 2;
    (is_kept(middle) ? kept : missed) = middle;
  }
  return kept;
}

Judged judge(const Deployed& deployed, const std::vector<Window>& windows, const Objectives& objectives,
             const Effort& effort, std::uint64_t seed) {
  Judged judged;
  const TrialQuestion question{.windows = &windows, .objectives = &objectives.latency, .seed = seed};
  std::int64_t done = 0;
  while (done < effort.most_replications) {
    const std::int64_t more = done == 0 ? effort.fewest_replications : 1;
    run_trial(deployed, question, done, more, judged.trial);
    done += more;
    const Verdict verdict = verdict_of(judged.trial, objectives);
    if (verdict == Verdict::open) continue;
    judged.kept = verdict == Verdict::kept;
    return judged;
  }
  return judged;
}

std::optional<Sized> smallest_fixed(const Candidate& candidate, std::int64_t guess, std::int64_t at_least,
                                    std::int64_t at_most, const std::vector<Window>& windows,
                                    const Objectives& objectives, const Effort& effort, std::uint64_t seed) {
  if (at_most < at_least) return std::nullopt;
  return FixedSearch(candidate, windows, objectives, effort, seed).run(guess, at_least, at_most);
}

}  // namespace mlplan::planner
