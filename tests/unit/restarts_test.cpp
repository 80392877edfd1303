#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

void restart(FakeMesh& mesh, const std::string& name) {
  mesh.die(name);
  mesh.start(name);
}

const std::string drained = "failed to be ready for connections after 1ms: server";

}  // namespace

TEST_CASE("three restarts within 15 minutes are a loop, that ends when a run outlives it") {
  auto mesh = three();
  for (int i = 0; i < 2; ++i) {
    restart(mesh, "a2");
    mesh.epochs(12, 10s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::restart_loop));
  restart(mesh, "a2");
  mesh.epochs(12, 10s);
  const auto analysis = mesh.analysis();
  const auto* loop = find(analysis, Kind::restart_loop);
  REQUIRE(loop);
  CHECK(loop->severity == Severity::critical);
  CHECK(loop->count == 3);
  CHECK(loop->details["restarts"].size() == 3);
  restart(mesh, "a2");
  mesh.epochs(89, 10s);
  CHECK(find(mesh.analysis(), Kind::restart_loop)->count == 4);
  CHECK(find(mesh.analysis(), Kind::restart_loop)->open());
  mesh.epochs(3, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::restart_loop)->open());
}

TEST_CASE("three restarts in an hour are no loop") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    restart(mesh, "a2");
    mesh.epochs(50, 10s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::restart_loop));
}

TEST_CASE("a second member that restarts while another is down makes a rollout unsafe") {
  auto mesh = three();
  mesh.die("a1");
  mesh.epochs(2, 10s);
  restart(mesh, "a2");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* unsafe = find(analysis, Kind::rollout_unsafe);
  REQUIRE(unsafe);
  CHECK(unsafe->server == "a2");
  CHECK(unsafe->severity == Severity::warning);
  CHECK(unsafe->details["not_ready"] == Told{"a1"});
}

TEST_CASE("a second member that drains while another does makes a rollout unsafe, once") {
  auto mesh = three();
  mesh["a1"].health = drained;
  mesh.epochs(2, 10s);
  mesh["a2"].health = drained;
  mesh.epochs(2, 10s);
  restart(mesh, "a2");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(std::count_if(analysis.findings.begin(), analysis.findings.end(),
                      [](const auto& finding) { return finding.kind == Kind::rollout_unsafe; }) == 1);
  CHECK(find(analysis, Kind::rollout_unsafe)->server == "a2");
}

TEST_CASE("a rollout that waits for each member is safe") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2", "a3"}) {
    mesh[name].health = drained;
    mesh.epochs(2, 10s);
    mesh.die(name);
    mesh.epoch_after(10s);
    mesh.start(name);
    mesh.epochs(2, 10s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::rollout_unsafe));
}

TEST_CASE("a member that drains in the epoch that sees the one before it back may well have waited") {
  auto mesh = three();
  mesh.epochs(2, 10s);
  mesh["a2"].health = drained;
  mesh["a2"].asked_after = 2ms;
  mesh.epochs(3, 10s);
  restart(mesh, "a2");
  mesh["a1"].health = drained;
  mesh.epochs(3, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::rollout_unsafe));
}

TEST_CASE("members that fall at once and come back one by one are no rollout") {
  auto mesh = three();
  mesh.die("a1");
  mesh.die("a2");
  mesh.epochs(2, 10s);
  mesh.start("a2");
  mesh.epochs(2, 10s);
  mesh.start("a1");
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::rollout_unsafe));
}

TEST_CASE("two members restarted between two epochs prove nothing of a rollout") {
  auto mesh = three();
  restart(mesh, "a1");
  mesh.now += 20s;
  restart(mesh, "a2");
  mesh.epochs(2, 30s);
  CHECK_FALSE(find(mesh.analysis(), Kind::rollout_unsafe));
}

TEST_CASE("JetStream that still catches up when the grace is over is critical") {
  auto mesh = three();
  restart(mesh, "a2");
  mesh["a2"].health = "JetStream is not current with the meta leader";
  mesh.epochs(59, 10s);
  const auto analysis = mesh.analysis();
  const auto* sick = find(analysis, Kind::jetstream_unhealthy);
  REQUIRE(sick);
  CHECK(sick->severity == Severity::info);
  mesh.epochs(3, 10s);
  CHECK(find(mesh.analysis(), Kind::jetstream_unhealthy)->severity == Severity::critical);
}

TEST_CASE("JetStream catching up is info though the restart was before the recording") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh["a2"].start = mesh.now - 2min;
  mesh["a2"].health = "JetStream is not current with the meta leader";
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("JetStream that was well before falls ill, however young the server is") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh["a2"].start = mesh.now - 2min;
  mesh.epochs(2, 10s);
  mesh["a2"].health = "JetStream is not current with the meta leader";
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{"jetstream_unhealthy a2"});
}

TEST_CASE("JetStream that is not there is no catching up") {
  auto mesh = three();
  restart(mesh, "a2");
  mesh["a2"].health = "JetStream not enabled";
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::jetstream_unhealthy)->severity == Severity::critical);
}

TEST_CASE("a server in a long recovery that is not heard of for an epoch still has no links") {
  auto mesh = three();
  restart(mesh, "a2");
  mesh.cut("a1", "a2");
  mesh.cut("a2", "a3");
  mesh["a2"].health = "failed to be ready for connections after 1ms: server, route, gateway";
  mesh.epochs(10, 10s);
  mesh["a2"].reach = Reach::silent;
  mesh.epoch_after(10s);
  mesh["a2"].reach = Reach::answers;
  mesh.epoch_after(10s);
  for (const auto& finding : mesh.analysis().findings)
    if (finding.kind == Kind::route_down) CHECK(finding.severity == Severity::info);
}
