// Traffic from CSV files: a series of rates or counts, or a trace of requests, told apart by their columns. Read in one
// pass and bounded memory, whatever the size of the file.
//
// A series: the step is that of most rows (of the first thousand); steps without a row are gaps, and a note says how
// many and where the first is. A trace: requests are counted, their sizes summarised, their burstiness computed.
#pragma once

#include <string>

#include "profiles/traffic.h"

namespace mlplan {

// ErrorKind::bad_input with "FILE:LINE": empty, no header, no such column, a text where a number belongs, a negative
// number, time that goes back or stands still, a step that cannot be told.
Result<Traffic> read_traffic_csv(CsvReader reader, const TrafficColumns& columns = {});

// A file of either kind: a traffic document where it begins with a brace, else CSV.
Result<Traffic> read_traffic_file(const std::string& path, const TrafficColumns& columns = {});

}  // namespace mlplan
