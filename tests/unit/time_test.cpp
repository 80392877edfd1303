#include "schema/time.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace std::chrono_literals;

namespace {
Time at(std::int64_t microseconds) { return Time{Duration{microseconds}}; }
constexpr std::int64_t reference = 1795238655689192;  // 2026-11-21T05:24:15.689192Z
}  // namespace

TEST_CASE("a time in extended form is parsed") {
  CHECK(parse_time("2026-11-21T05:24:15.689192Z") == at(reference));
  CHECK(parse_time("1970-01-01T00:00:00Z") == at(0));
  CHECK(parse_time("2024-02-29t12:00:00z") == at(1709208000000000));
}

TEST_CASE("a time in basic form is parsed") {
  CHECK(parse_time("20261121T052415.689192Z") == at(reference));
  CHECK(parse_time("20261121T052415Z") == at(reference / 1000000 * 1000000));
}

TEST_CASE("an offset is taken off") {
  CHECK(parse_time("2026-11-21T06:24:15.689192+01:00") == at(reference));
  CHECK(parse_time("2026-11-20T23:54:15.689192-05:30") == at(reference));
}

TEST_CASE("nanoseconds are cut to microseconds") {
  CHECK(parse_time("2026-11-21T05:24:15.689192999Z") == at(reference));
  CHECK(parse_time("2026-11-21T05:24:15.6Z") == at(reference / 1000000 * 1000000 + 600000));
}

TEST_CASE("a leap second is the next minute's first") {
  CHECK(parse_time("2016-12-31T23:59:60Z") == parse_time("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is no time is not parsed") {
  for (const char* text :
       {"", "now", "2026-11-21", "2026-11-21T05:24:15", "2026-11-21T05:24Z", "2026-11-21 05:24:15Z",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T05:60:00Z",
        "2026-11-21T05:24:61Z", "2026-11-21T05:24:15.Z", "2026-11-21T05:24:15+1", "2026-11-21T05:24:15Zx",
        "2026-11-21T052415Z", "20261121T05:24:15Z", "2026-11-21T05:24:15+24:00", "-026-11-21T05:24:15Z"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("a time is written in UTC with six decimals") {
  CHECK(format_time(at(reference)) == "2026-11-21T05:24:15.689192Z");
  CHECK(format_time(at(0)) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_time(at(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_time_basic(at(reference)) == "20261121T052415.689192Z");
}

TEST_CASE("a written time parses to itself") {
  for (const std::int64_t us : {std::int64_t{-62135596800000000}, std::int64_t{-1}, std::int64_t{0},
                                reference, std::int64_t{253402300799999999}}) {
    CHECK(parse_time(format_time(at(us))) == at(us));
    CHECK(parse_time(format_time_basic(at(us))) == at(us));
  }
}

TEST_CASE("lengths of time are parsed as people type them") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("15s") == 15s);
  CHECK(parse_duration("90m") == 90min);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("7d") == 168h);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1.5h") == 90min);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("what is no length of time is not parsed") {
  for (const char* text : {"", "15", "s", "15 s", "-5s", "5x", "1h30", ".5s", "5.s", "1e3s", "15S",
                           "99999999999999d", "9999999999999999999999999999999999999999s"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("lengths of time are parsed as Go prints them") {
  CHECK(parse_go_duration("317\u00b5s") == 317us);
  CHECK(parse_go_duration("17.953454ms") == 17953us);
  CHECK(parse_go_duration("1m2.5s") == 62500ms);
  CHECK(parse_go_duration("0s") == 0s);
  CHECK(parse_go_duration("2h45m0.5s") == 2h + 45min + 500ms);
  CHECK(parse_go_duration("999ns") == 0us);
  CHECK(parse_go_duration("-1.5s") == -1500ms);
  CHECK_FALSE(parse_go_duration("3d"));
  CHECK_FALSE(parse_go_duration(""));
}

TEST_CASE("decimal lengths do not lose a microsecond to binary fractions") {
  CHECK(parse_go_duration("0.3s") == 300ms);
  CHECK(parse_go_duration("1.001ms") == 1001us);
  CHECK(parse_go_duration("4.35s") == 4350ms);
}

TEST_CASE("lengths of time are written for people") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(40ms) == "40ms");
  CHECK(format_duration(1us) == "1ms");
  CHECK(format_duration(400ms) == "0.4s");
  CHECK(format_duration(2s) == "2s");
  CHECK(format_duration(9960ms) == "10s");
  CHECK(format_duration(12s) == "12s");
  CHECK(format_duration(59600ms) == "1m00s");
  CHECK(format_duration(224s) == "3m44s");
  CHECK(format_duration(2h + 5min) == "2h05m");
  CHECK(format_duration(171h) == "7d03h");
  CHECK(format_duration(-12s) == "-12s");
}
