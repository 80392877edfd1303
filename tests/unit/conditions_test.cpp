// Conditions of single servers that no link shows: certificates, clocks, leafnodes.
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

namespace {

FakeMesh two() {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh.epochs(3, 10s);
  return mesh;
}

/// From now on a1's /varz tells of a certificate of its cluster listener that lasts so long.
void certify(FakeMesh& mesh, Duration left) {
  const auto& a1 = mesh["a1"];
  mesh["a1"].bodies[Endpoint::varz] = fmt::format(
      R"({{"server_id":"{}","server_name":"a1","version":"2.14.5","now":"{}","start":"{}","config_load_time":"{}",
          "cluster":{{"name":"east","cluster_port":6222,"tls_cert_not_after":"{}"}}}})",
      a1.id, format_time(mesh.now), format_time(a1.start), format_time(a1.reloaded),
      format_time(mesh.now + left));
}

void certified_epoch(FakeMesh& mesh, Duration left) {
  mesh.now += 10s;
  certify(mesh, left);
  mesh.epoch();
}

/// From now on a server lists these leafnodes, as "name" of account APP.
void leafs(FakeMesh& mesh, const std::string& server, const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names)
    list += fmt::format(R"({}{{"name":"{}","account":"APP","ip":"127.0.0.1","port":4000}})",
                        list.empty() ? "" : ",", name);
  mesh.leafs[server] = "[" + list + "]";
}

}  // namespace

TEST_CASE("a certificate with more than thirty days left is no finding") {
  auto mesh = two();
  certified_epoch(mesh, 31 * 24h);
  CHECK(told(mesh.analysis(), Severity::info) == Told{});
}

TEST_CASE("a certificate with less than thirty days left warns, and is critical from seven days on") {
  auto mesh = two();
  certified_epoch(mesh, 29 * 24h);
  auto analysis = mesh.analysis();
  const auto* finding = find(analysis, Kind::certificate_expiring);
  REQUIRE(finding);
  CHECK(finding->severity == Severity::warning);
  CHECK(finding->details["listener"] == "cluster");
  CHECK(finding->proof.front().pointer == "/cluster/tls_cert_not_after");
  certified_epoch(mesh, 6 * 24h);
  analysis = mesh.analysis();
  finding = find(analysis, Kind::certificate_expiring);
  CHECK(finding->severity == Severity::critical);
  CHECK(finding->details["expired"] == false);
  CHECK(finding->open());
}

TEST_CASE("a certificate that was renewed is told to be well again") {
  auto mesh = two();
  certified_epoch(mesh, 24h);
  certified_epoch(mesh, 90 * 24h);
  const auto analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::certificate_expiring)->open());
}

TEST_CASE("an expired certificate alone breaks nothing") {
  auto mesh = two();
  certified_epoch(mesh, -24h);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"certificate_expiring a1"});
  CHECK(find(analysis, Kind::certificate_expiring)->details["expired"] == true);
}

TEST_CASE("a server whose version tells of no certificates neither warns nor clears") {
  const auto* const version = GENERATE("2.9.10", "2.11.11", "2.12.3");
  auto mesh = two();
  certified_epoch(mesh, 24h);
  mesh["a1"].bodies.clear();
  mesh["a1"].version = version;
  mesh.epoch_after(10s);
  CHECK(find(mesh.analysis(), Kind::certificate_expiring)->open());
}

TEST_CASE("where TLS was switched off no certificate runs out") {
  const auto* const version = GENERATE("2.11.12", "2.12.4", "2.14.5", "3.0.0");
  auto mesh = two();
  certified_epoch(mesh, 24h);
  mesh["a1"].bodies.clear();
  mesh["a1"].version = version;
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::certificate_expiring)->open());
}

TEST_CASE("a clock more than five seconds off is told, with how far and how sure") {
  auto mesh = two();
  mesh["a2"].clock_ahead = -90s;
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* finding = find(analysis, Kind::clock_skew);
  REQUIRE(finding);
  CHECK(finding->severity == Severity::info);
  CHECK(finding->server == "a2");
  CHECK(finding->details["skew_s"] == -90.0);
  CHECK(finding->details["skew_error_s"] == 0.001);
  CHECK(analysis.incidents.empty());
}

TEST_CASE("a clock five seconds off is not told, and one that was set right clears") {
  auto mesh = two();
  mesh["a1"].clock_ahead = 5s;
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::clock_skew));
  mesh["a1"].clock_ahead = 6s;
  mesh.epoch_after(10s);
  mesh["a1"].clock_ahead = 0s;
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::clock_skew)->open());
}

TEST_CASE("a leafnode that no server of the cluster lists any more is gone") {
  auto mesh = two();
  leafs(mesh, "a1", {"edge", "shop"});
  leafs(mesh, "a2", {});
  mesh.epochs(3, 10s);
  leafs(mesh, "a1", {"shop"});
  mesh.epoch_after(10s);
  auto analysis = mesh.analysis();
  const auto* finding = find(analysis, Kind::leafnode_down);
  REQUIRE(finding);
  CHECK(finding->severity == Severity::warning);
  CHECK(finding->details["missing"] == nlohmann::json{"edge"});
  CHECK(finding->open());
  leafs(mesh, "a1", {"edge", "shop"});
  mesh.epoch_after(10s);
  analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::leafnode_down)->open());
}

TEST_CASE("a leafnode that moved to another server of the cluster is not gone") {
  auto mesh = two();
  leafs(mesh, "a1", {"edge"});
  leafs(mesh, "a2", {});
  mesh.epochs(3, 10s);
  leafs(mesh, "a1", {});
  leafs(mesh, "a2", {"edge"});
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::leafnode_down));
}

TEST_CASE("a leafnode may be with a server that does not answer") {
  auto mesh = two();
  leafs(mesh, "a1", {"edge"});
  leafs(mesh, "a2", {});
  mesh.epochs(3, 10s);
  leafs(mesh, "a1", {});
  mesh["a2"].reach = FakeMesh::Reach::silent;
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::leafnode_down));
}

TEST_CASE("a hub of which it is known that it is down mutes no loss at another") {
  auto mesh = two();
  leafs(mesh, "a1", {"edge"});
  leafs(mesh, "a2", {"shop"});
  mesh.epochs(3, 10s);
  mesh.die("a2");
  mesh.epochs(2, 10s);
  leafs(mesh, "a1", {});
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  const auto* finding = find(analysis, Kind::leafnode_down);
  REQUIRE(finding);
  CHECK(finding->server == "a1");
  CHECK(finding->details["missing"] == nlohmann::json{"edge"});
}

TEST_CASE("leafnodes of one name in two clusters are two") {
  FakeMesh mesh;
  mesh.cluster("east", {"a1"}).cluster("west", {"b1"});
  leafs(mesh, "a1", {"edge"});
  leafs(mesh, "b1", {"edge"});
  mesh.epochs(4, 10s);
  leafs(mesh, "a1", {});
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  const auto* finding = find(analysis, Kind::leafnode_down);
  REQUIRE(finding);
  CHECK(finding->server == "a1");
}

TEST_CASE("the hub that a leafnode of ours hangs on is no leafnode") {
  auto mesh = two();
  mesh.leafs["a1"] = R"([{"name":"hub","account":"APP","ip":"127.0.0.1","port":7422,"is_spoke":true}])";
  mesh.epochs(4, 10s);
  mesh.leafs["a1"] = "[]";
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::leafnode_down));
}

TEST_CASE("a leafnode without a name of its own, or one that was only passing by, is not missed") {
  auto mesh = two();
  leafs(mesh, "a1", {std::string("N") + std::string(55, 'X'), ""});
  mesh.epochs(3, 10s);
  leafs(mesh, "a1", {"brief"});
  mesh.epoch_after(10s);
  leafs(mesh, "a1", {});
  mesh.epochs(2, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::leafnode_down));
}
