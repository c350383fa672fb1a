#include "profiles/support/units.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace mlplan;

namespace {

std::int64_t nanoseconds(std::string_view text) {
  const auto value = parse_duration(text);
  REQUIRE_MESSAGE(value, "not parsed: ", std::string(text));
  return value->count();
}

std::int64_t bytes(std::string_view text) {
  const auto value = parse_bytes(text);
  REQUIRE_MESSAGE(value, "not parsed: ", std::string(text));
  return value->count;
}

using List = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("durations are exact in every unit") {
  CHECK(nanoseconds("7ns") == 7);
  CHECK(nanoseconds("7us") == 7'000);
  CHECK(nanoseconds("7µs") == 7'000);
  CHECK(nanoseconds("7μs") == 7'000);
  CHECK(nanoseconds("80ms") == 80'000'000);
  CHECK(nanoseconds("5s") == 5'000'000'000);
  CHECK(nanoseconds("2m") == 120'000'000'000);
  CHECK(nanoseconds("2min") == 120'000'000'000);
  CHECK(nanoseconds("1h") == 3'600'000'000'000);
  CHECK(nanoseconds("1d") == 86'400'000'000'000);
  CHECK(nanoseconds("0s") == 0);
  CHECK(nanoseconds(" 1.5 s ") == 1'500'000'000);
  CHECK(nanoseconds(".5s") == 500'000'000);
  CHECK(nanoseconds("0.1s") == 100'000'000);  // no binary fraction in between
  CHECK(nanoseconds("4503599.627370497s") == 4'503'599'627'370'497);
  CHECK(nanoseconds("9223372036854775807ns") == std::numeric_limits<std::int64_t>::max());
  CHECK(nanoseconds("1.4ns") == 1);
  CHECK(nanoseconds("1.5ns") == 2);
}

TEST_CASE("bytes are powers of 1000 or of 1024 by their unit") {
  CHECK(bytes("100B") == 100);
  CHECK(bytes("64kB") == 64'000);
  CHECK(bytes("3MB") == 3'000'000);
  CHECK(bytes("3GB") == 3'000'000'000);
  CHECK(bytes("3TB") == 3'000'000'000'000);
  CHECK(bytes("64KiB") == 65'536);
  CHECK(bytes("1MiB") == 1'048'576);
  CHECK(bytes("2GiB") == 2'147'483'648);
  CHECK(bytes("1TiB") == 1'099'511'627'776);
  CHECK(bytes("1.1GiB") == 1'181'116'006);
}

TEST_CASE("rates and percentages") {
  CHECK(*parse_rate("120/s") == 120);
  CHECK(*parse_rate("120 / s") == 120);
  CHECK(*parse_rate("90/min") == 1.5);
  CHECK(*parse_rate("90/m") == 1.5);
  CHECK(*parse_rate("1800/h") == 0.5);
  CHECK(*parse_rate("43200/d") == 0.5);
  CHECK(*parse_percentage("10%") == doctest::Approx(0.1).epsilon(1e-15));
  CHECK(*parse_percentage("0.1 %") == doctest::Approx(0.001).epsilon(1e-15));
}

TEST_CASE("a quantity without a unit is refused and told which units there are") {
  const auto duration = parse_duration("5");
  REQUIRE_FALSE(duration);
  CHECK(duration.error().kind == ErrorKind::usage);
  CHECK(duration.error().message == "\"5\" has no unit");
  CHECK(duration.error().hint.find("5s, 500ms") != std::string::npos);
  CHECK(parse_bytes("5").error().hint.find("2GiB") != std::string::npos);
  CHECK(parse_rate("5").error().hint.find("120/s") != std::string::npos);
  CHECK(parse_percentage("5").error().hint.find("10%") != std::string::npos);
}

TEST_CASE("what is no quantity is refused") {
  for (const char* text : {"", " ", "s", "5 parsecs", "5S", "-5s", "1e3s", "1.s", "1..2s", "1.2.3s", "0x10s", "5s5",
                           "+5s", "nans", "5,5s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  for (const char* text : {"5k", "5kb", "5mb", "5 gib", "-1B", "5KB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text));
  }
  CHECK_FALSE(parse_rate("5s"));
  CHECK_FALSE(parse_percentage("5"));
  CHECK(parse_duration("-5s").error().message == "\"-5s\" is negative");
  CHECK(parse_duration("5 parsecs").error().message == "\"5 parsecs\": \"parsecs\" is no unit known here");
}

TEST_CASE("a quantity beyond 64 bits is refused, not wrapped") {
  CHECK_FALSE(parse_duration("9223372036854775808ns"));
  CHECK_FALSE(parse_duration("9223372036.9s"));
  CHECK_FALSE(parse_duration("106752d"));
  CHECK_FALSE(parse_bytes("8388608TiB"));
  CHECK_FALSE(parse_bytes("99999999999999999999999B"));
  CHECK(parse_bytes("8388607TiB"));
}

TEST_CASE("integer lists take values, factors and steps") {
  CHECK(*parse_int_list("1,2,8") == List{1, 2, 8});
  CHECK(*parse_int_list("1..32*2") == List{1, 2, 4, 8, 16, 32});
  CHECK(*parse_int_list("1..30*2") == List{1, 2, 4, 8, 16});
  CHECK(*parse_int_list("1..4+1") == List{1, 2, 3, 4});
  CHECK(*parse_int_list("16..64+16") == List{16, 32, 48, 64});
  CHECK(*parse_int_list("1,2,8..64*2") == List{1, 2, 8, 16, 32, 64});
  CHECK(*parse_int_list("8, 2, 1..4+1, 2") == List{1, 2, 3, 4, 8});
  CHECK(*parse_int_list("7..7*2") == List{7});
  CHECK(parse_int_list("4611686018427387904..9223372036854775807*2")->size() == 1);
}

TEST_CASE("wrong integer lists are refused with an example") {
  for (const char* text : {"", ",", "1,", "0", "-1", "x", "1..8", "1..8*1", "1..8*0", "1..8+0", "8..1*2", "1..8*2*2",
                           "0..8*2", "1...8*2", "1..1000000+1", "1.5", "99999999999999999999"}) {
    CAPTURE(text);
    const auto list = parse_int_list(text);
    REQUIRE_FALSE(list);
    CHECK(list.error().hint.find("1..32*2") != std::string::npos);
  }
}

TEST_CASE("CPU lists as taskset writes them") {
  CHECK(*parse_cpu_list("0") == std::vector<int>{0});
  CHECK(*parse_cpu_list("0-1,4") == std::vector<int>{0, 1, 4});
  CHECK(*parse_cpu_list("4,0-1,1") == std::vector<int>{0, 1, 4});
  for (const char* text : {"", "a", "1-0", "-1", "0-", "0,,1", "9999", "0-999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_list(text));
  }
}

TEST_CASE("CPUs are written as they are read, runs of them as ranges") {
  CHECK(format_cpu_list({}) == "");
  CHECK(format_cpu_list({3}) == "3");
  CHECK(format_cpu_list({0, 1, 2, 3, 8}) == "0-3,8");
  CHECK(format_cpu_list({0, 2, 4, 5}) == "0,2,4-5");
  for (unsigned set = 1; set < 256; ++set) {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < 8; ++cpu) {
      if ((set >> cpu & 1U) != 0) cpus.push_back(cpu);
    }
    CAPTURE(format_cpu_list(cpus));
    CHECK(*parse_cpu_list(format_cpu_list(cpus)) == cpus);
  }
}

TEST_CASE("durations are printed with three significant digits and carry into the next unit") {
  CHECK(format_duration(0) == "0 ns");
  CHECK(format_duration(8) == "8 ns");
  CHECK(format_duration(8.25) == "8.25 ns");
  CHECK(format_duration(812) == "812 ns");
  CHECK(format_duration(999.4) == "999 ns");
  CHECK(format_duration(999.6) == "1.00 µs");
  CHECK(format_duration(9'996) == "10.0 µs");
  CHECK(format_duration(999'600) == "1.00 ms");
  CHECK(format_duration(1'240'000) == "1.24 ms");
  CHECK(format_duration(3'070'000'000) == "3.07 s");
  CHECK(format_duration(59.94e9) == "59.9 s");
  CHECK(format_duration(59.96e9) == "1m 0s");
  CHECK(format_duration(252e9) == "4m 12s");
  CHECK(format_duration(3599.6e9) == "1h 0m");
  CHECK(format_duration(7500e9) == "2h 5m");
  CHECK(format_duration(86399e9) == "1d 0h");
  CHECK(format_duration(100 * 3600e9) == "4d 4h");
  CHECK(format_duration(-1'240'000) == "-1.24 ms");
  CHECK(format_duration(0.5) == "0.500 ns");
  CHECK(format_duration(std::nan("")) == "n/a");
  CHECK(format_duration(1e300).find(" d") != std::string::npos);
}

TEST_CASE("bytes, rates and percentages are printed as people write them") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(8) == "8 B");
  CHECK(format_bytes(812) == "812 B");
  CHECK(format_bytes(1000) == "0.977 KiB");
  CHECK(format_bytes(1024) == "1.00 KiB");
  CHECK(format_bytes(102'550'000) == "97.8 MiB");
  CHECK(format_bytes(1'073'741'823) == "1.00 GiB");
  CHECK(format_bytes(-2'097'152) == "-2.00 MiB");
  CHECK(format_byte_rate(1.02e9) == "1.02 GB/s");
  CHECK(format_byte_rate(999.6e6) == "1.00 GB/s");
  CHECK(format_rate(36.5) == "36.5/s");
  CHECK(format_rate(0.25) == "0.250/s");
  CHECK(format_rate(999.6) == "1,000/s");
  CHECK(format_rate(1240) == "1,240/s");
  CHECK(format_rate(123'456'789) == "123,000,000/s");
  CHECK(format_rate(999'900) == "1,000,000/s");
  CHECK(format_percentage(0) == "0 %");
  CHECK(format_percentage(0.034) == "3.4 %");
  CHECK(format_percentage(0.00034) == "0.034 %");
  CHECK(format_percentage(0.00996) == "1.0 %");
  CHECK(format_percentage(0.97) == "97.0 %");
  CHECK(format_percentage(1) == "100 %");
  CHECK(format_percentage(12.5) == "1,250 %");
}

TEST_CASE("every printed duration below a minute is read back within half of its last digit") {
  for (int power = 0; power < 79; ++power) {
    const double value = std::pow(1.37, power);  // 1 ns to 46 s
    const std::string text = format_duration(value);
    CAPTURE(text);
    const auto parsed = parse_duration(text);
    REQUIRE(parsed);
    CHECK(std::fabs(static_cast<double>(parsed->count()) - value) <= std::max(0.51, value * 0.00502));
  }
}
