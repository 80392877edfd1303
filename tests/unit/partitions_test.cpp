#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

TEST_CASE("a cluster cut in two is partitioned, and names its islands") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3", "a4"});
  mesh.epochs(3, 10s);
  for (const auto* near : {"a1", "a2"})
    for (const auto* far : {"a3", "a4"}) mesh.cut(near, far);
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->details["islands"] == nlohmann::json::parse(R"([["a1","a2"],["a3","a4"]])"));
  REQUIRE(analysis.incidents.size() == 1);
  const auto& cause = analysis.incidents[0].causes[0];
  CHECK(cause.cause == "cluster_split");
  CHECK_THAT(cause.why, Catch::Contains("{a1 and a2} and {a3 and a4}"));
}

TEST_CASE("while one server sees both sides the mesh is only partial") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::cluster_partitioned));
}

TEST_CASE("one server cut off from all others is isolated") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.cut("a1", "a3");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "server_isolated");
}

TEST_CASE("a broken route names who still has a route to both ends") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::route_down)->details["still_linked_to_both"] == nlohmann::json{"a3"});
}

TEST_CASE("a silent server stands with the island that lists it") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3", "a4", "a5"});
  mesh.epochs(3, 10s);
  for (const auto* near : {"a1", "a2"})
    for (const auto* far : {"a3", "a4", "a5"}) mesh.cut(near, far);
  mesh["a5"].reach = FakeMesh::Reach::silent;
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->details["islands"] == nlohmann::json::parse(R"([["a1","a2"],["a3","a4","a5"]])"));
  CHECK(split->details["majority"] == nlohmann::json{"a3", "a4", "a5"});
}

TEST_CASE("in a cluster of two no side is the majority") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh.epochs(3, 10s);
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->details["majority"].is_null());
}

TEST_CASE("a server that is starting is no island, and bridges none") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.epochs(3, 10s);
  mesh.die("a3");
  mesh.start("a3");
  mesh.cut("a1", "a3");
  mesh.cut("a2", "a3");
  mesh["a3"].health = "failed to be ready for connections after 1ms: server, route, gateway";
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::cluster_partitioned));
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* split = find(analysis, Kind::cluster_partitioned);
  REQUIRE(split);
  CHECK(split->details["islands"] == nlohmann::json::parse(R"([["a1"],["a2"]])"));
}
