#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

TEST_CASE("a healthy mesh of pooled routes has no finding") {
  FakeMesh mesh;
  mesh.cluster("east", {"a1", "a2", "a3"}, 3);
  mesh.epochs(20, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis, Severity::info) == Told{});
  CHECK(analysis.incidents.empty());
}

TEST_CASE("a route both ends lack is down, between the last listing and the first lack") {
  auto mesh = three();
  const auto last_up = mesh.now;
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  CHECK(down->server == "a1");
  CHECK(down->peer == "a2");
  CHECK(down->began.after == last_up - 1ms);
  CHECK(down->began.by == mesh.now + 1ms);
  CHECK(down->open());
  CHECK(down->ended_by == EndedBy::recording_end);
  CHECK(told(analysis) == Told{"route_count_low a1", "route_count_low a2", "route_down a1-a2"});
}

TEST_CASE("what is already wrong in the first epoch has no 'after'") {
  FakeMesh mesh;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.cut("a1", "a2");
  mesh.epoch();
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  CHECK_FALSE(down->began.after);
}

TEST_CASE("a server may lack a peer that only another one makes known") {
  FakeMesh mesh;
  mesh.cluster("east", {"a1", "a2", "a3"});
  mesh.unpolled = {"a3"};
  mesh.cut("a1", "a3");
  mesh.epoch();
  CHECK(find(mesh.analysis(), Kind::route_down, "a1", "a3"));
}

TEST_CASE("a route that comes back ends when its connection was made") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epochs(2, 10s);
  mesh.now += 4s;
  const auto made = mesh.now;
  mesh.connect("a1", "a2");
  mesh.epoch_after(6s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  REQUIRE(down->ended);
  CHECK(down->ended->exact == made);
  CHECK(down->ended->exact_error_s.value_or(9) <= 0.001);
  CHECK(down->ended_by == EndedBy::recovered);
  CHECK_FALSE(find(analysis, Kind::route_reconnected));
}

TEST_CASE("a route lost and made again between two epochs is reconnected, not down") {
  auto mesh = three();
  mesh.flap("a1", "a2");
  mesh.epoch_after(8s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_reconnected a1-a2"});
  const auto* event = find(analysis, Kind::route_reconnected);
  CHECK(event->count == 1);
  CHECK(event->began.exact == mesh.now - 9s);
  CHECK(event->instant());
}

TEST_CASE("a pool renewed at both ends counts once") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"}, 3);
  mesh.epochs(2, 10s);
  mesh.flap("a1", "a2");
  mesh.epoch_after(8s);
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_reconnected a1-a2"});
  CHECK(find(analysis, Kind::route_reconnected)->details["seen_from"] == nlohmann::json{"a1", "a2"});
}

TEST_CASE("a connection with an older start than the body before is no reconnect") {
  auto mesh = three();
  for (const auto* end : {"a1", "a2"})
    for (auto& [peer, connections] : mesh[end].routes)
      for (auto& one : connections) one.rid += 1000;
  mesh.epoch_after(10s);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("links renewed by a reload belong to the reload") {
  auto mesh = three();
  mesh.now += 2s;
  mesh["a1"].reloaded = mesh.now;
  mesh.flap("a1", "a2");
  mesh.epoch_after(6s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  const auto* event = find(analysis, Kind::route_reconnected);
  REQUIRE(event);
  CHECK(event->consequence_of == find(analysis, Kind::config_reloaded)->id);
}

TEST_CASE("a server nobody answers for is lost to the peer that lacks it") {
  auto mesh = three();
  mesh.unpolled = {"a3"};
  mesh.epochs(1, 10s);
  mesh.cut("a1", "a3");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  CHECK(down->details["seen_from"] == nlohmann::json{"a1"});
}

TEST_CASE("a listing and a fresh lack are not one-sided yet") {
  auto mesh = three();
  mesh["a2"].routes.erase("a1");
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::route_one_sided));
  CHECK_FALSE(find(mesh.analysis(), Kind::route_down));
}

TEST_CASE("a listing two seconds after the other end's lack is one-sided") {
  auto mesh = three();
  mesh["a2"].routes.erase("a1");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* half = find(analysis, Kind::route_one_sided);
  REQUIRE(half);
  CHECK(half->details["listed_by"] == "a1");
  CHECK(half->details["lacked_by"] == "a2");
  CHECK_FALSE(find(analysis, Kind::route_down));
}

TEST_CASE("a break that one end sees an epoch before the other is one finding with the narrower bracket") {
  auto mesh = three();
  const auto last_up = mesh.now;
  mesh["a2"].routes.erase("a1");
  mesh.epoch_after(10s);
  const auto first_lack = mesh.now;
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  CHECK(down->began.after == last_up - 1ms);
  CHECK(down->began.by == first_lack + 1ms);
  CHECK_FALSE(find(analysis, Kind::route_one_sided));
}

TEST_CASE("one-sided before both ends lack it is part of the same loss") {
  auto mesh = three();
  mesh["a2"].routes.erase("a1");
  mesh.epochs(3, 10s);
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* half = find(analysis, Kind::route_one_sided);
  REQUIRE(half);
  CHECK(half->severity == Severity::info);
  CHECK(half->consequence_of == find(analysis, Kind::route_down)->id);
}

TEST_CASE("a gap neither opens nor ends a broken route") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  mesh.epoch_after(10min);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::route_down)->open());
  const auto* gap = find(analysis, Kind::collection_gap);
  REQUIRE(gap);
  CHECK(gap->severity == Severity::info);
  CHECK(gap->details["reason"] == "not_collected");
}

TEST_CASE("a break is not older than the last proof by either end that the link was up") {
  auto mesh = three();
  mesh["a1"].bodies[Endpoint::routez] = "no JSON";
  mesh.epoch_after(10s);  // a2 still lists a1
  const auto last_up = mesh.now;
  mesh["a1"].bodies.clear();
  mesh.cut("a1", "a2");
  mesh["a2"].bodies[Endpoint::routez] = "no JSON";
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* down = find(analysis, Kind::route_down);
  REQUIRE(down);
  CHECK(down->began.after == last_up - 1ms);
  CHECK(down->epochs == std::vector<std::int64_t>{4, 5});
}

TEST_CASE("a second break has its own bracket") {
  auto mesh = three();
  auto routes = mesh["a1"].routes;
  mesh["a2"].bodies[Endpoint::routez] = "no JSON";
  mesh["a1"].routes.erase("a2");
  mesh.epoch_after(10s);
  mesh["a1"].routes = routes;
  mesh["a1"].bodies[Endpoint::routez] = "no JSON";
  mesh["a2"].bodies.clear();
  mesh.epoch_after(10s);
  const auto up_again = mesh.now;
  mesh["a1"].bodies.clear();
  mesh["a1"].routes.erase("a2");
  mesh["a2"].bodies[Endpoint::routez] = "no JSON";
  mesh.epoch_after(10s);
  std::vector<const Finding*> downs;
  const auto analysis = mesh.analysis();
  for (const auto& finding : analysis.findings)
    if (finding.kind == Kind::route_down) downs.push_back(&finding);
  REQUIRE(downs.size() == 2);
  CHECK(downs[1]->began.after == up_again - 1ms);
  CHECK(downs[1]->began.by == mesh.now + 1ms);
}

TEST_CASE("a connection made after the other end lacked its predecessor is not one-sided") {
  auto mesh = three();
  const auto listing = mesh["a2"].routes;
  mesh.cut("a1", "a2");
  mesh["a2"].bodies[Endpoint::routez] = "no JSON";
  mesh.epochs(3, 10s);
  mesh["a2"].bodies.clear();
  mesh["a2"].routes["a1"] = listing.at("a1");
  mesh["a2"].routes["a1"].front().rid = 4711;
  mesh["a2"].routes["a1"].front().start = mesh.now + 5s;
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::route_one_sided));
}

TEST_CASE("one end that has the route again ends the loss, and the link is one-sided") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  mesh.connect("a1", "a2");
  mesh["a1"].routes.erase("a2");
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_down)->open());
  CHECK(find(analysis, Kind::route_one_sided)->open());
}

TEST_CASE("a re-establishment that one end has yet to see ends the loss, and is not told besides") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.now += 5s;
  mesh.connect("a1", "a2");
  mesh["a1"].routes.erase("a2");
  mesh["a2"].reach = FakeMesh::Reach::silent;
  mesh.epoch_after(5s);
  mesh["a2"].reach = FakeMesh::Reach::answers;
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_down)->open());
  CHECK(find(analysis, Kind::route_one_sided)->open());
  CHECK_FALSE(find(analysis, Kind::route_reconnected));
}

TEST_CASE("a connection too new to end the loss is not told besides") {
  auto mesh = three();
  mesh.cut("a1", "a2");
  mesh.epoch_after(10s);
  mesh.connect("a1", "a2");
  const auto seen_later = mesh["a2"].routes.at("a1");
  mesh["a2"].routes.erase("a1");
  mesh.epoch_after(1s);
  mesh["a2"].routes["a1"] = seen_later;
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_down)->open());
  CHECK_FALSE(find(analysis, Kind::route_reconnected));
}

TEST_CASE("a drop is evidenced across epochs in which its server told nothing, and across a gap") {
  auto mesh = three();
  for (const auto* name : {"a1", "a2"}) mesh[name].bodies[Endpoint::routez] = "no JSON";
  mesh.flap("a1", "a2");
  mesh.epochs(3, 10s);
  for (const auto* name : {"a1", "a2"}) mesh[name].bodies.clear();
  mesh.epoch_after(10s);
  mesh.flap("a1", "a2");
  mesh.epoch_after(20min);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"route_reconnected a1-a2", "route_reconnected a1-a2"});
}

TEST_CASE("restarts renew links without being reconnects") {
  auto mesh = three();
  for (int i = 0; i < 4; ++i) {
    mesh.die("a2");
    mesh.start("a2");
    mesh.epochs(2, 10s);
  }
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_reconnected));
  CHECK_FALSE(find(analysis, Kind::route_flapping));
}

TEST_CASE("the end that tells of a reconnect late does not tell of another") {
  auto mesh = three();
  mesh["a2"].bodies[Endpoint::routez] = "no JSON";
  mesh.flap("a1", "a2");
  mesh.epochs(2, 10s);
  mesh["a2"].bodies.clear();
  mesh.epochs(2, 10s);
  CHECK(told(mesh.analysis()) == Told{"route_reconnected a1-a2"});
}

TEST_CASE("a route that a reload takes away for a moment belongs to the reload") {
  auto mesh = three();
  mesh.now += 5s;
  mesh["a1"].reloaded = mesh.now;
  mesh.cut("a1", "a2");
  mesh.epoch_after(5s);
  mesh.connect("a1", "a2");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::route_down)->consequence_of == find(analysis, Kind::config_reloaded)->id);
}
