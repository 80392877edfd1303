#include "analyzer/incident/join.hpp"

#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

const Time start = *parse_time("2026-01-01T00:00:00Z");

/// A finding above info, seen from `began` to `ended` seconds after the start; still open without an end.
Record grave(Kind kind, ServerRef server, Duration began, std::optional<Duration> ended = std::nullopt) {
  Record record;
  record.subject = Subject::server_of(kind, server);
  record.finding.kind = kind;
  record.finding.severity = Severity::warning;
  record.finding.began.by = start + began;
  record.finding.id = std::to_string(record.finding.began.by.time_since_epoch().count());
  if (ended) record.finding.ended = Moment{std::nullopt, start + *ended, {}, {}};
  return record;
}

std::size_t incidents(const std::vector<Record>& records) {
  return join(records, {}, 30s, 5min, start + 24h).size();
}

FakeMesh six() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3", "a4", "a5", "a6"});
  mesh.epochs(3, 10s);
  return mesh;
}

}  // namespace

TEST_CASE("what touches a server near the onset of its trouble is the same incident") {
  CHECK(incidents({grave(Kind::server_down, 1, 0s, 60s), grave(Kind::jetstream_unhealthy, 1, 20s, 60s)}) ==
        1);
  CHECK(incidents({grave(Kind::server_down, 1, 0s, 60s), grave(Kind::jetstream_unhealthy, 2, 20s, 60s)}) ==
        2);
}

TEST_CASE("what touches a resolved incident again within settle belongs to it, later it does not") {
  CHECK(incidents({grave(Kind::server_down, 1, 0s, 60s), grave(Kind::server_down, 1, 4min, 5min)}) == 1);
  CHECK(incidents({grave(Kind::server_down, 1, 0s, 60s), grave(Kind::server_down, 1, 7min, 8min)}) == 2);
}

TEST_CASE("an open incident attracts only near its onsets and clearings") {
  CHECK(incidents({grave(Kind::jetstream_unhealthy, 1, 0s), grave(Kind::server_not_ready, 1, 1h)}) == 2);
}

TEST_CASE("a standing condition is an incident of its own and attracts nothing") {
  for (const auto kind :
       {Kind::certificate_expiring, Kind::configured_peer_missing, Kind::cluster_name_mismatch,
        Kind::gateway_config_mismatch, Kind::gateway_name_mismatch, Kind::duplicate_name}) {
    CHECK(incidents({grave(kind, 1, 0s), grave(Kind::server_down, 1, 10s, 60s)}) == 2);
    CHECK(incidents({grave(Kind::server_down, 1, 0s, 60s), grave(kind, 1, 10s)}) == 2);
  }
}

TEST_CASE("a pool that lacks connections for long attracts nothing when it is whole again") {
  CHECK(incidents({grave(Kind::route_pool_degraded, 1, 0s, 1h), grave(Kind::server_down, 1, 1h + 10s)}) == 2);
  CHECK(incidents({grave(Kind::route_pool_degraded, 1, 0s, 1min), grave(Kind::server_down, 1, 1min + 10s)}) ==
        1);
}

TEST_CASE("three links renewed in one instant have one cause though they share no server") {
  auto mesh = six();
  mesh.now += 3s;
  mesh.connect("a1", "a2");
  mesh.connect("a3", "a4");
  mesh.connect("a5", "a6");
  mesh.epoch_after(7s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "common_cause_blip");
}

TEST_CASE("two links renewed in one instant may be a coincidence") {
  auto mesh = six();
  mesh.now += 3s;
  mesh.connect("a1", "a2");
  mesh.connect("a3", "a4");
  mesh.epoch_after(7s);
  CHECK(mesh.analysis().incidents.size() == 2);
}

TEST_CASE("three links cut in one instant are one incident") {
  auto mesh = six();
  mesh.cut("a1", "a2");
  mesh.cut("a3", "a4");
  mesh.cut("a5", "a6");
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "network_cut");
}

TEST_CASE("a route that went with its URL at a reload is unconfigured") {
  auto mesh = six();
  mesh["a1"].route_urls = {"10.0.0.1:6222", "10.0.0.2:6222"};
  mesh.epoch_after(10s);
  mesh["a1"].route_urls = {"10.0.0.1:6222"};
  mesh["a1"].reloaded = mesh.now + 3s;
  mesh.cut("a1", "a2");
  mesh.epochs(10, 10s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "route_unconfigured");
  CHECK(find(analysis, Kind::config_reloaded)->details["route_urls_removed"] ==
        nlohmann::json{"10.0.0.2:6222"});
}

TEST_CASE("a single server that dies has died, though that is its whole cluster") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("", {"a1"});
  mesh.epochs(3, 10s);
  mesh.die("a1");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(analysis.incidents[0].causes[0].cause == "process_down");
}

TEST_CASE("a server that peers still hear from while its monitoring port is silent is only blocked") {
  auto mesh = six();
  mesh["a1"].reach = FakeMesh::Reach::silent;
  for (int i = 0; i < 3; ++i) {
    for (const auto* peer : {"a2", "a3"})
      for (auto& connection : mesh[peer].routes["a1"]) connection.in_msgs = 100 + i;
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  REQUIRE(analysis.incidents.size() == 1);
  CHECK(find(analysis, Kind::monitor_unreachable)->details["heard_by"] == nlohmann::json{"a2", "a3"});
  CHECK(analysis.incidents[0].causes[0].cause == "monitor_blocked");
}
