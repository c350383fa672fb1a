// The requests of a trace, one by one, in the order of their arrival: what the simulator plays. The file is streamed,
// so it may be larger than memory.
//
// Times of arrival must not go back. Where a file has the times at which requests were done, arrivals follow from the
// durations, and rows are put in order within a window of a million rows. Which model a request is for is read where
// that is asked for; the names of the models are then all that grows with the file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiles/support/timestamp.h"
#include "profiles/traffic_columns.h"

namespace mlplan {

struct Arrival {
  double at_s = 0;                            // since the first arrival
  std::array<double, kMostSizes> sizes = {};  // in the order of ArrivalReader::columns().sizes
  std::size_t model = 0;                      // index in ArrivalReader::models(), where they are read
};

struct TraceModel {
  std::string name;
  std::int64_t line = 0;  // of its first row in the file
};

class ArrivalReader {
 public:
  // ErrorKind::bad_input with "FILE:LINE": no such file, no times, a text where a number belongs, time going back.
  static Result<ArrivalReader> open(const std::string& path, const TrafficColumns& columns = {});
  static Result<ArrivalReader> over(CsvReader reader, const TrafficColumns& columns = {});
  // `columns` are those of a header that has been read.
  ArrivalReader(CsvReader reader, FoundColumns columns);

  // From here on. ErrorKind::bad_input: no column has models.
  Status read_models();
  const std::vector<TraceModel>& models() const { return models_; }

  Result<bool> next(Arrival& arrival);  // false at the end
  const TrafficColumns& columns() const { return columns_.names; }
  const std::vector<std::string>& notes() const { return columns_.notes; }
  std::optional<double> starts_at_unix_s() const;  // once there was an arrival

 private:
  struct Pending {
    std::int64_t at_ns = 0;
    std::int64_t order = 0;  // rows of one time stay in the order of the file
    std::array<double, kMostSizes> sizes = {};
    std::size_t model = 0;
    friend bool operator>(const Pending& a, const Pending& b) {
      return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.order > b.order;
    }
  };
  Result<bool> read_row(Pending& row);  // the next selected one
  Result<bool> read_in_order(Pending& row);
  Result<double> number(std::size_t column) const;
  Result<std::int64_t> time(std::size_t column);
  Result<std::size_t> model();

  CsvReader reader_;
  FoundColumns columns_;
  std::optional<TimeUnit> unit_;
  std::vector<std::string> first_row_;
  std::vector<Pending> heap_;  // of rows to put in order
  bool at_end_ = false;
  bool reads_models_ = false;
  std::vector<TraceModel> models_;
  std::unordered_map<std::string, std::size_t> model_numbers_;
  std::int64_t rows_ = 0;
  std::optional<std::int64_t> first_ns_;
  std::int64_t last_ns_ = 0;
};

}  // namespace mlplan
