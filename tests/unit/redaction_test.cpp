#include "schema/redaction.hpp"

#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/verify.hpp"
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace natsrec;
using namespace std::chrono_literals;

namespace {

const std::string id(56, 'N');

Snapshot answer(const std::string& target, Endpoint endpoint, const std::string& body) {
  Snapshot out;
  out.target = target;
  out.endpoint = endpoint;
  out.status = 200;
  out.body = body;
  return out;
}

/// The bodies of one epoch as they are told to strangers.
std::vector<Snapshot> redacted(std::vector<Snapshot> snapshots) {
  Epoch epoch;
  epoch.snapshots = std::move(snapshots);
  Redaction redaction;
  redaction.learn(epoch);
  redaction.give_aliases();
  redaction.replace(epoch);
  return epoch.snapshots;
}

nlohmann::json redacted(const std::string& body, Endpoint endpoint = Endpoint::varz) {
  return nlohmann::json::parse(*redacted({answer("t", endpoint, body)}).front().body);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("names and hosts of a body are replaced, each by the same wherever it stands") {
  const auto varz = redacted(R"({"server_name": "n2", "host": "10.0.0.7", "version": "2.14.5",
    "cluster": {"name": "paris", "addr": "10.0.0.7", "urls": ["nats://10.0.0.7:6222", "user:secret@n1.example.org:6222"]},
    "gateway": {"name": "paris", "gateways": [{"name": "lyon", "urls": ["[2001:db9::7]:7222"]}]},
    "system_account": "$SYS", "tags": ["rack:7"], "port": 4222, "start": "2026-01-01T00:00:00Z",
    "jetstream": {"config": {"store_dir": "/data/n2"}, "meta": {"name": "paris", "leader": "n1"}}})");
  CHECK(varz["server_name"] == "server-2");
  CHECK(varz["jetstream"]["meta"]["leader"] == "server-1");
  CHECK(varz["cluster"]["name"] == "cluster-2");
  CHECK(varz["gateway"]["gateways"][0]["name"] == "cluster-1");
  CHECK(varz["host"] == "198.18.0.1");
  CHECK(varz["cluster"]["urls"] == nlohmann::json{"nats://198.18.0.1:6222", "host-1:6222"});
  CHECK(varz["gateway"]["gateways"][0]["urls"][0] == "[2001:db8::0:1]:7222");
  CHECK(varz["tags"][0] == "text-1");
  CHECK(varz["jetstream"]["config"]["store_dir"] == "text-2");
  CHECK(varz["version"] == "2.14.5");
  CHECK(varz["start"] == "2026-01-01T00:00:00Z");
  CHECK(varz["system_account"] == "$SYS");
  CHECK(varz["port"] == 4222);
}

TEST_CASE("aliases sort as the names do") {
  std::string routes;
  for (int i = 20; i > 0; --i)
    routes += fmt::format(R"({}{{"remote_name": "n{:02}"}})", i < 20 ? "," : "", i);
  const auto routez = redacted(R"({"routes": [)" + routes + "]}", Endpoint::routez);
  CHECK(routez["routes"][0]["remote_name"] == "server-20");
  CHECK(routez["routes"][18]["remote_name"] == "server-02");
}

TEST_CASE("keys that are names are replaced too") {
  const auto gatewayz = redacted(R"({"name": "paris", "outbound_gateways": {"lyon": {"configured": true}},
    "inbound_gateways": {"lyon": []}})",
                                 Endpoint::gatewayz);
  CHECK(gatewayz["outbound_gateways"].contains("cluster-1"));
  CHECK(gatewayz["inbound_gateways"].contains("cluster-1"));
  CHECK(gatewayz["name"] == "cluster-2");
  const auto varz =
      redacted(R"({"metadata": {"owner": "alice"}, "http_req_stats": {"/varz": 3, "/a/b c": 1}})");
  CHECK_FALSE(contains(varz.dump(), "owner"));
  CHECK_FALSE(contains(varz.dump(), "alice"));
  CHECK(varz["http_req_stats"]["/varz"] == 3);
  CHECK_FALSE(contains(varz.dump(), "b c"));
}

TEST_CASE("what an unnamed server is called stays its id") {
  const auto varz = redacted(R"({"server_id": ")" + id + R"(", "server_name": ")" + id + R"("})");
  CHECK(varz["server_id"] == id);
  CHECK(varz["server_name"] == id);
}

TEST_CASE("sentences keep the words of NATS and lose everybody else's") {
  const auto health = [](const std::string& error) {
    const auto both = redacted(
        {answer("n1", Endpoint::varz,
                R"({"server_name": "n1", "host": "boxen", "cluster": {"name": "paris"}})"),
         answer("n1", Endpoint::healthz, nlohmann::json{{"status", "error"}, {"error", error}}.dump())});
    return nlohmann::json::parse(*both[1].body)["error"].get<std::string>();
  };
  CHECK(health("failed to be ready for connections after 1ms: route, gateway(listen tcp 10.0.0.7:7222: bind: "
               "address already in use)") ==
        "failed to be ready for connections after 1ms: route, gateway(listen tcp 198.18.0.1:7222: bind: "
        "address already in use)");
  CHECK(health("JetStream stream 'ACME > ORDERS' is not current") ==
        "JetStream stream 'text-1' is not current");
  CHECK(health("lookup nats.example.org: no such host") == "lookup host-2: no such host");
  CHECK(health("n1 of paris at boxen; it's 0.9s late") == "server-1 of cluster-1 at host-1; it's 0.9s late");
  CHECK(health("open /data/js/x.blk: denied") == "open text-1: denied");
}

TEST_CASE("a failure is told without its host, in the same class") {
  Snapshot failed;
  failed.target = "n1";
  failed.failure = FetchFailure{FailureClass::refused, "Failed to connect to 10.0.0.7 port 8222 after 0 ms"};
  const auto told = redacted({failed}).front();
  CHECK(told.target == "target-1");
  CHECK(told.failure->failure == FailureClass::refused);
  CHECK(told.failure->text == "Failed to connect to 198.18.0.1 port 8222 after 0 ms");
}

TEST_CASE("what stands under a harmless key is replaced if it is not what belongs there") {
  CHECK(redacted(R"({"version": "<b>me@example.org</b>"})")["version"] == "text-1");
  CHECK(redacted(R"({"uptime": "3d4h", "rtt": "198µs"})") ==
        nlohmann::json{{"uptime", "3d4h"}, {"rtt", "198µs"}});
}

TEST_CASE("a body that is no JSON, or one that only does harm, is left out") {
  const std::string deep = std::string(100'000, '[') + "\"secret\"" + std::string(100'000, ']');
  for (const std::string& body :
       {std::string("<html>n1.example.org"), std::string(R"({"server_name": "n1)"), deep}) {
    const auto left = *redacted({answer("n1", Endpoint::varz, body)}).front().body;
    CHECK(left == std::to_string(body.size()) + " bytes that are no JSON\n");
  }
  CHECK(redacted({answer("n1", Endpoint::varz, "")}).front().body->empty());
}

TEST_CASE("hosts that tell nothing stay, and case does not make two of one") {
  const Aliases none;
  HostAliases hosts(none);
  for (const char* host : {"", "0.0.0.0", "::", "::1", "127.0.0.1", "localhost"})
    CHECK(hosts.host(host) == host);
  CHECK(hosts.address("nats://N1.Example.org:4222/path") == "nats://host-1:4222");
  CHECK(hosts.address("n1.example.org") == "host-1");
  CHECK(hosts.address("fe80::1%eth0") == "2001:db8::0:1");
  CHECK(hosts.address("[fe80::1%eth0]:80") == "[2001:db8::0:1]:80");
  CHECK(hosts.is_address("10.0.0.1:4222"));
  CHECK_FALSE(hosts.is_address("0.9s"));
  CHECK_FALSE(hosts.is_address("after"));
}

TEST_CASE("a redacted slice is whole, and the same broke in it") {
  store::TemporaryFolder folder;
  const auto store = folder.path() / "history.db", slice = folder.path() / "slice.db";
  testing::FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
  {
    Deployment deployment{
        10s, {{"a1", "http://a1.example.org:8222", ""}}, {{"east", {"a1", "a2", "a3"}, {"a0"}}}};
    Recorder recorder = Recorder::open(store);
    for (int i = 0; i < 150; ++i) {
      if (i == 80) mesh.cut("a1", "a2");
      if (i == 90) mesh.connect("a1", "a2");
      if (i == 100) mesh.die("b1", testing::FakeMesh::Reach::silent);
      if (i == 110) mesh["a3"].health = "JetStream stream 'ACME > ORDERS' is not current";
      mesh.epoch_after(10s);
      recorder.record(mesh.snapshot(), deployment);
    }
  }
  const auto told = [](const std::filesystem::path& file) {
    const auto recording = Recording::open(file);
    Decoder decoder;
    Replay story;
    for (const auto& info : recording.epochs()) {
      const Deployment deployment = recording.deployment(*info.deployment);
      story.step(info, observe(recording.epoch(info.number), decoder), &deployment);
    }
    std::vector<std::string> out;
    for (const auto& finding : assemble(story, {"id", "test.db", 0}, {}).findings)
      out.push_back(std::string(natsrec::info(finding.kind).name) + format_time(finding.began.by) +
                    (finding.ended ? format_time(finding.ended->by) : "") +
                    std::string(name(finding.severity)));
    return out;
  };
  const auto newest = Recording::open(store).newest(1).front();
  const auto done = cut(store, slice, newest.started - 24h, newest.ended, 24h, true);
  CHECK(done.epochs == 150);
  CHECK(verify(slice, false).damage.empty());
  CHECK(told(slice).size() > 3);
  CHECK(told(slice) == told(store));
  const auto recording = Recording::open(slice);
  for (const auto& info : recording.epochs()) {
    CHECK_FALSE(contains(recording.deployment_text(*info.deployment), "a1"));
    for (const auto& snapshot : recording.epoch(info.number).snapshots) {
      CHECK((snapshot.target.starts_with("server-") || snapshot.target.starts_with("target-")));
      for (const char* name : {"\"east\"", "\"west\"", "\"a1\"", "\"b2\"", "ORDERS", "10.0.0.1"})
        if (snapshot.body) CHECK_FALSE(contains(*snapshot.body, name));
    }
  }
}
