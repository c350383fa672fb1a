#include "planner/pool/keep_alive.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "profiles/support/csv.h"
#include "tests/shared_data.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

struct Invocation {
  double at_s = 0;
  std::size_t model = 0;
};

KeepAliveResult replay(const std::vector<Invocation>& invocations, const std::vector<KeptModel>& models,
                       const KeepAlive& rule) {
  const auto replay = make_replay(rule);
  for (const KeptModel& model : models) replay->add(model);
  for (const auto& [at_s, model] : invocations) replay->request(at_s, model);
  return replay->result();
}

std::vector<Invocation> random_invocations(std::mt19937& random, int count, std::size_t models) {
  std::vector<Invocation> out;
  double at = 0;
  for (int i = 0; i < count; ++i) {
    at += static_cast<double>(random() % 200);
    // Low numbers come often.
    out.push_back({at, std::min<std::size_t>(random() % models, random() % models)});
  }
  return out;
}

std::vector<KeptModel> random_models(std::mt19937& random, std::size_t count, bool load) {
  std::vector<KeptModel> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({.load_s = load ? static_cast<double>(1 + random() % 40) : 0,
                   .bytes = 1.0 + static_cast<double>(random() % 9)});
  return out;
}

}  // namespace

TEST_CASE("under a fixed time a request is cold where its model was last asked for longer ago") {
  const std::vector<KeptModel> models{{.load_s = 2, .bytes = 10}, {.load_s = 5, .bytes = 1}};
  // Model 0 is done at 2, kept to 62, asked for at 50, kept to 110, gone at 200: loaded again until 202.
  const std::vector<Invocation> trace{{0, 0}, {1, 0}, {50, 0}, {200, 0}, {201, 1}, {300, 0}};
  const KeepAliveResult result = replay(trace, models, FixedKeepAlive{.keep_s = 60});
  CHECK(result.requests == 6);
  CHECK(result.cold == 5);  // the second waits for the load of the first; only the one at 50 is warm
  CHECK(result.loads == 4);
  CHECK(result.waited_s == 2 + 1 + 2 + 5 + 2);
  CHECK(result.evictions == 3);                             // at 110, 262 and 266
  CHECK(result.byte_s == 10 * 110 + 10 * 62 + 1 * 65 + 0);  // the last request is the end
  CHECK(result.most_bytes == 11);                           // at 201
  CHECK(result.cold_share() == 5.0 / 6);
  CHECK(replay({}, models, FixedKeepAlive{}).cold_share() == 0);
}

TEST_CASE("a fixed time matches a count by pairs of requests, for loads that take no time") {
  std::mt19937 random(9);
  for (int turn = 0; turn < 30; ++turn) {
    const std::vector<KeptModel> models = random_models(random, 8, false);
    const std::vector<Invocation> trace = random_invocations(random, 400, models.size());
    const double keep = 30.0 * (1 + turn);
    const double end = trace.back().at_s;
    std::map<std::size_t, double> last;
    std::int64_t loads = 0;
    double byte_s = 0;
    for (const Invocation& invocation : trace) {
      const auto before = last.find(invocation.model);
      if (before == last.end() || invocation.at_s - before->second > keep) ++loads;
      if (before != last.end())
        byte_s += models[invocation.model].bytes * std::min(keep, invocation.at_s - before->second);
      last[invocation.model] = invocation.at_s;
    }
    for (const auto& [model, at] : last) byte_s += models[model].bytes * std::min(keep, end - at);
    const KeepAliveResult result = replay(trace, models, FixedKeepAlive{.keep_s = keep});
    CHECK(result.loads == loads);
    CHECK(result.cold == 0);  // nothing waits for a load of no time
    CHECK(std::abs(result.byte_s - byte_s) < 1e-6 * byte_s);
  }
}

TEST_CASE("the histogram learns a model's rhythm: warm for a fraction of the memory that a long fixed time takes") {
  const std::vector<KeptModel> models{{.load_s = 10, .bytes = 1}};
  std::vector<Invocation> trace;
  for (int i = 0; i < 200; ++i) trace.push_back({i * 1830.0, 0});
  const KeepAliveResult hybrid = replay(trace, models, HybridHistogram{});
  CHECK(hybrid.cold == 1);
  CHECK(hybrid.loads == 199);
  CHECK(hybrid.ahead == 198);  // before the second request nothing is known, and it stays
  CHECK(hybrid.evictions == 198);
  CHECK(replay(trace, models, FixedKeepAlive{.keep_s = 600}).cold == 200);
  const KeepAliveResult hour = replay(trace, models, FixedKeepAlive{.keep_s = 3600});
  CHECK(hour.cold == 1);
  // Idle 1,830 s (the first time 1,820), in memory from 27 minutes on: 210 s of each.
  CHECK(std::abs(hybrid.byte_s - (10 + 1820 + 198 * 210)) < 1e-6);
  CHECK(std::abs(hour.byte_s - 199 * 1830) < 1e-6);
}

TEST_CASE("a request before a load ahead of it is cold, and one during it waits for what is left") {
  const std::vector<KeptModel> models{{.load_s = 100, .bytes = 1}};
  // Done at 100; idle for 601 s. From then on loaded 9 minutes after a request, here at 1241, until 1341; asked for at
  // 1302. The last comes 500 s after that is done.
  const std::vector<Invocation> trace{{0, 0}, {701, 0}, {1302, 0}, {1841, 0}};
  const KeepAliveResult result = replay(trace, models, HybridHistogram{});
  CHECK(result.cold == 3);
  CHECK(result.loads == 3);
  CHECK(result.ahead == 1);
  CHECK(result.waited_s == 100 + 39 + 100);
  CHECK(result.evictions == 2);  // at 701 and 1341
  CHECK(result.byte_s == 701 + 100);
}

TEST_CASE("greedy-dual keeps what is dear to load for its size and asked for often") {
  // Clock 0: A is worth 10/10 = 1, B 30/10 = 3, C 4/5 = 0.8. Room for 20.
  const std::vector<KeptModel> models{{10, 10}, {30, 10}, {4, 5}, {1, 100}};
  const std::vector<Invocation> trace{{0, 0}, {100, 1}, {200, 2}, {300, 0}, {400, 2}, {500, 1}, {600, 3}};
  // 200: C needs room, A (1) goes, clock 1, C 1.8. 300: A needs room, C (1.8) goes: clock 1.8, A 2.8. 400: C again, A
  // (2.8) goes: clock 2.8, C 3.6. 500: B is there: 2.8 + 2 x 3 = 8.8. 600: larger than the host.
  const KeepAliveResult result = replay(trace, models, GreedyDual{.memory_bytes = 20});
  CHECK(result.cold == 6);
  CHECK(result.loads == 6);
  CHECK(result.evictions == 3);
  CHECK(result.waited_s == 10 + 30 + 4 + 10 + 4 + 1);
  CHECK(result.byte_s == 100 * (10 + 20 + 15 + 20 + 15 + 15));
  CHECK(result.most_bytes == 20);
}

TEST_CASE("greedy-dual matches a search through all models at every eviction") {
  std::mt19937 random(21);
  for (int turn = 0; turn < 20; ++turn) {
    const std::vector<KeptModel> models = random_models(random, 12, true);
    const std::vector<Invocation> trace = random_invocations(random, 500, models.size());
    const double limit = 5.0 + turn;
    struct Kept {
      double priority = 0;
      double frequency = 0;
      double ready_s = 0;
    };
    std::map<std::size_t, Kept> kept;
    double clock = 0;
    std::int64_t loads = 0;
    std::int64_t cold = 0;
    std::int64_t evictions = 0;
    const auto used = [&] {
      double sum = 0;
      for (const auto& [model, state] : kept) sum += models[model].bytes;
      return sum;
    };
    for (const auto& [at, model] : trace) {
      if (!kept.contains(model)) {
        ++loads;
        if (models[model].bytes > limit) {
          ++cold;
          continue;
        }
        while (used() + models[model].bytes > limit) {
          auto lowest = kept.begin();
          for (auto other = kept.begin(); other != kept.end(); ++other)
            if (other->second.priority < lowest->second.priority) lowest = other;
          clock = lowest->second.priority;
          kept.erase(lowest);
          ++evictions;
        }
        kept[model].ready_s = at + models[model].load_s;
      }
      Kept& state = kept[model];
      cold += at < state.ready_s;
      state.frequency += 1;
      state.priority = clock + state.frequency * (models[model].load_s / models[model].bytes);
    }
    const KeepAliveResult result = replay(trace, models, GreedyDual{.memory_bytes = limit});
    CHECK(result.loads == loads);
    CHECK(result.cold == cold);
    CHECK(result.evictions == evictions);
  }
}

TEST_CASE("on a trace of rarely called functions longer keeping is fewer cold starts for more memory") {
  const auto path = tests::shared_data("invitro_Azure2021_200.csv");
  if (!path) return;
  auto reader = CsvReader::open(*path);
  REQUIRE(reader);
  REQUIRE(*reader->next());  // app, func, end_timestamp, duration
  std::vector<Invocation> trace;
  std::map<std::string, std::size_t> functions;
  while (*reader->next()) {
    const std::string function(reader->fields()[1]);
    const auto end_s = number_of(reader->fields()[2]);
    const auto duration_s = number_of(reader->fields()[3]);
    REQUIRE((end_s && duration_s));
    trace.push_back({*end_s - *duration_s, functions.emplace(function, functions.size()).first->second});
  }
  std::ranges::stable_sort(trace, {}, &Invocation::at_s);
  REQUIRE(trace.size() == 199);
  REQUIRE(functions.size() == 31);
  const std::vector<KeptModel> models(functions.size(), {.load_s = 2, .bytes = 1});

  const KeepAliveResult minute = replay(trace, models, FixedKeepAlive{.keep_s = 60});
  const KeepAliveResult ten = replay(trace, models, FixedKeepAlive{.keep_s = 600});
  const KeepAliveResult hybrid = replay(trace, models, HybridHistogram{});
  const KeepAliveResult half = replay(trace, models, GreedyDual{.memory_bytes = 15});
  const KeepAliveResult all = replay(trace, models, GreedyDual{.memory_bytes = 31});
  const auto mean_kept = [&](const KeepAliveResult& result) { return std::round(result.byte_s / trace.back().at_s); };
  CHECK(minute.loads == 108);
  CHECK(mean_kept(minute) == 8);
  CHECK(ten.loads == 32);
  CHECK(mean_kept(ten) == 25);
  CHECK(hybrid.loads - hybrid.ahead == 33);
  CHECK(mean_kept(hybrid) == 20);
  CHECK(half.loads == 64);
  CHECK(mean_kept(half) == 15);
  CHECK(all.loads == 31);
  CHECK(mean_kept(all) == 29);
}
