#include "profiles/traffic_csv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "profiles/arrivals.h"
#include "profiles/support/atomic_file.h"
#include "tests/profiles/random_documents.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

using namespace mlplan;

namespace {

CsvReader reader_of(const std::string& text) { return {std::make_unique<std::istringstream>(text), "t.csv"}; }

Traffic good(const Result<Traffic>& traffic) {
  REQUIRE_MESSAGE(traffic, test::message_of(traffic));
  return *traffic;
}

Traffic read(const std::string& text, const TrafficColumns& columns = {}) {
  return good(read_traffic_csv(reader_of(text), columns));
}

const RateSeries& series_of(const Traffic& traffic) {
  REQUIRE(std::holds_alternative<RateSeries>(traffic.shape));
  return std::get<RateSeries>(traffic.shape);
}

const RequestTrace& trace_of(const Traffic& traffic) {
  REQUIRE(std::holds_alternative<RequestTrace>(traffic.shape));
  return std::get<RequestTrace>(traffic.shape);
}

std::string error_of(const std::string& text, const TrafficColumns& columns = {}) {
  const auto traffic = read_traffic_csv(reader_of(text), columns);
  REQUIRE_FALSE(traffic);
  CHECK(traffic.error().kind == ErrorKind::bad_input);
  return traffic.error().where + " " + traffic.error().message;
}

bool has_note(const Traffic& traffic, const std::string& part) {
  return std::any_of(traffic.notes.begin(), traffic.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("rates are taken as they are, per minute where the name says so, and counts by the step") {
  CHECK(series_of(read("t_s,rps\n0,5\n60,7\n")).per_s == std::vector<double>{5, 7});
  CHECK(series_of(read("t_s,rps\n0,5\n60,7\n")).step_s == 60);
  CHECK(series_of(read("t_s,rpm\n0,60\n60,120\n")).per_s == std::vector<double>{1, 2});
  CHECK(series_of(read("timestamp,count\n2026-01-01 00:00,600\n2026-01-01 00:05,1200\n")).per_s ==
        std::vector<double>{2, 4});
  CHECK(series_of(read("timestamp,count\n2026-01-01 00:00,600\n2026-01-01 00:05,1200\n")).starts_at_unix_s ==
        1767225600);
  CHECK_FALSE(series_of(read("t_s,rps\n0,5\n60,7\n")).starts_at_unix_s);
  CHECK(has_note(read("timestamp,value\n0,1\n10,2\n"), "taken as requests in each interval"));
}

TEST_CASE("columns may be named, and a file without times needs a step") {
  TrafficColumns columns;
  columns.time = "when";
  columns.rate = "value";
  CHECK(series_of(read("when,value\n0,5\n60,7\n", columns)).per_s == std::vector<double>{5, 7});
  columns.rate = "load";
  CHECK(error_of("when,value\n0,5\n", columns) == "t.csv:1 there is no column 'load'");
  TrafficColumns step;
  step.step_s = 30;
  CHECK(series_of(read("count\n30\n60\n", step)).per_s == std::vector<double>{1, 2});
  CHECK(error_of("count\n30\n60\n") == "t.csv:1 no column has times");
}

TEST_CASE("columns are mapped as a flag writes them") {
  TrafficColumns columns;
  REQUIRE(parse_traffic_map("time=when, count=n,size=a,size=b,step=5min,only=model:x:y", columns));
  CHECK(columns.time == "when");
  CHECK(columns.count == "n");
  CHECK(columns.sizes == std::vector<std::string>{"a", "b"});
  CHECK(columns.step_s == 300);
  CHECK(columns.select == "model");
  CHECK(columns.selected == "x:y");
  CHECK(parse_traffic_map("when", columns).error().message == "'when' maps nothing");
  CHECK(parse_traffic_map("when=time", columns).error().message == "there is no column 'when' to map");
  CHECK(parse_traffic_map("step=5", columns).error().message == "\"5\" has no unit");
  CHECK(parse_traffic_map("only=model", columns).error().message == "'only=model' has no value");
}

TEST_CASE("gaps are kept as gaps and said") {
  const Traffic traffic = read("t_s,count\n0,60\n60,60\n240,60\n300,\n360,60\n");
  const RateSeries& series = series_of(traffic);
  REQUIRE(series.per_s.size() == 7);
  for (const std::size_t i : {2U, 3U, 5U}) CHECK(std::isnan(series.per_s[i]));
  CHECK(series.per_s[6] == 1);
  CHECK(has_note(traffic, "2 gaps, 3 steps without a value of 7 (42.9 %); the first before line 4"));
}

TEST_CASE("long series are folded, and their mean stays") {
  std::string text = "t_s,rps\n";
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + (i % 2 == 0 ? ",1\n" : ",3\n");
  const Traffic traffic = read(text);
  CHECK(series_of(traffic).step_s == 4);
  CHECK(series_of(traffic).per_s.size() == 75'000);
  CHECK(mean_per_s(traffic) == doctest::Approx(2));
  CHECK(has_note(traffic, "4 steps were put together"));
}

TEST_CASE("wrong series are told with their line") {
  CHECK(error_of("") == "t.csv the file is empty");
  CHECK(error_of("t_s,rps\n") == "t.csv has no row with a value");
  CHECK(error_of("0,5\n60,7\n") == "t.csv:1 has no header");
  CHECK(error_of("t_s,rps\n0,5\n") == "t.csv:2 has one row only: its step cannot be told");
  CHECK(error_of("t_s,rps\n0,5\n60,many\n") == "t.csv:3 rps 'many' is not a number");
  CHECK(error_of("t_s,rps\n0,5\n60,-7\n") == "t.csv:3 rps -7 is negative");
  CHECK(error_of("t_s,rps\n0,5\nlater,7\n") == "t.csv:3 t_s 'later' is not a time");
  CHECK(error_of("t_s,rps\n0,5\n60,7\n30,1\n") == "t.csv:4 goes back in time");
  CHECK(error_of("t_s,rps\n0,5\n60,7\n60,1\n") == "t.csv:4 has the time of the row before");
  CHECK(error_of("t_s,rps\n0,5\n60\n") == "t.csv:3 the row has 1 fields, the header 2");
  CHECK(error_of("t_s,rps\n0,5\n1,5\n2,5\n9000000000,7\n").find("t.csv:5") == 0);
  CHECK(error_of("a,b\nx,y\n") == "t.csv:1 no column has times, and none rates or counts");
}

TEST_CASE("a file of several series says how to choose one") {
  const std::string text = "model,t_s,rps\na,0,1\na,60,2\nb,0,3\nb,60,4\n";
  const auto all = read_traffic_csv(reader_of(text));
  REQUIRE_FALSE(all);
  CHECK(all.error().where == "t.csv:4");
  CHECK(all.error().hint == "choose one of its series: only=model:a");
  TrafficColumns columns;
  columns.select = "model";
  columns.selected = "b";
  CHECK(series_of(read(text, columns)).per_s == std::vector<double>{3, 4});
  columns.selected = "c";
  CHECK(error_of(text, columns) == "t.csv has no row with a value");
}

TEST_CASE("a trace is counted, its sizes and its burstiness computed") {
  const Traffic traffic = read("arrival_s,tokens,user\n0,10,a\n1,20,b\n1,30,c\n4,40,d\n");
  const RequestTrace& trace = trace_of(traffic);
  CHECK(trace.requests == 4);
  CHECK(trace.span_s == 4);
  CHECK(mean_per_s(traffic) == 0.75);
  REQUIRE(trace.sizes.size() == 1);
  CHECK(trace.sizes[0].name == "tokens");
  CHECK(trace.sizes[0].mean == 25);
  CHECK(trace.sizes[0].max == 40);
  CHECK(trace.rates.step_s == 0.125);
  CHECK(trace.rates.per_s.size() == 32);
  CHECK(trace.rates.per_s[8] == 16);
  // gaps 1, 0, 3: mean 4/3, variance 14/9
  CHECK(*traffic.burstiness.interarrival_scv == doctest::Approx(14.0 / 16));
}

TEST_CASE("wrong traces are told with their line") {
  CHECK(error_of("time,tokens\n") == "t.csv has no request");
  CHECK(error_of("time,tokens\n5,1\n5,1\n") == "t.csv all requests come at one moment: there is no rate");
  CHECK(error_of("time,tokens\n0,1\n1,many\n") == "t.csv:3 tokens 'many' is not a number");
  CHECK(error_of("time,tokens\n0,1\n1,-1\n") == "t.csv:3 tokens -1 is negative");
  CHECK(error_of("time,tokens\n1,1\n0.5,1\n") == "t.csv:3 time goes back by 0.5 s");
  CHECK(error_of("time,tokens\nnoon,1\n") == "t.csv:2 time 'noon' is not a time");
}

TEST_CASE("arrivals follow from the end and the duration, in order whatever the order of the file") {
  auto reader = ArrivalReader::over(reader_of("end_time,duration_ms\n10,1000\n9.5,5000\n20,500\n"));
  REQUIRE(reader);
  Arrival arrival;
  std::vector<double> at;
  std::vector<double> durations;
  for (auto more = reader->next(arrival); more && *more; more = reader->next(arrival)) {
    at.push_back(arrival.at_s);
    durations.push_back(arrival.sizes[0]);
  }
  CHECK(at == std::vector<double>{0, 4.5, 15});
  CHECK(durations == std::vector<double>{5000, 1000, 500});
  CHECK(reader->columns().sizes == std::vector<std::string>{"duration_ms"});
}

TEST_CASE("the models of a trace are numbered as they come in the file, each with its first line") {
  auto reader = ArrivalReader::over(reader_of("time,model\n0,b\n1, a \n2,b\n"));
  REQUIRE(reader);
  REQUIRE(reader->read_models());
  Arrival arrival;
  std::vector<std::size_t> models;
  for (auto more = reader->next(arrival); more && *more; more = reader->next(arrival)) models.push_back(arrival.model);
  CHECK(models == std::vector<std::size_t>{0, 1, 0});
  REQUIRE(reader->models().size() == 2);
  CHECK(reader->models()[1].name == "a");
  CHECK(reader->models()[1].line == 3);

  TrafficColumns columns;
  REQUIRE(parse_traffic_map("model=app", columns));
  auto by_end = ArrivalReader::over(reader_of("end,duration,app\n10,1,x\n10.5,5,y\n"), columns);
  REQUIRE(by_end);
  REQUIRE(by_end->read_models());
  REQUIRE(*by_end->next(arrival));
  CHECK(by_end->models()[arrival.model].name == "y");  // began first, and stands last

  auto unasked = ArrivalReader::over(reader_of("time,model\n0,b\n1,\n"));
  REQUIRE(*unasked->next(arrival));
  CHECK(*unasked->next(arrival));
  CHECK(unasked->models().empty());
  CHECK_FALSE(ArrivalReader::over(reader_of("time,app\n0,b\n"))->read_models());
}

TEST_CASE("a series is no trace") {
  const auto reader = ArrivalReader::over(reader_of("t_s,rps\n0,5\n"));
  REQUIRE_FALSE(reader);
  CHECK(reader.error().message == "column 'rps' makes it a series of rates, not a trace of requests");
}

TEST_CASE("random files are read or refused, never worse") {
  std::mt19937_64 engine(29);
  static const std::vector<std::string> kCells = {
      "t_s", "rps",  "count",    "timestamp", "tokens", "0",     "1",  "60",         "-1",
      "",    "x",    "1e18",     "9e18",      "-9e18",  "1e300", "\"", "2026-01-01", "2026-01-01 00:05:00",
      "nan", "\xff", "end_time", "duration"};
  std::size_t read = 0;
  for (int round = 0; round < 6000; ++round) {
    static constexpr const char* kHeaders[] = {"", "t_s,rps\n", "time,tokens\n", "end_time,duration\n", "t_s,count\n"};
    std::string text = kHeaders[round % 5];
    double at = 0;
    for (auto lines = engine() % 8; lines > 0; --lines) {
      if (engine() % 3 == 0) {
        text += kCells[engine() % kCells.size()] + "," + kCells[engine() % kCells.size()] + "\n";
      } else {
        text += std::to_string(at += static_cast<double>(engine() % 3)) + "," + std::to_string(engine() % 9) + "\n";
      }
    }
    const auto traffic = read_traffic_csv(reader_of(text));
    if (!traffic) {
      CHECK_FALSE(traffic.error().message.empty());
      continue;
    }
    ++read;
    CHECK(mean_per_s(*traffic) >= 0);
    const std::string written = write_traffic(*traffic);
    const auto back = read_traffic(written, "t.json");
    REQUIRE_MESSAGE(back, text, test::message_of(back));
    CHECK(write_traffic(*back) == written);
  }
  CHECK(read > 200);
}

TEST_CASE("a document and a table are told apart") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/traffic";
  REQUIRE(write_file(path, write_traffic({ConstantRate{5}, "--rate 5/s", {}, {}})));
  CHECK(mean_per_s(good(read_traffic_file(path))) == 5);
  REQUIRE(write_file(path, "t_s,rps\n0,7\n1,7\n"));
  CHECK(mean_per_s(good(read_traffic_file(path))) == 7);
  CHECK_FALSE(read_traffic_file(path + ".none"));
}

TEST_CASE("the Azure trace has the burstiness that others found in it") {
  const auto path = tests::shared_data("AzureLLMInferenceTrace_code.csv");
  if (!path) return;
  const Traffic traffic = good(read_traffic_file(*path));
  const RequestTrace& trace = trace_of(traffic);
  CHECK(trace.requests == 8819);
  CHECK(trace.span_s == doctest::Approx(3435.948056));
  CHECK(mean_per_s(traffic) == doctest::Approx(2.57).epsilon(0.002));
  CHECK(*trace.rates.starts_at_unix_s == doctest::Approx(1700158623.97996));
  CHECK(std::sqrt(*traffic.burstiness.interarrival_scv) == doctest::Approx(13.151291));
  const auto& dispersion = traffic.burstiness.dispersion;
  REQUIRE(dispersion.size() == 3);  // 57 minutes hold five windows of 600 s
  CHECK(dispersion[0].index == doctest::Approx(13.1864));
  CHECK(dispersion[1].index == doctest::Approx(71.6412));
  CHECK(dispersion[2].index == doctest::Approx(163.965));
  CHECK(dispersion[2].windows == 57);
  REQUIRE(trace.sizes.size() == 2);
  CHECK(trace.sizes[0].name == "ContextTokens");
  CHECK(trace.sizes[0].mean == doctest::Approx(2047.848282));
  CHECK(trace.sizes[0].p50 == doctest::Approx(1469).epsilon(0.0101));
  CHECK(trace.sizes[0].p99 == doctest::Approx(7436).epsilon(0.0101));
}

TEST_CASE("the load balancer's counts have eight gaps") {
  const auto path = tests::shared_data("NAB_elb_request_count_8c0756.csv");
  if (!path) return;
  const Traffic traffic = good(read_traffic_file(*path));
  const RateSeries& series = series_of(traffic);
  CHECK(series.step_s == 300);
  CHECK(series.per_s.size() == 4040);
  CHECK(has_note(traffic, "8 gaps, 8 steps without a value of 4040 (0.2 %); the first before line 140"));
  CHECK(has_note(traffic, "4032 rows of 'value', one every 5m 0s"));
  CHECK(mean_per_s(traffic) == doctest::Approx(61.83705357 / 300));
  CHECK(peak_per_s(traffic) / mean_per_s(traffic) == doctest::Approx(10.6).epsilon(0.005));
  REQUIRE(traffic.burstiness.dispersion.size() == 2);
  CHECK(traffic.burstiness.dispersion[0].window_s == 300);
  CHECK(traffic.burstiness.dispersion[0].index == doctest::Approx(51.912115));
}

TEST_CASE("the functions' trace has ends and durations") {
  const auto path = tests::shared_data("invitro_Azure2021_200.csv");
  if (!path) return;
  const Traffic traffic = good(read_traffic_file(*path));
  const RequestTrace& trace = trace_of(traffic);
  CHECK(trace.requests == 199);
  CHECK(trace.columns.end == "end_timestamp");
  CHECK(trace.columns.duration == "duration");
  CHECK(trace.sizes[0].max == doctest::Approx(404.987));
}

TEST_CASE("five services in one file of rates: one is chosen") {
  const auto path = tests::shared_data("servegen_aggregate_rate_10min.csv");
  if (!path) return;
  const auto all = read_traffic_file(*path);
  REQUIRE_FALSE(all);
  CHECK(all.error().message == "goes back in time");
  CHECK(all.error().hint == "choose one of its series: only=model:language/m-large");
  TrafficColumns columns;
  columns.select = "model";
  columns.selected = "language/m-mid";
  const Traffic traffic = good(read_traffic_file(*path, columns));
  CHECK(series_of(traffic).step_s == 600);
  CHECK(series_of(traffic).per_s.size() == 2016);
  CHECK(mean_per_s(traffic) == doctest::Approx(1790.05784556));
  CHECK(peak_per_s(traffic) == doctest::Approx(3444.76));
  CHECK(traffic.burstiness.dispersion.empty());
  CHECK(has_note(traffic, "a rate says nothing about bursts"));
}
