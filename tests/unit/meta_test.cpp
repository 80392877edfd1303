#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

const std::string no_contact = "JetStream has not established contact with a meta leader";

FakeMesh jetstream() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"}).cluster("west", {"b1"});
  for (const auto* name : {"a1", "a2", "a3", "b1"}) {
    mesh[name].jetstream = true;
    mesh[name].meta_leader = "a1";
  }
  mesh.gateways("east", "west");
  return mesh;
}

void forget_leader(FakeMesh& mesh, const std::vector<std::string>& names) {
  for (const auto& name : names) mesh[name].meta_leader.clear();
}

}  // namespace

TEST_CASE("a meta group in which nobody knows a leader is told once for all its clusters") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  forget_leader(mesh, {"a1", "a2", "a3", "b1"});
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"meta_leader_missing east"});
  const auto* missing = find(analysis, Kind::meta_leader_missing);
  CHECK(missing->severity == Severity::critical);
  CHECK(missing->details["clusters"] == Told{"east", "west"});
  CHECK(missing->details["last_leader"] == "a1");
  CHECK(missing->proof.front().pointer == "/jetstream/meta");
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh[name].meta_leader = "a2";
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::meta_leader_missing)->open());
}

TEST_CASE("one server that knows a leader is enough") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  forget_leader(mesh, {"a2", "a3", "b1"});
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::meta_leader_missing));
}

TEST_CASE("no contact with the leader, told by all, is no leader") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh[name].health = no_contact;
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::meta_leader_missing));
}

TEST_CASE("while nobody of the group answers nothing is known of its leader") {
  auto mesh = jetstream();
  mesh.cluster("alone", {"c1"});
  mesh.epochs(3, 10s);
  forget_leader(mesh, {"a1", "a2", "a3", "b1"});
  mesh.epochs(2, 10s);
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh[name].reach = Reach::silent;
  mesh.epochs(3, 10s);
  CHECK(find(mesh.analysis(), Kind::meta_leader_missing)->open());
}

TEST_CASE("groups of different domains have leaders of their own") {
  auto mesh = jetstream();
  mesh["b1"].domain = "hub";
  mesh.epochs(3, 10s);
  mesh["b1"].meta_leader.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* missing = find(analysis, Kind::meta_leader_missing);
  REQUIRE(missing);
  CHECK(missing->details["domain"] == "hub");
  CHECK(missing->details["told_by"] == Told{"west/b1"});
}

TEST_CASE("servers that just started have yet to find the leader") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh.die(name);
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh.start(name);
  forget_leader(mesh, {"a1", "a2", "a3", "b1"});
  mesh.epochs(5, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::meta_leader_missing));
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::meta_leader_missing)->severity == Severity::info);
}

TEST_CASE("a lone server without a meta group has no leader to miss") {
  FakeMesh mesh;
  mesh.cluster("", {"a1"});
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("a leader that is drained leaves an election behind, no outage") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  mesh["a1"].health = "failed to be ready for connections after 1ms: server";
  forget_leader(mesh, {"a1", "a2", "a3", "b1"});
  for (const auto* name : {"a2", "a3", "b1"}) mesh[name].health = no_contact;
  mesh.epoch_after(10s);
  for (const auto* name : {"a1", "a2", "a3", "b1"}) mesh[name].meta_leader = "a2";
  for (const auto* name : {"a2", "a3", "b1"}) mesh[name].health.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  CHECK(find(analysis, Kind::meta_leader_missing)->consequence_of ==
        find(analysis, Kind::server_not_ready)->id);
}

TEST_CASE("a leader that crashes leaves an outage, however short") {
  auto mesh = jetstream();
  mesh.epochs(3, 10s);
  mesh.die("a1");
  forget_leader(mesh, {"a2", "a3", "b1"});
  mesh.epoch_after(10s);
  for (const auto* name : {"a2", "a3", "b1"}) mesh[name].meta_leader = "a2";
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::meta_leader_missing)->severity == Severity::critical);
}
