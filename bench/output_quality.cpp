#include "bench/output_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "bench/golden.h"
#include "bench/resolve_inputs.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/units.h"

namespace mlplan::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr double kShare = 0.05;                           // of the time box
constexpr double kShareAlone = 0.5;                       // where nothing else is measured
constexpr double kWiderCosts = 10;                        // times: inferences in f64 have no fast kernels
constexpr double kOverrun = 4;                            // of a check, before it is given up
constexpr double kMostOutputBytes = 512.0 * 1024 * 1024;  // of all batches that are held at once
constexpr std::int64_t kFewRows = 8;  // enough for operators to share their work out, and for top-1 to say something

class Checks {
 public:
  Checks(const World& world, const Options& options, const Pilot& pilot, Worker& worker)
      : world_(world), options_(options), pilot_(pilot), worker_(worker) {
    request_ = world.request("check", world.cold_threads, worker.scratch.path());
    request_.input = {pilot.inputs, pilot.dims, options.seed};
    const bool alone = !options.cold_start && !options.memory && !options.steady;
    budget_ns_ = (alone ? kShareAlone : kShare) * static_cast<double>(options.time_box.count());
    if (const auto batch = pilot.dims.find("batch"); batch != pilot.dims.end()) {
      has_batch_ = true;
      base_batch_ = std::max<std::int64_t>(1, batch->second);
    }
    row_ns_ = pilot.inference_ns / static_cast<double>(base_batch_);
  }

  Result<OutputQuality> run() {
    if (!options_.golden.empty()) {
      request_.check.path = options_.golden;
      const Result<worker::Reply> reply = must("golden", "--golden " + options_.golden);
      if (!reply) return fail(reply.error());
      out_.golden = reply->agreement;
      out_.golden->against = options_.golden;
    }
    if (!options_.save_golden.empty()) {
      if (Status saved = save(); !saved) return fail(saved.error());
    }
    if (!options_.quality) return std::move(out_);
    for (Status (Checks::*check)() : {&Checks::threads, &Checks::batch_split, &Checks::dtype}) {
      if (Status done = (this->*check)(); !done) return fail(done.error());
    }
    return std::move(out_);
  }

 private:
  Result<worker::Reply> ask(const std::string& what, const Limits& limits) {
    request_.check.what = what;
    if (Status sent = worker_.process.send(request_); !sent) return fail(sent.error());
    return worker_.process.await_with_failure(limits);
  }

  Result<worker::Reply> must(const std::string& what, const std::string& where) {
    Result<worker::Reply> reply = ask(what, world_.limits);
    if (!reply) return fail(reply.error());
    if (!reply->failure) return reply;
    const worker::WorkerFailure& failure = *reply->failure;
    return fail(failure.kind == "golden" ? ErrorKind::bad_input : ErrorKind::not_measured, failure.message, where,
                failure.hint);
  }

  // The worker writes where nobody looks, so that what is killed leaves nothing half done at the user's place.
  Status save() {
    request_.check.path = worker_.scratch.path() + "/golden.npz";
    request_.input.dims = few_rows(0);
    const std::string where = "--save-golden " + options_.save_golden;
    if (const Result<worker::Reply> reply = must("save_golden", where); !reply) return fail(reply.error());
    request_.input.dims = pilot_.dims;
    const Result<std::string> archive = read_file(request_.check.path, std::size_t{1} << 33);
    if (!archive) return fail(archive.error());
    return write_file(options_.save_golden, *archive);
  }

  void not_checked(const std::string& what, const std::string& why) { out_.not_checked.push_back(what + ": " + why); }

  // Errors only when interrupted: what a check does to the process is told, and the rest goes without.
  Status may(const std::string& what, const std::string& called, std::optional<Agreement>& out) {
    if (gone_) {
      not_checked(called, "the process ended in the check before");
      return {};
    }
    Limits limits = world_.limits;
    limits.total_ns =
        std::min(limits.total_ns, static_cast<std::int64_t>(std::max(5 * kSecond, kOverrun * budget_ns_)));
    Result<worker::Reply> reply = ask(what, limits);
    if (!reply) {
      if (reply.error().kind == ErrorKind::interrupted) return fail(reply.error());
      gone_ = true;
      not_checked(called, reply.error().message);
    } else if (reply->failure) {
      not_checked(called, reply->failure->message);
    } else {
      out = std::move(reply->agreement);
    }
    return {};
  }

  bool affordable(double cost_ns, const std::string& called) {
    if (cost_ns <= budget_ns_) return true;
    not_checked(called, fmt::format("it would take about {}, the time box has {} for it", format_duration(cost_ns),
                                    format_duration(budget_ns_)));
    return false;
  }

  // The dimensions with the largest of the batches, up to a few rows, that fits the time with this many more
  // inferences' worth.
  std::map<std::string, std::int64_t> few_rows(double more_inferences) const {
    std::map<std::string, std::int64_t> dims = pilot_.dims;
    for (const std::int64_t batch : batches_within(budget_ns_)) {
      const bool fits = static_cast<double>(batch) * row_ns_ * (1 + more_inferences) <= budget_ns_;
      if (batch <= kFewRows && fits) dims["batch"] = batch;
    }
    return dims;
  }

  Status threads() {
    const std::int64_t most = world_.cold_threads;
    if (most < 2) {
      not_checked("threads", "the run has only one");
      return {};
    }
    const auto slower_with_one = static_cast<double>(most);
    if (!affordable((1 + slower_with_one) * pilot_.inference_ns, "threads")) return {};
    request_.input.dims = few_rows(slower_with_one);
    request_.check.threads = most;
    const Status done = may("threads", "threads", out_.threads);
    request_.input.dims = pilot_.dims;
    return done;
  }

  std::vector<std::int64_t> batches_within(double budget_ns) const {
    if (!has_batch_) return {};
    const auto bounds = pilot_.description.dim_bounds.find("batch");
    const double row_bytes = 8.0 * static_cast<double>(pilot_.quality.output_values) / static_cast<double>(base_batch_);
    return batches_to_split(
        options_, bounds == pilot_.description.dim_bounds.end() ? std::vector<std::int64_t>{} : bounds->second, row_ns_,
        row_bytes, budget_ns);
  }

  Status batch_split() {
    if (!has_batch_) {
      not_checked("batch split", "no input has a batch that can be changed");
      return {};
    }
    request_.check.batches = batches_within(budget_ns_);
    if (request_.check.batches.empty()) {
      not_checked("batch split", batches_within(1e18).empty() ? "no batch is larger than the smallest that it takes"
                                                              : "the time box has no room for a batch and its rows");
      return {};
    }
    const auto bounds = pilot_.description.dim_bounds.find("batch");
    request_.check.rows_at_once =
        bounds == pilot_.description.dim_bounds.end() ? 1 : std::max<std::int64_t>(1, bounds->second.front());
    return may("batch_split", "batch split", out_.batch_split);
  }

  Status dtype() {
    if (!affordable((1 + kWiderCosts) * pilot_.inference_ns, "dtype")) return {};
    std::int64_t weights = 0;
    for (const DTypeBytes& each : pilot_.description.weights) weights += each.bytes;
    const std::int64_t needed = pilot_.peak_rss_bytes + 2 * weights;
    if (world_.limits.memory_bytes > 0 && needed > world_.limits.memory_bytes) {
      not_checked("dtype", fmt::format("wider weights would need {}, a worker may have {}",
                                       format_bytes(static_cast<double>(needed)),
                                       format_bytes(static_cast<double>(world_.limits.memory_bytes))));
      return {};
    }
    return may("dtype", "dtype", out_.dtype);
  }

  const World& world_;
  const Options& options_;
  const Pilot& pilot_;
  Worker& worker_;
  worker::Request request_;
  OutputQuality out_;
  double budget_ns_ = 0;
  double row_ns_ = 0;
  std::int64_t base_batch_ = 1;
  bool has_batch_ = false;
  bool gone_ = false;
};

}  // namespace

Status look_at_golden(const Options& options) {
  if (options.golden.empty()) return {};
  const Result<Golden> golden = read_golden(options.golden);
  if (!golden) return fail(golden.error());
  if (golden->method != options.method) {
    return fail(ErrorKind::bad_input,
                fmt::format("the golden is of the method '{}', not '{}'", golden->method, options.method),
                options.golden, fmt::format("--method {}", golden->method));
  }
  return {};
}

std::vector<std::int64_t> batches_to_split(const Options& options, const std::vector<std::int64_t>& bounds,
                                           double row_ns, double row_output_bytes, double budget_ns) {
  const std::int64_t least = bounds.empty() ? 1 : std::max<std::int64_t>(1, bounds.front());
  std::vector<std::int64_t> out;
  double rows = 0;
  for (const std::int64_t batch :
       options.batches.empty() ? std::vector<std::int64_t>{2, 4, 8, 16, 32} : options.batches) {
    if (batch <= least || batch % least != 0 || (bounds.size() == 2 && batch > bounds[1])) continue;
    rows += static_cast<double>(batch);
    const double cost_ns = (rows + static_cast<double>(batch)) * row_ns;
    if (cost_ns > budget_ns || rows * row_output_bytes > kMostOutputBytes) break;
    out.push_back(batch);
  }
  return out;
}

Result<OutputQuality> check_outputs(const World& world, const Options& options, const Pilot& pilot, Worker& worker) {
  return Checks(world, options, pilot, worker).run();
}

}  // namespace mlplan::bench
