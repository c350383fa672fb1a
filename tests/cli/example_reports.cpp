#include "tests/cli/example_reports.h"

#include <limits>
#include <utility>

namespace mlplan::cli::examples {
namespace {

constexpr double kMs = 1e6;
constexpr double kSecond = 1e9;
constexpr double kMiB = 1048576.0;
constexpr double kGiB = 1024 * kMiB;

Stat one(double value) {
  Stat stat;
  stat.median = stat.min = stat.max = stat.lower_quartile = value;
  stat.n = 1;
  stat.samples = {value};
  return stat;
}

// A median with an interval of +-spread and a range of twice that.
Stat many(double median, double spread, std::int64_t n) {
  Stat stat = one(median);
  stat.n = n;
  stat.min = median * (1 - 1.5 * spread);
  stat.max = median * (1 + 2.5 * spread);
  if (n >= 6) {
    stat.low = median * (1 - spread);
    stat.high = median * (1 + spread);
  }
  return stat;
}

Phase phase(const char* name, Stat wall, double cpu, double faults, double read_bytes = 0, double major = 0) {
  Phase result;
  result.name = name;
  result.cpu = many(cpu, 0.02, wall.n);
  result.minor_faults = many(faults, 0.01, wall.n);
  result.major_faults = many(major, 0.01, wall.n);
  result.read_bytes = many(read_bytes, 0.01, wall.n);
  result.wall = std::move(wall);
  return result;
}

LedgerRow ledger_row(const char* at, double rss, double pss, double own, std::int64_t n) {
  LedgerRow row;
  row.at = at;
  row.rss = many(rss * kMiB, 0.004, n);
  if (pss > 0) row.pss = many(pss * kMiB, 0.004, n);
  if (own > 0) row.private_bytes = many(own * kMiB, 0.004, n);
  return row;
}

SteadyRow steady_row(std::int64_t batch, std::int64_t threads, std::int64_t workers, double ms, const char* stop) {
  SteadyRow row;
  row.batch = batch;
  row.threads = threads;
  row.workers = workers;
  row.latency = many(ms * kMs, 0.012, 480);
  row.latency.percentiles["p90"] = {ms * 1.08 * kMs, ms * 1.1 * kMs, 29};
  row.latency.percentiles["p99"] = {ms * 1.3 * kMs, ms * 1.52 * kMs, 299};
  row.throughput = many(static_cast<double>(batch * workers) * 1000 / ms, 0.012, 24);
  row.peak_rss = many((250 + 9 * static_cast<double>(batch)) * kMiB, 0.003, 3);
  row.blocks = 24;
  row.processes = 3;
  row.stop = stop;
  return row;
}

MachineInfo machine() {
  MachineInfo info;
  info.fingerprint = "0123456789abcdef";
  info.kernel = "6.1.0-18-amd64";
  info.hostname = "bench-7";
  info.virtualization = "kvm";
  info.model_filesystem = "ext4";
  info.cpu.model_name = "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz";
  info.cpu.architecture = "x86_64";
  info.cpu.logical = 2;
  info.cpu.online = 8;
  info.memory.total_bytes = std::int64_t{64} << 30;
  info.memory.cgroup_limit_bytes = std::int64_t{8} << 30;
  info.grade = "B";
  info.why = {"2.1 % of the CPU time was taken by the hypervisor", "CPU governor unknown"};
  return info;
}

InputSpec image_input() {
  InputSpec input;
  input.name = "x";
  input.tensor.shape = {std::string("batch"), std::int64_t{3}, std::int64_t{224}, std::int64_t{224}};
  input.from = "file";
  input.reason = "traced with f32[1,3,224,224]";
  return input;
}

ColdStartState state(const char* name, std::int64_t n, double read_ms, double read_bytes) {
  ColdStartState result;
  result.name = name;
  result.achieved = true;
  result.proof = "mincore and read_bytes";
  result.phases = {
      phase("process_start", many(14.2 * kMs, 0.03, n), 12.1 * kMs, 2110),
      phase("framework_start", many(151 * kMs, 0.02, n), 148 * kMs, 8830),
      phase("file_read", many(read_ms * kMs, 0.04, n), 58 * kMs, 25100, read_bytes, read_bytes > 0 ? 12 : 0),
      phase("deserialise", many(61 * kMs, 0.02, n), 60 * kMs, 1200),
      phase("make_input", many(0.6 * kMs, 0.1, n), 0.6 * kMs, 147),
      phase("first_inference", many(188 * kMs, 0.05, n), 260 * kMs, 9400)};
  result.phases[2].parts = {{"first_touch", many(read_ms * 0.7 * kMs, 0.05, n)},
                            {"copy", many(read_ms * 0.3 * kMs, 0.05, n)}};
  result.phases[2].estimated_parts = true;
  result.phases.insert(result.phases.begin() + 2, phase("op_libraries", many(0.2 * kMs, 0.1, n), 0.2 * kMs, 12));
  result.unattributed = many(6.1 * kMs, 0.3, n);
  double total = 6.1 * kMs;
  for (const Phase& part : result.phases) total += part.wall.median;
  result.time_to_first_result = many(total, 0.031, n);
  result.time_to_steady = many(total + 420 * kMs, 0.05, n);
  result.steady_after_inferences = many(9, 0.2, n);
  result.limit.copy_bytes_per_s = 11.2e9;
  result.limit.first_touch_bytes_per_s = 1.31e9;
  result.limit.huge_first_touch_bytes_per_s = 6.4e9;
  result.limit.floor_ns = 78.2 * kMs;
  if (read_bytes > 0) {
    result.limit.read_bytes_per_s = 2.1e9;
    result.limit.floor_ns = 95.5 * kMs;
  }
  return result;
}

}  // namespace

Report small_fast_model() {
  Report report;
  report.mlplan = {.version = "0.1.0",
                   .libtorch = "2.11.0",
                   .libtorch_build = "CUDA 13.0 build, on CPU",
                   .argv = {},
                   .started_at = "2026-01-05T10:00:00Z",
                   .wall_s = 58.4,
                   .seed = 1,
                   .stop = "time_box",
                   .failure = {},
                   .partial = false,
                   .environment = {},
                   .cpus = "0-1",
                   .device = "cpu"};
  report.model.path = "models/resnet50.pt";
  report.model.format = "torchscript";
  report.model.bytes = 102'551'000;
  report.model.inputs = {image_input()};
  report.model.dim_defaults = {{"batch", 1}};
  report.model.weights = {{"f32", 25'557'032, 102'228'128}};
  report.model.outputs = {"f32[1,1000]"};
  report.machine = machine();

  ColdStart& cold = report.cold_start;
  cold.states = {state("warm", 12, 128, 0), state("model_cold", 9, 312, 102'551'000)};
  cold.states[0].time_to_first_result.outliers = {7};
  cold.states[1].never_steady = 1;
  cold.states[1].rejected = 1;
  cold.states[1].rejected_why = {"another process held 38 % of the file in the page cache"};
  cold.simultaneous = {{2, "warm", many(1040 * kMs, 0.06, 8), many(1080 * kMs, 0.06, 4), 4, 0, 1.89},
                       {3, "warm", many(1530 * kMs, 0.08, 9), many(1610 * kMs, 0.08, 3), 3, 0, 2.79}};
  cold.diagnoses = {
      "Reading runs at 0.80 GB/s where memory copies at 11.2 GB/s: first touch of fresh memory is 70 % of it.",
      "Framework start is 28 % of a warm start and does not depend on the model."};

  MemoryReport& memory = report.memory;
  memory.ledger = {ledger_row("baseline", 4.2, 2.1, 1.4, 3),
                   ledger_row("framework", 96, 61, 32, 3),
                   ledger_row("after_load", 201, 166, 137, 3),
                   ledger_row("load_peak", 214, 0, 0, 3),
                   ledger_row("first_inference", 248, 212, 184, 3),
                   ledger_row("steady", 252, 216, 188, 3),
                   ledger_row("peak", 259, 0, 0, 3)};
  memory.peak_rss = many(259 * kMiB, 0.004, 3);
  memory.marginal = {{2, many(189 * kMiB, 0.01, 3)}, {3, many(188 * kMiB, 0.01, 3)}};
  memory.by_dim = {{"batch", {1, 8, 32}, {259 * kMiB, 322 * kMiB, 538 * kMiB}, 9 * kMiB, 250 * kMiB, 0.8 * kMiB}};

  report.steady = {steady_row(1, 1, 1, 41.3, "converged"), steady_row(1, 2, 1, 24.1, "converged"),
                   steady_row(2, 2, 1, 45.8, "converged"), steady_row(4, 2, 1, 90.2, "noise_converged"),
                   steady_row(8, 2, 1, 176, "time_box"),   steady_row(1, 1, 2, 43.9, "converged"),
                   steady_row(16, 2, 1, 349, "time_box")};
  report.steady[4].latency.percentiles["p99"] = {std::nullopt, std::nullopt, 299};
  report.steady[6].latency.percentiles["p99"] = {std::nullopt, std::nullopt, 299};
  report.steady[6].warm = false;
  report.quality = {true, std::nullopt, true, 0, 0, 1000};
  report.quality.batch_split = {
      {"", "f32", "rounding", 30'000, 2.9e-6, 8.41, 3.1e-7, 1.0, 1.0, 30}, "rows one by one", "batches of 2, 4, 8, 16"};
  report.quality.threads = {{"", "f32", "equal", 8000, 0.0, 8.41, 0.0, 1.0, 1.0, 8}, "1 thread", "2 threads, batch 8"};
  report.quality.dtype = {
      {"", "f32", "rounding", 1000, 4.2e-6, 8.41, 5.1e-7, 1.0, 1.0, 1}, "f64", "f32 weights and inputs"};
  report.warnings = {{"time_box", "The intervals of batch 8 and 16 are wider than 5 % as the time box ended.",
                      "--time-box 3m would bring them below 2 %"}};
  return report;
}

Report huge_slow_model() {
  Report report = small_fast_model();
  report.mlplan.wall_s = 731;
  report.mlplan.environment = {{"THP_MEM_ALLOC_ENABLE", "1"}};
  report.model.path = "/srv/models/production/2026-01/translation/encoder-decoder-30b/checkpoint-184000/model.pt";
  report.model.bytes = 32'212'254'720;
  report.model.weights = {{"bf16", 15'400'000'000, 30'800'000'000}, {"f32", 350'000'000, 1'400'000'000}};
  InputSpec ids;
  ids.name = "input_ids";
  ids.tensor = {DType::i64, {std::string("batch"), std::string("seq")}, Fill::range, 0, 32127};
  ids.from = "graph";
  ids.reason = "first embedding has 32128 rows";
  InputSpec mask = ids;
  mask.name = "attention_mask";
  mask.tensor.fill = Fill::ones;
  mask.reason = "named as a mask, multiplied with the scores of the first attention layer";
  report.model.inputs = {ids, mask};
  report.model.dim_defaults = {{"batch", 1}, {"seq", 128}};
  report.machine.grade = "C";
  report.machine.why = {"9.8 % of the CPU time was taken by the hypervisor", "tasks waited for a CPU 22 % of the run"};
  report.machine.memory.cgroup_limit_bytes = std::nullopt;
  report.machine.cpu.quota = 1.5;

  ColdStartState slow = state("model_cold", 1, 287'000, 32'212'254'720.0);
  slow.limit.read_bytes_per_s = 0.118e9;
  slow.limit.floor_ns = 273 * kSecond;
  slow.never_steady = 1;
  slow.time_to_steady = {};
  slow.time_to_first_result = one(288.1 * kSecond);
  slow.unattributed = one(0.68 * kSecond);
  ColdStartState warm;
  warm.name = "warm";
  warm.why_not = "30 GiB of files do not stay in 8.2 GiB of page cache";
  report.cold_start = {{warm, slow}, {}, {}, {"Storage delivers 112 MB/s: reading is 99 % of the start."}};

  report.memory = {};
  report.memory.ledger = {ledger_row("baseline", 4.2, 2.1, 1.4, 1), ledger_row("framework", 96, 61, 32, 1),
                          ledger_row("after_load", 30'840, 30'790, 30'760, 1),
                          ledger_row("load_peak", 61'500, 0, 0, 1)};
  report.memory.peak_rss = one(60.1 * kGiB);

  SteadyRow single;
  single.threads = 2;
  single.dims = {{"seq", 128}};
  single.latency = one(4210 * kMs);
  single.latency.percentiles = {{"p90", {std::nullopt, std::nullopt, 29}}, {"p99", {std::nullopt, std::nullopt, 299}}};
  single.throughput = one(0.2375);
  single.peak_rss = one(60.1 * kGiB);
  single.warm = false;
  single.stop = "single_sample";
  single.unmet = {"fewer than 10 samples", "less than 0.5 s"};
  SteadyRow failed;
  failed.batch = 8;
  failed.threads = 2;
  failed.dims = {{"seq", 128}};
  failed.stop = "out_of_memory";
  failed.failure = "needs more than the 57.6 GiB that are available; stopped at 57.7 GiB while running the model";
  report.steady = {single, failed};
  report.quality = {false, 3.1e-7, std::nullopt, 12, 0, 98'304};
  OutputDistance logits{"output['logits']", "bf16", "differs", 98'304, 1.75, 30.5, 0.083, 0.99655, 0.96875, 32};
  OutputDistance tokens{"output['ids']", "i64", "differs", 32, 31'020, 31'999};
  tokens.equal_share = 0.96875;
  logits.mismatched_nan = 12;
  logits.max_abs_error = std::numeric_limits<double>::max();
  logits.relative_l2 = logits.max_abs_error;
  logits.cosine = std::nullopt;
  report.quality.golden = {logits, "golden/translation.npz", "", {logits, tokens}};
  report.quality.golden->dtype = "bf16, i64";
  report.quality.golden->values += tokens.values;
  report.quality.golden->equal_share = tokens.equal_share;
  report.quality.max_abs_error = logits.max_abs_error;
  report.quality.not_checked = {"batch split: the time box has no room for a batch and its rows",
                                "dtype: wider weights would need 150 GiB, a worker may have 57.6 GiB"};
  report.warnings = {
      {"time_box", "One sample of a cold start takes longer than the time box of 1m.", "--time-box 30m for n = 6"},
      {"never_steady", "Latency had not settled when the warm-up was cut off.", ""}};
  return report;
}

Report interrupted_run() {
  Report report = small_fast_model();
  report.mlplan.stop = "interrupted";
  report.mlplan.partial = true;
  report.mlplan.wall_s = 6.2;
  report.cold_start.states = {state("warm", 2, 131, 0)};
  report.cold_start.simultaneous = {};
  report.cold_start.diagnoses = {};
  report.memory = {};
  report.steady = {};
  report.quality = {};
  report.warnings = {};
  return report;
}

}  // namespace mlplan::cli::examples
