#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Remotes = FakeMesh::Remotes;

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

TEST_CASE("a gateway that never connected is not lost, and a standing condition of its own") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1"}).gateways("east", "west");
  mesh["a1"].outbound.clear();
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_never_connected a1>west"});
  const auto* never = find(analysis, Kind::gateway_never_connected);
  CHECK_FALSE(never->began.after);
  CHECK(never->details["remote_known"] == true);
  CHECK(never->proof.front().pointer == "/outbound_gateways");
  CHECK(never->proof.back().pointer == "/gateway/gateways/0");
}

TEST_CASE("whether a gateway was seen before does not depend on the order of the servers") {
  // a2 lacks it at once, a1 loses it later: the names alone make no difference.
  for (const auto* first : {"a1", "a2"}) {
    auto mesh = two_clusters();
    const std::string other = first == std::string("a1") ? "a2" : "a1";
    mesh[first].outbound.clear();
    mesh.epochs(2, 10s);
    CHECK(told(mesh.analysis()) == Told{std::string("gateway_down ") + first + ">west"});
  }
}

TEST_CASE("a remote cluster that nothing knows is told apart, and ends when it connects") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1"});
  mesh["a1"].remotes = Remotes{{"north", {"n1:7222"}}};
  mesh.epochs(3, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_never_connected)->details["remote_known"] == false);
  mesh.cluster("north", {"n1"});
  mesh.connect_gateway("a1", "n1");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_never_connected a1>north"});
  CHECK(find(analysis, Kind::gateway_never_connected)->ended_by == EndedBy::recovered);
}

TEST_CASE("a young server may still be at its first attempts") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1"});
  mesh["a1"].remotes = Remotes{{"north", {"n1:7222"}}};
  mesh["a1"].start = mesh.now;
  mesh.epochs(5, 10s);
  CHECK(told(mesh.analysis()) == Told{});
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{"gateway_never_connected a1>north"});
}

TEST_CASE("a remote cluster that is still starting takes no gateways yet") {
  auto mesh = two_clusters();
  for (const auto* name : {"b1", "b2"}) {
    mesh.die(name);
    mesh.start(name);
    mesh[name].health = "failed to be ready for connections after 1ms: server, route, gateway";
    mesh[name].outbound.clear();
    mesh[name].routes.clear();
  }
  for (const auto* name : {"a1", "a2"}) mesh[name].outbound.clear();
  for (const auto* name : {"b1", "b2"}) mesh[name].routes.clear();
  const auto absent = mesh.now + 10s;
  mesh.epochs(3, 10s);
  for (const auto& finding : mesh.analysis().findings) {
    CHECK(finding.kind != Kind::gateway_down);
    CHECK(finding.kind != Kind::gateway_never_connected);
  }
  for (const auto* name : {"b1", "b2"}) mesh[name].health.clear();
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* lost = find(analysis, Kind::gateway_down, "a1");
  REQUIRE(lost);
  CHECK(lost->began.by == absent + 1ms);  // no alarm then, but this is when it was gone
}

TEST_CASE("a gateway that a server had before its restart is lost, not never there") {
  auto mesh = two_clusters();
  mesh.die("a1");
  mesh.epoch_after(10s);
  mesh.start("a1");
  mesh["a1"].outbound.clear();
  mesh.epochs(12, 10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::gateway_down, "a1"));
  CHECK_FALSE(find(analysis, Kind::gateway_never_connected, "a1"));
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

namespace {

/// Drops the gateway of a1 and makes it anew, to the same member, between two epochs.
void renew(FakeMesh& mesh, Duration every = 60s) {
  mesh.now += 2s;
  const bool at_b1 = mesh["a1"].outbound["west"].remote_id == mesh["b1"].id;
  mesh.connect_gateway("a1", at_b1 ? "b1" : "b2");
  mesh.epoch_after(every - 2s);
}

FakeMesh by_the_minute() {
  FakeMesh mesh;
  mesh.interval = 60s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 60s);
  return mesh;
}

}  // namespace

TEST_CASE("three re-establishments of a gateway within the window are flapping") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 2; ++i) {
    renew(mesh);
    mesh.epochs(3, 60s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping));
  renew(mesh);
  const auto analysis = mesh.analysis();
  const auto* flapping = find(analysis, Kind::gateway_flapping, "a1");
  REQUIRE(flapping);
  CHECK(flapping->count == 3);
  CHECK(flapping->severity == Severity::warning);
  CHECK(flapping->proof.size() == 3);
  CHECK(flapping->proof[0].pointer == "/outbound_gateways/west/connection");
  const auto* first = find(analysis, Kind::gateway_reconnected, "a1");
  CHECK(flapping->began.by == first->began.by);
  CHECK(flapping->epochs == first->epochs);
  CHECK(first->consequence_of == flapping->id);
}

TEST_CASE("a flapping gateway is quiet again after a full window") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 3; ++i) renew(mesh);
  mesh.epochs(15, 60s);
  CHECK(find(mesh.analysis(), Kind::gateway_flapping)->open());
  mesh.epochs(2, 60s);
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping)->open());
}

TEST_CASE("time that nobody observed is not quiet") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 3; ++i) renew(mesh);
  mesh.epochs(5, 60s);
  mesh.epoch_after(2h);
  mesh.epochs(5, 60s);
  CHECK(find(mesh.analysis(), Kind::gateway_flapping)->open());
  mesh.epochs(10, 60s);
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping)->open());
}

TEST_CASE("a server that cannot be asked does not end its flapping") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 3; ++i) renew(mesh);
  mesh["a1"].reach = FakeMesh::Reach::silent;
  mesh.epochs(20, 60s);
  CHECK(find(mesh.analysis(), Kind::gateway_flapping)->open());
}

TEST_CASE("re-establishments further apart than the window are no flapping") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 4; ++i) {
    renew(mesh);
    mesh.epochs(7, 60s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping));
}

TEST_CASE("a gap between them brings re-establishments no closer together") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 2; ++i) renew(mesh);
  mesh.epoch_after(2h);
  renew(mesh);
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping));
}

TEST_CASE("losses that were seen count as re-establishments when they end") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 3; ++i) {
    const auto was = mesh["a1"].outbound;
    mesh["a1"].outbound.clear();
    mesh.epoch_after(60s);
    mesh["a1"].outbound = was;
    mesh["a1"].outbound["west"].rid += 100U + static_cast<unsigned>(i);
    mesh.epoch_after(60s);
  }
  const auto analysis = mesh.analysis();
  REQUIRE(find(analysis, Kind::gateway_flapping));
  CHECK(find(analysis, Kind::gateway_flapping)->count == 3);
  CHECK_FALSE(find(analysis, Kind::gateway_reconnected));
}

TEST_CASE("a remote cluster restarted member by member makes no gateway flap") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 6; ++i) {
    const auto* name = i % 2 ? "b1" : "b2";
    mesh[name].health = "failed to be ready for connections after 1ms: server";
    mesh.epoch_after(20s);
    mesh.die(name);
    mesh.now += 5s;
    mesh.start(name);
    mesh.epochs(2, 20s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_flapping));
}

TEST_CASE("a gateway moving to and fro between living members flaps") {
  auto mesh = by_the_minute();
  for (int i = 0; i < 3; ++i) {
    mesh.now += 2s;
    mesh.connect_gateway("a1", mesh["a1"].outbound["west"].remote_id == mesh["b1"].id ? "b2" : "b1");
    mesh.epoch_after(58s);
  }
  const auto analysis = mesh.analysis();
  REQUIRE(find(analysis, Kind::gateway_flapping));
  CHECK(find(analysis, Kind::gateway_failover)->details["lived_on"] == true);
}

TEST_CASE("a lost gateway that no epoch saw absent counts no more than one that was seen") {
  // The remote was starting when it was seen absent, so nothing was told; the renewal is.
  auto mesh = by_the_minute();
  mesh["a1"].outbound.clear();
  mesh["a1"].health = "failed to be ready for connections after 1ms: gateway";
  mesh.epoch_after(60s);
  mesh["a1"].health.clear();
  mesh.connect_gateway("a1", "b1");
  mesh.epoch_after(60s);
  int renewals = 0;
  for (const auto& finding : mesh.analysis().findings)
    if (finding.server == "a1" &&
        (finding.kind == Kind::gateway_reconnected || finding.kind == Kind::gateway_failover))
      renewals += finding.count.value_or(0);
  CHECK(renewals == 1);
}

TEST_CASE("a gateway much slower than usual is told, and when it is over") {
  auto mesh = by_the_minute();
  mesh.epochs(120, 60s);
  mesh["a1"].gateway_rtt = "80ms";
  mesh.epochs(3, 60s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_rtt_high a1>west"});
  const auto* slow = find(analysis, Kind::gateway_rtt_high);
  CHECK(slow->details["rtt_ms"] == 80);
  CHECK(slow->details["usual_ms"] == 1);
  CHECK(slow->proof.front().pointer == "/outbound_gateways/west/connection/rtt");
  mesh["a1"].gateway_rtt = "1ms";
  mesh.epochs(2, 60s);
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_rtt_high)->open());
}

TEST_CASE("a gateway slower than the reader's own limit is told at once") {
  DetectionOptions options;
  options.rtt = 20ms;
  FakeMesh mesh(options);
  mesh.interval = 60s;
  mesh.cluster("east", {"a1"}).cluster("west", {"b1"}).gateways("east", "west");
  mesh["a1"].gateway_rtt = "25ms";
  mesh.epochs(2, 60s);
  CHECK(told(mesh.analysis()) == Told{"gateway_rtt_high a1>west"});
}

TEST_CASE("an implicit gateway that goes is removed, not lost") {
  auto mesh = two_clusters();
  for (const auto* name : {"a1", "a2"}) {
    mesh[name].remotes.emplace();
    mesh[name].implicit = {"west"};
  }
  mesh.epochs(2, 10s);
  const auto was = mesh["a1"].outbound;
  mesh["a1"].outbound.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  const auto* removed = find(analysis, Kind::gateway_removed);
  REQUIRE(removed);
  CHECK(removed->details["implicit"] == true);
  CHECK(removed->server == "a1");
  mesh.connect_gateway("a1", "b1");
  mesh.epochs(2, 10s);
  CHECK((find(mesh.analysis(), Kind::gateway_reconnected) || find(mesh.analysis(), Kind::gateway_failover)));
}
