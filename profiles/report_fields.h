// The field lists of the report: the key of each member, with its unit, in the order in which they are written. Only
// for report.cpp, report_reader.cpp and machine_profile.cpp.
#pragma once

#include <algorithm>

#include "profiles/model_fields.h"
#include "profiles/report.h"
#include "profiles/slo_fields.h"
#include "profiles/support/json_fields.h"
#include "profiles/warning_fields.h"

namespace mlplan {

template <class F, Like<ToolInfo> T>
void fields(F& field, T& tool) {
  field("version", tool.version);
  field("libtorch", tool.libtorch);
  field("libtorch_build", tool.libtorch_build);
  field("argv", tool.argv);
  field("started_at", tool.started_at);
  field("session", tool.session);
  field("wall_s", tool.wall_s);
  field("seed", tool.seed);
  field("stop", tool.stop);
  field("failure", tool.failure);
  field("partial", tool.partial);
  field("environment", tool.environment);
  field("cpus", tool.cpus);
  field("device", tool.device);
}

template <class F, Like<ModelInfo> T>
void fields(F& field, T& model) {
  field("path", model.path);
  field("format", model.format);
  field("bytes", model.bytes);
  field("sha256", model.sha256);
  field("method", model.method);
  field("inputs", model.inputs);
  field("dim_defaults", model.dim_defaults);
  field("dim_bounds", model.dim_bounds);
  field("methods", model.methods);
  field("weights", model.weights);
  field("outputs", model.outputs);
  field("records", model.records);
}

template <class F, Like<CommandInfo> T>
void fields(F& field, T& command) {
  field("words", command.words);
  field("ready", command.ready);
  field("ready_pause_ns", command.ready_pause);
  field("cold_files", command.cold_files);
  field("processes", command.processes);
}

template <class F, Like<CpuInfo> T>
void fields(F& field, T& cpu) {
  field("model_name", cpu.model_name);
  field("architecture", cpu.architecture);
  field("logical", cpu.logical);
  field("online", cpu.online);
  field("quota", cpu.quota);
  field("governor", cpu.governor);
  field("flags_of_note", cpu.flags_of_note);
  field("steal_fraction", cpu.steal_fraction);
  field("pressure_some", cpu.pressure_some);
}

template <class F, Like<MemoryInfo> T>
void fields(F& field, T& memory) {
  field("total_bytes", memory.total_bytes);
  field("available_bytes", memory.available_bytes);
  field("cgroup_limit_bytes", memory.cgroup_limit_bytes);
  field("cgroup_version", memory.cgroup_version);
  field("transparent_huge_pages", memory.transparent_huge_pages);
  field("swap_total_bytes", memory.swap_total_bytes);
}

template <class F, Like<GpuMoment> T>
void fields(F& field, T& moment) {
  field("sm_clock_hz", moment.sm_clock);
  field("memory_clock_hz", moment.memory_clock);
  field("power_w", moment.power_w);
  field("temperature_c", moment.temperature_c);
}

template <class F, Like<MachineGpu> T>
void fields(F& field, T& gpu) {
  field("device", gpu.device);
  field("name", gpu.name);
  field("uuid", gpu.uuid);
  field("pci_bus_id", gpu.pci_bus_id);
  field("driver_version", gpu.driver_version);
  field("module_loading", gpu.module_loading);
  field("memory_bytes", gpu.memory_bytes);
  field("free_bytes", gpu.free_bytes);
  field("highest_sm_clock_hz", gpu.highest_sm_clock);
  field("highest_memory_clock_hz", gpu.highest_memory_clock);
  field("power_limit_w", gpu.power_limit_w);
  field("ecc", gpu.ecc);
  field("mig", gpu.mig);
  field("persistence", gpu.persistence);
  field("other_processes", gpu.other_processes);
  field("slowed_fraction", gpu.slowed_fraction);
  field("slowed_by", gpu.slowed_by);
  field("at_begin", gpu.at_begin);
  field("at_end", gpu.at_end);
  field("not_seen", gpu.not_seen);
}

template <class F, Like<MachineInfo> T>
void fields(F& field, T& machine) {
  field("fingerprint", machine.fingerprint);
  field("kernel", machine.kernel);
  field("hostname", machine.hostname);
  field("virtualization", machine.virtualization);
  field("model_filesystem", machine.model_filesystem);
  field("cpu", machine.cpu);
  field("memory", machine.memory);
  field("gpus", machine.gpus);
  field("grade", machine.grade);
  field("why", machine.why);
}

// A pair of name and Stat is an object of its own: {"name", "wall_ns"}.
using PhasePart = std::pair<std::string, Stat>;
template <class Json>
void to_json(Json& json, const PhasePart& part) {
  json = Json::object();
  json["name"] = part.first;
  json_fields::write(json["wall_ns"], part.second);
}
template <class Json>
void from_json(const Json& json, PhasePart& part) {
  part.first = json.at("name").template get<std::string>();
  json_fields::read(json.at("wall_ns"), part.second);
}

template <class F, Like<Phase> T>
void fields(F& field, T& phase) {
  field("name", phase.name);
  field("wall_ns", phase.wall);
  field("cpu_ns", phase.cpu);
  field("minor_faults", phase.minor_faults);
  field("major_faults", phase.major_faults);
  field("read_bytes", phase.read_bytes);
  field("parts", phase.parts);
  field("estimated_parts", phase.estimated_parts);
}

template <class F, Like<LoadLimit> T>
void fields(F& field, T& limit) {
  field("read_bytes_per_s", limit.read_bytes_per_s);
  field("copy_bytes_per_s", limit.copy_bytes_per_s);
  field("first_touch_bytes_per_s", limit.first_touch_bytes_per_s);
  field("huge_first_touch_bytes_per_s", limit.huge_first_touch_bytes_per_s);
  field("fault_ns", limit.fault_ns);
  field("floor_ns", limit.floor_ns);
}

// The name is the key of the state in "states".
template <class F, Like<ColdStartState> T>
void fields(F& field, T& state) {
  field("achieved", state.achieved);
  field("why_not", state.why_not);
  field("proof", state.proof);
  field("time_to_first_result_ns", state.time_to_first_result);
  field("time_to_steady_ns", state.time_to_steady);
  field("never_steady", state.never_steady);
  field("warm_up_undecided", state.warm_up_undecided);
  field("steady_after_inferences", state.steady_after_inferences);
  field("unattributed_ns", state.unattributed);
  field("phases", state.phases);
  field("copied_bytes", state.copied_bytes);
  field("limit", state.limit);
  field("rejected", state.rejected);
  field("rejected_why", state.rejected_why);
  field("gpu_slowed", state.gpu_slowed);
  field("gpu_again", state.gpu_again);
}

template <class F, Like<VariedStarts> T>
void fields(F& field, T& starts) {
  field("variable", starts.variable);
  field("value", starts.value);
  field("time_to_first_result_ns", starts.time_to_first_result);
  field("unattributed_ns", starts.unattributed);
  field("phases", starts.phases);
  field("module_loading", starts.module_loading);
  field("gpu_bytes", starts.gpu);
  field("rejected", starts.rejected);
  field("gpu_slowed", starts.gpu_slowed);
}

template <class F, Like<SimultaneousStarts> T>
void fields(F& field, T& starts) {
  field("starts", starts.starts);
  field("state", starts.state);
  field("time_to_first_result_ns", starts.time_to_first_result);
  field("slowest_ns", starts.slowest);
  field("rounds", starts.rounds);
  field("rejected", starts.rejected);
  field("slowdown", starts.slowdown);
}

// "states" is an object by name, in order; phases that did not happen are left out of it.
template <class Json>
void to_json(Json& json, const ColdStart& cold_start) {
  json = Json::object();
  Json& states = json["states"] = Json::object();
  for (const ColdStartState& state : cold_start.states) {
    Json& written = states[state.name];
    json_fields::write(written, state);
    auto& phases = written["phases"].template get_ref<typename Json::array_t&>();
    const auto empty = [](const Json& phase) { return phase["wall_ns"]["n"] == 0; };
    phases.erase(std::remove_if(phases.begin(), phases.end(), empty), phases.end());
  }
  json_fields::write(json["simultaneous"], cold_start.simultaneous);
  json_fields::write(json["varied"], cold_start.varied);
  json_fields::write(json["diagnoses"], cold_start.diagnoses);
}

template <class Json>
void from_json(const Json& json, ColdStart& cold_start) {
  for (const auto& [name, state] : json.at("states").template get_ref<const typename Json::object_t&>()) {
    json_fields::read(state, cold_start.states.emplace_back());
    cold_start.states.back().name = name;
  }
  if (const auto found = json.find("simultaneous"); found != json.end())
    json_fields::read(*found, cold_start.simultaneous);
  if (const auto found = json.find("varied"); found != json.end()) json_fields::read(*found, cold_start.varied);
  if (const auto found = json.find("diagnoses"); found != json.end()) json_fields::read(*found, cold_start.diagnoses);
}

template <class F, Like<LedgerRow> T>
void fields(F& field, T& row) {
  field("at", row.at);
  field("rss_bytes", row.rss);
  field("pss_bytes", row.pss);
  field("private_bytes", row.private_bytes);
  field("gpu_bytes", row.gpu);
  field("gpu_process_bytes", row.gpu_process);
  field("gpu_allocated_bytes", row.gpu_allocated);
  field("gpu_reserved_bytes", row.gpu_reserved);
}

template <class F, Like<MarginalWorker> T>
void fields(F& field, T& marginal) {
  field("workers", marginal.workers);
  field("added_bytes", marginal.added);
  field("gpu_bytes", marginal.gpu);
}

template <class F, Like<GpuMemoryPart> T>
void fields(F& field, T& part) {
  field("name", part.name);
  field("bytes", part.bytes);
}

template <class F, Like<GpuMemory> T>
void fields(F& field, T& memory) {
  field("process_bytes", memory.process);
  field("parts", memory.parts);
  field("holes_bytes", memory.holes);
  field("told_bytes", memory.told);
  field("given_back_bytes", memory.given_back);
  field("disagreement", memory.disagreement);
  field("fits", memory.fits);
  field("disturbed", memory.disturbed);
  field("not_seen", memory.not_seen);
}

template <class F, Like<MemoryByDim> T>
void fields(F& field, T& by_dim) {
  field("dim", by_dim.dim);
  field("values", by_dim.values);
  field("peak_rss_bytes", by_dim.peak_rss);
  field("bytes_per_unit", by_dim.bytes_per_unit);
  field("fixed_bytes", by_dim.bytes_fixed);
  field("residual_bytes", by_dim.residual);
}

template <class F, Like<MemoryReport> T>
void fields(F& field, T& memory) {
  field("ledger", memory.ledger);
  field("peak_rss_bytes", memory.peak_rss);
  field("marginal_worker_bytes", memory.marginal_worker);
  field("marginal", memory.marginal);
  field("by_dim", memory.by_dim);
  field("gpu", memory.gpu);
}

template <class F, Like<ValueRange> T>
void fields(F& field, T& range) {
  field("low", range.low);
  field("median", range.median);
  field("high", range.high);
  field("n", range.n);
}

template <class F, Like<GpuConditions> T>
void fields(F& field, T& conditions) {
  field("sm_clock_before_hz", conditions.sm_clock_before);
  field("sm_clock_after_hz", conditions.sm_clock_after);
  field("memory_clock_before_hz", conditions.memory_clock_before);
  field("memory_clock_after_hz", conditions.memory_clock_after);
  field("power_w", conditions.power_w);
  field("temperature_c", conditions.temperature_c);
  field("slowed_by", conditions.slowed_by);
  field("slowed_blocks", conditions.slowed_blocks);
  field("again_blocks", conditions.again_blocks);
}

template <class F, Like<SteadyRow> T>
void fields(F& field, T& row) {
  field("batch", row.batch);
  field("threads", row.threads);
  field("concurrency", row.concurrency);
  field("workers", row.workers);
  field("mode", row.mode);
  field("rate_per_s", row.rate_per_s);
  field("dims", row.dims);
  field("latency_ns", row.latency);
  field("device_ns", row.device);
  field("enqueue_ns", row.enqueue);
  field("gpu", row.gpu);
  field("isolated_ns", row.isolated);
  field("back_to_back_ns", row.back_to_back);
  field("not_isolated", row.not_isolated);
  field("throughput_per_s", row.throughput);
  field("peak_rss_bytes", row.peak_rss);
  field("blocks", row.blocks);
  field("processes", row.processes);
  field("warm", row.warm);
  field("warm_up_inferences", row.warm_up_inferences);
  field("stop", row.stop);
  field("unmet", row.unmet);
  field("failure", row.failure);
  field("arrivals", row.arrivals);
  field("queue_ns", row.queue);
  field("service_ns", row.service);
  field("utilisation", row.utilisation);
  field("saturated", row.saturated);
  field("late_fraction", row.late_fraction);
  field("generator_late", row.generator_late);
}

template <class F, Like<TriedRate> T>
void fields(F& field, T& tried) {
  field("rate_per_s", tried.rate_per_s);
  field("verdict", tried.verdict);
  field("response_ns", tried.response);
  field("response_high_ns", tried.response_high);
}

template <class F, Like<LoadKnee> T>
void fields(F& field, T& knee) {
  field("batch", knee.batch);
  field("threads", knee.threads);
  field("concurrency", knee.concurrency);
  field("dims", knee.dims);
  field("arrivals", knee.arrivals);
  field("objectives", knee.objectives);
  field("verdict", knee.verdict);
  field("holds_per_s", knee.holds_per_s);
  field("fails_per_s", knee.fails_per_s);
  field("capacity_per_s", knee.capacity_per_s);
  field("tried", knee.tried);
  field("failure", knee.failure);
}

template <class F, Like<ServingRow> T>
void fields(F& field, T& row) {
  field("threads", row.threads);
  field("workers", row.workers);
  field("after_idle", row.after_idle);
  field("after_idle_beside", row.after_idle_beside);
  field("cooling_ns", row.cooling_ns);
  field("warming_ns", row.warming_ns);
  field("beside", row.beside);
  field("hand_over_ns", row.hand_over);
  field("inferences", row.inferences);
}

template <class F, Like<Quality> T>
void fields(F& field, T& quality) {
  field("repeatable", quality.repeatable);
  field("max_abs_difference", quality.max_abs_difference);
  field("repeatable_across_processes", quality.repeatable_across_processes);
  field("nan_values", quality.nan_values);
  field("inf_values", quality.inf_values);
  field("output_values", quality.output_values);
  field("max_abs_error", quality.max_abs_error);
  field("golden", quality.golden);
  field("batch_split", quality.batch_split);
  field("threads", quality.threads);
  field("dtype", quality.dtype);
  field("not_checked", quality.not_checked);
}

template <class F, Like<LimitFraction> T>
void fields(F& field, T& beside) {
  field("figure", beside.figure);
  field("limit", beside.limit);
  field("fraction", beside.fraction);
  field("reached_bytes_per_s", beside.reached_bytes_per_s);
  field("limit_bytes_per_s", beside.limit_bytes_per_s);
  field("reached_ns", beside.reached);
  field("limit_ns", beside.limit_time);
  field("assumes", beside.assumes);
}

template <class F, Like<BesideMachine> T>
void fields(F& field, T& beside) {
  field("profile", beside.profile);
  field("probed_at", beside.probed_at);
  field("figures", beside.figures);
  field("not_compared", beside.not_compared);
}

template <class F, Like<Report> T>
void fields(F& field, T& report) {
  field("mlplan", report.mlplan);
  field("model", report.model);
  field("command", report.command);
  field("machine", report.machine);
  field("cold_start", report.cold_start);
  field("memory", report.memory);
  field("steady", report.steady);
  field("load", report.load);
  field("serving", report.serving);
  field("quality", report.quality);
  field("beside_machine", report.beside_machine);
  field("warnings", report.warnings);
}

}  // namespace mlplan
