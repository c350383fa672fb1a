// mlplan version: what this mlplan is, and what the worker it would use was built for and runs with.
#include <nlohmann/json.hpp>

#include "bench/worker_process.h"
#include "bench/world.h"
#include "cli/commands/commands.h"
#include "cli/commands/model_flags.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/signals.h"

namespace mlplan::cli {
namespace {

constexpr std::int64_t kPatience_ns = 30'000'000'000;  // a libtorch on a cold disk takes seconds

Result<worker::BuildFacts> ask_worker(const bench::Options& options, std::string& path) {
  const Result<bench::Launch> launch = bench::make_launch(options);
  if (!launch) return fail(launch.error());
  path = launch->worker_path;
  worker::Request request;
  request.verb = "version";
  Result<bench::WorkerProcess> process = bench::WorkerProcess::spawn(*launch, {request});
  if (!process) return fail(process.error());
  bench::Limits limits;
  limits.total_ns = kPatience_ns;
  limits.interrupted = interrupted;
  const Result<worker::Reply> reply = process->await(limits);
  if (!reply) return fail(reply.error());
  process->finish();
  return reply->build;
}

}  // namespace

Result<int> run_version(const std::vector<std::string>& arguments, const Context& context) {
  bench::Options options;
  bool json = false;
  Flags flags("mlplan version [flags]", "Prints the versions of mlplan and of the libtorch that its worker runs with.");
  flags.toggle("--json", "print JSON", json);
  declare_torch(flags, options);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  std::string answer;
  if (*help) {
    answer = **help;
  } else {
    take_variables(options, context.environment);
    std::string path;
    const Result<worker::BuildFacts> worker = ask_worker(options, path);
    const bool asked_for = !options.torch_library_folder.empty() || !options.worker_path.empty();
    if (!worker && (asked_for || worker.error().kind == ErrorKind::interrupted)) return fail(worker.error());
    if (json) {
      nlohmann::ordered_json document = {{"mlplan", MLPLAN_VERSION}, {"compiler", __VERSION__}, {"worker", nullptr}};
      if (worker) {
        document["worker"] = {{"path", path},
                              {"mlplan", worker->mlplan_version},
                              {"libtorch", worker->torch_version},
                              {"libtorch_built_for", worker->torch_built_for},
                              {"libtorch_build", worker->build},
                              {"libtorch_library", worker->torch_library}};
      } else {
        document["worker_missing"] = worker.error().message;
      }
      answer = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    } else {
      answer = "mlplan " MLPLAN_VERSION "\ncompiler  " __VERSION__ "\n";
      if (worker) {
        answer += "libtorch  " + worker->torch_version + " (built for " + worker->torch_built_for + "; " +
                  worker->build + ")\nlibrary   " + worker->torch_library + "\nworker    " + path + "\n";
      } else {
        answer += "worker    none: " + worker.error().message + "\n";
      }
    }
  }
  if (Status status = write_answer(answer); !status) return fail(status.error());
  return 0;
}

}  // namespace mlplan::cli
