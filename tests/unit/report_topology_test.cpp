#include "analyzer/report/topology.hpp"
#include "analyzer/report/topology_svg.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <algorithm>

using namespace natsrec;
using fixture::at;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A cluster of so many servers with all its routes; those across the first `cut` and the rest are down.
Analysis split(int servers, int cut) {
  Analysis analysis;
  analysis.as_of = at(10);
  const auto server = [](int i) { return "s" + std::to_string(i); };
  for (int a = 1; a <= servers; ++a)
    analysis.lanes.push_back(fixture::lane(LaneKind::server, "east", server(a), {{10, LaneState::up}}));
  for (int a = 1; a <= servers; ++a) {
    for (int b = a + 1; b <= servers; ++b) {
      const bool across = a <= cut && b > cut;
      analysis.lanes.push_back(
          fixture::lane(LaneKind::route, "east", server(a) + " – " + server(b),
                        {{5, LaneState::up}, {10, across ? LaneState::down : LaneState::up}}));
    }
  }
  return analysis;
}

}  // namespace

TEST_CASE("servers stand in their cluster's ring in order of name, whatever their state") {
  const Topology before = topology_of(fixture::rich());
  REQUIRE(before.rings.size() == 2);
  REQUIRE(before.nodes.size() == 6);
  CHECK(before.nodes[0].name == "a1");
  CHECK(before.edges.size() == 6 + 4);
  Analysis shuffled = fixture::rich();
  std::reverse(shuffled.lanes.begin(), shuffled.lanes.end());
  for (Lane& lane : shuffled.lanes) lane.spans = {{at(0), at(72), LaneState::down}};
  const Topology after = topology_of(shuffled);
  for (std::size_t i = 0; i < before.nodes.size(); ++i) {
    CHECK(before.nodes[i].x == after.nodes[i].x);
    CHECK(before.nodes[i].y == after.nodes[i].y);
  }
}

TEST_CASE("nothing is drawn outside of the picture, and no server on another") {
  for (const int servers : {1, 2, 3, 5, 12, 40}) {
    const Topology topology = topology_of(split(servers, 1));
    for (const Node& a : topology.nodes) {
      CHECK((a.x > 0 && a.x < topology.width && a.y > 0 && a.y < topology.height));
      for (const Node& b : topology.nodes)
        if (&a != &b) CHECK(std::hypot(a.x - b.x, a.y - b.y) > 18);
    }
  }
}

TEST_CASE("a remote cluster that nobody recorded has its place") {
  Analysis analysis;
  analysis.lanes = {fixture::lane(LaneKind::server, "east", "a1"),
                    fixture::lane(LaneKind::gateway, "east", "a1 → far")};
  const Topology topology = topology_of(analysis);
  REQUIRE(topology.rings.size() == 2);
  CHECK(topology.rings[1].cluster == "far");
  CHECK(topology.rings[1].servers == 0);
  CHECK(topology.edges.size() == 1);
}

TEST_CASE("a state holds from its span's beginning") {
  const Lane lane =
      fixture::lane(LaneKind::server, "east", "a1", {{5, LaneState::up}, {10, LaneState::down}});
  CHECK(state_at(lane, at(-1)) == LaneState::unknown);
  CHECK(state_at(lane, at(4.9)) == LaneState::up);
  CHECK(state_at(lane, at(5)) == LaneState::down);
  CHECK(state_at(lane, at(10)) == LaneState::down);
  CHECK(state_at(lane, at(11)) == LaneState::unknown);
}

TEST_CASE("a split is told as groups once every route across is down") {
  const Analysis analysis = split(5, 2);
  const Topology topology = topology_of(analysis);
  CHECK(parts_at(topology, analysis, at(1)).empty());
  const auto parts = parts_at(topology, analysis, at(6));
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].size() == 2);
  CHECK(parts[1].size() == 3);
  CHECK(told_at(topology, analysis, at(1)) == "everything up");
  CHECK(told_at(topology, analysis, at(6)) == "6 routes down; east split: s1, s2 | s3, s4, s5");
}

TEST_CASE("what is unknown may connect: no split is claimed") {
  Analysis analysis = split(3, 1);
  for (Lane& lane : analysis.lanes)
    if (lane.label == "s1 – s3") lane.spans.back().state = LaneState::unknown;
  CHECK(parts_at(topology_of(analysis), analysis, at(6)).empty());
}

TEST_CASE("a server that is down is no group of its own") {
  Analysis analysis = split(3, 1);
  analysis.lanes[0].spans = {{at(0), at(10), LaneState::down}};
  CHECK(parts_at(topology_of(analysis), analysis, at(6)).empty());
}

TEST_CASE("an incident is drawn before, at its worst and after") {
  const Analysis analysis = fixture::rich();
  const std::string drawn = topology_triple(analysis.incidents[0], analysis).str();
  CHECK(contains(drawn, "<strong>Before</strong>"));
  CHECK(contains(drawn, "<strong>At the worst</strong>"));
  CHECK(contains(drawn, "<strong>After</strong>"));
  CHECK(contains(drawn, "1 server down, 2 routes down"));
  // A route that was made anew between two looks was never seen other than up.
  CHECK(topology_triple(analysis.incidents[1], analysis).empty());
}

TEST_CASE("the stage has an element for every server and link") {
  const Analysis analysis = fixture::rich();
  const std::string drawn = topology_stage(topology_of(analysis), analysis, at(1)).str();
  for (std::size_t i = 0; i < analysis.lanes.size(); ++i)
    CHECK(contains(drawn, "data-lane=\"" + std::to_string(i) + "\""));
}
