#include "analyzer/report/mesh.hpp"
#include "analyzer/report/unicode.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {

Mesh mesh() {
  Mesh out;
  out.at = fixture::at(12);
  MeshCluster east{"east",
                   {{"a1", "2.9.10", {"a1"}, LaneState::up},
                    {"a2", "", {"a2", "10.0.0.2_8222"}, LaneState::down},
                    {"a3", "2.9.10", {"a3"}, LaneState::up}},
                   {{"a1", "a2", LinkState::down}, {"a3", "a1", LinkState::up}},
                   {{"a1", "west", LinkState::up}, {"a3", "west", LinkState::one_sided}}};
  out.clusters.push_back(east);
  return out;
}

/// n servers, every pair up.
Mesh wide(std::size_t n) {
  Mesh out;
  out.at = fixture::at(0);
  MeshCluster cluster{"big", {}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    cluster.servers.push_back({"server-" + std::to_string(1000 + i), "2.14.0", {}, LaneState::up});
  }
  out.clusters.push_back(cluster);
  return out;
}

}  // namespace

TEST_CASE("the mesh is a matrix of states, the missing ones unknown") {
  CHECK(mesh_text(mesh(), {false, 80}) ==
        "As of 2026-11-21 05:23:12 UTC. Links: + up, x down, / one-sided, ? unknown.\n"
        "\n"
        "east: 3 servers\n"
        "   1 a1  up         2.9.10      a1\n"
        "   2 a2  down       ?           a2, 10.0.0.2_8222\n"
        "   3 a3  up         2.9.10      a3\n"
        "\n"
        "  routes  1  2  3\n"
        "   1 a1   .  x  +\n"
        "   2 a2   x  .  ?\n"
        "   3 a3   +  ?  .\n"
        "\n"
        "  gateways  west\n"
        "   1 a1     +\n"
        "   2 a2\n"
        "   3 a3     /\n");
}

TEST_CASE("a wide mesh is printed in blocks that fit") {
  const std::string text = mesh_text(wide(60), {false, 80});
  std::size_t from = 0;
  for (std::size_t end = 0; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
    CHECK(columns(text.substr(from, end - from)) <= 80);
  }
  CHECK(text.find("  60\n") != std::string::npos);
}

TEST_CASE("an empty mesh says so") { CHECK(mesh_text({}) == "No server was seen.\n"); }

TEST_CASE("names in the mesh cannot command the terminal") {
  Mesh hostile = mesh();
  hostile.clusters[0].name = "\x1b[2J";
  hostile.clusters[0].servers[0] = {"a\nb\x1b", "\x07", {"\x1b"}, LaneState::up};
  hostile.clusters[0].gateways[0].remote_cluster = "\x1b]0;x";
  CHECK(mesh_text(hostile).find('\x1b') == std::string::npos);
}

TEST_CASE("the mesh as JSON has every pair once, in order") {
  const auto json = nlohmann::ordered_json::parse(mesh_json(mesh()));
  CHECK(json["at"] == "2026-11-21T05:23:12.000000Z");
  const auto& routes = json["clusters"][0]["routes"];
  REQUIRE(routes.size() == 3);
  CHECK(routes[0] == nlohmann::ordered_json{{"server", "a1"}, {"peer", "a2"}, {"state", "down"}});
  CHECK(routes[1] == nlohmann::ordered_json{{"server", "a1"}, {"peer", "a3"}, {"state", "up"}});
  CHECK(routes[2] == nlohmann::ordered_json{{"server", "a2"}, {"peer", "a3"}, {"state", "unknown"}});
  CHECK(json["clusters"][0]["servers"][1]["state"] == "down");
  CHECK(json["clusters"][0]["gateways"][1]["state"] == "one_sided");
}

TEST_CASE("an empty mesh is a whole JSON document") {
  const auto json = nlohmann::ordered_json::parse(mesh_json({}));
  CHECK(json["at"].is_null());
  CHECK(json["clusters"].empty());
}
