#include "cli/views/fields.h"

namespace mlplan::cli {
namespace {

constexpr Field<ColdStartState> kStateFields[] = {
    {"time_to_first_result", "first result", Unit::duration,
     [](const ColdStartState& state) -> const Stat& { return state.time_to_first_result; }},
    {"time_to_steady", "steady after", Unit::duration,
     [](const ColdStartState& state) -> const Stat& { return state.time_to_steady; }},
};

constexpr Field<Phase> kPhaseFields[] = {
    {"wall", "wall", Unit::duration, [](const Phase& phase) -> const Stat& { return phase.wall; }},
    {"cpu", "CPU", Unit::duration, [](const Phase& phase) -> const Stat& { return phase.cpu; }},
    {"minor_faults", "faults", Unit::count, [](const Phase& phase) -> const Stat& { return phase.minor_faults; }},
    {"major_faults", "major", Unit::count, [](const Phase& phase) -> const Stat& { return phase.major_faults; }},
    {"read_bytes", "from disk", Unit::bytes, [](const Phase& phase) -> const Stat& { return phase.read_bytes; }},
};

const Stat kNotMeasured = {};

const Stat& or_not_measured(const std::optional<Stat>& stat) { return stat ? *stat : kNotMeasured; }

constexpr Field<LedgerRow> kLedgerFields[] = {
    {"rss", "RSS", Unit::bytes, [](const LedgerRow& row) -> const Stat& { return row.rss; }},
    {"pss", "PSS", Unit::bytes, [](const LedgerRow& row) -> const Stat& { return row.pss; }},
    {"private", "private", Unit::bytes, [](const LedgerRow& row) -> const Stat& { return row.private_bytes; }},
    {"gpu", "GPU", Unit::bytes, [](const LedgerRow& row) -> const Stat& { return or_not_measured(row.gpu); }},
    {"gpu_process", "of it own", Unit::bytes,
     [](const LedgerRow& row) -> const Stat& { return or_not_measured(row.gpu_process); }},
    {"gpu_allocated", "tensors", Unit::bytes,
     [](const LedgerRow& row) -> const Stat& { return or_not_measured(row.gpu_allocated); }},
    {"gpu_reserved", "reserved", Unit::bytes,
     [](const LedgerRow& row) -> const Stat& { return or_not_measured(row.gpu_reserved); }},
};

constexpr Field<SteadyRow> kSteadyFields[] = {
    {"latency", "median", Unit::duration, [](const SteadyRow& row) -> const Stat& { return row.latency; }},
    {"device", "on GPU", Unit::duration,
     [](const SteadyRow& row) -> const Stat& { return or_not_measured(row.device); }},
    {"isolated", "by itself", Unit::duration,
     [](const SteadyRow& row) -> const Stat& { return or_not_measured(row.isolated); }},
    {"back_to_back", "in a run", Unit::duration,
     [](const SteadyRow& row) -> const Stat& { return or_not_measured(row.back_to_back); }},
    {"throughput", "throughput", Unit::per_second, [](const SteadyRow& row) -> const Stat& { return row.throughput; }},
    {"peak_rss", "peak RSS", Unit::bytes, [](const SteadyRow& row) -> const Stat& { return row.peak_rss; }},
};

}  // namespace

std::span<const Field<ColdStartState>> state_fields() { return kStateFields; }
std::span<const Field<Phase>> phase_fields() { return kPhaseFields; }
std::span<const Field<LedgerRow>> ledger_fields() { return kLedgerFields; }
std::span<const Field<SteadyRow>> steady_fields() { return kSteadyFields; }

}  // namespace mlplan::cli
