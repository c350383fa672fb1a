// The report: what `mlplan bench` found out about one model on one machine. docs/formats.md explains every field; the
// JSON Schema is profiles/schemas/report.schema.json. Names in the JSON carry the unit that the member here leaves out
// (Phase::wall is "wall_ns"). std::optional is absent (null) in the JSON.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/input_spec.h"
#include "profiles/slo.h"
#include "profiles/stat.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kReportSchema = "mlplan.report";
inline constexpr const char* kReportSchemaVersion = "1.0";

struct Warning {
  std::string code;     // stable, snake_case: "unattributed_time", "no_cold_state"
  std::string message;  // what was seen and why it matters
  std::string hint;     // which flag or action to try
};

struct ToolInfo {  // JSON "mlplan"
  std::string version;
  std::string libtorch;        // version the worker ran with
  std::string libtorch_build;  // "CUDA 13.0 build, on CPU", CPU capability, threading backend
  std::vector<std::string> argv;
  std::string started_at;    // RFC 3339 UTC
  std::string session = {};  // the same in all reports whose samples were taken in turns, in one run; else empty
  double wall_s = 0;         // of the whole run
  std::uint64_t seed = 0;    // of the interleaving order and of all inputs
  std::string stop;          // "complete", "time_box", "interrupted", "failed"
  std::string failure = {};  // with "failed": what went wrong, in which phase and task
  bool partial = false;      // interrupted or failed: what was measured is here, the rest is missing
  std::map<std::string, std::string> environment;  // --env given to the worker
  std::string cpus;                                // "0-3,8": --cpus given to the worker, or the CPUs it was allowed
  std::string device = "cpu";                      // "cpu", "cuda:0"
};

struct DTypeBytes {
  std::string dtype;
  std::int64_t parameters = 0;  // elements
  std::int64_t bytes = 0;
};

struct MethodInfo {
  std::string name;
  std::string signature;  // "forward(Tensor x, float scale=1.0) -> Tensor"
};

struct FileRecord {  // one member of the archive
  std::string name;
  std::int64_t bytes = 0;
};

struct ModelInfo {
  std::string path;    // absolute, without . and ..; symbolic links are not followed
  std::string format;  // "torchscript", "aotinductor", or "command": a program, `bytes` those of its cold files
  std::int64_t bytes = 0;
  std::string sha256;
  std::string method = "forward";
  std::vector<InputSpec> inputs;
  std::map<std::string, std::int64_t> dim_defaults;             // value of each symbol outside of its sweep
  std::map<std::string, std::vector<std::int64_t>> dim_bounds;  // symbol -> [low, high] where the file states them
  std::vector<MethodInfo> methods;
  std::vector<DTypeBytes> weights;
  std::vector<std::string> outputs;  // of the trial run: "f32[1,1000]"
  std::vector<FileRecord> records;   // largest first, at most 20; JSON only from inspect
};

struct CpuInfo {
  std::string model_name;
  std::string architecture;  // "x86_64"
  int logical = 0;           // CPUs this process may use
  int online = 0;
  std::optional<double> quota;           // CPUs' worth of time the control groups allow, the tightest; absent: no quota
  std::string governor;                  // "unknown" where /sys has none
  std::string flags_of_note;             // "avx2 avx512f amx_tile"
  std::optional<double> steal_fraction;  // of all CPU time over the run, from /proc/stat
  std::optional<double> pressure_some;   // PSI cpu, share of the run that some task waited
};

struct MemoryInfo {
  std::int64_t total_bytes = 0;
  std::int64_t available_bytes = 0;                // when the run began
  std::optional<std::int64_t> cgroup_limit_bytes;  // the tightest limit on the path, v1 or v2
  std::string cgroup_version;                      // "v1", "v2", "none"
  std::string transparent_huge_pages;              // "always", "madvise", "never", "unknown"
  std::optional<std::int64_t> swap_total_bytes;
};

// A GPU at one moment; absent is what it does not tell.
struct GpuMoment {
  std::optional<double> sm_clock = {};      // Hz
  std::optional<double> memory_clock = {};  // Hz
  std::optional<double> power_w = {};       // of many cards the mean of the last second
  std::optional<double> temperature_c = {};
};

// The GPU that the workers of a run were on, as the driver's management library (NVML) told of it.
struct MachineGpu {
  std::string device = {};                          // "cuda:0": CUDA's number of it, among those that were visible
  std::string name = {};                            // "NVIDIA H200"
  std::string uuid = {};                            // "GPU-..."
  std::string pci_bus_id = {};                      // "0000:1b:00.0"
  std::string driver_version = {};                  // of the driver, "580.82.07"
  std::string module_loading = {};                  // "lazy" or "eager", in force in the worker; empty: not told
  std::optional<std::int64_t> memory_bytes = {};    // of the whole card
  std::optional<std::int64_t> free_bytes = {};      // when the run began
  std::optional<double> highest_sm_clock = {};      // Hz
  std::optional<double> highest_memory_clock = {};  // Hz
  std::optional<double> power_limit_w = {};
  std::optional<bool> ecc = {};
  std::optional<bool> mig = {};                      // cut into parts: what is told is of the whole card
  std::optional<bool> persistence = {};              // stays initialised while nobody uses it
  std::optional<std::int64_t> other_processes = {};  // on it when the run began or ended, whichever was more
  std::optional<double> slowed_fraction = {};        // of the run, that heat or the power supply slowed it down
  std::vector<std::string> slowed_by = {};           // in samples that are in figures: see GpuConditions
  GpuMoment at_begin = {};
  GpuMoment at_end = {};
  std::string not_seen = {};  // why nothing of all this is known
};

struct MachineInfo {
  std::string fingerprint;  // 16 hex digits over what must agree for two reports to be comparable
  std::string kernel;
  std::string hostname;
  std::string virtualization;    // "kvm", "container", "none", "unknown"
  std::string model_filesystem;  // "ext4", "overlay", "tmpfs", ...
  CpuInfo cpu;
  MemoryInfo memory;
  std::vector<MachineGpu> gpus = {};  // that the workers were on
  std::string grade;                  // A, B or C: how quiet the machine was
  std::vector<std::string> why;       // reasons for the grade
};

// One phase of a cold start. The phases of a sample do not overlap; their sum plus `unattributed` is the wall.
struct Phase {
  std::string name;  // see kPhases
  Stat wall;         // ns
  Stat cpu;          // ns, of all threads of the worker
  Stat minor_faults;
  Stat major_faults;
  Stat read_bytes;  // fetched from storage by the worker, not from the page cache
  std::vector<std::pair<std::string, Stat>>
      parts;                     // wall ns of a breakdown within: file_read -> first_touch, copy, waits
  bool estimated_parts = false;  // parts computed from counts and measured costs, not by clocks
};

// In timeline order. The GPU's phases stay empty (n = 0, left out of the JSON's list) on a CPU.
inline constexpr const char* kPhases[] = {"process_start",   "framework_start", "cuda_driver",    "cuda_libraries",
                                          "cuda_context",    "torch_cuda_init", "op_libraries",   "unpack",
                                          "file_read",       "deserialise",     "copy_to_device", "make_input",
                                          "first_inference", "until_ready"};

struct LoadLimit {
  std::optional<double> read_bytes_per_s;         // from storage to memory already touched; absent in the warm state
  std::optional<double> copy_bytes_per_s;         // page cache to memory already touched
  std::optional<double> first_touch_bytes_per_s;  // zeroing fresh 4 KiB pages
  std::optional<double>
      huge_first_touch_bytes_per_s;  // the same with transparent huge pages, where the kernel grants them
  std::optional<double> fault_ns;    // CPU time of one 4 KiB first touch
  std::optional<double> floor_ns;    // least time to have the file's bytes in memory in this state
};

struct ColdStartState {
  std::string name;  // "model_cold", "warm", "all_cold"
  bool achieved = false;
  std::string why_not;                 // when not achieved: the reason, in a sentence
  std::string proof;                   // how the state was proven: "mincore and read_bytes", "read_bytes only"
  Stat time_to_first_result;           // ns
  Stat time_to_steady;                 // ns; absent samples where steady state was not reached
  std::int64_t never_steady = 0;       // samples in which it was not
  std::int64_t warm_up_undecided = 0;  // samples whose warm-up was cut off before the rule could tell
  Stat steady_after_inferences;
  Stat unattributed;  // ns
  std::vector<Phase> phases;
  std::optional<std::int64_t> copied_bytes = {};  // in copy_to_device: weights and constants; absent on a CPU
  LoadLimit limit;
  std::int64_t rejected = 0;  // samples taken whose state could not be proven; kept out of all figures
  std::vector<std::string> rejected_why;
  std::int64_t gpu_slowed = 0;  // samples in the figures in which the GPU was slowed down by heat or the power supply
  std::int64_t gpu_again = 0;   // samples left out for that, and taken again
};

// Warm starts with one variable of the worker's environment at a value of its own (bench --vary).
struct VariedStarts {
  std::string variable;
  std::string value;
  Stat time_to_first_result;  // ns
  Stat unattributed;          // ns
  std::vector<Phase> phases;
  std::string module_loading;   // "lazy" or "eager", in force in these workers; empty on a CPU
  std::optional<Stat> gpu;      // bytes: growth of the GPU's used memory up to the first result
  std::int64_t rejected = 0;    // as in ColdStartState, of the warm state
  std::int64_t gpu_slowed = 0;  // likewise
};

struct SimultaneousStarts {
  std::int64_t starts = 0;
  std::string state;               // "warm"
  Stat time_to_first_result;       // ns, every process of every round
  Stat slowest;                    // ns, the last of each round
  std::int64_t rounds = 0;         // that these came from
  std::int64_t rejected = 0;       // rounds left out, since their state could not be proven
  std::optional<double> slowdown;  // median over the median of single starts in the same state
};

struct ColdStart {
  std::vector<ColdStartState> states;
  std::vector<SimultaneousStarts> simultaneous;
  std::vector<VariedStarts> varied;
  std::vector<std::string> diagnoses;  // one sentence each
};

// Where memory stood at a barrier. The worker is stopped while it is read; bytes are of that process alone.
struct LedgerRow {
  std::string at;  // baseline, framework, after_load, load_peak, first_inference, steady, peak
  Stat rss;        // bytes
  Stat pss;        // n = 0 for the two peaks: the kernel keeps only a resident peak
  Stat private_bytes;
  // Of the GPU, once the worker has a context on it.
  std::optional<Stat> gpu;                 // bytes in use on the whole device, whoever uses them, as CUDA tells it
  std::optional<Stat> gpu_process = {};    // growth of its used memory by NVML since before the worker was started
  std::optional<Stat> gpu_allocated = {};  // by libtorch's allocator: held by tensors ...
  std::optional<Stat> gpu_reserved = {};   // ... and taken from the device
};

struct MarginalWorker {          // the k-th worker of the same model on this host
  std::int64_t workers = 0;      // k
  Stat added;                    // bytes: growth of the sum of PSS over all workers when the k-th is steady
  std::optional<Stat> gpu = {};  // bytes: growth of the GPU's used memory, by NVML, meanwhile
};

struct GpuMemoryPart {
  std::string name;  // see kGpuMemoryParts
  Stat bytes;
};

// In this order; together they are the process.
inline constexpr const char* kGpuMemoryParts[] = {
    "context",    // up to the first context, before libtorch's allocator has taken anything
    "libraries",  // grown since outside of that allocator: code of kernels, what CUDA's libraries keep
    "weights",    // held by tensors once the model is loaded, its constants too
    "buffers",    // held by tensors beyond that when steady: inputs, outputs, cuBLAS's workspace
    "workspace",  // what an inference holds at most beyond that, kept for the next
    "unused"};    // reserved by the allocator and not needed at once: rounding, fragmentation, loading

// What one worker takes of a GPU's memory when it is steady at the defaults of all symbols. Bytes.
struct GpuMemory {
  Stat process = {};                      // growth of the device's used memory, by NVML, from before the worker
  std::vector<GpuMemoryPart> parts = {};  // without `process` only those that the allocator tells
  std::optional<Stat> holes = {};       // of `workspace` and `unused`: between blocks in use, of use to small ones only
  std::optional<Stat> told = {};        // what NVML's list of processes says of the worker
  std::optional<Stat> given_back = {};  // by which the device's used memory fell when the worker ended
  std::optional<double> disagreement =
      {};  // of `process` with `told`, else of before the worker with after, over `process`
  std::optional<std::int64_t> fits = {};  // workers in the memory that was free before, a twentieth of it kept
  std::int64_t disturbed = 0;             // passes left out, since other processes came or went meanwhile
  std::string not_seen = {};              // why there is no `process`
};

struct MemoryByDim {  // memory over one symbol, others at their defaults
  std::string dim;
  std::vector<std::int64_t> values;
  std::vector<double> peak_rss;          // bytes, one per value
  std::optional<double> bytes_per_unit;  // least-squares slope
  std::optional<double> bytes_fixed;     // its intercept
  std::optional<double> residual;        // largest distance from the line, bytes
};

struct MemoryReport {
  std::vector<LedgerRow> ledger;
  Stat peak_rss;  // bytes, highest of one worker over load, first inference and steady state at batch 1
  std::optional<Stat> marginal_worker;  // bytes: the second worker
  std::vector<MarginalWorker> marginal;
  std::vector<MemoryByDim> by_dim;
  std::optional<GpuMemory> gpu = {};
};

struct ValueRange {
  double low = 0;
  double median = 0;
  double high = 0;
  std::int64_t n = 0;
};

// The GPU before and after each of a row's blocks (of an open loop each visit, of a search those at all rates), as NVML
// told it. Ranges over all of them.
struct GpuConditions {
  std::optional<ValueRange> sm_clock_before = {};  // Hz
  std::optional<ValueRange> sm_clock_after = {};
  std::optional<ValueRange> memory_clock_before = {};
  std::optional<ValueRange> memory_clock_after = {};
  std::optional<ValueRange> power_w = {};  // after
  std::optional<ValueRange> temperature_c = {};
  std::vector<std::string> slowed_by = {};  // "power_cap" (usual under full load), "thermal", "power_brake", "hardware"
  std::int64_t slowed_blocks = 0;           // in the figures, although slowed down by one of the latter three
  std::int64_t again_blocks = 0;            // left out for that, and measured again
};

struct SteadyRow {
  std::int64_t batch = 1;
  std::int64_t threads = 1;
  std::int64_t concurrency = 1;
  std::int64_t workers = 1;  // processes running side by side; latency is of each, throughput of all together
  std::string mode = "closed";
  std::optional<double> rate_per_s;
  std::map<std::string, std::int64_t> dims;
  Stat latency;  // ns; bounds of the median from block medians, see `blocks`; open: from the scheduled arrival on
  std::optional<Stat> device;        // ns from the first to the last of an inference's work on the GPU, gaps included
  std::optional<Stat> enqueue = {};  // ns that the CPU took to queue that work
  std::optional<GpuConditions> gpu = {};
  // On a GPU, of a single worker: ns there of one inference by itself, all of it queued before it begins and the L2
  // cache empty; and of each of many that are queued one after another, waited for only at the end.
  std::optional<Stat> isolated = {};
  std::optional<Stat> back_to_back = {};
  std::string not_isolated = {};  // why `isolated` is absent where the others are there
  Stat throughput;                // inputs (batch x inferences) per second, one sample per block
  Stat peak_rss;                  // bytes, one sample per visit
  std::int64_t blocks = 0;        // separate stretches of time, spread over the run
  std::int64_t processes = 0;     // fresh processes these came from
  std::optional<bool>
      warm;  // every process's warm-up ended by rule before its first block; absent: cut off too soon to say
  std::int64_t warm_up_inferences = 0;  // the fewest of any process
  std::string stop;  // converged, noise_converged, time_box, visits, interrupted, single_sample, failed, out_of_memory
  std::vector<std::string> unmet;  // conditions of the stopping rule that were not met
  std::string failure;             // with stop = failed or out_of_memory
  // An open loop's (mode "open"); latency is its response time, queue and service.
  std::string arrivals;                 // "poisson", "constant"
  std::optional<Stat> queue;            // ns from the scheduled arrival until the model was called
  std::optional<Stat> service;          // ns
  std::optional<double> utilisation;    // offered rate x mean service / concurrency
  std::optional<bool> saturated;        // the queue grew without end: no latency, only the throughput reached
  std::optional<double> late_fraction;  // of requests sent later than a tenth of a service after their time
  std::optional<bool> generator_late;   // so much that no percentile is stated
};

// One rate that the search for the highest that keeps an objective has tried; its row is in `steady`.
struct TriedRate {
  double rate_per_s = 0;
  std::string verdict;                  // "holds", "fails", "undecided" (within what the samples can tell)
  std::optional<double> response;       // ns, at the highest percentile of the objectives
  std::optional<double> response_high;  // its upper bound
};

// The highest rate of an open loop that keeps latency objectives.
struct LoadKnee {
  std::int64_t batch = 1;
  std::int64_t threads = 1;
  std::int64_t concurrency = 1;
  std::map<std::string, std::int64_t> dims;
  std::string arrivals;
  std::vector<LatencyObjective> objectives;
  std::string verdict;                   // "found", "not_decided" (time ran out before), "never" (at no rate)
  std::optional<double> holds_per_s;     // the highest rate that was seen to keep them
  std::optional<double> fails_per_s;     // the lowest that was not, or the capacity
  std::optional<double> capacity_per_s;  // back to back
  std::vector<TriedRate> tried;          // by rate
  std::string failure;
};

// How a worker serves that is given its requests one by one, beside one that runs the model again and again. The ratios
// are of inferences that follow each other, so that what drifts on the machine is not in them; of each Stat a sample is
// of the processes of one visit.
struct ServingRow {
  std::int64_t threads = 1;
  std::int64_t workers = 1;  // side by side in `beside`
  Stat after_idle;  // the first inference of a worker that was idle for long over those that follow when it is warm
  std::optional<Stat> after_idle_beside;  // likewise, all workers busy from then on
  // Between warm and cold: idle for t ns a worker is on its way to cold by 1 - exp(-t / cooling_ns), busy for t it
  // comes back by as much with warming_ns; 0: at once, after one inference.
  double cooling_ns = 0;
  double warming_ns = 0;
  std::optional<Stat> beside;   // inference while all workers are busy over one alone, all warm
  Stat hand_over;               // ns from giving a request to a worker until its answer is here, less the inference
  std::int64_t inferences = 0;  // of all processes
};

// How far one set of outputs lies from another that should equal it. NaN at the same place counts as equal, and so does
// the same infinity; such places count for nothing but `values`.
struct OutputDistance {
  std::string output = {};   // "output[0]", "output['logits']"; empty: all together
  std::string dtype = {};    // of that output; of all together the dtypes, "f32, i64"
  std::string verdict = {};  // "equal", "rounding" (within rounding_tolerance, bench/output_distance.h), "differs"
  std::int64_t values = 0;   // compared
  std::optional<double> max_abs_error = {};  // the largest double where NaN or infinity stands on one side only
  std::optional<double> scale = {};          // largest finite magnitude of what it is held against
  std::optional<double> relative_l2 = {};    // of floating-point values; likewise
  std::optional<double> cosine = {};  // of floating-point values; absent where one side is all zeros or not finite
  std::optional<double> top1_agreement = {};  // share of rows with their largest value at the same place
  std::int64_t top1_rows = 0;
  std::optional<double> equal_share = {};  // of integers and booleans
  std::int64_t mismatched_nan = 0;         // NaN on one side only
};

// All outputs together, and each of them where there are several.
struct Agreement : OutputDistance {
  std::string against = {};  // "rows one by one", "1 thread", "f64", the golden's path
  std::string detail = {};   // "batches of 2, 4, 8"
  std::vector<OutputDistance> outputs = {};
};

struct Quality {
  std::optional<bool> repeatable = {};            // bitwise: the same input twice in one process
  std::optional<double> max_abs_difference = {};  // between the two, when not
  std::optional<bool> repeatable_across_processes = {};
  std::int64_t nan_values = 0;
  std::int64_t inf_values = 0;
  std::int64_t output_values = 0;
  std::optional<double> max_abs_error = {};   // of `golden`
  std::optional<Agreement> golden = {};       // against stored outputs, on the inputs stored with them
  std::optional<Agreement> batch_split = {};  // a batch against its rows one by one
  std::optional<Agreement> threads = {};      // all CPUs against one
  std::optional<Agreement> dtype = {};        // the model as it is against the same weights in a wider type
  std::vector<std::string> not_checked = {};  // "dtype: a compiled package cannot be cast"
};

// A figure of the report beside what a probe of the machine found to be its limit. Of rates `fraction` is reached /
// limit, of times limit / reached: 1 is as fast as the machine. Above 1 the limit was no limit of this work, or the
// bytes that `assumes` names were not all moved.
struct LimitFraction {
  std::string figure;  // "cold_start.warm.file_read", "steady[batch=1,threads=2]"
  std::string limit;   // the machine figure's name: "disk/page_cache/threads:1"
  double fraction = 0;
  std::optional<double> reached_bytes_per_s = {}, limit_bytes_per_s = {};
  std::optional<double> reached = {}, limit_time = {};  // ns
  std::string assumes = {};  // what the reached rate takes for granted; empty: it was counted
};

// bench --machine.
struct BesideMachine {
  std::string profile;    // the file
  std::string probed_at;  // RFC 3339 UTC
  std::vector<LimitFraction> figures = {};
  std::vector<std::string> not_compared = {};  // "steady: the weights fit into the cache of 32 MiB"
};

// A program that was measured from outside in place of a model (bench --command).
struct CommandInfo {
  std::vector<std::string> words;       // with {port} where each start had a free port
  std::string ready;                    // what it was waited for, as given to --ready
  std::optional<double> ready_pause;    // ns, longest wait before a question that was answered: times are too long by
                                        // at most this; absent where nothing was asked (a line)
  std::vector<std::string> cold_files;  // absolute; files and folders
  std::int64_t processes = 0;           // alive when it was ready
};

struct Report {
  ToolInfo mlplan;
  ModelInfo model;
  std::optional<CommandInfo> command = {};  // absent: a model
  MachineInfo machine;
  ColdStart cold_start;
  MemoryReport memory;
  std::vector<SteadyRow> steady;
  std::vector<LoadKnee> load;
  std::vector<ServingRow> serving;
  Quality quality;
  std::optional<BesideMachine> beside_machine = {};  // absent: no --machine
  std::vector<Warning> warnings;
};

// The cold start in that state; null where it was not reached, or was not timed.
const ColdStartState* find_state(const Report& report, std::string_view name);
// null: none has that name.
const Phase* find_phase(const std::vector<Phase>& phases, std::string_view name);

// Stable key order: equal reports give equal bytes.
nlohmann::ordered_json to_ordered_json(const Report& report);
std::string write_report(const Report& report);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version.
Result<Report> read_report(const std::string& text, const std::string& file_name);

// The JSON Schema (draft-07) of the report, as shipped.
std::string_view report_schema();

}  // namespace mlplan
