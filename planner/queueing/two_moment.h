// Mean waits of queues with general laws, approximated from the first two moments. For screening only.
//
// `arrival_scv` and `service_scv` are squared coefficients of variation (variance / mean^2) of the times between
// arrivals and of the service times. The base is M/M/c of the same rates (delay_queue.h, whose units and conventions
// hold here). Errors at 1-50 servers and utilisations of 0.5-0.95: 1 % on average for constant service, 4 % for service
// of scv 4, and 20 % on average, up to 83 %, where arrivals are bursty (scv 4): use with a guard band of two, never to
// certify a percentile. Sources: Kimura 1994, Tijms 1986, Allen 1978, Whitt 1993.
#pragma once

#include "planner/queueing/delay_queue.h"

namespace mlplan::planner {

// M/D/c: Cosmetatos' correction of half the wait of M/M/c.
double deterministic_mean_wait(const DelayQueue& queue);
// M/G/c with service_scv <= 1; NaN above.
double kimura_mean_wait(const DelayQueue& queue, double service_scv);
// M/G/c, linear in the scv: the choice for service_scv > 1.
double tijms_mean_wait(const DelayQueue& queue, double service_scv);
// G/G/c: the wait of M/M/c times the mean of both scv.
double allen_cunneen_mean_wait(const DelayQueue& queue, double arrival_scv, double service_scv);
// G/G/c, the best of these over all cases.
double whitt_mean_wait(const DelayQueue& queue, double arrival_scv, double service_scv);

}  // namespace mlplan::planner
