#include "cli/commands/slo_flags.h"

namespace mlplan::cli {
namespace {

template <class Target, class Parser>
Flags::Reader read_with(Parser parse, Target& target) {
  return [parse, &target](const std::string& value) -> Status {
    auto parsed = parse(value);
    if (!parsed) return fail(parsed.error());
    target = *std::move(parsed);
    return {};
  };
}

}  // namespace

void declare_request_slo(Flags& flags, Slo& slo) {
  flags.value("--slo", "LIST", "response times to keep, as p99=80ms or p50=20ms,p99=80ms",
              read_with(parse_latency_objectives, slo.latency));
  flags.value("--exposure", "SHARE", "of requests that may meet a cold start, as 0.1%",
              read_with(parse_exposure, slo.exposure));
}

void declare_slo(Flags& flags, Slo& slo) {
  declare_request_slo(flags, slo);
  flags.value("--availability", "SHARE", "of the time with enough capacity, as 99.95%",
              read_with(parse_availability, slo.availability));
  flags.value("--survive", "LIST", "failures at once: 1 (instance), zone, or 2,zone",
              read_with(parse_survival, slo.survive));
}

}  // namespace mlplan::cli
