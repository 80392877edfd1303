#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

// The smallest histories in which the analyzer once contradicted tests/oracle.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Epochs = std::vector<std::int64_t>;

namespace {

FakeMesh two() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  Deployment deployment;
  deployment.clusters.push_back({"east", {"a1", "a2"}, {}});
  mesh.declare(deployment);
  return mesh;
}

/// The next epoch, in which only these answer.
void only(FakeMesh& mesh, const std::set<std::string>& answering) {
  for (const auto* name : {"a1", "a2"})
    mesh[name].reach = answering.contains(name) ? FakeMesh::Reach::answers : FakeMesh::Reach::silent;
  mesh.epoch_after(10s);
}

void lose(FakeMesh& mesh, const std::string& lister, const std::string& peer) {
  mesh[lister].routes.erase(peer);
}

std::vector<Finding> all(const Analysis& analysis, Kind kind) {
  std::vector<Finding> result;
  for (const auto& finding : analysis.findings)
    if (finding.kind == kind) result.push_back(finding);
  return result;
}

}  // namespace

TEST_CASE("a break lies after what the other end proved last") {
  auto mesh = two();
  only(mesh, {"a1"});
  only(mesh, {"a2"});
  const auto last_up = mesh.now;
  lose(mesh, "a1", "a2");
  only(mesh, {"a1"});
  const auto down = all(mesh.analysis(), Kind::route_down);
  REQUIRE(down.size() == 1);
  CHECK(down[0].began.after == last_up - 1ms);
  CHECK(down[0].epochs == Epochs{2, 3});
}

TEST_CASE("the end that lacked first tells when it broke, though it was never seen listing") {
  auto mesh = two();
  only(mesh, {"a1"});
  const auto last_up = mesh.now;
  lose(mesh, "a2", "a1");
  only(mesh, {"a1", "a2"});
  const auto first_lack = mesh.now;
  SECTION("the other end falls silent") { only(mesh, {"a2"}); }
  SECTION("the other end lacks it later") {
    lose(mesh, "a1", "a2");
    only(mesh, {"a1", "a2"});
  }
  const auto down = all(mesh.analysis(), Kind::route_down);
  REQUIRE(down.size() == 1);
  CHECK(down[0].began.after == last_up - 1ms);
  CHECK(down[0].began.by == first_lack + 1ms);
  CHECK(down[0].epochs == Epochs{1, 2});
}

TEST_CASE("a second loss does not begin where the first did") {
  auto mesh = two();
  only(mesh, {"a1", "a2"});
  lose(mesh, "a2", "a1");
  only(mesh, {"a2"});
  only(mesh, {"a1"});
  only(mesh, {"a2"});
  const auto down = all(mesh.analysis(), Kind::route_down);
  REQUIRE(down.size() == 2);
  CHECK(down[0].epochs == Epochs{1, 2});
  CHECK(down[0].ended_epochs == Epochs{2, 3});
  CHECK(down[1].epochs == Epochs{3, 4});
  CHECK(down[0].id != down[1].id);
}

TEST_CASE("a lack from before a connection does not make it one-sided") {
  auto mesh = two();
  mesh.cut("a1", "a2");
  only(mesh, {"a1", "a2"});
  mesh.now += 5s;
  mesh.connect("a1", "a2");
  lose(mesh, "a1", "a2");
  mesh.epoch_after(5s);
  CHECK(all(mesh.analysis(), Kind::route_one_sided).empty());
  SECTION("but a lack that goes on does") {
    mesh.epoch_after(10s);
    CHECK(all(mesh.analysis(), Kind::route_one_sided).size() == 1);
  }
}

TEST_CASE("a route that one end lists again for sure is down no more, but one-sided") {
  auto mesh = two();
  mesh.cut("a1", "a2");
  only(mesh, {"a1", "a2"});
  mesh.connect("a1", "a2");
  lose(mesh, "a1", "a2");
  only(mesh, {"a1", "a2"});
  only(mesh, {"a1", "a2"});
  const auto down = all(mesh.analysis(), Kind::route_down);
  REQUIRE(down.size() == 1);
  CHECK(down[0].ended_epochs == Epochs{1, 3});
  CHECK(all(mesh.analysis(), Kind::route_one_sided).size() == 1);
}

TEST_CASE("a server that lists a silent one proves that they are one cluster") {
  auto mesh = two();
  only(mesh, {"a1"});
  const auto whole = mesh.now;
  mesh.cut("a1", "a2");
  only(mesh, {"a1", "a2"});
  const auto split = all(mesh.analysis(), Kind::cluster_partitioned);
  REQUIRE(split.size() == 1);
  CHECK(split[0].began.after == whole - 1ms);
}
