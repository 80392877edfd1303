#include "analyzer/detect/rtt_baseline.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace std::chrono_literals;

namespace {
const Time begin = *parse_time("2026-01-01T00:00:00Z");
}

TEST_CASE("a round trip is high from five times the usual on, and never below 50 ms") {
  RttBaseline slow, fast;
  for (int i = 0; i < 10; ++i) {
    slow.judge(begin + i * 10s, 20ms, {});
    fast.judge(begin + i * 10s, 1ms, {});
  }
  CHECK(slow.judge(begin + 100s, 100ms, {})->high);
  CHECK_FALSE(slow.judge(begin + 110s, 99ms, {})->high);
  CHECK(fast.judge(begin + 100s, 50ms, {})->high);
  CHECK_FALSE(fast.judge(begin + 110s, 49ms, {})->high);
  CHECK(fast.judge(begin + 120s, 49ms, {})->usual == 1ms);
}

TEST_CASE("a minute is the least that makes a round trip usual") {
  RttBaseline link;
  CHECK_FALSE(link.judge(begin, 1ms, {}));
  CHECK_FALSE(link.judge(begin + 59s, 100ms, {}));
  CHECK(link.judge(begin + 60s, 100ms, {}));
}

TEST_CASE("a limit given by the reader needs no history") {
  DetectionOptions options;
  options.rtt = 80ms;
  RttBaseline link;
  CHECK(link.judge(begin, 80ms, options)->high);
  CHECK_FALSE(link.judge(begin + 1s, 79ms, options)->high);
}

TEST_CASE("what lies more than a day back is no longer usual") {
  RttBaseline link;
  for (int i = 0; i < 24 * 60; ++i) link.judge(begin + i * 1min, 1ms, {});
  for (int i = 0; i < 13 * 60; ++i) link.judge(begin + 24h + i * 1min, 60ms, {});
  CHECK(link.judge(begin + 37h, 60ms, {})->usual == 60ms);
  CHECK_FALSE(link.judge(begin + 37h + 1min, 60ms, {})->high);
}

TEST_CASE("how often a link is looked at changes its usual round trip little") {
  RttBaseline often, seldom;
  for (int i = 0; i < 40'000; ++i) {
    const auto rtt = i < 10'000 ? Duration(2ms) : Duration(10ms);
    often.judge(begin + i * 1s, rtt, {});
    if (i % 60 == 0) seldom.judge(begin + i * 1s, rtt, {});
  }
  CHECK(often.judge(begin + 40'000s, 10ms, {})->usual == 10ms);
  CHECK(seldom.judge(begin + 40'000s, 10ms, {})->usual == 10ms);
}
