#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

std::vector<std::string> inventory(const FakeMesh& mesh) {
  std::vector<std::string> result;
  for (const auto& server : mesh.analysis().recording.servers) result.push_back(server.server);
  return result;
}

/// A server that was started an hour ago under a name that is taken, and that nobody links to.
void add_twin(FakeMesh& mesh, const std::string& cluster, const std::string& key, const std::string& name) {
  mesh.cluster(cluster, {key});
  mesh[key].name = name;
}

/// Nothing answers there.
void add_ghost(FakeMesh& mesh) {
  mesh.cluster("nowhere", {"ghost"});
  mesh["ghost"].reach = Reach::silent;
  mesh.unpolled.insert("ghost");
}

}  // namespace

TEST_CASE("two live servers of one name in one cluster are told, each with a part of its id") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  add_twin(mesh, "east", "x", "a2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"duplicate_name a2#000002-a2#000010"});
  const auto* twins = find(analysis, Kind::duplicate_name);
  REQUIRE(twins);
  CHECK_FALSE(twins->began.after);
  CHECK(twins->open());
  CHECK(twins->severity == Severity::warning);
  CHECK(twins->proof.size() == 4);
}

TEST_CASE("a second server of the name that comes later is no restart of the first") {
  auto mesh = three();
  add_twin(mesh, "east", "x", "a2");
  mesh["x"].start = mesh["x"].reloaded = mesh.now + 1s;
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"duplicate_name a2#000002-a2#000010"});
  CHECK_FALSE(find(analysis, Kind::server_joined));
}

TEST_CASE("a duplicate name ends when one of the two is gone, not when it is silent") {
  auto mesh = three();
  add_twin(mesh, "east", "x", "a2");
  mesh.epochs(2, 10s);
  mesh["x"].reach = Reach::silent;
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::duplicate_name)->open());
  mesh["x"].reach = Reach::refuses;
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::duplicate_name)->ended_by == EndedBy::recovered);
}

TEST_CASE("one name in two clusters is a duplicate only where gateways connect them") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}).cluster("west", {"b1", "b2"});
  mesh["b2"].name = "a2";
  SECTION("apart") {
    mesh.epochs(3, 10s);
    CHECK(told(mesh.analysis(), Severity::info) == Told{});
    CHECK(inventory(mesh) == Told{"east/a1", "east/a2", "west/a2", "west/b1"});
  }
  SECTION("connected") {
    mesh.gateways("east", "west");
    mesh.epochs(3, 10s);
    CHECK(told(mesh.analysis()) == Told{"duplicate_name a2>west"});
  }
}

TEST_CASE("a target that returns to an earlier server is a balancer's") {
  auto mesh = three();
  mesh.unpolled = {"a1", "a2", "a3"};
  for (const auto* server : {"a1", "a2", "a3", "a1"}) {
    mesh.targets["lb"] = server;
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  CHECK(told(analysis, Severity::info) == Told{"target_shared lb"});
  CHECK(find(analysis, Kind::target_shared)->details["servers"] == Told{"a1", "a2", "a3"});
}

TEST_CASE("unnamed servers behind a balancer do not restart each other") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  for (const auto* key : {"a1", "a2"}) mesh[key].name = mesh[key].id;
  mesh["a2"].start -= 1min;
  mesh.unpolled = {"a1", "a2"};
  for (int i = 0; i < 8; ++i) {
    mesh.targets["lb"] = i % 2 == 0 ? "a1" : "a2";
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  CHECK(told(analysis, Severity::info) == Told{"target_shared lb"});
  CHECK(inventory(mesh).size() == 2);
}

TEST_CASE("a balancer's silence is nobody's") {
  auto mesh = three();
  mesh.unpolled = {"a1"};
  for (const auto* server : {"a1", "a2", "a1", "a2"}) {
    mesh.targets["lb"] = server;
    mesh.epoch_after(10s);
  }
  add_ghost(mesh);
  mesh.targets["lb"] = "ghost";
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("two targets that reach one server are one server") {
  auto mesh = three();
  mesh.targets["other-way"] = "a2";
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
  mesh.die("a2");
  mesh.start("a2");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_restarted a2"});
  CHECK(inventory(mesh).size() == 3);
}

TEST_CASE("a server keeps its name when its address changes") {
  auto mesh = three();
  mesh.die("a2");
  mesh.start("a2");
  mesh.unpolled = {"a2"};
  mesh.targets["10.0.0.9_8222"] = "a2";
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{"server_restarted a2"});
  CHECK(inventory(mesh).size() == 3);
}

TEST_CASE("the address a server left behind is silent for itself") {
  auto mesh = three();
  mesh.targets["new"] = "a2";
  mesh.epoch_after(10s);
  add_ghost(mesh);
  mesh.unpolled.insert("a2");
  mesh.targets["a2_8222"] = "ghost";
  mesh.epochs(2, 10s);
  mesh.targets.erase("new");  // not asked for a while
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a stale cluster name does not part a server from those its routes connect") {
  FakeMesh mesh;
  mesh.interval = 10s;
  const std::string mine = "Zs0VEbOcDSdZJZYoLHjqtT", stale = "As0VEbOcDSdZJZYoLHjqtT";
  mesh.cluster(mine, {"a1", "a2", "a3"});
  mesh["a1"].cluster = stale;
  mesh.epochs(3, 10s);
  CHECK(inventory(mesh) == Told{mine + "/a1", mine + "/a2", mine + "/a3"});
  mesh.cut("a1", "a3");
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::route_down, "a1", "a3"));
}

TEST_CASE("a configured cluster name is better than one made up") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh["a1"].cluster = "Zs0VEbOcDSdZJZYoLHjqtT";
  mesh.epochs(2, 10s);
  CHECK(inventory(mesh) == Told{"east/a1", "east/a2"});
}

TEST_CASE("an unnamed server is known by its target over restarts") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh["a2"].name = mesh["a2"].id;
  mesh.epochs(3, 10s);
  CHECK(inventory(mesh) == Told{"east/a1", "east/a2_8222", "east/a3"});
  mesh.die("a2");
  mesh.start("a2");
  mesh["a2"].name = mesh["a2"].id;
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{"server_restarted a2_8222"});
  CHECK(inventory(mesh).size() == 3);
}

TEST_CASE("peers that only have ids, and that nobody polls, are servers too") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.old_routes = true;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.epochs(3, 10s);
  CHECK(inventory(mesh).size() == 3);
  // It restarts: the id vanishes, another appears.
  mesh.die("a3");
  mesh.start("a3");
  mesh.epochs(5, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  CHECK(find(analysis, Kind::server_left)->details["reason"].get<std::string>().starts_with("a new name"));
}

TEST_CASE("bodies of two runs in one epoch leave healthz unknown") {
  auto mesh = three();
  const auto old = mesh["a2"].id;
  mesh.die("a2");
  mesh.start("a2");
  mesh["a2"].health = "JetStream not enabled";
  mesh["a2"].bodies[Endpoint::routez] =
      R"({"server_id":")" + old + R"(","now":"2026-01-01T00:00:31Z","routes":[]})";
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis()) == Told{"server_restarted a2"});
}
