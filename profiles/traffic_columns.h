// Which columns of a CSV file say what about traffic: given by the user, or found by their usual names.
//
// A file with a column of rates or counts is a series; one with times and none of these is a trace of requests, a row
// each. Errors are ErrorKind::bad_input with "FILE:1".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/support/csv.h"

namespace mlplan {

inline constexpr std::size_t kMostSizes = 4;

struct TrafficColumns {
  std::string time;                // of an arrival, or the beginning of an interval
  std::string end;                 // when a request was done; with `duration` its arrival follows
  std::string duration;            // of a request
  std::string rate;                // requests per second in the interval
  std::string count;               // requests in the interval
  std::vector<std::string> sizes;  // numbers of a request, at most kMostSizes
  std::string model;               // that a request is for, a text
  // Only rows in which `select` has the value `selected`: for files of several series.
  std::string select;
  std::string selected;
  std::optional<double> step_s;  // what one row of a series covers; needed without a time, else found

  friend bool operator==(const TrafficColumns&, const TrafficColumns&) = default;
};

// "time=when,rate=load" into `columns`, as a flag gives them: time, end, duration, rate, count, size (repeatable),
// model, step (a duration), only=COLUMN:VALUE (select, selected). ErrorKind::usage.
Status parse_traffic_map(const std::string& text, TrafficColumns& columns);

struct FoundColumns {
  TrafficColumns names;  // the given ones and those that were found
  bool is_trace = false;
  std::optional<std::size_t> time;
  std::optional<std::size_t> end;
  std::optional<std::size_t> duration;
  std::optional<std::size_t> value;  // rate or count
  std::optional<std::size_t> select;
  std::optional<std::size_t> model;  // of a trace
  std::vector<std::size_t> sizes;
  double rate_scale = 1;  // to requests per second: 1/60 for requests per minute
  std::vector<std::string> header;
  std::vector<std::string> notes;  // what was assumed

  // Of the column a row must have to count; true without a choice.
  bool is_selected(const std::vector<std::string_view>& fields) const;
};

// Reads the header.
Result<FoundColumns> find_traffic_columns(CsvReader& reader, const TrafficColumns& given);

// "choose one of its series: only=model:a": for a row out of order that differs from the first in a text.
std::string select_hint(const FoundColumns& columns, const std::vector<std::string>& first,
                        const std::vector<std::string_view>& fields);

}  // namespace mlplan
