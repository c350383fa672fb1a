// mlplan simulate --keep-alive: one pass over a trace of many models, each rule beside the others.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/keep_alive_flags.h"
#include "cli/commands/keep_alive_models.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/keep_alive_view.h"
#include "planner/pool/keep_alive_summary.h"
#include "profiles/arrivals.h"
#include "profiles/support/atomic_file.h"
#include "profiles/traffic.h"

namespace mlplan::cli {
namespace {

constexpr std::int64_t kBetweenLooks = 1 << 16;  // requests, until it is looked whether the user wants to stop

// A table, or a traffic document that says where one is and what its columns are.
Result<ArrivalReader> open_trace(const KeepAliveRequest& request) {
  Result<CsvReader> csv = CsvReader::open(request.trace);
  if (!csv) return fail(csv.error());
  if (!csv->begins_with_brace()) return ArrivalReader::over(std::move(*csv), request.columns);
  const Result<std::string> text = csv->whole_text();
  if (!text) return fail(text.error());
  const Result<Traffic> traffic = read_traffic(*text, request.trace);
  if (!traffic) return fail(traffic.error());
  const auto* trace = std::get_if<RequestTrace>(&traffic->shape);
  if (trace == nullptr)
    return fail(ErrorKind::bad_input, "has rates, and no requests with a model each", request.trace,
                "a trace: CSV with the time and the model of each request");
  return ArrivalReader::open(trace->path, trace->columns);
}

class Comparison {
 public:
  explicit Comparison(const KeepAliveRequest& request) : request_(request) {
    if (request.host_memory) out_.host_bytes = static_cast<double>(request.host_memory->count);
    for (const KeepAliveRule& given : request.rules) {
      planner::KeepAlive rule = given.rule;
      if (auto* greedy = std::get_if<planner::GreedyDual>(&rule)) greedy->memory_bytes = *out_.host_bytes;
      replays_.push_back(planner::make_replay(rule));
    }
  }

  Result<KeepAliveComparison> run(const KeepAliveModels& models) {
    Result<ArrivalReader> reader = open_trace(request_);
    if (!reader) return fail(reader.error());
    if (Status status = reader->read_models(); !status) return fail(status.error());
    out_.traffic.source = request_.trace;
    Arrival arrival;
    for (;;) {
      const Result<bool> more = reader->next(arrival);
      if (!more) return fail(more.error());
      if (!*more) break;
      if (Status status = know_all(*reader, models); !status) return fail(status.error());
      ++out_.traffic.requests;
      ++out_.models[arrival.model].requests;
      for (const auto& replay : replays_) replay->request(arrival.at_s, arrival.model);
      if (out_.traffic.requests % kBetweenLooks == 0 && interrupted()) {
        return fail(ErrorKind::interrupted, fmt::format("interrupted after {} requests", out_.traffic.requests),
                    request_.trace);
      }
    }
    if (out_.traffic.requests == 0) return fail(ErrorKind::bad_input, "has no request", request_.trace);
    if (!(arrival.at_s > 0))
      return fail(ErrorKind::bad_input, "all requests come at one moment: nothing is kept alive", request_.trace);
    out_.traffic.span_s = arrival.at_s;
    out_.traffic.notes = reader->notes();
    conclude(models);
    return std::move(out_);
  }

 private:
  Status know_all(const ArrivalReader& reader, const KeepAliveModels& models) {
    for (std::size_t i = out_.models.size(); i < reader.models().size(); ++i) {
      Result<KeepAliveModel> model = models.find(reader.models()[i], request_.trace);
      if (!model) return fail(model.error());
      for (const auto& replay : replays_) replay->add({.load_s = model->load_ns / 1e9, .bytes = model->bytes});
      out_.models.push_back(*std::move(model));
    }
    return {};
  }

  void conclude(const KeepAliveModels& models) {
    for (std::size_t i = 0; i < replays_.size(); ++i) {
      out_.rules.push_back(
          planner::figures_of(request_.rules[i].name, replays_[i]->result(), out_.traffic.span_s, out_.host_bytes));
    }
    out_.best = planner::best_of(out_.rules);
    out_.conclusion = planner::conclusion_of(out_.rules);
    if (models.uses_reports()) out_.start_state = request_.state;
    for (const std::string& name : models.never_asked_for(out_.models))
      out_.traffic.notes.push_back(fmt::format("no request is for model '{}'", name));
    out_.assumptions = {"Another trace gives other figures: these are counted in one replay of this one.",
                        "Serving takes no time beside loading.", "Loads do not slow each other down.",
                        "A model is one process, and takes all of its memory from the moment its load begins."};
  }

  const KeepAliveRequest& request_;
  std::vector<std::unique_ptr<planner::KeepAliveReplay>> replays_;
  KeepAliveComparison out_;
};

}  // namespace

Result<int> run_keep_alive(const std::vector<std::string>& arguments, const Context& context) {
  const Result<KeepAliveRequest> request = parse_keep_alive_flags(arguments, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  const bool to_file = is_file(request->output);
  if (Status status = check_output_file(request->output); !status) return fail(status.error());
  const Result<KeepAliveModels> models = KeepAliveModels::open(*request);
  if (!models) return fail(models.error());
  Result<KeepAliveComparison> comparison = Comparison(*request).run(*models);
  if (!comparison) return fail(comparison.error());
  comparison->version = MLPLAN_VERSION;
  comparison->argv = context.argv;

  const std::string json = to_file || request->json ? write_keep_alive(*comparison) : "";
  if (to_file) {
    if (Status status = write_file(request->output, json); !status) return fail(status.error());
  }
  Style style = context.answer;
  style.verbose = request->verbose;
  if (Status status = write_answer(
          request->json ? json : keep_alive_view(*comparison, to_file ? request->output : std::string(), style));
      !status)
    return fail(status.error());
  const bool fits =
      std::ranges::any_of(comparison->rules, [](const KeepAliveFigures& rule) { return rule.fits.value_or(true); });
  return fits ? 0 : 1;
}

}  // namespace mlplan::cli
