#include "planner/sizing/planned_candidate.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiles/support/units.h"

namespace mlplan::planner {

Result<Candidate> planned_candidate(const Deployment& deployment, const Report& report, const std::string& source) {
  const PlannedTimes& times = deployment.times;
  const auto has_not = [&](const std::string& what) {
    return fail(ErrorKind::bad_input, "the report has no " + what + ", which the plan rests on", source,
                "--report FILE, or plan again with this report");
  };
  Result<ServiceModel> model = service_model_of(report, source, times.dims);
  if (!model) return fail(model.error());
  const auto worker = std::ranges::find(model->workers, deployment.threads, &WorkerModel::threads);
  const std::string threads = "worker of " + format_count(deployment.threads, "thread");
  if (worker == model->workers.end()) return has_not(threads);
  const bool has_batch = std::ranges::any_of(
      worker->service, [&](const ServiceLaw& law) { return law.row.batch == deployment.max_batch; });
  if (!has_batch) return has_not(fmt::format("batch of {} by a {}", deployment.max_batch, threads));
  const ColdStartState* state = find_state(report, times.start_up_state);
  if (state == nullptr) return has_not("cold start in the state " + times.start_up_state);

  Candidate candidate;
  candidate.workers = deployment.workers;
  candidate.threads = deployment.threads;
  candidate.max_batch = deployment.max_batch;
  candidate.worker = std::make_shared<const WorkerModel>(std::move(*worker));
  candidate.service_factor = times.service_factor;
  candidate.load_s = std::make_shared<const Distribution>(from_nanoseconds(state->time_to_first_result));
  candidate.load_factor = times.start_up_factor;
  candidate.load_more_s = times.start_up_more_s;
  candidate.node_s = times.node_start_s;
  candidate.image_s = times.image_start_s;
  return candidate;
}

}  // namespace mlplan::planner
