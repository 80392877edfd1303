// What is wrong with routes that are there: silent, short of connections, slow, backed up.
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

namespace {

auto& connections(FakeMesh& mesh, const std::string& lister, const std::string& peer) {
  return mesh[lister].routes.at(peer);
}

/// Lets messages flow on every connection but those `lister` hears from `peer`.
void talk(FakeMesh& mesh, const std::string& lister = {}, const std::string& peer = {}) {
  for (const auto* name : {"a1", "a2", "a3"})
    for (auto& [other, all] : mesh[name].routes)
      for (auto& one : all) {
        one.out_msgs = one.out_msgs.value_or(1) + 2;
        one.in_msgs = one.in_msgs.value_or(1) + (name == lister && other == peer ? 0 : 2);
      }
}

void drop_last(FakeMesh& mesh, const std::string& a, const std::string& b) {
  connections(mesh, a, b).pop_back();
  connections(mesh, b, a).pop_back();
}

}  // namespace

TEST_CASE("a route on which nothing comes in for 90 s while more is written is silent") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    talk(mesh);
    mesh.epoch_after(10s);
  }
  const auto last_heard = mesh.now;
  for (int i = 0; i < 8; ++i) {
    talk(mesh, "a1", "a2");
    mesh.epoch_after(10s);
  }
  CHECK(told(mesh.analysis()) == Told{});
  talk(mesh, "a1", "a2");
  mesh.epoch_after(10s);
  auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_silent a1-a2"});
  const auto* silent = find(analysis, Kind::route_silent);
  CHECK(silent->began.after == last_heard - 1ms);
  CHECK(silent->began.by == mesh.now + 1ms);
  CHECK(silent->details["seen_from"] == "a1");
  CHECK(silent->proof.back().pointer == "/routes/0/in_msgs");
  talk(mesh);
  mesh.epoch_after(10s);
  analysis = mesh.analysis();
  CHECK(find(analysis, Kind::route_silent)->ended_by == EndedBy::recovered);
}

TEST_CASE("silence is measured in the server's time, whatever lies between two looks") {
  auto mesh = three();
  talk(mesh);
  mesh.epoch_after(10s);
  talk(mesh, "a1", "a2");
  mesh.epoch_after(10min);  // a gap
  CHECK(told(mesh.analysis()) == Told{"route_silent a1-a2"});
}

TEST_CASE("a route to which nothing is written may be silent") {
  auto mesh = three();
  for (auto& one : connections(mesh, "a1", "a2")) one.in_msgs = one.out_msgs = 7;
  mesh.epochs(20, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("only the connection of the system account must not be silent") {
  auto mesh = three(3);
  for (int i = 0; i < 15; ++i) {
    for (const auto* name : {"a1", "a2", "a3"})
      for (auto& [other, all] : mesh[name].routes)
        for (auto& one : all) {
          one.out_msgs = one.out_msgs.value_or(1) + 5;
          one.in_msgs = one.in_msgs.value_or(1) + (one.account == "$SYS" ? 1 : 0);
        }
    mesh.epoch_after(10s);
  }
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("without a system account at both ends silence is not judged") {
  auto mesh = three();
  mesh["a2"].system_account.clear();
  for (int i = 0; i < 15; ++i) {
    talk(mesh, "a1", "a2");
    mesh.epoch_after(10s);
  }
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a silent route that is lost is silent no more") {
  auto mesh = three();
  for (int i = 0; i < 12; ++i) {
    talk(mesh, "a1", "a2");
    mesh.epoch_after(10s);
  }
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_silent)->open());
  CHECK(find(analysis, Kind::route_down)->open());
}

TEST_CASE("a pool slot that is missing for longer than a reconnect takes is told") {
  auto mesh = three(3);
  const auto last_whole = mesh.now;
  connections(mesh, "a1", "a2").erase(connections(mesh, "a1", "a2").begin());
  connections(mesh, "a2", "a1").erase(connections(mesh, "a2", "a1").begin());
  mesh.epoch_after(10s);
  const auto first_short = mesh.now;
  CHECK(told(mesh.analysis()) == Told{});
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_pool_degraded a1-a2"});
  const auto* degraded = find(analysis, Kind::route_pool_degraded);
  CHECK(degraded->account.empty());
  CHECK(degraded->began.after == last_whole - 1ms);
  CHECK(degraded->began.by == first_short + 1ms);
  CHECK(degraded->details["connections"] == 2);
  CHECK(degraded->details["expected"] == 3);
}

TEST_CASE("the system account's route is missed by its account") {
  auto mesh = three(3);
  drop_last(mesh, "a1", "a2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* degraded = find(analysis, Kind::route_pool_degraded);
  REQUIRE(degraded);
  CHECK(degraded->account == "$SYS");
  CHECK(degraded->details["fewer_than"] == nlohmann::json{"system_account", "before"});
}

TEST_CASE("a pool that is short in the first epoch has no 'after'") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}, 3);
  for (const auto* name : {"a1", "a2"}) mesh[name].pool_size = 4;
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* degraded = find(analysis, Kind::route_pool_degraded);
  REQUIRE(degraded);
  CHECK_FALSE(degraded->began.after);
  CHECK(degraded->details["fewer_than"] == nlohmann::json{"pool_size"});
}

TEST_CASE("of two pool sizes the larger is in force, and one connection where one end has none") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}, 3);
  mesh["a1"].pool_size = 2;
  mesh["a2"].pool_size = 3;
  mesh.epochs(4, 10s);
  CHECK(told(mesh.analysis()) == Told{});
  FakeMesh mixed;
  mixed.interval = 10s;
  mixed.cluster("east", {"a1", "a2"});
  mixed["a1"].pool_size = 3;
  mixed.epochs(4, 10s);
  CHECK(told(mixed.analysis()) == Told{});
}

TEST_CASE("an account route that only one end lists is missing") {
  auto mesh = three(3);
  for (const auto* account : {"PINNED"}) {
    auto extra = connections(mesh, "a1", "a2").front();
    extra.rid = 900;
    extra.account = account;
    connections(mesh, "a1", "a2").push_back(extra);
  }
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  const auto* degraded = find(analysis, Kind::route_pool_degraded);
  REQUIRE(degraded);
  CHECK(degraded->account == "PINNED");
  CHECK(degraded->details["seen_from"] == "a2");
}

TEST_CASE("a slot that comes back in time is a reconnect, and one that flaps is no lasting lack") {
  auto mesh = three(3);
  for (int i = 0; i < 4; ++i) {
    const auto slot = connections(mesh, "a1", "a2").front();
    connections(mesh, "a1", "a2").erase(connections(mesh, "a1", "a2").begin());
    mesh.epoch_after(10s);
    auto again = slot;
    again.rid = 5000 + static_cast<std::uint64_t>(i);
    again.start = mesh.now + 1s;
    connections(mesh, "a1", "a2").insert(connections(mesh, "a1", "a2").begin(), again);
    mesh.epoch_after(10s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::route_pool_degraded));
}

TEST_CASE("a smaller pool after a reload is what was asked for") {
  auto mesh = three(3);
  mesh.now += 2s;
  for (const auto* name : {"a1", "a2"}) {
    mesh[name].reloaded = mesh.now;
    mesh[name].pool_size = 2;
  }
  connections(mesh, "a1", "a2").erase(connections(mesh, "a1", "a2").begin());
  connections(mesh, "a2", "a1").erase(connections(mesh, "a2", "a1").begin());
  mesh.epochs(4, 10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a route is slow at five times its usual round trip, and no more when that is over") {
  auto mesh = three();
  mesh.epochs(8, 10s);
  const auto last_normal = mesh.now;
  connections(mesh, "a2", "a1").front().rtt = "60ms";
  mesh.epoch_after(10s);
  auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_rtt_high a1-a2"});
  const auto* slow = find(analysis, Kind::route_rtt_high);
  CHECK(slow->began.after == last_normal - 1ms);
  CHECK(slow->details["seen_from"] == "a2");
  CHECK(slow->details["usual_ms"] == 0.3);
  CHECK(slow->proof.front().pointer == "/routes/0/rtt");
  connections(mesh, "a2", "a1").front().rtt = "400µs";
  mesh.epoch_after(10s);
  analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_rtt_high)->open());
}

TEST_CASE("one slow connection of a pool is not a slow route") {
  auto mesh = three(3);
  mesh.epochs(8, 10s);
  connections(mesh, "a1", "a2").front().rtt = "80ms";
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("the end that measured a slow route must tell that it is over") {
  auto mesh = three();
  mesh.epochs(8, 10s);
  connections(mesh, "a1", "a2").front().rtt = "60ms";
  mesh.epoch_after(10s);
  mesh["a1"].bodies[Endpoint::routez] = "no JSON";
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::route_rtt_high)->open());
}

TEST_CASE("a fixed limit for round trips needs no history") {
  DetectionOptions options;
  options.rtt = 10ms;
  FakeMesh mesh(options);
  mesh.cluster("east", {"a1", "a2"});
  connections(mesh, "a1", "a2").front().rtt = "11ms";
  mesh.epoch();
  CHECK(told(mesh.analysis()) == Told{"route_rtt_high a1-a2"});
}

TEST_CASE("bytes held back for half a minute are a backlog, from when they were first too many") {
  auto mesh = three();
  const auto before = mesh.now;
  connections(mesh, "a2", "a1").front().pending = 3 << 20;
  mesh.epoch_after(10s);
  const auto first = mesh.now;
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{});
  mesh.epoch_after(10s);
  auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"link_backlog a1-a2"});
  const auto* backlog = find(analysis, Kind::link_backlog);
  CHECK(backlog->details["held_back_by"] == "a2");
  CHECK(backlog->began.after == before - 1ms);
  CHECK(backlog->began.by == first + 1ms);
  CHECK(backlog->proof.front().pointer == "/routes/0/pending_size");
  connections(mesh, "a2", "a1").front().pending = 100;
  mesh.epoch_after(10s);
  analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::link_backlog)->open());
}

TEST_CASE("bytes that drain between two looks are no backlog") {
  auto mesh = three();
  for (int i = 0; i < 12; ++i) {
    connections(mesh, "a1", "a2").front().pending = i % 3 == 2 ? 0 : 3 << 20;
    mesh.epoch_after(10s);
  }
  CHECK(told(mesh.analysis()) == Told{});
}

TEST_CASE("a server that gives up on slow or stale routes tells so by its counters") {
  auto mesh = three();
  mesh["a1"].slow_routes = mesh["a1"].stale_routes = 5;
  mesh.epoch_after(10s);
  const auto before = mesh.now;
  CHECK(told(mesh.analysis()) == Told{});  // since its start: that may be long ago
  mesh["a1"].stale_routes = 7;
  mesh.epoch_after(10s);
  auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"link_backlog a1"});
  const auto* backlog = find(analysis, Kind::link_backlog);
  CHECK(backlog->began.after == before - 1ms);
  CHECK(backlog->details["stale_connections"] == 2);
  CHECK(backlog->proof.front().pointer == "/stale_connection_stats/routes");
  mesh.epoch_after(10s);
  analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::link_backlog)->open());
}

TEST_CASE("counters that begin anew with a process are no news") {
  auto mesh = three();
  mesh["a1"].slow_routes = 1;
  mesh.epoch_after(10s);
  mesh.die("a1");
  mesh.start("a1");
  mesh["a1"].slow_routes = 90;
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::link_backlog));
}

TEST_CASE("what a peer gave up on with a dead server is that server's doing") {
  auto mesh = three();
  mesh["a1"].stale_routes = 0;
  mesh.epoch_after(10s);
  mesh["a1"].stale_routes = 4;
  mesh.die("a2", FakeMesh::Reach::silent);
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a2"});
  CHECK(find(analysis, Kind::link_backlog)->consequence_of == find(analysis, Kind::server_down)->id);
}

TEST_CASE("stale connections are how a server notices that a route is dead") {
  auto mesh = three();
  mesh["a1"].stale_routes = 0;
  mesh.epoch_after(10s);
  mesh["a1"].stale_routes = 4;
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::link_backlog)->consequence_of == find(analysis, Kind::route_down)->id);
}
