#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

namespace {

FakeMesh two_clusters() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 10s);
  return mesh;
}

}  // namespace

TEST_CASE("an absent key of a configured remote is a lost gateway") {
  auto mesh = two_clusters();
  mesh["a1"].outbound.clear();
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_down a1>west"});
  const auto* lost = find(analysis, Kind::gateway_down);
  CHECK(lost->details["scope"] == "server");
  CHECK_FALSE(lost->began.exact);
  CHECK(analysis.incidents[0].causes[0].cause == "gateway_network_cut");
}

TEST_CASE("a gateway lost by every server has the scope of the cluster") {
  auto mesh = two_clusters();
  mesh["a1"].outbound.clear();
  mesh["a2"].outbound.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::gateway_down, "a1")->details["scope"] == "cluster");
  CHECK(analysis.incidents.size() == 1);
}

TEST_CASE("a gateway that never connected is not lost") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1"}).cluster("west", {"b1"}).gateways("east", "west");
  mesh["a1"].outbound.clear();
  mesh["b1"].outbound.clear();
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("another server behind the key is a failover, not a loss") {
  auto mesh = two_clusters();
  mesh.now += 2s;
  const bool at_b1 = mesh["a1"].outbound["west"].remote_id == mesh["b1"].id;
  mesh.connect_gateway("a1", at_b1 ? "b2" : "b1");
  mesh.epoch_after(8s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{"gateway_failover a1>west"});
  CHECK(mesh.analysis().incidents.empty());
}

TEST_CASE("the same server behind a new connection is a reconnect") {
  auto mesh = two_clusters();
  mesh.now += 2s;
  const bool at_b1 = mesh["a1"].outbound["west"].remote_id == mesh["b1"].id;
  mesh.connect_gateway("a1", at_b1 ? "b1" : "b2");
  mesh.epoch_after(8s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{"gateway_reconnected a1>west"});
}

TEST_CASE("a dead remote cluster is the cause of lost gateways, in one incident") {
  auto mesh = two_clusters();
  mesh.die("b1");
  mesh.die("b2");
  mesh.epochs(3, 10s);
  mesh.start("b1");
  mesh.start("b2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_down a1>west", "gateway_down a2>west", "server_down b1",
                               "server_down b2", "server_restarted b1", "server_restarted b2"});
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "remote_cluster_down");
  CHECK(analysis.incidents[0].causes[0].confidence == "certain");
}

TEST_CASE("a gateway absent for a moment while it moves from a dead server is a consequence") {
  auto mesh = two_clusters();
  mesh.die("b1");
  for (const auto* name : {"a1", "a2"}) mesh[name].outbound.clear();
  mesh.epoch_after(10s);
  for (const auto* name : {"a1", "a2"}) mesh.connect_gateway(name, "b2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  for (const auto& finding : analysis.findings)
    if (finding.kind == Kind::gateway_down && finding.details["was_connected_to"] == "b1")
      CHECK(finding.severity == Severity::info);
}

TEST_CASE("inbound that stays while outbound is lost is told") {
  auto mesh = two_clusters();
  const auto id = mesh["a1"].id;
  mesh["a1"].outbound.clear();
  mesh["a1"].bodies[Endpoint::gatewayz] =
      R"({"server_id":")" + id + R"(","now":"2026-01-01T00:00:40Z","name":"east","outbound_gateways":{},)" +
      R"("inbound_gateways":{"west":[{"configured":false,"connection":{"cid":9,"start":"2026-01-01T00:00:00Z","name":"x"}}]}})";
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_down, "a1")->details["inbound"] == 1);
}
