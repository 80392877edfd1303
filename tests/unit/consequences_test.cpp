#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

/// Both servers of a cluster of two restarted, and past starting up, without a route between them.
FakeMesh apart_after_restarts() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2"}) mesh.die(name);
  mesh.epoch_after(10s);
  for (const auto* name : {"a1", "a2"}) mesh.start(name);
  mesh.cut("a1", "a2");
  mesh.epochs(3, 10s);
  return mesh;
}

}  // namespace

TEST_CASE("servers that take their time to find each other after a restart are no split of their own") {
  auto mesh = apart_after_restarts();
  mesh.connect("a1", "a2");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->severity == Severity::info);
  for (const auto& incident : analysis.incidents)
    for (const auto& cause : incident.causes) CHECK(cause.cause != "cluster_split");
}

TEST_CASE("servers that do not find each other for a minute after a restart are split") {
  auto mesh = apart_after_restarts();
  mesh.epochs(7, 10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->severity == Severity::critical);
}

TEST_CASE("a route that is missed between two runs of its end belongs to the restart") {
  auto mesh = three();
  mesh.now += 10s;
  mesh.cut("a1", "a3");
  mesh["a3"].bodies[Endpoint::routez] = "{}";  // it ends in the middle of the epoch
  mesh.epoch();
  mesh["a3"].bodies.clear();
  mesh.now += 100ms;
  mesh.start("a3");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down, "a1", "a3");
  REQUIRE(down);
  CHECK(down->began.by < find(analysis, Kind::server_restarted)->began.best());
  CHECK(down->severity == Severity::info);
}

TEST_CASE("a split beside a restart is the cut's, not the restart's") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.epochs(3, 10s);
  mesh.start("a3");
  mesh.cut("a3", "a1");
  mesh.cut("a2", "a1");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->severity == Severity::critical);
}

TEST_CASE("a cluster that takes over a restarted server's made-up name renews all of its routes") {
  const std::string made_up = "qso1UWX2dzUfp3cbmNvHSt";
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster(made_up, {"a1", "a2", "a3"});
  mesh.epochs(3, 10s);
  mesh.start("a1");
  mesh.flap("a2", "a3");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* renewed = find(analysis, Kind::route_reconnected, "a2", "a3");
  REQUIRE(renewed);
  CHECK(renewed->severity == Severity::info);
  CHECK(find(analysis, Kind::server_restarted)->details["made_up_cluster_name"] == made_up);
}

TEST_CASE(
    "a restarted server's neighbours have no reason to renew their route where the cluster has a name") {
  auto mesh = three();
  mesh.start("a1");
  mesh.flap("a2", "a3");
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::route_reconnected, "a2", "a3")->severity == Severity::warning);
}

TEST_CASE("a connection that is made anew right after a lost route is back belongs to the loss") {
  auto mesh = three(3);
  mesh.cut("a1", "a2");
  mesh.epochs(2, 10s);
  mesh.connect("a1", "a2", 3);
  mesh.epoch_after(5s);
  mesh.flap("a1", "a2");
  mesh.epoch_after(1s);
  CHECK(find(mesh.analysis(), Kind::route_reconnected, "a1", "a2")->severity == Severity::info);
}

TEST_CASE("a connection that is made anew long after a lost route is back is news") {
  auto mesh = three(3);
  mesh.cut("a1", "a2");
  mesh.epochs(2, 10s);
  mesh.connect("a1", "a2", 3);
  mesh.epochs(3, 10s);
  mesh.flap("a1", "a2");
  mesh.epoch_after(1s);
  CHECK(find(mesh.analysis(), Kind::route_reconnected, "a1", "a2")->severity == Severity::warning);
}

namespace {

/// a1 was restarted and ready ten seconds ago, and has not dialled its gateway.
FakeMesh slow_to_dial() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 10s);
  mesh.die("a1");
  mesh.epoch_after(10s);
  mesh.start("a1");
  mesh["a1"].outbound.clear();
  mesh.epochs(2, 10s);
  return mesh;
}

}  // namespace

TEST_CASE("a restarted server that is slow to dial its gateways misses them for a moment") {
  auto mesh = slow_to_dial();
  mesh.connect_gateway("a1", "b1");
  mesh.epoch_after(5s);
  CHECK(find(mesh.analysis(), Kind::gateway_down, "a1")->severity == Severity::info);
}

TEST_CASE("a restarted server that does not dial its gateways has lost them") {
  auto mesh = slow_to_dial();
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_down, "a1")->severity == Severity::critical);
}

TEST_CASE("a server that fails at every start has that for its cause, however it went down at first") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    mesh.die("a2");
    mesh.epoch_after(10s);
    mesh.start("a2");
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "listener_not_ready");
}
