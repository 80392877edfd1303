#include "analyzer/state/loads.hpp"

#include "analyzer/saved/archive.hpp"
#include "tests/unit/test.hpp"

#include <limits>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

Time minute(int n) { return Time{} + n * 1min; }

/// A minute apart, with 600 messages more each time; the connections fall by ten around minute 100.
LoadLog log_of(int minutes, const std::vector<Time>& edges) {
  LoadLog log;
  for (int i = 0; i < minutes; ++i) {
    log.add("A", minute(i), i == 100 ? 10 : 20, 30, std::int64_t{i} * 600);
    if (log.due()) log.thin(edges);
  }
  return log;
}

std::vector<Load> all(const LoadLog& log, const std::optional<Time>& near = std::nullopt) {
  std::vector<Load> out;
  log.each(near, [&](const Load& load) {
    out.push_back(load);
    return true;
  });
  return out;
}

bool holds(const std::vector<Load>& loads, int n) {
  return std::any_of(loads.begin(), loads.end(), [&](const auto& load) { return load.at == minute(n); });
}

TEST_CASE("loads are kept around what may be an incident's edge, and let go of elsewhere") {
  const auto loads = all(log_of(1000, {minute(300), minute(307)}));
  for (int n = 297; n <= 310; ++n) CHECK(holds(loads, n));
  CHECK_FALSE(holds(loads, 280));
  CHECK_FALSE(holds(loads, 330));
  CHECK(loads.size() < 250);
  for (int n = 900; n < 1000; ++n) CHECK(holds(loads, n));  // what is found now may have begun here
}

TEST_CASE("the lowest load of a stretch is kept, as it was") {
  const auto loads = all(log_of(1000, {}));
  const auto lowest = std::min_element(
      loads.begin(), loads.end(), [](const auto& a, const auto& b) { return a.connections < b.connections; });
  CHECK(lowest->at == minute(100));
  CHECK(lowest->connections == 10);
  CHECK(lowest->msgs_per_s == 10.0);
}

TEST_CASE("a month of loads takes no more than some days of them") {
  CHECK(to_bytes(log_of(43200, {})).size() < 15'000);
}

TEST_CASE("a rate needs two loads of one run") {
  LoadLog log;
  log.add("A", minute(0), 1, 1, 1000);
  log.add("A", minute(1), 1, 1, 1600);
  log.add("B", minute(2), 1, 1, 2200);
  log.add("B", minute(3), 1, 1, 2206);
  const auto loads = all(log);
  REQUIRE(loads.size() == 4);
  CHECK_FALSE(loads[0].msgs_per_s);
  CHECK(loads[1].msgs_per_s == 10.0);
  CHECK_FALSE(loads[2].msgs_per_s);
  CHECK(loads[3].msgs_per_s == 0.1);
}

TEST_CASE("loads of hostile counters, and of a clock that was set back, are kept") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  LoadLog log;
  for (int i = 0; i < 500; ++i) {
    log.add("A", minute(i % 7), i % 2 ? least : most, i % 3 ? most : least, i % 2 ? most : least);
    if (log.due()) log.thin({minute(3)});
  }
  const auto loads = all(log, minute(3));
  CHECK(loads.back().connections == least);
  LoadLog loaded;
  from_bytes(to_bytes(log), loaded);
  CHECK(all(loaded).size() == all(log).size());
}

}  // namespace
}  // namespace natsrec
