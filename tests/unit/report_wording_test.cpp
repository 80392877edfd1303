#include "analyzer/report/wording.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using fixture::at;

TEST_CASE("an exact moment says so, with its error") {
  CHECK(moment(fixture::exactly(18.412, 20.1)) == "2026-11-21 05:23:18.412 UTC, exact (±0.02s)");
}

TEST_CASE("a moment known by its bounds says both") {
  CHECK(moment(fixture::seen(10.3)) == "by 2026-11-21 05:23:10.300 UTC, after 05:23:08.200");
}

TEST_CASE("a moment never seen otherwise says so") {
  CHECK(moment({std::nullopt, at(0), {}, {}}) ==
        "by 2026-11-21 05:23:00.000 UTC, already so when first seen");
}

TEST_CASE("times are cut, not rounded, so that order is kept") { CHECK(clock(at(1.9999)) == "05:23:01.999"); }

TEST_CASE("times before 1970 are times, too") { CHECK(day(Time{std::chrono::seconds{-1}}) == "1969-12-31"); }

TEST_CASE("100 % means all of it") {
  CHECK(percent(1) == "100 %");
  CHECK(percent(0.99999) == "99.9 %");
  CHECK(percent(0.5) == "50 %");
  CHECK(percent(std::nan("")) == "unknown");
}

TEST_CASE("a long list tells how many it leaves out") {
  CHECK(listed({"a", "b", "c", "d"}, 2) == "a, b and 2 more");
  CHECK(listed({"a", "b", "c"}, 2) == "a, b, c");
}

TEST_CASE("many findings of one kind are one sentence") {
  const Analysis analysis = fixture::rich();
  std::vector<const Finding*> lost;
  for (const Finding& f : analysis.findings) {
    if (f.kind == Kind::gateway_down) lost.push_back(&f);
  }
  CHECK(told(lost) == "3 servers of east lost west");
}

TEST_CASE("one finding is told in its own words") {
  const Analysis analysis = fixture::rich();
  CHECK(told({&analysis.findings.front()}) == "Server east/a1 reloaded its configuration.");
}

TEST_CASE("the same subject several times is not several subjects") {
  Finding f = fixture::finding(Kind::route_down, Severity::warning, "east", "a1", "a2", fixture::seen(4), "");
  const Finding again = f;
  CHECK(told({&f, &again}) == "east/a1 – east/a2: route down, 2 times");
}

TEST_CASE("an open incident is told before a worse one that is over") {
  const Analysis analysis = fixture::rich();
  CHECK(worst(analysis)->open);
}

TEST_CASE("without incidents the verdict says that nothing broke, or that nothing was recorded") {
  CHECK(verdict(fixture::quiet()).find("No incidents") == 0);
  CHECK(verdict(Analysis{}) == "Nothing was recorded");
}

TEST_CASE("the command for evidence can be copied into a shell") {
  RecordingInfo recording;
  recording.name = "my history.db";
  CHECK(show_command(recording, {12, "a1", "east/a 1", Endpoint::routez, ""}) ==
        "nats-analyzer show 'my history.db' --epoch 12 --server 'east/a 1' --endpoint routez");
}

TEST_CASE("names cannot add words, options or commands to a command") {
  CHECK(shell_word("a'b") == "'a'\\''b'");
  CHECK(shell_word("$(id)") == "'$(id)'");
  CHECK(shell_word("") == "''");
  RecordingInfo recording;
  recording.name = "-x";
  CHECK(show_command(recording, {1, "t", "-y", Endpoint::varz, ""}) ==
        "nats-analyzer show ./-x --epoch 1 --server=-y --endpoint varz");
}

TEST_CASE("an incident that only the last epoch shows has no length yet") {
  Incident incident;
  incident.title = "a1 went down";
  incident.open = true;
  CHECK(verdict(incident) == "a1 went down: open, seen in the last epoch");
}

TEST_CASE("a command that several causes advise is told once") {
  Incident incident = fixture::rich().incidents[0];
  incident.causes.push_back(incident.causes[0]);
  CHECK(next_commands(incident).size() == 2);
}
