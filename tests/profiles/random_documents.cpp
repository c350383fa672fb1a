#include "tests/profiles/random_documents.h"

#include <array>
#include <cmath>
#include <limits>

namespace mlplan::test {

std::string RandomDocuments::word() {
  static constexpr std::array<const char*, 8> kWords = {"x", "forward",     "größe", "two words", "quote\"back\\slash",
                                                        "",  "tab\tline\n", "日本"};
  return kWords[static_cast<std::size_t>(below(kWords.size()))];
}

std::vector<std::string> RandomDocuments::words() {
  std::vector<std::string> result;
  for (auto n = below(4); n > 0; --n) result.push_back(word());
  return result;
}

double RandomDocuments::number() {
  switch (below(4)) {
    case 0: return static_cast<double>(below(1'000'000'000));
    case 1: return static_cast<double>(below(1000)) / 7;
    case 2: return std::ldexp(static_cast<double>(below(1'000'000)), static_cast<int>(below(60)));
    default: return 0;
  }
}

std::optional<double> RandomDocuments::maybe_number() {
  return coin() ? std::optional<double>(number()) : std::nullopt;
}

TensorSpec RandomDocuments::tensor() {
  static constexpr std::array<DType, 11> kDTypes = {DType::f64, DType::f32,     DType::f16, DType::bf16,
                                                    DType::i64, DType::i32,     DType::i16, DType::i8,
                                                    DType::u8,  DType::boolean, DType::c64};
  TensorSpec result;
  result.dtype = kDTypes[static_cast<std::size_t>(below(kDTypes.size()))];
  for (auto n = below(4); n > 0; --n) {
    if (coin())
      result.shape.emplace_back(below(1000));
    else
      result.shape.emplace_back(coin() ? std::string("batch") : std::string("seq_2"));
  }
  const bool integer = result.dtype >= DType::i64 && result.dtype <= DType::u8;
  const bool real = result.dtype <= DType::bf16;
  switch (below(5)) {
    case 0: result.fill = Fill::zeros; break;
    case 1: result.fill = Fill::ones; break;
    case 2:
      if (real) result.fill = coin() ? Fill::randn : Fill::uniform;
      break;
    case 3:
      if (real || integer) result.fill = Fill::arange;
      break;
    default:
      if (integer) {
        result.fill = Fill::range;
        result.low = below(50) - (result.dtype == DType::u8 ? 0 : 20);
        result.high = result.low + below(70);
      }
  }
  return result;
}

ScalarSpec RandomDocuments::scalar() {
  switch (below(6)) {
    case 0: return std::monostate{};
    case 1: return coin();
    case 2: return static_cast<std::int64_t>(engine_());
    case 3: return word();
    case 4: return std::numeric_limits<double>::infinity() * (coin() ? 1 : -1);
    default: return number();
  }
}

InputSpec RandomDocuments::input(const std::string& name, int depth) {
  InputSpec result;
  result.name = name;
  const auto kind = below(depth > 3 ? 2 : 5);
  result.kind = static_cast<InputSpec::Kind>(kind);
  if (result.kind == InputSpec::Kind::tensor) {
    result.tensor = tensor();
  } else if (result.kind == InputSpec::Kind::scalar) {
    result.scalar = scalar();
  } else {
    const auto n = below(4);
    static constexpr std::array<const char*, 3> kKeys = {"user_id-1", "any 'key' \\ .[0]:", ""};
    for (std::int64_t i = 0; i < n; ++i) {
      const bool dict = result.kind == InputSpec::Kind::dict;
      result.items.push_back(input(dict ? kKeys[static_cast<std::size_t>(i)] : std::to_string(i), depth + 1));
    }
  }
  return result;
}

std::vector<InputSpec> RandomDocuments::inputs() {
  std::vector<InputSpec> result;
  const auto n = 1 + below(4);
  for (std::int64_t i = 0; i < n; ++i) result.push_back(input("arg_" + std::to_string(i), 0));
  return result;
}

Stat RandomDocuments::stat() {
  Stat result;
  if (below(5) == 0) return result;
  result.n = 1 + below(20);
  for (std::int64_t i = 0; i < result.n; ++i) result.samples.push_back(number());
  if (coin()) result.samples.push_back(std::nan(""));
  result.median = number();
  result.min = number();
  result.max = number();
  result.lower_quartile = number();
  result.low = maybe_number();
  result.high = maybe_number();
  if (coin()) result.percentiles["p99"] = {maybe_number(), maybe_number(), below(400)};
  if (coin()) result.histogram.push_back({number(), number(), below(100)});
  if (coin()) result.outliers.push_back(below(result.n));
  return result;
}

ColdStartState RandomDocuments::state(const std::string& name) {
  ColdStartState result;
  result.name = name;
  result.achieved = coin();
  result.why_not = word();
  result.time_to_first_result = stat();
  result.time_to_steady = stat();
  result.never_steady = below(3);
  result.warm_up_undecided = below(3);
  result.steady_after_inferences = stat();
  result.unattributed = stat();
  for (const char* phase : kPhases) {
    Phase& added = result.phases.emplace_back();
    added.name = phase;
    added.wall = stat();
    if (added.wall.n == 0) {  // a phase that did not happen is not written
      result.phases.pop_back();
      continue;
    }
    added.cpu = stat();
    added.minor_faults = stat();
    added.major_faults = stat();
    added.read_bytes = stat();
    if (coin()) added.parts = {{"first_touch", stat()}, {"copy", stat()}};
    added.estimated_parts = coin();
  }
  if (coin()) result.copied_bytes = below(1'000'000'000'000);
  result.limit.read_bytes_per_s = maybe_number();
  result.limit.floor_ns = maybe_number();
  result.rejected = below(9);
  result.rejected_why = words();
  result.gpu_slowed = below(3);
  result.gpu_again = below(3);
  return result;
}

MachineGpu RandomDocuments::machine_gpu() {
  MachineGpu result;
  result.device = "cuda:0";
  result.name = word();
  result.uuid = word();
  result.pci_bus_id = "0000:1b:00.0";
  result.driver_version = word();
  result.module_loading = coin() ? "lazy" : "eager";
  if (coin()) result.memory_bytes = below(1'000'000'000'000);
  if (coin()) result.free_bytes = below(1'000'000'000'000);
  result.highest_sm_clock = maybe_number();
  result.highest_memory_clock = maybe_number();
  result.power_limit_w = maybe_number();
  if (coin()) result.ecc = coin();
  if (coin()) result.mig = coin();
  if (coin()) result.persistence = coin();
  if (coin()) result.other_processes = below(4);
  result.slowed_fraction = maybe_number();
  result.slowed_by = words();
  result.at_begin = {maybe_number(), maybe_number(), maybe_number(), maybe_number()};
  result.at_end = {maybe_number(), maybe_number(), maybe_number(), maybe_number()};
  result.not_seen = word();
  return result;
}

GpuMemory RandomDocuments::gpu_memory() {
  GpuMemory result;
  result.process = stat();
  result.parts = {{"context", stat()}, {"weights", stat()}};
  if (coin()) result.holes = stat();
  if (coin()) result.told = stat();
  if (coin()) result.given_back = stat();
  result.disagreement = maybe_number();
  if (coin()) result.fits = below(9);
  result.disturbed = below(3);
  result.not_seen = word();
  return result;
}

MemoryReport RandomDocuments::memory() {
  MemoryReport result;
  for (const char* at : {"baseline", "peak"}) {
    LedgerRow& row = result.ledger.emplace_back();
    row.at = at;
    row.rss = stat();
    row.pss = stat();
    row.private_bytes = stat();
    if (coin()) row.gpu = stat();
    if (coin()) row.gpu_process = stat();
    if (coin()) row.gpu_allocated = stat();
    if (coin()) row.gpu_reserved = stat();
  }
  result.peak_rss = stat();
  if (coin()) result.marginal_worker = stat();
  if (coin()) result.marginal = {{2, stat()}, {3, stat(), stat()}};
  if (coin()) result.gpu = gpu_memory();
  if (coin()) result.by_dim = {{"seq", {16, 32}, {number(), number()}, maybe_number(), maybe_number(), maybe_number()}};
  return result;
}

Agreement RandomDocuments::agreement() {
  Agreement result;
  result.against = word();
  result.detail = word();
  result.verdict = coin() ? "rounding" : "differs";
  result.values = below(1000);
  result.max_abs_error = maybe_number();
  if (coin()) result.cosine = -0.5;
  if (coin()) result.outputs = {{word(), "f32", "equal", 3, 0.0, 1.5, 0.0, 1.0, 0.75, 4, 0.5, below(9)}};
  return result;
}

SteadyRow RandomDocuments::steady_row() {
  SteadyRow result;
  result.batch = 1 + below(64);
  result.threads = 1 + below(4);
  result.rate_per_s = maybe_number();
  if (coin()) result.dims["seq"] = 1 + below(512);
  result.latency = stat();
  if (coin()) {
    result.device = stat();
    result.enqueue = stat();
    const auto range = [this] { return ValueRange{number(), number(), number(), 1 + below(9)}; };
    GpuConditions& gpu = result.gpu.emplace();
    gpu.sm_clock_before = range();
    gpu.sm_clock_after = range();
    gpu.memory_clock_before = range();
    gpu.memory_clock_after = range();
    if (coin()) gpu.power_w = range();
    if (coin()) gpu.temperature_c = range();
    gpu.slowed_by = words();
    gpu.slowed_blocks = below(3);
    gpu.again_blocks = below(3);
    if (coin()) result.isolated = stat();
    result.back_to_back = stat();
    result.not_isolated = word();
  }
  result.throughput = stat();
  result.peak_rss = stat();
  if (coin()) result.warm = coin();
  result.stop = "converged";
  result.unmet = words();
  if (coin()) {
    result.mode = "open";
    result.arrivals = "poisson";
    result.queue = stat();
    result.service = stat();
    result.utilisation = number();
    result.saturated = coin();
    result.late_fraction = 0.25;
    result.generator_late = coin();
  }
  return result;
}

Report RandomDocuments::report() {
  Report result;
  result.mlplan.version = "0.1.0";
  result.mlplan.argv = words();
  result.mlplan.wall_s = number();
  result.mlplan.seed = engine_();
  result.mlplan.environment = {{"A", word()}, {"OMP_NUM_THREADS", "1"}};
  result.model.path = word();
  result.model.bytes = below(std::numeric_limits<std::int64_t>::max());
  result.model.inputs = inputs();
  result.model.dim_defaults = {{"batch", 1}};
  if (coin()) result.model.dim_bounds = {{"batch", {2, 15}}};
  result.model.methods = {{"forward", "forward(Tensor x) -> Tensor"}};
  result.model.weights = {{"f32", below(1000), below(4000)}};
  if (coin()) result.model.records = {{word(), below(1000)}};
  result.machine.fingerprint = "0123456789abcdef";
  result.machine.cpu.steal_fraction = coin() ? std::optional<double>(0.25) : std::nullopt;
  if (coin()) result.machine.cpu.quota = 0.5;
  result.machine.memory.total_bytes = below(1'000'000'000'000);
  if (coin()) result.machine.memory.cgroup_limit_bytes = below(1'000'000'000);
  result.machine.why = words();
  if (coin()) result.machine.gpus = {machine_gpu()};
  if (coin()) {
    VariedStarts& varied = result.cold_start.varied.emplace_back();
    varied.variable = "A";
    varied.value = coin() ? "LAZY" : "expandable_segments:True";
    varied.time_to_first_result = stat();
    varied.unattributed = stat();
    varied.phases = state("warm").phases;
    varied.module_loading = word();
    if (coin()) varied.gpu = stat();
    varied.rejected = below(3);
    varied.gpu_slowed = below(3);
  }
  result.cold_start.states.push_back(state("model_cold"));
  if (coin()) result.cold_start.states.push_back(state("warm"));
  if (coin()) result.cold_start.states.push_back(state("all_cold"));
  if (coin()) result.command = CommandInfo{words(), word(), maybe_number(), words(), below(9)};
  if (coin()) result.cold_start.simultaneous = {{2, "warm", stat(), stat(), below(9), below(3), maybe_number()}};
  result.cold_start.diagnoses = words();
  result.memory = memory();
  for (auto n = below(3); n > 0; --n) result.steady.push_back(steady_row());
  if (coin()) {
    LoadKnee& knee = result.load.emplace_back();
    knee.dims["seq"] = 16;
    knee.arrivals = "constant";
    knee.objectives = {{0.99, 5e7}};
    knee.verdict = "found";
    knee.holds_per_s = maybe_number();
    knee.fails_per_s = maybe_number();
    knee.capacity_per_s = maybe_number();
    knee.tried = {{number(), "holds", maybe_number(), maybe_number()}};
    knee.failure = word();
  }
  if (coin()) {
    ServingRow& row = result.serving.emplace_back();
    row.workers = 1 + below(3);
    row.after_idle = stat();
    if (coin()) row.after_idle_beside = stat();
    row.cooling_ns = number();
    row.warming_ns = number();
    if (coin()) row.beside = stat();
    row.hand_over = stat();
    row.inferences = below(1000);
  }
  if (coin()) result.quality.repeatable = coin();
  result.quality.max_abs_difference = maybe_number();
  result.quality.nan_values = below(9);
  result.quality.max_abs_error = maybe_number();
  for (auto* agreement :
       {&result.quality.golden, &result.quality.batch_split, &result.quality.threads, &result.quality.dtype}) {
    if (coin()) *agreement = this->agreement();
  }
  result.quality.not_checked = words();
  if (coin()) {
    BesideMachine& beside = result.beside_machine.emplace();
    beside.profile = word();
    beside.probed_at = word();
    beside.figures = {
        {word(), word(), number(), maybe_number(), maybe_number(), maybe_number(), maybe_number(), word()}};
    beside.not_compared = words();
  }
  if (coin()) result.warnings = {{"code", word(), word()}};
  return result;
}

InstanceType RandomDocuments::instance_type(const std::string& name) {
  InstanceType result;
  result.cloud = word();
  result.name = name;
  result.region = word();
  result.vcpus = 1 + below(400);
  result.memory_bytes = (std::int64_t{1} << 30) + below(std::int64_t{1} << 40);
  result.architecture = coin() ? "x86_64" : word();
  if (coin()) result.gpu = Gpu{word(), 1 + below(16), std::nullopt, word()};
  if (result.gpu && coin()) result.gpu->memory_bytes = (std::int64_t{1} << 30) + below(std::int64_t{1} << 38);
  if (coin()) result.local_disk_bytes = below(std::int64_t{1} << 45);
  if (coin()) result.disk_bytes_per_s = static_cast<double>(below(1'000'000'000)) / 7;
  if (coin()) result.network_bytes_per_s = static_cast<double>(below(1'000'000'000));
  if (coin()) result.core_speed = CoreSpeed{1 + number(), "coremark_iterations_per_s", word()};
  if (coin()) result.node_start = NodeStart{static_cast<double>(below(86'000)) / 3, word()};
  const char* const options[] = {kOnDemand, kSpot, "reserved_1y"};
  for (auto i = below(3); i >= 0; --i) {
    const double usd = 0.001 + static_cast<double>(below(100'000)) / 70;
    result.prices.push_back({options[i], usd, coin() ? "2026-07-20" : "", word()});
  }
  return result;
}

Catalog RandomDocuments::catalog() {
  Catalog result;
  const auto n = below(6);
  for (std::int64_t i = 0; i < n; ++i) result.instances.push_back(instance_type("type-" + std::to_string(i)));
  return result;
}

RateSeries RandomDocuments::rate_series() {
  RateSeries result;
  if (coin()) result.starts_at_unix_s = 1.7e9 + number() / 1e9;
  result.step_s = 0.125 * static_cast<double>(1 + below(100));
  result.per_s = {number()};
  for (auto n = below(30); n > 0; --n) result.per_s.push_back(below(5) == 0 ? std::nan("") : number());
  return result;
}

RequestTrace RandomDocuments::request_trace() {
  RequestTrace result;
  result.path = word();
  result.columns.time = word();
  result.columns.sizes = words();
  result.columns.model = word();
  if (coin()) result.columns.step_s = number();
  result.requests = below(1'000'000'000'000);
  result.span_s = number();
  result.rates = rate_series();
  if (coin()) result.sizes = {{word(), below(1000), number(), number(), number(), number(), number(), number()}};
  return result;
}

Traffic RandomDocuments::traffic() {
  Traffic result;
  switch (below(4)) {
    case 0: result.shape = ConstantRate{number()}; break;
    case 1: {
      std::vector<double> hours(24, 0.5);
      for (double& hour : hours) hour += number();
      result.shape = *diurnal_of_hours(1 + number(), hours);
      break;
    }
    case 2: result.shape = rate_series(); break;
    default: result.shape = request_trace();
  }
  result.source = word();
  result.notes = words();
  result.burstiness.interarrival_scv = maybe_number();
  for (auto n = below(3); n > 0; --n) result.burstiness.dispersion.push_back({number(), number(), below(1000)});
  return result;
}

std::vector<std::int64_t> RandomDocuments::hours() {
  std::vector<std::int64_t> result(coin() ? 24 : 0);
  for (std::int64_t& hour : result) hour = below(100);
  return result;
}

Estimate RandomDocuments::estimate() {
  Estimate result;
  result.value = below(5) == 0 ? std::nan("") : number();
  if (coin()) result.low = result.value / 2;
  if (coin()) result.high = result.value * 2;
  return result;
}

WarmPool RandomDocuments::warm_pool() {
  WarmPool result;
  result.count = below(50);
  result.stopped = below(3);
  result.decided_by = word();
  result.start_up_s = maybe_number();
  result.detection_lag_s = number();
  result.windows = below(1000);
  result.windows_needed = below(1000);
  result.by_growth = maybe_count();
  result.by_refill = maybe_count();
  result.by_failures = maybe_count();
  result.by_money = maybe_count();
  if (coin()) result.exposure_by_formula = share();
  if (coin()) result.exposure_simulated = estimate();
  result.supported = coin();
  result.refusal = word();
  result.by_hour = hours();
  if (coin()) result.tiers = {{"running", maybe_number(), maybe_number(), maybe_count(), word()}};
  return result;
}

Deployment RandomDocuments::deployment() {
  Deployment result;
  result.instance = {"aws", word(), word(), kOnDemand, number(), word(), below(99), below(1'000'000'000'000), word()};
  result.report = word();
  result.workers = 1 + below(9);
  result.threads = 1 + below(9);
  result.max_batch = 1 + below(64);
  result.batch_timeout_ns = below(1'000'000'000);
  result.capacity_per_s = number();
  result.extrapolation = {"core_speed", number(), share(), word()};
  result.memory = {below(1'000'000'000'000), below(9), below(9), below(9), below(9), {}};
  if (coin()) result.memory.gpu = GpuMemoryFit{1 + below(9), maybe_count(), below(9), below(9), below(9)};
  result.times = {number(), number(), number(), word(), {}, maybe_number(), maybe_number()};
  if (coin()) result.times.dims["seq"] = 1 + below(512);
  result.scaling = {"live", below(9), below(99), number(), hours(), number(), "mlplan", {}, {}};
  if (coin()) result.scaling.rates_per_s = {number(), number()};
  if (coin()) result.scaling.settings = {{"growth_window_s", number()}, {"a b", number()}};
  result.pool = warm_pool();
  result.instances = below(100);
  if (coin()) result.predicted.latency = {{0.5, estimate(), {}}, {0.99, estimate(), number()}};
  result.predicted.attainment = estimate();
  result.predicted.exposure = estimate();
  result.predicted.utilisation = estimate();
  result.predicted.usd_per_hour = estimate();
  result.predicted.usd_per_1000_inferences = estimate();
  result.predicted.instances = estimate();
  if (coin()) result.headroom = {{"load", number(), word()}, {"rounding", -number(), ""}};
  result.binding = {"latency", word()};
  return result;
}

std::optional<PlannedBursts> RandomDocuments::bursts() {
  return coin() ? std::optional(PlannedBursts{number(), number()}) : std::nullopt;
}

Plan RandomDocuments::plan() {
  Plan result;
  result.version = "0.2.0";
  result.argv = words();
  if (coin()) result.reports = {{word(), word(), word(), word(), "A", {}}, {word(), "", "", "", "", word()}};
  result.catalog = {word(), below(9999), below(999), {}};
  if (coin()) result.catalog.left_out = {{word(), below(999)}};
  result.traffic = {word(), "trace", number(), number(), number(), words(), bursts()};
  if (coin()) result.slo.latency = {{0.5, number()}, {0.999, number()}};
  if (coin()) result.slo.exposure = share();
  if (coin()) result.slo.availability = share();
  result.slo.survive = {below(9), below(2)};
  result.limits = {below(9), maybe_count(), maybe_number(), "latency", kSpot};
  result.seed = engine_();
  result.confidence = share();
  result.summary = word();
  if (coin()) {
    result.recommendation = deployment();
  } else {
    result.infeasible = Infeasible{"memory", word(), {}, word()};
    if (coin()) result.infeasible->nearest = deployment();
  }
  for (auto n = below(3); n > 0; --n) result.runners_up.push_back(deployment());
  for (auto n = below(3); n > 0; --n) result.cost_and_latency.push_back({word(), number(), number(), coin()});
  for (auto n = below(3); n > 0; --n) result.cost_and_exposure.push_back({word(), number(), share(), coin()});
  for (auto n = below(3); n > 0; --n) {
    WhatIf what_if{word(), word(), coin(), {}, {}, maybe_number(), maybe_count(), maybe_number(), maybe_number()};
    if (coin()) what_if.attainment = estimate();
    if (coin()) what_if.exposure = estimate();
    result.what_if.push_back(what_if);
  }
  result.simulated = {{}, word(), below(1'000'000'000'000), below(99), below(99), below(99)};
  if (coin()) result.simulated.windows = {{number(), number(), word()}};
  result.confidence_notes = words();
  result.assumptions = words();
  if (coin()) result.warnings = {{"code", word(), word()}};
  return result;
}

SimulatedTime RandomDocuments::simulated_time() { return {number(), number(), below(100)}; }

KeepAliveComparison RandomDocuments::keep_alive() {
  KeepAliveComparison result;
  result.version = word();
  result.argv = words();
  result.traffic = {word(), below(1000), number(), words()};
  result.start_state = word();
  if (coin()) result.host_bytes = 1 + number();
  for (auto n = 1 + below(3); n > 0; --n) result.models.push_back({word(), word(), number(), number(), below(1000)});
  for (auto n = 1 + below(3); n > 0; --n) {
    result.rules.push_back({word(), below(1000), below(1000), below(1000), below(1000), 1.0 / (1 + number()),
                            maybe_number(), number(), number(), std::nullopt});
    if (coin()) result.rules.back().fits = coin();
  }
  if (coin()) result.best = word();
  result.conclusion = word();
  result.assumptions = words();
  return result;
}

std::optional<MachineFigure> RandomDocuments::machine_figure() {
  if (coin()) return std::nullopt;
  MachineFigure figure{.best = 1 + number(), .median = 1 + number(), .samples = {1 + number()}, .limit_is = word()};
  while (coin()) figure.samples.push_back(1 + number());
  if (coin()) {
    figure.limit = 1 + number();
    figure.fraction = share();
  }
  return figure;
}

MachineProfile RandomDocuments::machine_profile() {
  constexpr const char* kStops[] = {"complete", "time_box", "interrupted"};
  MachineProfile profile;
  profile.version = word();
  profile.argv = words();
  profile.started_at = word();
  profile.wall_s = number();
  profile.rounds = below(20);
  profile.stop = kStops[below(3)];
  profile.vectors = word();
  profile.machine = report().machine;
  profile.machine.gpus.clear();  // those of a report's workers: a profile has its own
  for (auto n = below(3); n > 0; --n) {
    profile.memory.push_back(
        {1 + below(64), machine_figure(), machine_figure(), machine_figure(), machine_figure(), machine_figure()});
  }
  profile.page_faults = {machine_figure(), machine_figure(), machine_figure(), machine_figure()};
  profile.process_start = {machine_figure(), machine_figure(), machine_figure()};
  profile.storage = {word(), machine_figure(), {}};
  for (auto n = below(3); n > 0; --n) profile.storage.page_cache.push_back({1 + below(64), machine_figure()});
  profile.clock = machine_figure();
  for (auto n = below(3); n > 0; --n)
    profile.arithmetic.push_back({word(), 1 + below(64), machine_figure(), machine_figure()});
  for (auto n = below(3); n > 0; --n) {
    GpuProfile& gpu = profile.gpus.emplace_back();
    gpu.info = {below(8), word(), word(), word(), word(), word(), below(200), below(1'000'000'000'000), below(1 << 30)};
    gpu.copies = {machine_figure(), machine_figure(), machine_figure(), machine_figure()};
    gpu.memory = {machine_figure(), machine_figure(), machine_figure(), machine_figure()};
    while (coin()) gpu.products.push_back({word(), machine_figure()});
    gpu.launch = {machine_figure(), machine_figure(), machine_figure()};
    gpu.start = {machine_figure(), machine_figure()};
    while (coin()) gpu.allocations.push_back({below(1 << 30), machine_figure()});
  }
  while (coin()) profile.not_measured.push_back({word(), word()});
  return profile;
}

Simulation RandomDocuments::simulation() {
  constexpr const char* kKinds[] = {"constant", "diurnal", "series", "trace"};
  constexpr const char* kVerdicts[] = {"met", "missed", "inconclusive"};
  Simulation result;
  result.version = word();
  result.argv = words();
  result.traffic = {word(), kKinds[below(4)], number(), number(), number(), words(), bursts()};
  SimulatedFleet& fleet = result.fleet;
  fleet.plan = word();
  fleet.report = word();
  fleet.model = word();
  fleet.workers = 1 + below(4);
  if (coin()) fleet.threads = 1 + below(64);
  fleet.concurrency = 1 + below(4);
  fleet.max_batch = 1 + below(64);
  fleet.batch_timeout_ns = below(1'000'000'000);
  for (auto n = 1 + below(3); n > 0; --n) fleet.service.push_back({1 + below(64), simulated_time()});
  fleet.start_state = word();
  if (coin()) fleet.start_up = simulated_time();
  if (coin()) fleet.node_start = simulated_time();
  if (coin()) fleet.pool_exit = simulated_time();
  for (auto n = below(3); n > 0; --n) fleet.simultaneous_factor.push_back(number());
  fleet.initial_instances = below(100);
  fleet.initial_pool = below(100);
  fleet.time_between_failures_s = maybe_number();
  fleet.time_between_interruptions_s = maybe_number();
  fleet.notice_s = maybe_number();
  fleet.routing = coin() ? "shared_queue" : "least_outstanding";
  result.policy = word();
  result.run = {number(), number(), number(), 1 + below(20), engine_(), 0.95};
  result.verdict = coin() ? "none" : kVerdicts[below(3)];
  for (auto n = below(3); n > 0; --n)
    result.objectives.push_back({word(), number(), estimate(), kVerdicts[below(3)], word()});
  using F = SimulatedFigures;
  for (Estimate F::* member :
       {&F::requests, &F::unserved, &F::waited, &F::exposure, &F::mean_response_ns, &F::mean_batch, &F::utilisation,
        &F::ready, &F::loading, &F::pooled, &F::filling, &F::stopping, &F::most_instances, &F::cold_starts, &F::draws,
        &F::misses, &F::stops, &F::failures, &F::interruptions}) {
    result.figures.*member = estimate();
  }
  for (auto n = below(3); n > 0; --n) {
    result.figures.response.push_back({number(), std::nullopt});
    if (coin()) result.figures.response.back().response_ns = estimate();
  }
  result.stretch_s = number();
  for (auto n = below(3); n > 0; --n) {
    result.timeline.push_back({number(), number(), number(), number(), number(), number(), number(), below(1000),
                               below(1000), below(1000), number(), number()});
  }
  result.assumptions = words();
  return result;
}

ComparedQuantity RandomDocuments::compared_quantity(bool may_miss) {
  constexpr const char* kUnits[] = {"ns", "share", "count", "bytes", "per_s"};
  ComparedQuantity row{word(), kUnits[below(5)], estimate(), estimate(), {}, {}, "unclear", word(), maybe_number()};
  if (coin()) row.error = number() - 0.5;
  if (row.predicted.low && row.predicted.high && std::isfinite(row.predicted.value)) {
    row.inside = row.measured.value >= *row.predicted.low && row.measured.value <= *row.predicted.high;
    if (*row.inside && coin()) row.outcome = "holds";
    if (!*row.inside && may_miss && coin()) row.outcome = "misses";
  }
  return row;
}

Verification RandomDocuments::verification() {
  constexpr const char* kVerdicts[] = {"holds", "misses", "inconclusive"};
  Verification result;
  result.version = word();
  result.argv = words();
  result.started_at = word();
  result.seed = engine_();
  result.plan = word();
  result.report = word();
  result.model = {word(), word()};
  result.machine = {word(), "B"};
  result.scaling = {word(), 1 + below(9), 1 + below(9), 1 + number(), 0.5, words(), words()};
  result.traffic = {word(), "trace", number(), number(), number(), words(), bursts()};
  result.pool = {1 + below(9), 1 + below(9), 1 + below(64), below(1'000'000'000), "least_outstanding", word(),
                 {},           below(9),     below(9)};
  if (coin()) result.pool.policy_settings = {{"a b", number()}};
  result.verdict = kVerdicts[below(3)];
  result.interrupted = result.verdict != "holds" && coin();
  result.why = word();
  result.next = word();
  for (auto n = below(5); n > 0; --n) result.comparisons.push_back(compared_quantity(result.verdict != "holds"));
  if (result.verdict == "holds")
    result.comparisons.push_back({word(), "count", {3, 2, 4}, {2.5, {}, {}}, -0.25, true, "holds", ""});
  if (result.verdict == "misses")
    result.comparisons.push_back({word(), "count", {3, 2, 4}, {9, 8, 10}, 2, false, "misses", word()});
  if (coin()) result.objectives.push_back({word(), share(), estimate(), coin() ? "met" : "missed", word()});
  if (coin()) result.explanations = {{"service_inflated", 1.08, "ratio", word()}, {"hand_over", {}, "", word()}};
  VerifiedRequests& requests = result.requests;
  requests = {0, below(1000), below(9), below(9), below(9), below(9), {}};
  requests.scheduled = requests.completed + requests.failed + requests.lost + requests.rejected + requests.unfinished;
  if (coin()) requests.reasons = {{word(), below(9)}};
  result.window = {number(), number(), number(), number(), requests.scheduled + below(100)};
  result.workers = {below(99), below(99), below(9), below(9), below(9), below(9), maybe_number(), below(99)};
  result.generator = {coin(), share(), maybe_number()};
  result.noise.reasons = words();
  if (coin()) result.noise.stolen_share = share();
  if (coin()) result.noise.cpu_pressure = share();
  if (coin()) result.assumed = {{word(), number(), "ratio", word()}};
  result.stretch_s = number();
  for (auto n = below(3); n > 0; --n) {
    const auto figures = [&] { return StretchFigures{maybe_number(), maybe_number(), number(), number(), number()}; };
    VerifiedStretch& stretch = result.timeline.emplace_back();
    stretch = {number(), below(99), below(99), below(9), below(9), figures(), {}};
    if (coin()) stretch.predicted = figures();
  }
  return result;
}

}  // namespace mlplan::test
