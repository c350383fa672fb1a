// What mlplan and mlplan-worker say to each other.
//
// Channel: a stream socket at file descriptor kChannelFd, one JSON document a line. The parent writes Requests; the
// worker answers each with exactly one Reply, in order. For a timed cold start the request is written before the
// process is spawned, so nothing crosses the channel while anything is timed. A closed channel ends the worker.
//
// Blackbox: a page of shared memory at descriptor kBlackboxFd that the worker keeps current with plain stores. It
// survives the worker, so the parent knows in which phase a process died or hung.
//
// Stamps are CLOCK_MONOTONIC nanoseconds, the parent's clock too.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "profiles/input_spec.h"
#include "profiles/report.h"

namespace mlplan::worker {

inline constexpr int kChannelFd = 3;
inline constexpr int kBlackboxFd = 4;
// Environment variables set by the parent for the worker alone.
inline constexpr const char* kParentPidVariable = "MLPLAN_WORKER_PARENT";  // worker ends when this is not its parent
inline constexpr const char* kStopAtBaselineVariable =
    "MLPLAN_WORKER_STOP_AT_BASELINE";  // "1": SIGSTOP itself in .preinit_array
// For tests of what judges a slower start: the model file's first read takes so many nanoseconds longer.
inline constexpr const char* kReadDelayVariable = "MLPLAN_WORKER_READ_DELAY_NS";

enum class Phase : std::uint32_t {
  process_start,
  framework_start,
  waiting,
  cuda_start,
  op_libraries,
  unpack,
  load,
  make_input,
  first_inference,
  warm_up,
  measure,
  idle,
  trial,
  describe,
  done
};
std::string_view name_of(Phase phase);  // as a person reads it: "loading the model", ...

// Counters at one moment, of the worker process.
struct Stamp {
  std::int64_t time_ns = 0;
  std::int64_t cpu_ns = 0;  // all threads
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::int64_t read_bytes = 0;  // /proc/self/io read_bytes
};

struct Blackbox {  // layout shared by both programs of one version
  std::atomic<std::uint32_t> phase;
  std::atomic<std::uint64_t> inferences;  // completed since start
  std::atomic<std::int64_t> phase_since_ns;
};

struct LoadRequest {
  std::string path;
  std::string format;                     // "torchscript" or "aotinductor"; empty: by content
  std::string device = "cpu";             // or "cuda:0"
  std::int64_t threads = 1;               // intra-op; inter-op is 1
  std::int64_t concurrency = 1;           // calls that may run at the same time
  std::vector<std::string> op_libraries;  // dlopened before the model
  std::string scratch;                    // existing folder of the worker's own, for unpacking
  std::string method = "forward";
};

struct InputRequest {
  std::vector<InputSpec> inputs;
  std::map<std::string, std::int64_t> dims;  // every symbol has a value
  std::uint64_t seed = 1;
};

// Warm-up by rule (docs/method.md): windows of max(5 inferences, 50 ms); see bench/warm_up.h.
struct WarmUpRequest {
  std::int64_t cap_ns = 10'000'000'000;
};

struct MeasureRequest {
  InputRequest input;
  std::int64_t threads = 0;               // 0: as loaded
  std::int64_t untimed = 0;               // inferences run before the first timed one
  std::int64_t min_time_ns = 20'000'000;  // stop at the first end of an inference past this ...
  std::int64_t min_count = 1;             // ... and this many inferences
  std::int64_t max_count = 1'000'000;     // whatever comes first ends it
  std::int64_t start_at_ns = 0;           // CLOCK_MONOTONIC; workers side by side start together; 0: at once
  // On a GPU, after these: so many inferences each by itself, and so many one right after another (gpu_timing.h).
  std::int64_t isolated = 0;
  std::int64_t back_to_back = 0;
};

// Requests served by `concurrency` threads of the one process (bench/worker/serve.h). With arrivals an open loop: a
// request is released at its time whatever became of those before it. Without, a closed one: every thread calls back to
// back.
struct ServeRequest {
  InputRequest input;
  std::int64_t threads = 0;               // intra-op of each call; 0: as loaded
  std::int64_t concurrency = 1;           // at most that of the load
  std::int64_t untimed = 1;               // calls of each thread before the time begins
  std::vector<std::int64_t> arrivals_ns;  // ascending, from the begin on
  std::int64_t give_up_ns = 0;            // open: nothing is started later than this after the begin
  std::int64_t min_time_ns = 20'000'000;  // closed: a thread stops at its first end of a call past this ...
  std::int64_t min_count = 1;             // ... and this many calls
};

// Requests one by one, as a server in a pool has them. After the reply to this verb the channel carries Tickets to the
// worker and Stubs back, as they lie in memory (both ends are programs of one version), until it is closed.
struct AttendRequest {
  InputRequest input;
  std::int64_t threads = 0;           // intra-op; 0: as loaded
  std::vector<std::int64_t> batches;  // every size that may come: their inputs are made before the reply
  std::int64_t untimed = 0;           // inferences at each of these sizes before the reply
};

// One inference of a batch.
struct Ticket {
  std::uint64_t number;
  std::int64_t batch;
};
struct Stub {
  std::uint64_t number;
  std::int64_t started_ns;  // CLOCK_MONOTONIC
  std::int64_t done_ns;
  std::int64_t failure_bytes;  // of the message that follows, where the model threw; 0: it did not
};

struct CheckRequest {
  std::string what;                   // "golden", "save_golden", "batch_split", "threads", "dtype"
  std::string path;                   // of the golden
  std::vector<std::int64_t> batches;  // ascending
  std::int64_t rows_at_once = 1;      // the fewest that the model takes
  std::int64_t threads = 1;
};

struct Request {
  // version:     -> build facts, no model touched
  // start:       first use of the framework, op libraries (LoadRequest)
  // load:        the model
  // first:       inputs, then the first inference, result held as a host tensor
  // cold_start:  start + load + first with a single reply
  // warm_up:     further inferences on the same input until steady
  // measure:     one block
  // serve:       requests at given times, or several calls at the same time
  // attend:      from then on Tickets (AttendRequest)
  // trial:       one inference on the given input; failure is a reply, not the end
  // describe:    methods, signature, inferred inputs, weights; needs load
  // device_memory: the GPU's, and of it libtorch's; needs start on one
  // quality:     repeatability, NaN and Inf of the output, digest
  // check:       outputs against others that should equal them (CheckRequest)
  // sample:      writes a sample model (`sample_*`), no model needed
  // exit:        _exit(0) after the reply
  std::string verb;
  LoadRequest load;
  InputRequest input;
  WarmUpRequest warm_up;
  MeasureRequest measure;
  ServeRequest serve;
  AttendRequest attend;
  CheckRequest check;
  std::string sample_name;
  std::string sample_size;  // "small", "medium", "large" or a byte quantity
  std::string sample_path;
  std::uint64_t sample_seed = 1;
};

struct BuildFacts {
  std::string mlplan_version;
  std::string torch_version;    // loaded at run time: "2.11.0"
  std::string torch_built_for;  // headers: "2.11.0"
  std::string build;            // "CUDA 13.0 build; AVX512; OpenMP"
  std::string torch_library;    // path of libtorch_cpu.so in use
  // After start on a GPU.
  std::string device;                    // "NVIDIA H200, driver for CUDA 13.0"
  std::string device_pci_bus_id = {};    // "0000:1B:00.0"
  std::string cuda_module_loading = {};  // "lazy" or "eager", in force; empty: the driver does not say
};

// One stamp at the end of each phase; absent (time_ns 0) where the phase did not happen.
struct ColdStartStamps {
  Stamp preinit;    // end of process_start: exec and dynamic linking done, nothing initialised
  Stamp framework;  // end of framework_start
  // On a GPU only: each the end of its phase.
  Stamp cuda_driver;      // libcuda loaded, cuInit done
  Stamp cuda_libraries;   // libtorch_cuda and what it needs
  Stamp cuda_context;     // cudaSetDevice
  Stamp torch_cuda_init;  // libtorch's own
  Stamp op_libraries;     // only with --op-library; else equals the stamp before
  Stamp unpack;           // .pt2 only
  Stamp loaded;           // end of the load: file_read, deserialise and copy_to_device interleaved, split by counters
  Stamp reading;          // *accumulated inside the reader's read()*: durations and counts, not a moment
  // Of the reading's time: ready to run, but no CPU was free. Absent where the kernel does not tell.
  std::optional<std::int64_t> reading_cpu_wait_ns;
  Stamp copying;  // *accumulated* over the copies to the device, likewise; all 0 on a CPU
  std::int64_t copied_bytes = 0;
  Stamp input;         // end of make_input
  Stamp first_result;  // end of first_inference
};

struct Measured {
  std::vector<std::int64_t> latency_ns;  // of each timed inference, in order, back to back
  std::int64_t begin_ns = 0;             // stamp at the start of the first one
  // On a GPU, of each of these too: its work on the device by events, and the time until the call had queued it.
  std::vector<std::int64_t> device_ns;
  std::vector<std::int64_t> enqueue_ns;
  std::vector<std::int64_t> isolated_ns;      // on the device, where they were asked for
  std::vector<std::int64_t> back_to_back_ns;  // likewise: of an inference, by run of them
  std::string not_isolated;                   // why isolated_ns is empty all the same
};

// Offsets from begin_ns. Open: the i-th request is that of the i-th arrival, and those beyond the last were not served.
// Closed: nothing is sent, and the calls of one thread stand together.
struct Served {
  std::int64_t begin_ns = 0;
  std::vector<std::int64_t> sent_ns;  // released by the generator
  std::vector<std::int64_t> started_ns;
  std::vector<std::int64_t> done_ns;
  std::vector<std::int64_t> thread;  // that served it, from 0
};

struct WarmedUp {
  std::int64_t inferences = 0;  // after the first
  bool steady = false;
  std::int64_t steady_from = 0;   // index among these of the first steady one
  std::int64_t steady_at_ns = 0;  // stamp at its start
};

struct Description {
  std::string format;  // found by content where the request names none
  std::vector<MethodInfo> methods;
  std::vector<InputSpec> inputs;          // what could be inferred; from = "file" or "graph"
  std::vector<std::string> not_inferred;  // arguments for which nothing was found, as signature text
  std::vector<InputSpec> to_edit;         // a guess at each of these, in the same order, that a user can correct
  std::map<std::string, std::int64_t> dim_defaults;
  std::map<std::string, std::vector<std::int64_t>> dim_bounds;
  std::vector<DTypeBytes> weights;
  std::vector<FileRecord> records;
  std::vector<std::string> notes;  // what trial runs showed: "batch is fixed at 1: the model refuses 2"
};

struct QualityFacts {
  bool repeatable = true;
  double max_abs_difference = 0;
  std::int64_t nan_values = 0;
  std::int64_t inf_values = 0;
  std::int64_t output_values = 0;
  std::string digest;  // 16 hex digits over all output bytes
};

// Of the GPU's memory. Bytes; those of libtorch's allocator are what this process has of it through libtorch.
struct DeviceMemory {
  std::int64_t in_use = 0;          // on the whole device, by all processes, as CUDA tells it
  std::int64_t allocated = 0;       // held by tensors
  std::int64_t peak_allocated = 0;  // at most at once since the last time this was asked
  std::int64_t reserved = 0;        // taken from the device
  std::int64_t holes = 0;           // of what is reserved and not allocated: between blocks in use
};

struct WorkerFailure {
  std::string kind;  // "model_file" (missing, truncated, not a model, state_dict), "input" (wrong shape or signature),
                     // "model" (threw), "out_of_memory", "abi" (other libtorch), "op_library", "device",
                     // "cuda" (not to be had here), "device_memory" (the GPU's is too small), "device_lost" (the worker
                     // ends after this reply),
                     // "golden" (not of this model), "not_possible" (this check of this model), "internal"
  std::string message;  // first line of the cause, cleaned of C++ stack traces
  std::string hint;
  std::string phase = {};  // in which it happened, as a person reads it; the blackbox may be at the next request by now
};

struct Reply {
  std::string verb;  // of the request answered
  std::optional<WorkerFailure> failure;
  BuildFacts build;
  ColdStartStamps stamps;
  std::vector<std::string> outputs;  // first, cold_start, trial: "f32[1,1000]"
  WarmedUp warmed_up;
  Measured measured;
  Served served;
  Description description;
  QualityFacts quality;
  Agreement agreement;         // check
  DeviceMemory device_memory;  // device_memory
};

// One line, with '\n'. Members of Request and Reply that have their default value are left out. Text that is not UTF-8
// (a file name may be any bytes) arrives as it was sent.
std::string write_line(const Request& request);
std::string write_line(const Reply& reply);
Result<Request> read_request(const std::string& line);
Result<Reply> read_reply(const std::string& line);

}  // namespace mlplan::worker
