// What a cause rests on: what changed is told as it was and as it is.
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

std::string address(const Evidence& one) {
  const auto host = one.target.substr(0, one.target.find('_'));
  return fmt::format("{} {}/{} {}", one.epoch, host, name(one.endpoint), one.pointer);
}

/// "epoch target/endpoint pointer" of all that a cause rests on; empty: there is no such cause.
Told evidence_for(const FakeMesh& mesh, const std::string& cause) {
  Told result;
  for (const auto& incident : mesh.analysis().incidents)
    for (const auto& one : incident.causes)
      if (one.cause == cause)
        for (const auto& evidence : one.evidence) result.push_back(address(evidence));
  return result;
}

bool holds(const Told& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("a restart rests on the start before and the start since") {
  auto mesh = three();
  mesh.die("a2");
  mesh.start("a2");
  mesh.epoch_after(10s);
  CHECK(evidence_for(mesh, "restart") == Told{"4 a2/varz /start", "3 a2/varz /start"});
}

TEST_CASE("an upgrade rests on both versions") {
  auto mesh = three();
  mesh.die("a2");
  mesh.epochs(2, 10s);
  mesh["a2"].version = "2.15.0";
  mesh.start("a2");
  mesh.epochs(2, 10s);
  const auto evidence = evidence_for(mesh, "upgrade");
  CHECK(holds(evidence, "6 a2/varz /version"));
  CHECK(holds(evidence, "3 a2/varz /version"));
}

TEST_CASE("a restart that took a remote out of the configuration rests on both configurations") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 10s);
  mesh.die("a1");
  mesh.start("a1");
  mesh["a1"].remotes = FakeMesh::Remotes{};
  mesh["a1"].outbound.clear();
  mesh.epochs(2, 10s);
  CHECK(evidence_for(mesh, "gateway_unconfigured") ==
        Told{"4 a1/varz /gateway", "3 a1/varz /gateway/gateways"});
}

TEST_CASE("a cut of the way to a remote cluster rests on a sign that it lives") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 10s);
  mesh["a1"].outbound.clear();
  mesh.epoch_after(10s);
  const auto evidence = evidence_for(mesh, "gateway_network_cut");
  CHECK(holds(evidence, "4 a1/gatewayz /outbound_gateways"));
  CHECK(holds(evidence, "4 b1/varz /now"));
}

TEST_CASE("a blocked monitoring port rests on the peers that still list the server") {
  auto mesh = three();
  mesh["a2"].reach = Reach::refuses;
  mesh.epochs(2, 10s);
  const auto evidence = evidence_for(mesh, "monitor_blocked");
  CHECK(holds(evidence, "5 a2/varz "));
  CHECK(holds(evidence, "5 a1/routez /routes"));
  CHECK(holds(evidence, "5 a3/routez /routes"));
}

TEST_CASE("the loss of a meta leader rests on its own word that it led") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2", "a3"}) {
    mesh[name].jetstream = true;
    mesh[name].meta_leader = "a1";
  }
  mesh.epochs(2, 10s);
  mesh["a1"].reach = Reach::silent;
  for (const auto* name : {"a2", "a3"}) {
    mesh[name].meta_leader.clear();
    mesh[name].health = "JetStream has not established contact with a meta leader";
  }
  mesh.epoch_after(10s);
  CHECK(holds(evidence_for(mesh, "meta_leader_lost"), "5 a1/varz /jetstream/meta/leader"));
}

TEST_CASE("slow consumers rest on the count before and after") {
  auto mesh = three();
  mesh["a1"].slow_routes = 2;
  mesh.epoch_after(10s);
  mesh["a1"].slow_routes = 3;
  mesh.epoch_after(10s);
  CHECK(evidence_for(mesh, "slow_consumer") ==
        Told{"5 a1/varz /slow_consumer_stats/routes", "4 a1/varz /slow_consumer_stats/routes"});
}

TEST_CASE("a connection that was renewed rests on the time of the body before") {
  auto mesh = three();
  mesh.flap("a1", "a2");
  mesh.epoch_after(10s);
  const auto evidence = evidence_for(mesh, "unknown");
  CHECK(holds(evidence, "3 a1/routez /now"));
  CHECK(holds(evidence, "3 a2/routez /now"));
}

TEST_CASE("a route that left the configuration rests on the URLs before and after") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh["a1"].route_urls = {"10.0.0.2:6222", "10.0.0.3:6222"};
  mesh.epochs(3, 10s);
  mesh.now += 5s;
  mesh["a1"].route_urls = {"10.0.0.3:6222"};
  mesh["a1"].reloaded = mesh.now;
  mesh.cut("a1", "a2");
  mesh.epoch_after(5s);
  const auto evidence = evidence_for(mesh, "route_unconfigured");
  CHECK(holds(evidence, "4 a1/varz /cluster"));
  CHECK(holds(evidence, "3 a1/varz /cluster"));
  CHECK(holds(evidence, "3 a1/varz /config_load_time"));
}

TEST_CASE("starts that never last leave room for the refusal between them") {
  auto mesh = three();
  for (int i = 0; i < 8; ++i) {
    mesh.die("a2");
    mesh.epochs(2, 10s);
    mesh.start("a2");
    mesh.epoch_after(10s);
  }
  const auto evidence = evidence_for(mesh, "listener_not_ready");
  REQUIRE_FALSE(evidence.empty());
  CHECK(evidence.front() == "4 a2/varz ");
}

TEST_CASE("where the collector may have been blind, the requests that failed are the evidence") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].reach = Reach::silent;
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].reach = Reach::answers;
  mesh.flap("a1", "a2");
  mesh.epochs(2, 10s);
  CHECK(evidence_for(mesh, "collector_blind") == Told{"4 a1/varz ", "4 a2/varz ", "4 a3/varz "});
}
