#include "bench/pool/pool_model.h"

#include "bench/machine.h"
#include "bench/model_file.h"
#include "bench/resolve_inputs.h"
#include "bench/sha256.h"

namespace mlplan::bench {

Result<PoolModel> prepare_pool(const Options& options, const std::map<std::string, std::int64_t>& dims,
                               const std::function<bool()>& interrupted) {
  const Result<ModelFile> file = look_at_model_file(options.model_path);
  if (!file) return fail(file.error());
  Result<Launch> launch = make_launch(options);
  if (!launch) return fail(launch.error());
  PoolModel out{.world = make_world(options, *file, std::move(*launch)), .machine = {}};
  out.world.limits.interrupted = interrupted;
  if (Status whole = check_undamaged(*file); !whole) return fail(whole.error());
  out.sha256 = sha256_of_file(out.world.load.path).value_or("");
  Result<Pilot> pilot = run_pilot(out.world, options);
  if (!pilot) return fail(pilot.error());
  out.world.load.format = pilot->description.format;
  out.world.input = {pilot->inputs, pilot->dims, options.seed};
  for (const auto& [name, value] : dims) out.world.input.dims[name] = value;
  out.machine = describe_machine(out.world.load.path, options.cpus);
  out.machine.fingerprint =
      fingerprint(out.machine, pilot->build.torch_version + pilot->build.build + options.device);
  return out;
}

}  // namespace mlplan::bench
