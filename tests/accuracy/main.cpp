// `make accuracy`: the product's figures against independent references, in one run, as ratios. No verdict is derived
// from them by a test: the table is for a person, with the machine's own noise (the reference against itself) in every
// row.
//
// CASES: comma-separated of start, steady, load, command, probe, pairs (all). SAMPLES: of each kind (40). WORKER and
// REFERENCE are found beside this program; the models are made in a folder of their own under the system's temporary
// folder.
#include <fmt/format.h>

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <pcg_random.hpp>
#include <set>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/cold_start.h"
#include "bench/cold_start_report.h"
#include "bench/command_process.h"
#include "bench/machine.h"
#include "bench/model_file.h"
#include "bench/resolve_inputs.h"
#include "bench/statistics.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/units.h"
#include "tests/accuracy/open_loop.h"
#include "tests/accuracy/probe.h"
#include "tests/accuracy/reference_process.h"
#include "tests/accuracy/value.h"

namespace mlplan::accuracy {
namespace {

using bench::CacheState;

struct Model {
  std::string name;
  std::string sample;
  std::string size;
  std::vector<std::string> shape;  // for the reference: dtype, then dimensions
  std::vector<std::string> input;  // for mlplan; empty: inferred
};

struct Setup {
  std::string worker;
  std::string reference;
  std::string folder;
  bench::Options options;
  std::string path(const Model& model) const { return folder + "/accuracy_" + model.name + ".pt"; }
};

struct Summary {
  double min = 0;
  double quartile = 0;
  double median = 0;
};

Summary summary(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return {samples.front(), bench::quantile(samples, 0.25), bench::median(samples)};
}

void print_ratios(const std::string& name, std::size_t n, const std::vector<double>& ours,
                  const std::vector<double>& theirs, const std::vector<double>& again, const char* unit) {
  const Summary a = summary(ours);
  const Summary b = summary(theirs);
  const Summary c = summary(again);
  const auto show = [&](double x) { return unit[0] == 'B' ? format_bytes(x) : format_duration(x); };
  fmt::print("{:<34} {:>3}  {:>9} {:>9}  {:>6.3f} {:>6.3f} {:>6.3f}   {:>6.3f} {:>6.3f} {:>6.3f}\n", name, n,
             show(a.median), show(b.median), a.min / b.min, a.quartile / b.quartile, a.median / b.median, c.min / b.min,
             c.quartile / b.quartile, c.median / b.median);
  std::fflush(stdout);
}

void print_head(const char* title) {
  fmt::print(
      "\n{}\n{:<34} {:>3}  {:>9} {:>9}  {:>20}   {:>20}\n{:<34} {:>3}  {:>9} {:>9}  {:>6} {:>6} {:>6}   {:>6} {:>6} "
      "{:>6}\n",
      title, "", "", "mlplan", "reference", "mlplan / reference", "reference / itself", "", "n", "median", "median",
      "min", "q1", "median", "min", "q1", "median");
}

bench::World world_for(const Setup& setup, const Model& model, std::int64_t threads) {
  bench::Options options = setup.options;
  options.model_path = setup.path(model);
  options.threads = {threads};
  options.inputs = value(parse_input_flags(model.input));
  const bench::ModelFile file = value(bench::look_at_model_file(options.model_path));
  bench::World world = bench::make_world(options, file, value(bench::make_launch(options)));
  const bench::Pilot pilot = value(bench::run_pilot(world, options));
  world.load.format = pilot.description.format;
  world.input = {pilot.inputs, pilot.dims, options.seed};
  world.libraries = bench::files_of_the_worker(pilot.mapped_files, world);
  return world;
}

std::vector<std::string> arguments(const char* mode, const Setup& setup, const Model& model) {
  std::vector<std::string> out{mode, setup.path(model)};
  out.insert(out.end(), model.shape.begin(), model.shape.end());
  return out;
}

// Calls each once, in random order.
void in_random_order(pcg64& random, std::vector<std::function<void()>> all) {
  for (std::size_t i = all.size(); i > 1; --i)
    std::swap(all[i - 1], all[boost::random::uniform_int_distribution<std::size_t>(0, i - 1)(random)]);
  for (const auto& each : all) each();
}

void starts(const Setup& setup, const std::vector<Model>& models, int n) {
  print_head("Time to first result, peak memory: a new process each, interleaved with the reference program");
  pcg64 random(1);
  for (const Model& model : models) {
    const bench::World world = world_for(setup, model, 2);
    for (const CacheState state : {CacheState::warm, CacheState::model_cold}) {
      if (const auto why = bench::cannot_make(state, bench::files_of(world))) {
        fmt::print("{:<34} not made: {}\n", model.name, *why);
        continue;
      }
      std::vector<double> ours, theirs, again, our_peak, their_peak, their_peak_again;
      double worst_unattributed = 0;
      const auto reference = [&](std::vector<double>& walls, std::vector<double>& peaks) {
        value(bench::make_state(state, bench::files_of(world)));
        const ReferenceStart start = run_reference(setup.reference, arguments("start", setup, model), 2);
        walls.push_back(start.wall_ns);
        peaks.push_back(start.peak_rss_bytes);
      };
      for (int round = 0; round < n; ++round) {
        in_random_order(random, {[&] {
                                   const bench::ColdSample sample = value(
                                       bench::take_cold_sample(state, world, static_cast<std::uint64_t>(round), 1));
                                   const bench::Timeline times = bench::timeline(sample);
                                   ours.push_back(times.wall_ns);
                                   our_peak.push_back(static_cast<double>(sample.peak_rss_bytes));
                                   worst_unattributed =
                                       std::max(worst_unattributed, std::abs(times.unattributed_ns) / times.wall_ns);
                                 },
                                 [&] { reference(theirs, their_peak); }, [&] { reference(again, their_peak_again); }});
      }
      const std::string name = model.name + ", " + std::string(bench::name_of(state));
      print_ratios(name, ours.size(), ours, theirs, again, "ns");
      print_ratios("  peak resident set", ours.size(), our_peak, their_peak, their_peak_again, "B");
      fmt::print("  phases against wall: at worst {:.2f} % of a sample in no phase\n", worst_unattributed * 100);
    }
  }
}

// One worker and two reference loops, all new, in turn block by block. Each gives the medians of its blocks.
void alternate(const Setup& setup, const Model& model, const bench::World& world, int rounds, pcg64& random,
               std::vector<double>& ours, std::vector<double>& theirs, std::vector<double>& again) {
  constexpr int kWarmUpRounds = 2;
  bench::SpawnOptions spawn;
  spawn.verbs = {"cold_start", "warm_up"};
  bench::Worker worker = value(bench::spawn_worker(world, spawn));
  value(worker.process.await(world.limits));
  value(worker.process.await(world.limits));
  ReferenceLoop first(setup.reference, arguments("loop", setup, model), 1);
  ReferenceLoop second(setup.reference, arguments("loop", setup, model), 1);
  for (int round = 0; round < rounds + kWarmUpRounds; ++round) {
    const auto collect = [&](std::vector<double>& into, std::vector<double> block) {
      std::sort(block.begin(), block.end());
      if (round >= kWarmUpRounds) into.push_back(bench::median(block));
    };
    in_random_order(random, {[&] {
                               worker::Request request = world.request("measure", 1, worker.scratch.path());
                               request.measure.input = world.input;
                               request.measure.untimed = 1;
                               value(worker.process.send(request).map([] { return 0; }));
                               const worker::Reply reply = value(worker.process.await(world.limits));
                               collect(ours, {reply.measured.latency_ns.begin(), reply.measured.latency_ns.end()});
                             },
                             [&] { collect(theirs, first.block()); }, [&] { collect(again, second.block()); }});
  }
}

// Two processes of one program differ by more than what is to be seen here, so many of each take part.
void steady(const Setup& setup, const std::vector<Model>& models, int n) {
  print_head("Steady latency at one thread: 20 processes each, block by block in turn with the reference's bare loop");
  constexpr int kProcesses = 20;
  pcg64 random(2);
  for (const Model& model : models) {
    const bench::World world = world_for(setup, model, 1);
    std::vector<double> ours, theirs, again;
    for (int process = 0; process < kProcesses; ++process) {
      alternate(setup, model, world, std::max(1, n / kProcesses), random, ours, theirs, again);
    }
    print_ratios(model.name, ours.size(), ours, theirs, again, "ns");
  }
}

void pairs(const Setup& setup, const Model& model, int n) {
  fmt::print("\nDo the stated intervals of two runs on the same model overlap? {} pairs of runs of 12 s\n", n);
  bench::Options options = setup.options;
  options.model_path = setup.path(model);
  options.time_box = std::chrono::seconds(12);
  options.batches = {1};
  options.workers = {1};
  int of = 0;
  int overlap = 0;
  std::map<std::string, std::pair<int, int>> by_name;
  const auto count = [&](const std::string& name, const Stat& a, const Stat& b) {
    if (!a.low || !b.low) return;
    const bool meet = *a.low <= *b.high && *b.low <= *a.high;
    ++of;
    overlap += meet;
    ++by_name[name].second;
    by_name[name].first += meet;
  };
  for (int pair = 0; pair < n; ++pair) {
    options.seed = 2 * static_cast<std::uint64_t>(pair) + 1;
    const Report a = value(bench::run(options, {})).report;
    options.seed += 1;
    const Report b = value(bench::run(options, {})).report;
    for (std::size_t i = 0; i < std::min(a.cold_start.states.size(), b.cold_start.states.size()); ++i) {
      count("time to first result, " + a.cold_start.states[i].name, a.cold_start.states[i].time_to_first_result,
            b.cold_start.states[i].time_to_first_result);
    }
    for (std::size_t i = 0; i < std::min(a.steady.size(), b.steady.size()); ++i) {
      count(fmt::format("latency, {} threads", a.steady[i].threads), a.steady[i].latency, b.steady[i].latency);
    }
    count("peak resident set", a.memory.peak_rss, b.memory.peak_rss);
  }
  for (const auto& [name, counts] : by_name) fmt::print("  {:<40} {} of {}\n", name, counts.first, counts.second);
  fmt::print("  {:<40} {} of {} ({:.0f} %)\n", "all", overlap, of, 100.0 * overlap / std::max(1, of));
}

// A web server in Python, of the standard library alone.
constexpr const char* kServer =
    "import http.server, sys\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(200)\n"
    "        self.end_headers()\n"
    "        self.wfile.write(b'ok')\n"
    "    def log_message(self, *arguments): pass\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()\n";

// The same readiness of the same server, one start of each in turn: mlplan's own, and spawn, connect, read, kill.
void command(const Setup& setup, int n) {
  print_head("Time to ready of a Python HTTP server: mlplan --command, interleaved with a bare spawn and connect loop");
  const std::string script = setup.folder + "/server.py";
  value(write_file(script, kServer).map([] { return 0; }));
  pcg64 random(3);
  std::vector<double> ours, theirs, again;
  bench::CommandOptions options;
  options.command = "python3 " + script + " {port}";
  const bench::CommandLine line = value(bench::command_line(options, {}));
  const auto measure = [&] {
    bench::CommandLaunch launch;
    const int port = bench::free_port();
    launch.line = line;
    launch.line.words.back() = std::to_string(port);
    launch.ready = value(bench::parse_readiness(fmt::format("url:http://127.0.0.1:{}/", port)));
    bench::CommandProcess process = value(bench::CommandProcess::start(launch));
    value(process.await_ready({}).map([] { return 0; }));
    ours.push_back(static_cast<double>(process.ready_ns() - process.started_ns()));
    value(process.end().map([] { return 0; }));
  };
  const auto reference = [&](std::vector<double>& walls) {
    walls.push_back(time_to_answer(line.program, script, bench::free_port()));
  };
  for (int round = 0; round < n; ++round)
    in_random_order(random, {measure, [&] { reference(theirs); }, [&] { reference(again); }});
  print_ratios("python3 http.server", ours.size(), ours, theirs, again, "ns");
}

int main_of() {
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const bench::ScratchFolder scratch = value(bench::ScratchFolder::make());
  Setup setup{here / "mlplan-worker", here / "mlplan-accuracy-reference", scratch.path(), {}};
  setup.options.worker_path = setup.worker;
  const char* cases = std::getenv("CASES");
  const std::string wanted =
      std::string(",") + (cases != nullptr && *cases != '\0' ? cases : "start,steady,load,command,probe,pairs") + ",";
  const auto on = [&](const char* name) { return wanted.find(std::string(",") + name + ",") != std::string::npos; };

  const std::vector<Model> start_models = {{"mlp_25MB", "mlp", "25MB", {}, {}}, {"cnn_100MB", "cnn", "100MB", {}, {}}};
  const std::vector<Model> steady_models = {
      {"10us", "mlp", "256kB", {}, {}}, {"5ms", "mlp", "64MB", {}, {}}, {"100ms", "cnn", "80MB", {}, {}}};
  std::set<std::string> made;
  const auto complete = [&](std::vector<Model> models) {
    for (Model& model : models) {
      value(bench::write_sample(model.sample, model.size, setup.path(model), 1, setup.options).map([] { return 0; }));
      bench::Options options = setup.options;
      options.model_path = setup.path(model);
      const bench::Inspection found = value(bench::inspect(options, {}));
      const TensorSpec& tensor = found.model.inputs.front().tensor;
      model.shape = {std::string(name_of(tensor.dtype))};
      for (const Dim& dim : tensor.shape) {
        const auto* fixed = std::get_if<std::int64_t>(&dim);
        const std::int64_t extent = fixed != nullptr ? *fixed
                                    : std::get<std::string>(dim) == "batch"
                                        ? 1
                                        : found.model.dim_defaults.at(std::get<std::string>(dim));
        model.shape.push_back(std::to_string(extent));
      }
    }
    return models;
  };
  int n = 40;
  if (const char* samples = std::getenv("SAMPLES"); samples != nullptr) {
    const char* end = samples + std::strlen(samples);
    if (std::from_chars(samples, end, n).ptr != end || n < 1) {
      fmt::print(stderr, "SAMPLES is no number: {}\n", samples);
      return 2;
    }
  }
  if (on("start")) starts(setup, complete(start_models), n);
  if (on("steady")) steady(setup, complete(steady_models), 2 * n);
  if (on("load")) print_open_loop(world_for(setup, complete({steady_models[1]}).front(), 1), n / 40.0);
  if (on("command")) command(setup, n);
  if (on("probe")) print_probe(here / "mlplan-accuracy-stream", setup.folder, std::max(1, n / 8));
  if (on("pairs")) pairs(setup, complete({start_models.front()}).front(), std::max(1, n / 2));
  const MachineInfo machine = bench::describe_machine(".", {});
  fmt::print("\n{} CPUs ({}), kernel {}\n", machine.cpu.logical, machine.cpu.model_name, machine.kernel);
  return 0;
}

}  // namespace
}  // namespace mlplan::accuracy

int main() { return mlplan::accuracy::main_of(); }
