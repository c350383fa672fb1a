// What a bench run is asked to do: validated values only. cli/ makes one from flags; tests make one by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/open_loop.h"
#include "profiles/input_spec.h"
#include "profiles/slo.h"

namespace mlplan::bench {

struct Options {
  // --- what is measured
  // -------------------------------------------------------------------------------------------------
  std::string model_path;
  std::string format = {};  // "torchscript", "aotinductor"; empty: decided by the file's content
  std::string method = "forward";
  std::vector<InputSpec> inputs = {};          // from --input; arguments left out are inferred
  std::vector<std::string> op_libraries = {};  // custom operators, loaded before the model
  std::string device = "cpu";

  // --- the worker's world
  // -----------------------------------------------------------------------------------------------
  std::map<std::string, std::string> environment = {};  // --env K=V, on top of ours
  // --vary: variables of the worker's environment, each with the values that warm starts are measured under as well.
  std::map<std::string, std::vector<std::string>> vary = {};
  std::vector<int> cpus = {};             // --cpus; empty: those this process may use
  std::string torch_library_folder = {};  // --torch-lib; empty: as built, or MLPLAN_TORCH_LIB
  std::string worker_path = {};           // empty: MLPLAN_WORKER, beside mlplan, or libexec
  std::optional<std::int64_t> memory_limit_bytes =
      {};  // a worker above it is stopped; default 90 % of what is available

  // --- the sweeps
  // ------------------------------------------------------------------------------------------------------- Empty: 1,
  // 2, 4, 8, 16, 32 as far as the time box goes. Given: exactly these, whatever it takes within the box.
  std::vector<std::int64_t> batches = {};
  std::vector<std::int64_t> threads = {};  // intra-op threads; empty: 1 and all CPUs
  std::vector<std::int64_t> workers = {};  // processes side by side; empty: 1, and as many as CPUs with one thread each
  std::map<std::string, std::vector<std::int64_t>> dims = {};  // --dim seq=16..512*2

  // --- the load (docs/method.md, Open loop)
  // ----------------------------------------------------------------------------------
  std::vector<double> rates = {};               // arrivals per second, an open loop each; empty: none
  Arrivals arrivals = Arrivals::poisson;        // of the open loops
  std::vector<std::int64_t> concurrency = {1};  // requests in flight in a worker: threads that run the model at once
  std::vector<LatencyObjective> slo = {};       // find the highest rate that keeps all of these; empty: do not

  // --- how hard
  // ---------------------------------------------------------------------------------------------------------
  std::chrono::nanoseconds time_box =
      std::chrono::seconds(60);  // for everything; the first sample of a kind may overrun it
  std::int64_t min_samples = 6;  // of each cold-start state, time box permitting; fewer carry no 95 % interval
  std::int64_t max_samples = 40;
  bool all_cold = false;   // also with the libraries out of the page cache
  bool cold_start = true;  // --only steady turns it off, ...
  bool memory = true;
  bool steady = true;
  bool quality = true;      // outputs over batch, threads and dtype; two runs on the same input are always compared
  std::string golden = {};  // --golden: outputs to check against
  std::string save_golden = {};  // --save-golden: where to write them
  bool load = true;              // what the section on load asks for, if anything
  std::uint64_t seed = 1;        // of the order of the samples and of the inputs' values

  // --- when to give up
  // --------------------------------------------------------------------------------------------------
  std::chrono::nanoseconds load_stall = std::chrono::seconds(30);  // loading without any progress in I/O, faults or CPU
  std::chrono::nanoseconds inference_limit = std::chrono::seconds(60);  // one inference
};

// Options::max_samples of a run that takes more of what is undecided, where nobody says otherwise: time limits it.
inline constexpr std::int64_t kMostWantedSamples = 80;

}  // namespace mlplan::bench
