#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/track.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <algorithm>
#include <set>

using namespace natsrec;
using fixture::at;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t from = 0; (from = text.find(part, from)) != std::string::npos; from += part.size()) ++n;
  return n;
}

std::string chart_of(const Analysis& analysis) {
  ChartView view{scale_of(analysis), {}, {}};
  for (const Lane& lane : analysis.lanes) view.lanes.push_back(&lane);
  for (const Incident& incident : analysis.incidents) view.incidents.push_back(&incident);
  return chart(analysis, LaneFindings(analysis), fixture::notes(), view).str();
}

const Lane& lane_of(const Analysis& analysis, const std::string& label) {
  return *std::find_if(analysis.lanes.begin(), analysis.lanes.end(),
                       [&](const Lane& lane) { return lane.label == label; });
}

std::string track_of(const Analysis& analysis, const std::string& label) {
  const Lane& lane = lane_of(analysis, label);
  return track(lane, LaneFindings(analysis).of(lane), analysis.recording, scale_of(analysis)).str();
}

/// A lane that is down for a second in every two.
Lane flapping(int times) {
  Lane lane{LaneKind::route, "east", "a1 – a2", {}, {}};
  for (int i = 0; i < times; ++i) {
    lane.spans.push_back({at(2 * i), at(2 * i + 1), LaneState::up});
    lane.spans.push_back({at(2 * i + 1), at(2 * i + 2), LaneState::down});
  }
  return lane;
}

}  // namespace

TEST_CASE("times are mapped to per cent and clamped into the window") {
  const TimeScale scale(at(0), at(10));
  CHECK(scale.percent(at(2.5)) == Approx(25));
  CHECK(scale.percent(at(-5)) == 0);
  CHECK(scale.percent(at(50)) == 100);
}

TEST_CASE("a window without length has a middle") {
  CHECK(TimeScale(at(3), at(3)).percent(at(3)) == Approx(50));
}

TEST_CASE("there are few ticks whatever the length, on round times") {
  for (const double length : {0.3, 1.0, 59.0, 3600.0, 86400.0, 30 * 86400.0, 20 * 365 * 86400.0}) {
    const auto marks = ticks(TimeScale(at(0.123), at(0.123 + length)));
    CHECK(marks.size() >= 2);
    CHECK(marks.size() <= 9);
  }
  CHECK(ticks(TimeScale(at(0.5), at(60))).front().label == "05:23:10");
  CHECK(ticks(TimeScale(at(0), at(6 * 3600))).front().label == "06:00");
}

TEST_CASE("a new day is told on the axis") {
  const auto marks = ticks(TimeScale(at(0), at(24 * 3600)));
  CHECK(std::any_of(marks.begin(), marks.end(), [](const Tick& tick) { return tick.label == "11-22"; }));
}

TEST_CASE("drawings hold no number that is none") {
  for (const Analysis& analysis : {fixture::rich(), fixture::hostile(), Analysis{}}) {
    const std::string svg = chart_of(analysis);
    CHECK_FALSE(contains(svg, "nan%"));
    CHECK_FALSE(contains(svg, "inf%"));
    CHECK_FALSE(contains(svg, "=\"-"));
  }
}

TEST_CASE("gaps are hatched across all lanes") {
  const std::string svg = chart_of(fixture::rich());
  CHECK(contains(
      svg, "<rect class=\"gap\" x=\"72.639%\" width=\"8.056%\" data-t=\"52300 58100\" height=\"100%\">"));
  CHECK(contains(svg, "not observed 05:23:52.300 to 05:23:58.100 UTC: not collected"));
  CHECK(contains(patterns().str(), "id=\"p-gap\""));
}

TEST_CASE("unknown outside a gap is drawn, inside it is left to the gap") {
  CHECK(contains(track_of(fixture::rich(), "b1 – b2"), "s-unknown"));
  CHECK_FALSE(contains(track_of(fixture::rich(), "b1"), "s-unknown"));
}

TEST_CASE("of an unknown span that reaches beyond a gap the rest is drawn") {
  Analysis analysis = fixture::rich();
  analysis.lanes = {fixture::lane(LaneKind::server, "east", "a1",
                                  {{50, LaneState::up}, {60, LaneState::unknown}, {72, LaneState::up}})};
  const std::string svg = track_of(analysis, "a1");
  CHECK(count(svg, "s-unknown") == 2);
  CHECK(contains(svg, "unknown 05:23:50.000 to 05:23:52.300 UTC"));
  CHECK(contains(svg, "unknown 05:23:58.100 to 05:24:00.000 UTC"));
}

TEST_CASE("states differ in height or pattern, not in colour only") {
  std::set<std::string> shapes;
  for (const LaneState state : {LaneState::up, LaneState::degraded, LaneState::one_sided,
                                LaneState::not_ready, LaneState::down, LaneState::unknown}) {
    const std::string drawn = bar(0, 1, state, "").str();
    shapes.insert(drawn.substr(drawn.find(" y=")));
  }
  CHECK(shapes.size() == 6);
}

TEST_CASE("a moment known by its bounds is drawn from one to the other") {
  const std::string svg = track_of(fixture::rich(), "a1 → west");
  CHECK(contains(svg, "<rect class=\"doubt\""));
  CHECK(contains(svg, "began between 05:23:32.200 and 05:23:34.300 UTC"));
  CHECK(contains(svg, "<rect class=\"doubt end\""));
}

TEST_CASE("an exact moment is a tick without bounds") {
  const std::string svg = track_of(fixture::rich(), "a1 – a3");
  CHECK(contains(svg, "<svg x=\"36.667%\""));
  CHECK_FALSE(contains(svg, "doubt"));
}

TEST_CASE("a track has a text for those who do not see it") {
  CHECK(contains(track_of(fixture::rich(), "a1 → west"),
                 "aria-label=\"gateway east/a1 → west: down 05:23:34.300 to 05:23:48.400 UTC"));
  CHECK(contains(track_of(fixture::quiet(), "a1"), "aria-label=\"server east/a1: up throughout\""));
}

TEST_CASE("quiet lanes are folded away, the others are not") {
  const std::string svg = chart_of(fixture::rich());
  const std::size_t fold = svg.find("<details class=\"quiet-lanes\">");
  REQUIRE(fold != std::string::npos);
  CHECK(svg.find("server east/a3") > fold);
  CHECK(svg.find("server east/a2") < fold);
}

TEST_CASE("lanes stand under their cluster") {
  const std::string svg = chart_of(fixture::rich());
  CHECK(count(svg, "class=\"cluster-name\"") == 2);
  CHECK(svg.find("<bdi>east</bdi>") < svg.find("<bdi>west</bdi>"));
}

TEST_CASE("a cluster's heading shows the worst of its lanes") {
  const Analysis analysis = fixture::rich();
  std::vector<const Lane*> east;
  for (const Lane& lane : analysis.lanes)
    if (lane.cluster == "east") east.push_back(&lane);
  const Lane worst = worst_of(east);
  std::vector<LaneState> states;
  for (const LaneSpan& span : worst.spans) states.push_back(span.state);
  using enum LaneState;
  CHECK(states == std::vector{up, down, one_sided, degraded, up, down, up, unknown, up});
  CHECK(worst.spans.front().from == at(0));
  CHECK(worst.spans.back().to == at(72));
}

TEST_CASE("incidents are bands that link to their sections") {
  const std::string svg = chart_of(fixture::rich());
  CHECK(count(svg, "class=\"band ") == 4);
  CHECK(contains(svg, "<a href=\"#i-k3v9qm2a\" aria-label=\"Incident 1, critical: "));
}

TEST_CASE("incidents at one time get rows of their own") {
  Analysis analysis = fixture::rich();
  analysis.incidents.push_back(analysis.incidents[0]);
  CHECK(contains(chart_of(fixture::rich()), "class=\"flags\" height=\"22\""));
  CHECK(contains(chart_of(analysis), "class=\"flags\" height=\"44\""));
}

TEST_CASE("a month of flapping is no more to draw than a thousand columns") {
  const Lane lane = flapping(100000);
  const TimeScale scale(lane.spans.front().from, lane.spans.back().to);
  const auto drawn = drawable(lane.spans, scale);
  CHECK(drawn.size() <= 2002);
  CHECK(
      std::any_of(drawn.begin(), drawn.end(), [](const LaneSpan& s) { return s.state == LaneState::down; }));
  CHECK(drawn.front().from == lane.spans.front().from);
  CHECK(drawn.back().to == lane.spans.back().to);
}

TEST_CASE("a short outage in a long recording is still drawn") {
  Lane lane{LaneKind::server, "east", "a1", {}, {}};
  lane.spans = {{at(0), at(500000), LaneState::up},
                {at(500000), at(500001), LaneState::down},
                {at(500001), at(1000000), LaneState::up}};
  const auto drawn = drawable(lane.spans, TimeScale(at(0), at(1000000)));
  REQUIRE(drawn.size() == 3);
  CHECK(drawn[1].state == LaneState::down);
}

TEST_CASE("an incident's lanes are those of its findings, servers, links and gateways") {
  const Analysis analysis = fixture::rich();
  std::vector<std::string> labels;
  for (const Lane* lane : lanes_of(analysis.incidents[0], analysis, LaneFindings(analysis))) {
    labels.push_back(lane->label);
  }
  CHECK(labels == std::vector<std::string>{"a2", "a1 – a2", "a2 – a3"});
}

TEST_CASE("gaps too short to be seen do not cut a lane into pieces") {
  Lane lane{LaneKind::server, "east", "a1", {}, {}};
  for (int i = 0; i < 500; ++i) {
    lane.spans.push_back({at(i * 10000), at(i * 10000 + 9900), LaneState::up});
    lane.spans.push_back({at(i * 10000 + 9900), at(i * 10000 + 10000), LaneState::unknown});
  }
  CHECK(drawable(lane.spans, TimeScale(at(0), at(5000000))).size() == 1);
}
