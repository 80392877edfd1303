#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

TEST_CASE("a killed server is down, restarted, and its links are consequences") {
  auto mesh = three();
  mesh.die("a2");
  mesh.epochs(2, 10s);
  mesh.now += 3s;
  const auto started = mesh.now;
  mesh.start("a2");
  mesh.epoch_after(7s);
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a2", "server_restarted a2"});
  const auto* down = find(analysis, Kind::server_down);
  REQUIRE(down->ended);
  CHECK(down->ended->exact == started);
  CHECK(find(analysis, Kind::server_restarted)->began.exact == started);
  for (const auto& finding : analysis.findings)
    if (finding.kind == Kind::route_down) CHECK(finding.consequence_of == down->id);
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "process_down");
  CHECK_FALSE(analysis.incidents[0].open);
}

TEST_CASE("a restart within an epoch is a restart only") {
  auto mesh = three();
  mesh.die("a2");
  mesh.start("a2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_restarted a2"});
  CHECK(analysis.incidents[0].causes[0].cause == "restart");
}

TEST_CASE("a restart with another version is an upgrade and no alarm") {
  auto mesh = three();
  mesh["a2"].version = "2.14.6";
  mesh.die("a2");
  mesh.start("a2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  CHECK(find(analysis, Kind::version_changed)->details["to"] == "2.14.6");
}

TEST_CASE("a silent server whose peers still list it is only unreachable") {
  auto mesh = three();
  mesh["a2"].reach = Reach::silent;
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"monitor_unreachable a2"});
}

TEST_CASE("a silent server that its peers lost is down, and its silence a consequence") {
  auto mesh = three();
  mesh["a2"].reach = Reach::silent;
  mesh.epoch_after(10s);
  mesh.die("a2", Reach::silent);
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a2"});
  CHECK(find(analysis, Kind::monitor_unreachable)->consequence_of == find(analysis, Kind::server_down)->id);
  CHECK(analysis.incidents[0].causes[0].cause == "frozen_or_host_down");
}

TEST_CASE("a refusal beside a listing of the same moment says nothing yet") {
  auto mesh = three();
  mesh["a2"].reach = Reach::refuses;
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("a refusal that a younger listing outlives is a blocked monitoring port") {
  auto mesh = three();
  mesh["a2"].reach = Reach::refuses;
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"monitor_unreachable a2"});
  CHECK(analysis.incidents[0].causes[0].cause == "monitor_blocked");
}

TEST_CASE("a single server that refuses is down without a witness") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1"});
  mesh.epochs(3, 10s);
  mesh["a1"].reach = Reach::refuses;
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis()) == Told{"server_down a1"});
}

TEST_CASE("an epoch in which nobody gives a sign of life is a gap") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].reach = Reach::silent;
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].reach = Reach::answers;
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  const auto* gap = find(analysis, Kind::collection_gap);
  REQUIRE(gap);
  CHECK(gap->details["reason"] == "collector_blind");
  CHECK(analysis.recording.gaps.size() == 1);
  CHECK(analysis.recording.coverage < 1);
}

TEST_CASE("a target that never answered stands under its label") {
  FakeMesh mesh;
  mesh.cluster("east", {"a1", "a2"});
  mesh.die("a2");
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{"server_down a2_8222"});
  mesh.start("a2");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a2"});
  CHECK_FALSE(find(analysis, Kind::server_down)->open());
}

TEST_CASE("a drained server goes with a warning, and the cause is lame duck") {
  auto mesh = three();
  mesh["a3"].health = "failed to be ready for connections after 1ms: server";
  mesh.epochs(2, 10s);
  mesh.die("a3");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a3"});
  const auto* unready = find(analysis, Kind::server_not_ready);
  REQUIRE(unready);
  CHECK(unready->severity == Severity::info);
  CHECK(unready->details["lame_duck"] == true);
  CHECK(find(analysis, Kind::server_down)->severity == Severity::warning);
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "lame_duck");
  CHECK(unready->incident == analysis.incidents[0].id);
}

TEST_CASE("a server that loses a route and its listener is not in lame duck") {
  auto mesh = three();
  mesh["a3"].health = "failed to be ready for connections after 1ms: server";
  mesh.cut("a2", "a3");
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::server_not_ready)->severity == Severity::critical);
}

TEST_CASE("a server that is starting has no links yet") {
  auto mesh = three();
  mesh.die("a2");
  mesh.epoch_after(10s);
  mesh.start("a2");
  mesh.cut("a1", "a2");
  mesh.cut("a2", "a3");
  mesh["a2"].health = "failed to be ready for connections after 1ms: server, route, gateway";
  mesh.epochs(4, 10s);
  mesh["a2"].health.clear();
  mesh.connect("a1", "a2");
  mesh.connect("a2", "a3");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a2", "server_restarted a2"});
}

TEST_CASE("not ready for longer than a minute after the start is critical") {
  auto mesh = three();
  mesh.die("a2");
  mesh.start("a2");
  mesh["a2"].health = "failed to be ready for connections after 1ms: server, route, gateway";
  mesh.epochs(3, 10s);
  CHECK(find(mesh.analysis(), Kind::server_not_ready)->severity == Severity::info);
  mesh.epochs(5, 10s);
  CHECK(find(mesh.analysis(), Kind::server_not_ready)->severity == Severity::critical);
}

TEST_CASE("JetStream unhealthy right after a restart is catching up") {
  auto mesh = three();
  mesh.die("a2");
  mesh.start("a2");
  mesh["a2"].health = "JetStream is not current with the meta leader";
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* sick = find(analysis, Kind::jetstream_unhealthy);
  REQUIRE(sick);
  CHECK(sick->severity == Severity::info);
  CHECK(sick->consequence_of == find(analysis, Kind::server_restarted)->id);
}

TEST_CASE("JetStream unhealthy out of nothing is critical, one asset is not the subsystem") {
  auto mesh = three();
  mesh["a1"].bodies[Endpoint::healthz] =
      R"({"status":"error","errors":[{"type":"STREAM","error":"JetStream stream 'A > S' is not current"}]})";
  mesh["a2"].health = "JetStream has not established contact with a meta leader";
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis()) == Told{"jetstream_unhealthy a2"});
}

TEST_CASE("a meta leader that freezes explains JetStream's complaints elsewhere") {
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
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"jetstream_unhealthy a2", "jetstream_unhealthy a3", "meta_leader_missing east",
                               "monitor_unreachable a1"});
  REQUIRE(analysis.incidents.size() == 1);
  const auto& causes = analysis.incidents[0].causes;
  CHECK(std::any_of(causes.begin(), causes.end(),
                    [](const auto& cause) { return cause.cause == "meta_leader_lost"; }));
}

TEST_CASE("a reload is told with its exact time and nothing else") {
  auto mesh = three();
  mesh.now += 5s;
  mesh["a1"].reloaded = mesh.now;
  mesh.epoch_after(5s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.findings.size() == 1);
  CHECK(analysis.findings[0].kind == Kind::config_reloaded);
  CHECK(analysis.findings[0].began.exact == mesh.now - 5s);
  CHECK(analysis.incidents.empty());
}

TEST_CASE("exact times are put on the collector's clock") {
  auto mesh = three();
  mesh["a1"].clock_ahead = 90s;
  mesh["a1"].id = "N-other-host";
  mesh["a1"].start = mesh.now + 5s;
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::server_restarted)->began.exact == mesh.now - 5s);
}

TEST_CASE("a server that joins is told, and counts as a peer only after two intervals") {
  auto mesh = three();
  mesh.cluster("east", {"a4"});
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{"server_joined a4"});
  for (const auto* name : {"a1", "a2", "a3"}) mesh.connect(name, "a4");
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis()) == Told{});
  mesh.cut("a1", "a4");
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::route_down));
}

TEST_CASE("a server the configuration retires leaves, and its conditions end as retired") {
  auto mesh = three();
  mesh.die("a3");
  mesh.epochs(2, 10s);
  Deployment deployment;
  deployment.clusters.push_back({"east", {"a1", "a2"}, {"a3"}});
  mesh.declare(deployment);
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::server_left));
  const auto* down = find(analysis, Kind::server_down);
  REQUIRE(down);
  CHECK(down->ended_by == EndedBy::retired);
}

TEST_CASE("a balancer in front of two servers restarts nobody") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  auto& one = mesh["a1"];
  const auto& other = mesh["a3"];
  const auto own = one;
  for (int i = 0; i < 6; ++i) {
    mesh.epoch_after(10s);
    one = i % 2 == 0 ? other : own;
  }
  for (const auto& finding : mesh.analysis().findings) CHECK(finding.kind != Kind::server_restarted);
}

TEST_CASE("a body that is no JSON is unknown, and opens nothing") {
  auto mesh = three();
  for (const auto endpoint : all_endpoints) mesh["a2"].bodies[endpoint] = "<html>502 Bad Gateway</html>";
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("a link that was cut long ago is no witness of a death") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epochs(3, 10s);
  mesh["a2"].reach = Reach::silent;
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::server_down));
  CHECK(find(analysis, Kind::monitor_unreachable, "a2"));
}

TEST_CASE("a route at work says that a server lives, whoever lost another") {
  auto mesh = three();
  mesh["a2"].reach = Reach::silent;
  mesh.epoch_after(10s);
  mesh.cut("a1", "a2");
  mesh.traffic = 5;
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::server_down));
  CHECK(find(analysis, Kind::monitor_unreachable, "a2")->open());
}

TEST_CASE("what the collector had no time to ask is unknown") {
  auto mesh = three();
  mesh["a2"].reach = Reach::silent;
  mesh.failure = FailureClass::over_budget;
  mesh.epochs(3, 10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("a server that only its peers tell of has restarted when it has another id") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.epochs(3, 10s);
  const auto before = mesh["a3"].id;
  mesh.die("a3");
  mesh.now += 3s;
  mesh.start("a3");
  mesh.epoch_after(7s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis, Severity::info) == Told{"server_restarted a3"});
  const auto* restart = find(analysis, Kind::server_restarted);
  REQUIRE(restart);
  CHECK(restart->severity == Severity::critical);
  CHECK(restart->details["previous_id"] == before);
  CHECK(restart->proof.front().pointer == "/routes");
}

TEST_CASE("a server that only its peers tell of has stopped restarting a quiet window later") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.epochs(3, 10s);
  for (int i = 0; i < 3; ++i) {
    mesh.die("a3");
    mesh.start("a3");
    mesh.epochs(2, 10s);
  }
  CHECK(find(mesh.analysis(), Kind::restart_loop)->open());
  mesh.epochs(92, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::restart_loop)->open());
}

TEST_CASE("a server that comes back where nobody polls it any more is not down") {
  auto mesh = three();
  mesh.die("a2");
  mesh.epochs(2, 10s);
  mesh.unpolled = {"a2"};
  mesh.start("a2");
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::server_down)->open());
}
