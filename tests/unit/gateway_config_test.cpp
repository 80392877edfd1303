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
  mesh.cluster("east", {"a1", "a2", "a3"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  mesh.epochs(3, 10s);
  return mesh;
}

void restart(FakeMesh& mesh, const std::string& name, const Remotes& remotes) {
  mesh.die(name);
  mesh.start(name);
  mesh[name].remotes = remotes;
  for (auto gateway = mesh[name].outbound.begin(); gateway != mesh[name].outbound.end();)
    gateway = remotes.contains(gateway->first) ? std::next(gateway) : mesh[name].outbound.erase(gateway);
}

}  // namespace

TEST_CASE("a remote that left the configuration at a restart is told with the moment of the start") {
  auto mesh = two_clusters();
  restart(mesh, "a1", Remotes{});
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* removed = find(analysis, Kind::gateway_removed, "a1");
  REQUIRE(removed);
  CHECK(removed->remote_cluster == "west");
  CHECK(removed->severity == Severity::info);
  CHECK(removed->details["implicit"] == false);
  CHECK(removed->proof.front().pointer == "/gateway");
  REQUIRE(removed->began.exact);
  CHECK(removed->began.exact == find(analysis, Kind::server_restarted, "a1")->began.exact);
  CHECK_FALSE(find(analysis, Kind::gateway_down, "a1"));
}

TEST_CASE("what was lost and is then no longer configured is retired") {
  auto mesh = two_clusters();
  mesh["a1"].outbound.clear();
  mesh.epochs(2, 10s);
  restart(mesh, "a1", Remotes{});
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_down, "a1")->ended_by == EndedBy::retired);
}

TEST_CASE("members that differ in their remotes are a mismatch of their cluster") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"}).cluster("west", {"b1"}).gateways("east", "west");
  mesh["a1"].remotes = mesh["a2"].remotes = Remotes{{"west", {"b1:7222", "b2:7222"}}};
  mesh["a3"].remotes = Remotes{{"west", {"b1:7222"}}};
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"gateway_config_mismatch east"});
  const auto* mismatch = find(analysis, Kind::gateway_config_mismatch);
  CHECK_FALSE(mismatch->began.after);
  CHECK(mismatch->details["differing"] == nlohmann::ordered_json{"west"});
  REQUIRE(mismatch->details["variants"].size() == 2);
  CHECK(mismatch->details["variants"][0]["servers"] == nlohmann::ordered_json{"a1", "a2"});
  CHECK(mismatch->details["variants"][1]["remotes"]["west"] == nlohmann::ordered_json{"b1:7222"});
  CHECK(mismatch->proof.size() == 2);
  CHECK(mismatch->text.find("{a1 and a2}") != std::string::npos);
}

TEST_CASE("URLs in another order, and the cluster's own name among them, are no mismatch") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1"}).gateways("east", "west");
  mesh["a1"].remotes = Remotes{{"west", {"b1:7222", "b2:7222"}}, {"east", {"a1:7222"}}};
  mesh["a2"].remotes = Remotes{{"west", {"b2:7222", "b1:7222"}}};
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a new configuration that goes from member to member is a consequence of the restarts") {
  auto mesh = two_clusters();
  for (const auto* name : {"a1", "a2", "a3"}) {
    restart(mesh, name, Remotes{{"west", {"b9:7222"}}});
    mesh.epochs(6, 10s);
  }
  const auto analysis = mesh.analysis();
  const auto* mismatch = find(analysis, Kind::gateway_config_mismatch);
  REQUIRE(mismatch);
  CHECK(mismatch->severity == Severity::info);
  CHECK(mismatch->consequence_of == find(analysis, Kind::server_restarted, "a1")->id);
  CHECK_FALSE(mismatch->open());
}

TEST_CASE("a mismatch that stays when the restarts are over is a warning") {
  auto mesh = two_clusters();
  restart(mesh, "a1", Remotes{{"west", {"b9:7222"}}});
  mesh.epochs(40, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_config_mismatch)->severity == Severity::warning);
}

TEST_CASE("a mismatch does not end because the one that differs cannot be asked") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh["a1"].remotes = mesh["a2"].remotes = Remotes{{"west", {"b1:7222"}}};
  mesh["a3"].remotes = Remotes{{"west", {"b2:7222"}}};
  mesh.epochs(2, 10s);
  mesh["a3"].reach = FakeMesh::Reach::silent;
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::gateway_config_mismatch)->open());
}

TEST_CASE("a URL that belongs to a server of another name is a mismatch, and why it never connected") {
  auto mesh = two_clusters();
  mesh["b1"].gateway_host = "10.0.0.7";
  mesh.cluster("south", {"c1"});
  mesh["c1"].remotes = Remotes{{"north", {"10.0.0.9:7222", "10.0.0.7:7222"}}};
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* mismatch = find(analysis, Kind::gateway_name_mismatch, "c1");
  REQUIRE(mismatch);
  CHECK(mismatch->severity == Severity::warning);
  CHECK(mismatch->details["url"] == "10.0.0.7:7222");
  CHECK(mismatch->details["answers_as"] == "west");
  CHECK(mismatch->details["server"] == "west/b1");
  CHECK(mismatch->proof.back().pointer == "/gateway/name");
  CHECK(mismatch->proof.back().server == "west/b1");
  const auto* never = find(analysis, Kind::gateway_never_connected, "c1");
  CHECK(never->consequence_of == mismatch->id);
  CHECK(never->severity == Severity::info);
}

TEST_CASE("an address that several servers can have proves no wrong name") {
  auto mesh = two_clusters();
  mesh["b1"].gateway_host = "10.0.0.7";
  mesh.cluster("north", {"n1"}).cluster("south", {"c1"});
  mesh["n1"].remotes.emplace();
  mesh["n1"].gateway_host = "10.0.0.7";
  mesh["c1"].remotes = Remotes{{"north", {"10.0.0.7:7222"}}};
  mesh.epochs(3, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::gateway_name_mismatch));
  CHECK(find(mesh.analysis(), Kind::gateway_never_connected, "c1"));
}

TEST_CASE("a lost gateway is no wrong name, whoever else has its address") {
  auto mesh = two_clusters();
  mesh.cluster("north", {"n1"});
  mesh["n1"].remotes.emplace();
  mesh["n1"].gateway_host = "10.0.0.7";
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].remotes = Remotes{{"west", {"10.0.0.7:7222"}}};
  mesh.epochs(2, 10s);
  mesh["a1"].outbound.clear();
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{"gateway_down a1>west"});
}
