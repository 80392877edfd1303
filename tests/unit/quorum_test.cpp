#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Reach = FakeMesh::Reach;

namespace {

FakeMesh jetstream(const std::vector<std::string>& servers) {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", servers);
  for (const auto& name : servers) {
    mesh[name].jetstream = true;
    mesh[name].meta_leader = servers.front();
    mesh[name].meta_size = static_cast<int>(servers.size());
  }
  mesh.epochs(3, 10s);
  return mesh;
}

Severity count_low(const FakeMesh& mesh, const std::string& server) {
  const auto analysis = mesh.analysis();
  const auto* low = find(analysis, Kind::route_count_low, server);
  REQUIRE(low);
  return low->severity;
}

}  // namespace

TEST_CASE("one missing route takes no majority from servers that a third still connects") {
  auto mesh = jetstream({"a1", "a2", "a3"});
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::warning);
  CHECK(count_low(mesh, "a2") == Severity::warning);
}

TEST_CASE("a server that is cut off has no majority, the others have") {
  auto mesh = jetstream({"a1", "a2", "a3"});
  mesh.cut("a1", "a2");
  mesh.cut("a1", "a3");
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::critical);
  CHECK(count_low(mesh, "a2") == Severity::warning);
}

TEST_CASE("the smaller part of a split cluster has no majority") {
  auto mesh = jetstream({"a1", "a2", "a3", "a4", "a5"});
  for (const auto* one : {"a1", "a2"})
    for (const auto* other : {"a3", "a4", "a5"}) mesh.cut(one, other);
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::critical);
  CHECK(count_low(mesh, "a3") == Severity::warning);
}

TEST_CASE("in a cluster of two neither side is a majority") {
  auto mesh = jetstream({"a1", "a2"});
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::critical);
  CHECK(count_low(mesh, "a2") == Severity::critical);
}

TEST_CASE("gateways keep a split cluster's servers in one meta group's reach") {
  auto mesh = jetstream({"a1", "a2"});
  mesh.cluster("west", {"b1"});
  mesh["b1"].jetstream = true;
  mesh["b1"].meta_leader = "a1";
  mesh["a1"].meta_size = mesh["a2"].meta_size = 3;
  mesh.gateways("east", "west");
  mesh.epochs(3, 10s);
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::warning);
}

TEST_CASE("a route nobody can tell of is no lost majority") {
  auto mesh = jetstream({"a1", "a2", "a3"});
  mesh["a3"].reach = Reach::silent;
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  CHECK(count_low(mesh, "a1") == Severity::warning);
}
