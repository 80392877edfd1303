#include "analyzer/report/check.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using fixture::at;
using fixture::secs;

namespace {

/// One incident that began 10 s into the recording.
Analysis with(Severity severity, std::optional<double> ended) {
  Analysis analysis = fixture::quiet();
  Incident incident = fixture::rich().incidents[0];
  incident.severity = severity;
  incident.open = !ended;
  incident.ended = ended ? std::optional(fixture::seen(*ended)) : std::nullopt;
  analysis.incidents = {incident};
  return analysis;
}

CheckOptions recent(double s) {
  CheckOptions out;
  out.recent = secs(s);
  return out;
}
CheckOptions max_age(double s) {
  CheckOptions out;
  out.max_age = secs(s);
  return out;
}
CheckOptions since(std::int64_t epoch) {
  CheckOptions out;
  out.since_epoch = epoch;
  return out;
}

constexpr double now = 75;  // three seconds after the newest epoch

std::string head(const CheckResult& result) { return result.line.substr(0, result.line.find(" | ")); }
std::string performance(const CheckResult& result) { return result.line.substr(result.line.find(" | ") + 3); }
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the exit code is the worst open severity") {
  CHECK(check(fixture::quiet(), at(now)).code == 0);
  CHECK(check(with(Severity::warning, std::nullopt), at(now)).code == 1);
  CHECK(check(with(Severity::critical, std::nullopt), at(now)).code == 2);
}

TEST_CASE("a healed incident stays a warning for a while") {
  const Analysis healed = with(Severity::critical, 20);
  CHECK(check(healed, at(now), recent(60)).code == 1);
  CHECK(check(healed, at(now), recent(50)).code == 0);
  CHECK(check(healed, at(now)).code == 1);  // 15 min unless told otherwise
}

TEST_CASE("three intervals without an epoch are unknown") {
  CHECK(check(fixture::quiet(), at(78)).code == 0);
  CHECK(check(fixture::quiet(), at(78.1)).code == 3);
}

TEST_CASE("the greatest age can be told") {
  CHECK(check(fixture::quiet(), at(132), max_age(60)).code == 0);
  CHECK(check(fixture::quiet(), at(133), max_age(60)).code == 3);
}

TEST_CASE("without a known interval three minutes are too old") {
  Analysis analysis = fixture::quiet();
  analysis.recording.interval.reset();
  CHECK(check(analysis, at(72 + 180)).code == 0);
  CHECK(check(analysis, at(72 + 181)).code == 3);
}

TEST_CASE("an epoch from the future is unknown") {
  CHECK(check(fixture::quiet(), at(70)).code == 0);
  CHECK(check(fixture::quiet(), at(60)).code == 3);
}

TEST_CASE("coverage under one half is unknown") {
  Analysis analysis = fixture::quiet();
  analysis.recording.coverage = 0.5;
  CHECK(check(analysis, at(now)).code == 0);
  analysis.recording.coverage = 0.499;
  CHECK(check(analysis, at(now)).code == 3);
  analysis.recording.coverage = std::nan("");
  CHECK(check(analysis, at(now)).code == 3);
}

TEST_CASE("an empty recording is unknown") {
  CHECK(head(check({}, at(now))) == "NATS UNKNOWN: nothing was recorded");
}

TEST_CASE("an old recording still tells what it showed last") {
  const CheckResult result = check(with(Severity::critical, std::nullopt), at(500));
  CHECK(result.code == 3);
  CHECK(contains(result.line, "last known: Server east/a2 died and was restarted"));
}

TEST_CASE("the line says what, where, since when and why") {
  CHECK(head(check(with(Severity::critical, std::nullopt), at(now))) ==
        "NATS CRITICAL: Server east/a2 died and was restarted (east/a2), open since 2026-11-21 05:23:10 UTC "
        "at the "
        "latest, certain: process down");
}

TEST_CASE("the worst open incident is told first, the others are counted") {
  Analysis analysis = with(Severity::warning, std::nullopt);
  analysis.incidents.push_back(fixture::rich().incidents[2]);
  analysis.incidents.back().open = true;
  const std::string line = head(check(analysis, at(now)));
  CHECK(contains(line, "CRITICAL: Cluster west was lost"));
  CHECK(contains(line, "; 1 more open"));
}

TEST_CASE("performance data has open incidents, epochs, coverage and age with their limits") {
  CHECK(performance(check(fixture::rich(), at(now))) ==
        "open_critical=0;;0;0 open_warning=1;0;;0 healed=3;0;;0 epochs=34;;;0 coverage=91.9%;;50:;0;100 "
        "age=3s;;6;0");
}

TEST_CASE("with an epoch to look back to, only what changed since counts") {
  Analysis analysis = fixture::rich();  // the drained server was proven down by epoch 35
  CHECK(check(analysis, at(now), since(34)).code == 1);
  CHECK(check(analysis, at(now), since(35)).code == 0);
  CHECK(head(check(analysis, at(now), since(35))) == "NATS OK: nothing new since epoch 35");
}

TEST_CASE("names cannot add performance data or lines") {
  const Analysis analysis = fixture::hostile();
  for (const Incident& incident : analysis.incidents) {
    Analysis one = analysis;
    one.incidents = {incident};
    const std::string line = check(one, at(now)).line;
    CHECK(std::count(line.begin(), line.end(), '|') == 1);
    CHECK_FALSE(contains(line, "\n"));
    CHECK_FALSE(contains(line, "\x1b"));
    CHECK(line.size() < 2000);
  }
}
