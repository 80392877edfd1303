#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

namespace {

/// Every server at an address of its own, each configured with all of them and `further`.
FakeMesh addressed(const std::vector<std::string>& further = {}) {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  std::vector<std::string> urls{"10.0.0.1:6222", "10.0.0.2:6222", "10.0.0.3:6222"};
  urls.insert(urls.end(), further.begin(), further.end());
  for (const auto* name : {"a1", "a2", "a3"}) {
    mesh[name].ip = std::string("10.0.0.") + name[1];
    mesh[name].route_urls = urls;
  }
  return mesh;
}

std::size_t missing(const FakeMesh& mesh) {
  std::size_t count = 0;
  for (const auto analysis = mesh.analysis(); const auto& finding : analysis.findings)
    count += finding.kind == Kind::configured_peer_missing;
  return count;
}

/// A server of another cluster at the address that a1 is configured with.
FakeMesh misnamed() {
  auto mesh = addressed({"10.0.0.9:6222"});
  mesh.cluster("esat", {"a4", "a5"});
  mesh["a4"].ip = "10.0.0.9";
  mesh["a5"].ip = "10.0.0.10";
  mesh.epochs(3, 10s);
  return mesh;
}

}  // namespace

TEST_CASE("a route URL that no member answers to is told, with the server that has it") {
  auto mesh = addressed({"10.0.0.4:6222"});
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  const auto* missing = find(analysis, Kind::configured_peer_missing, "a2");
  REQUIRE(missing);
  CHECK(missing->severity == Severity::info);
  CHECK_FALSE(missing->began.after);
  CHECK(missing->details["urls"] == nlohmann::json{"10.0.0.4:6222"});
  CHECK(missing->proof.front().pointer == "/cluster/urls");
}

TEST_CASE("a URL for every member, and none that is nobody's, is no finding") {
  auto mesh = addressed();
  mesh.epochs(3, 10s);
  CHECK(missing(mesh) == 0);
}

TEST_CASE("a URL with a name can stand for any member") {
  auto mesh = addressed({"nats.internal:6222"});
  mesh.epochs(3, 10s);
  CHECK(missing(mesh) == 0);
}

TEST_CASE("while a member was met at none of the URLs, any of them can be its own") {
  auto mesh = addressed({"192.168.7.3:6222"});
  mesh["a3"].ip = "172.16.0.3";
  mesh.epochs(3, 10s);
  CHECK(missing(mesh) == 0);
}

TEST_CASE("a member that died is no missing URL") {
  auto mesh = addressed();
  mesh.epochs(3, 10s);
  mesh.die("a3");
  mesh.epochs(3, 10s);
  CHECK(missing(mesh) == 0);
}

TEST_CASE("the missing URL is there when its server comes") {
  auto mesh = addressed({"10.0.0.4:6222"});
  mesh.epochs(3, 10s);
  mesh.cluster("east", {"a4"});
  mesh["a4"].ip = "10.0.0.4";
  for (const auto* name : {"a1", "a2", "a3"}) mesh.connect(name, "a4");
  mesh.epochs(4, 10s);
  for (const auto analysis = mesh.analysis(); const auto& finding : analysis.findings)
    if (finding.kind == Kind::configured_peer_missing) CHECK_FALSE(finding.open());
}

TEST_CASE("a route URL that leads to a server of another cluster's name is a mismatch") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh.cluster("esat", {"a4", "a5"});
  int host = 1;
  for (const auto* name : {"a1", "a2", "a4", "a5"}) mesh[name].ip = "10.0.0." + std::to_string(host++);
  mesh["a1"].route_urls = {"nats://10.0.0.2:6222", "nats://10.0.0.3:6222"};
  mesh.epochs(3, 10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"cluster_name_mismatch a1"});
  const auto* mismatch = find(analysis, Kind::cluster_name_mismatch);
  CHECK(mismatch->details["leads_to"] == "esat/a4");
  CHECK(mismatch->proof.front().pointer == "/cluster");
  mesh["a1"].route_urls = {"nats://10.0.0.2:6222"};
  mesh["a1"].reloaded = mesh.now;
  mesh.epoch_after(10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::cluster_name_mismatch)->open());
}

TEST_CASE("a stale name in /varz is no mismatch while the routes are up") {
  auto mesh = misnamed();
  mesh.connect("a1", "a4");
  mesh.epochs(2, 10s);
  const auto before = mesh.analysis().findings.size();
  mesh.epochs(2, 10s);
  CHECK(mesh.analysis().findings.size() == before);
  for (const auto analysis = mesh.analysis(); const auto& finding : analysis.findings)
    if (finding.kind == Kind::cluster_name_mismatch) CHECK_FALSE(finding.open());
}

TEST_CASE("an address that several servers share leads to nobody for certain") {
  auto mesh = addressed({"10.0.0.9:6222"});
  mesh.cluster("esat", {"a4", "a5"});
  mesh["a4"].ip = mesh["a5"].ip = "10.0.0.9";
  mesh.epochs(3, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::cluster_name_mismatch));
}
