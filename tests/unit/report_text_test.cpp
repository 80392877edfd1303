#include "analyzer/report/text.hpp"
#include "analyzer/report/unicode.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <sstream>

using namespace natsrec;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// No byte that a terminal would obey, but line breaks.
bool harmless(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_control(c) || is_reordering(c) || c == '\t') return false;
  }
  return true;
}

}  // namespace

TEST_CASE("incidents begin with the verdict and what was observed") {
  const auto text = lines(incidents_text(fixture::rich(), {false, 0}));
  CHECK(text[0] == "4 incidents, one still open. Server west/b3 was drained and is down: open for 3.8s.");
  CHECK(contains(text[1], "history.db: 2026-11-21 05:23:00 – 05:24:12 UTC"));
  CHECK(contains(text[1], "coverage 91.9 %"));
}

TEST_CASE("an incident tells when, why, what and what to do next") {
  const std::string text = incidents_text(fixture::rich(), {false, 0});
  CHECK(contains(text, "CRITICAL k3v9qm2a  Server east/a2 died and was restarted"));
  CHECK(contains(text, "began     by 2026-11-21 05:23:10.300 UTC, after 05:23:08.200; 1m02s before the"));
  CHECK(contains(text, "ended     2026-11-21 05:23:18.412 UTC, exact (±0.02s)"));
  CHECK(contains(text, "cause     remote cluster down (certain): "));
  CHECK(contains(text, "05:23:34.200 3 servers of west down\n"));
  CHECK(contains(text, "↳ 3 servers of east lost west\n"));
  CHECK(contains(text, "nats-analyzer show history.db --epoch 6 --server east/a2 --endpoint varz\n"));
}

TEST_CASE("an empty result says so, with the span and the coverage") {
  const auto text = lines(incidents_text(fixture::quiet(), {false, 0}));
  REQUIRE(text.size() == 2);
  CHECK(text[0] == "No incidents: nothing broke as far as the recording shows.");
  CHECK(contains(text[1], "coverage 100 %"));
}

TEST_CASE("without colour there is no escape") {
  CHECK(harmless(incidents_text(fixture::rich(), {false, 80})));
  CHECK(harmless(timeline_text(fixture::rich(), {false, 80}, fixture::notes())));
}

TEST_CASE("colour is there if it is asked for") {
  CHECK(contains(incidents_text(fixture::rich(), {true, 80}), "\x1b[1;31mCRITICAL"));
}

TEST_CASE("names cannot command the terminal") {
  CHECK(harmless(incidents_text(fixture::hostile(), {false, 80})));
  CHECK(harmless(timeline_text(fixture::hostile(), {false, 80})));
}

TEST_CASE("lines keep to the width, but for commands to copy") {
  for (const std::size_t width : {48U, 60U, 100U}) {
    std::size_t widest = 0;
    const std::string text = incidents_text(fixture::hostile(), {false, width});
    for (const std::string& line : lines(text + timeline_text(fixture::hostile(), {false, width}))) {
      const bool command = line.rfind("      ", 0) == 0 && line.find_first_not_of(' ') == 6;
      if (!command) widest = std::max(widest, columns(line));
    }
    CHECK(widest == width);
  }
}

TEST_CASE("the timeline tells findings, gaps and notes in order of time") {
  const std::string text = timeline_text(fixture::rich(), {false, 0}, fixture::notes());
  const auto place = [&](const std::string& part) { return text.find(part); };
  CHECK(place("reloaded its configuration") < place("east/a2 was down"));
  CHECK(place("05:23:31.000  note      deploy orders-service 4.2 (ana)") < place("Server west/b1 was down"));
  CHECK(place("05:23:52.300  gap       nothing observed until 05:23:58.100") < place("(lame duck)"));
  CHECK(place("(lame duck)") != std::string::npos);
}

TEST_CASE("the timeline tells a gap once") {
  CHECK_FALSE(contains(timeline_text(fixture::rich(), {false, 0}), "the recorder did not run"));
}

TEST_CASE("a timeline without anything says so") {
  CHECK(contains(timeline_text(fixture::quiet(), {false, 0}), "Nothing happened that the recording shows."));
}

TEST_CASE("where an end and a beginning share a moment, the end comes first") {
  const std::string text = timeline_text(fixture::rich(), {false, 0});
  CHECK(text.find("ended     east/a2: server down") < text.find("Server east/a2 was started"));
}
