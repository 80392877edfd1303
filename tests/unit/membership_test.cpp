#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

Deployment targets(const std::vector<std::string>& labels) {
  Deployment deployment;
  for (const auto& label : labels) deployment.targets.push_back({label, "http://" + label, ""});
  return deployment;
}

std::string reason(const FakeMesh& mesh) {
  const auto analysis = mesh.analysis();
  const auto* left = find(analysis, Kind::server_left);
  return left ? left->details["reason"].get<std::string>() : std::string();
}

}  // namespace

TEST_CASE("a server whose target left the configuration left, once all agree that it is gone") {
  auto mesh = three();
  mesh.declare(targets({"a1_8222", "a2_8222", "a3_8222"}));
  mesh.epoch_after(10s);
  mesh.declare(targets({"a1_8222", "a2_8222"}));
  mesh.unpolled = {"a3"};
  mesh.epochs(2, 10s);
  CHECK(reason(mesh).empty());  // it lives, unseen
  mesh.die("a3");
  mesh.epochs(2, 10s);
  CHECK(reason(mesh) == "its target left the configuration");
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a server that only its peers tell of did not leave the configuration") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.declare(targets({"a1_8222", "a2_8222"}));
  mesh.epochs(3, 10s);
  mesh.die("a3");
  mesh.epochs(3, 10s);
  CHECK(reason(mesh).empty());
  CHECK(find(mesh.analysis(), Kind::route_down));
}

TEST_CASE("a whole cluster that left the configuration left, though nobody is there to agree") {
  auto mesh = three();
  mesh.cluster("west", {"b1", "b2"});
  mesh.declare(targets({"a1_8222", "a2_8222", "a3_8222", "b1_8222", "b2_8222"}));
  mesh.epochs(3, 10s);
  mesh.unpolled = {"b1", "b2"};
  mesh.declare(targets({"a1_8222", "a2_8222", "a3_8222"}));
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::server_left, "b1"));
  CHECK(find(analysis, Kind::server_left, "b2"));
}

TEST_CASE("a server left when JetStream's meta group shrank by it") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2", "a3"}) {
    mesh[name].jetstream = true;
    mesh[name].meta_leader = "a1";
  }
  mesh.epochs(2, 10s);
  mesh.die("a3");
  mesh.epochs(2, 10s);
  CHECK(reason(mesh).empty());
  for (const auto* name : {"a1", "a2"}) mesh[name].meta_size = 2;
  mesh.epochs(2, 10s);
  CHECK(reason(mesh) == "JetStream's meta group shrank");
  CHECK(find(mesh.analysis(), Kind::server_down)->ended_by == EndedBy::retired);
}

TEST_CASE("a new name takes the place of one that is gone") {
  auto mesh = three();
  mesh["a3"].health = "failed to be ready for connections after 1ms: server";
  mesh.epoch_after(10s);
  mesh.die("a3");
  mesh.cluster("east", {"a4"});
  mesh["a4"].start = mesh.now + 5s;
  for (const auto* name : {"a1", "a2"}) mesh.connect(name, "a4");
  mesh.unpolled = {"a3"};
  mesh.epochs(3, 10s);
  CHECK(reason(mesh) == "a new name took its place: a4");
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a server that was a member beside it takes nobody's place") {
  auto mesh = three();
  mesh.cluster("east", {"a4"});
  for (const auto* name : {"a1", "a2", "a3"}) mesh.connect(name, "a4");
  mesh.epochs(4, 10s);
  mesh.die("a3");
  mesh.epochs(3, 10s);
  CHECK(reason(mesh).empty());
  CHECK(find(mesh.analysis(), Kind::server_down)->open());
}

TEST_CASE("a member that is missing stays one, however long") {
  DetectionOptions options;
  options.member_window = 1min;
  auto mesh = three(1, options);
  mesh.die("a3");
  mesh.epochs(20, 10s);
  const auto analysis = mesh.analysis();
  CHECK(reason(mesh).empty());
  CHECK(find(analysis, Kind::server_down)->open());
}

TEST_CASE("what nobody can tell of any more expires with the window") {
  DetectionOptions options;
  options.member_window = 1min;
  auto mesh = three(1, options);
  mesh.cluster("", {"stray"});
  mesh["stray"].reach = Reach::silent;
  mesh.epochs(2, 10s);
  CHECK(find(mesh.analysis(), Kind::monitor_unreachable)->open());
  mesh.unpolled = {"stray"};
  mesh.epochs(5, 10s);
  CHECK(find(mesh.analysis(), Kind::monitor_unreachable)->open());
  mesh.epochs(5, 10s);
  CHECK(find(mesh.analysis(), Kind::monitor_unreachable)->ended_by == EndedBy::expired);
}

TEST_CASE("a gap is no time in which a member could be forgotten") {
  DetectionOptions options;
  options.member_window = 1min;
  auto mesh = three(1, options);
  mesh.epoch_after(2h);
  CHECK(reason(mesh).empty());
  mesh.cut("a1", "a3");
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::route_down, "a1", "a3"));
}

TEST_CASE("a server that its peers name before anybody polls it has joined, once") {
  auto mesh = three();
  mesh.cluster("east", {"a4"});
  mesh.unpolled = {"a4"};
  for (const auto* name : {"a1", "a2", "a3"}) mesh.connect(name, "a4");
  mesh.epochs(2, 10s);
  mesh.unpolled.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis, Severity::info) == Told{"server_joined a4"});
  CHECK(find(analysis, Kind::server_joined)->proof.front().pointer == "/routes");
}

TEST_CASE("a server whose peers of old versions only tell its id has joined once it is asked") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.cut("a1", "a3");
  mesh.cut("a2", "a3");
  mesh.old_routes = true;
  mesh.epochs(3, 10s);
  mesh.connect("a1", "a3");
  mesh.connect("a2", "a3");
  mesh.epochs(3, 10s);
  mesh.unpolled.clear();
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  REQUIRE(find(analysis, Kind::server_joined));
  CHECK(find(analysis, Kind::server_joined)->server == "a3");
}
