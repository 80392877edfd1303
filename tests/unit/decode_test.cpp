#include "analyzer/decode/decoder.hpp"
#include "tests/unit/test.hpp"

#include <fstream>
#include <sstream>

using namespace natsrec;

namespace {

std::string read(const std::string& path) {
  std::ifstream in(std::string(SOURCE_DIR) +
                   "/samples/captures/supercluster-2.9.10/20261121T052415.689481Z/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::string varz =
    R"({"server_id":"N1","server_name":"a1","start":"2026-01-01T00:00:00Z","now":"2026-01-01T00:01:00Z"})";

}  // namespace

TEST_CASE("varz of a real 2.9.10 is understood") {
  Decoder decoder;
  const auto decoded = decoder.varz(read("west1/varz.json"));
  REQUIRE(decoded.value);
  CHECK(decoded.value->server_name == "west-n1");
  CHECK(decoded.value->cluster == "west");
  REQUIRE(decoded.value->gateways.size() == 1);
  CHECK(decoded.value->gateways[0].name == "east");
  CHECK(decoded.value->gateways[0].urls ==
        std::vector<Interned>{"127.0.0.1:24301", "127.0.0.1:24302", "127.0.0.1:24303"});
  CHECK(decoded.value->route_urls ==
        std::vector<Interned>{"127.0.0.1:25201", "127.0.0.1:25202", "127.0.0.1:25203"});
  CHECK_FALSE(decoded.value->pool_size);
  CHECK(decoded.value->system_account == "SYS");
  CHECK(decoded.value->meta->leader == "east-n1");
  CHECK(decoded.value->meta->cluster_size == 6);
  CHECK(format_time(decoded.value->start) == "2026-11-21T05:23:44.563718Z");
}

TEST_CASE("what newer servers tell of certificates, pools and lost connections is understood") {
  Decoder decoder;
  const auto decoded = decoder.varz(R"({"server_id":"N1","start":"2026-01-01T00:00:00Z",
    "now":"2026-01-01T00:00:01Z","tls_cert_not_after":"2026-02-01T00:00:00Z",
    "cluster":{"name":"east","pool_size":3,"tls_cert_not_after":"2026-03-01T00:00:00Z"},
    "slow_consumer_stats":{"clients":1,"routes":2,"gateways":3,"leafs":4},
    "stale_connection_stats":{"routes":5},
    "jetstream":{"config":{},"meta":{"leader":"a1","cluster_size":3,
      "replicas":[{"name":"a3","offline":true},{"name":"a2","current":true}]}}})");
  REQUIRE(decoded.value);
  const auto& found = *decoded.value;
  CHECK(found.pool_size == 3);
  REQUIRE(found.certificates.size() == 2);
  CHECK(found.certificates[0].listener.empty());
  CHECK(found.certificates[1].listener == "cluster");
  CHECK(format_time(found.certificates[1].not_after) == "2026-03-01T00:00:00.000000Z");
  CHECK(found.slow_consumers->routes == 2);
  CHECK(found.stale_connections->routes == 5);
  CHECK(found.meta->offline == std::vector<std::string>{"a3"});
}

TEST_CASE("leafz is understood, with leafnodes and without") {
  Decoder decoder;
  const auto none = decoder.leafz(read("west1/leafz.json"));
  REQUIRE(none.value);
  CHECK(none.value->leafs.empty());
  const auto one = decoder.leafz(R"({"server_id":"N1","now":"2026-01-01T00:00:00Z","leafnodes":1,
    "leafs":[{"id":7,"name":"edge","account":"$G","ip":"127.0.0.1","port":4000}]})");
  REQUIRE(one.value);
  REQUIRE(one.value->leafs.size() == 1);
  CHECK(one.value->leafs[0].name == "edge");
  CHECK(one.value->leafs[0].cid == 7U);
}

TEST_CASE("routez and gatewayz of a real 2.9.10 are understood") {
  Decoder decoder;
  const auto routez = decoder.routez(read("west1/routez.json"));
  REQUIRE(routez.value);
  REQUIRE(routez.value->routes.size() == 2);
  CHECK(routez.value->routes[0].rid == 9);
  CHECK(routez.value->routes[0].rtt == std::chrono::microseconds(317));
  const auto gatewayz = decoder.gatewayz(read("west1/gatewayz.json"));
  REQUIRE(gatewayz.value);
  CHECK(gatewayz.value->outbound.at("east").connection.cid == 12);
  CHECK(gatewayz.value->outbound.at("east").configured);
  CHECK(gatewayz.value->inbound.at("east").size() == 1);
}

TEST_CASE("a body that is not what the endpoint answers says nothing") {
  Decoder decoder;
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& body :
       {std::string(), std::string("<html></html>"), std::string("[]"), std::string("null"),
        std::string("{}"), varz.substr(0, varz.size() - 1), varz + "x", deep,
        std::string("{\"server_id\":\"\xff\"}"), std::string(R"({"server_id":7})"),
        std::string(R"({"server_id":"N1","now":"yesterday","start":"now"})")}) {
    CHECK_FALSE(decoder.varz(body).value);
    CHECK_FALSE(decoder.varz(body).problem.empty());
    CHECK_FALSE(decoder.routez(body).value);
    CHECK_FALSE(decoder.gatewayz(body).value);
    CHECK_FALSE(decoder.healthz(body).value);
  }
  CHECK(decoder.varz(varz).value);
}

// /routez is read On-Demand, which looks at what it is asked for only.
TEST_CASE("a part of a routez, and one with something behind it, say nothing") {
  Decoder decoder;
  auto routez = read("west1/routez.json");
  routez.erase(routez.find_last_not_of(" \n") + 1);
  REQUIRE(decoder.routez(routez).value);
  for (std::size_t length = 0; length < routez.size(); ++length) {
    INFO(length);
    const auto torso = decoder.routez(std::string_view(routez).substr(0, length));
    CHECK_FALSE(torso.value);
    CHECK_FALSE(torso.problem.empty());
  }
  for (const auto* behind : {"{}", ",", "]", "}", "1", "\xff"})
    CHECK_FALSE(decoder.routez(routez + behind).value);
  CHECK(decoder.routez(routez + " \n").value);
}

TEST_CASE("a route is read whatever the order of its members, and what is odd in it says nothing") {
  Decoder decoder;
  const auto body = [](const std::string& route) {
    return R"({"now":"2026-01-01T00:01:00Z","routes":[)" + route + R"(],"server_id":"N1","more":{"a":[1]}})";
  };
  const std::string whole =
      R"({"rtt":"1.5ms","extra":[{"rid":9}],"start":"2026-01-01T00:00:00Z","remote_name":"caf\u00e9","account":null,)"
      R"("port":70000,"remote_id":"N2","rid":7})";
  const auto decoded = decoder.routez(body(whole));
  REQUIRE(decoded.value);
  REQUIRE(decoded.value->routes.size() == 1);
  const auto& route = decoded.value->routes.front();
  CHECK(route.rid == 7);
  CHECK(route.rtt == std::chrono::microseconds(1500));
  CHECK(route.remote_name == "caf\u00e9");
  CHECK(route.account.empty());
  CHECK(route.port == 0);
  CHECK(decoder.routez(body("")).value->routes.empty());
  for (const auto* odd :
       {R"({"start":"2026-01-01T00:00:00Z"})", R"({"remote_id":"N2"})", "7", "null", "{}",
        R"({"remote_id":"N2","start":"2026-01-01T00:00:00Z","rid":"7"})",
        R"({"remote_id":"N2","start":"2026-01-01T00:00:00Z","rid":1.5})",
        R"({"remote_id":7,"start":"2026-01-01T00:00:00Z"})", R"({"remote_id":"N2","start":"soon"})",
        R"({"remote_id":"N2" "start":"2026-01-01T00:00:00Z"})"}) {
    INFO(odd);
    CHECK_FALSE(decoder.routez(body(odd)).value);
  }
}

TEST_CASE("a server that had no time to look at its listeners says nothing") {
  Decoder decoder;
  const auto said = [&](const std::string& text) {
    return decoder.healthz(R"({"status":"error","error":")" + text + "\"}").value.has_value();
  };
  CHECK_FALSE(said("failed to be ready for connections after 1ms: "));
  CHECK(said("failed to be ready for connections after 1ms: route"));
  CHECK(said("failed to be ready for connections after 1ms: startup did not complete"));
}

TEST_CASE("healthz is classified by type if there is one, else by text") {
  Decoder decoder;
  const auto problem = [&](const std::string& body) {
    const auto decoded = decoder.healthz(body);
    REQUIRE(decoded.value);
    REQUIRE(decoded.value->errors.size() == 1);
    return decoded.value->errors[0].problem;
  };
  const auto plain = [&](const std::string& text) {
    return problem(R"({"status":"unavailable","error":")" + text + "\"}");
  };
  CHECK(plain("failed to be ready for connections after 1ms: route") == HealthProblem::readiness);
  CHECK(plain("JetStream has not established contact with a meta leader") == HealthProblem::jetstream);
  CHECK(plain("JetStream stream 'A > B' is not current") == HealthProblem::asset);
  CHECK(plain("something else") == HealthProblem::other);
  CHECK(problem(R"({"status":"error","errors":[{"type":"CONNECTION","error":"x"}]})") ==
        HealthProblem::readiness);
  CHECK(problem(R"({"status":"error","errors":[{"type":"STREAM","error":"x"}]})") == HealthProblem::asset);
  CHECK(decoder.healthz(R"({"status":"ok"})").value->ok);
}

TEST_CASE("the listeners a complaint names are read, whatever order and brackets they have") {
  using Names = std::vector<std::string>;
  CHECK(listeners_not_ready("failed to be ready for connections after 1ms: server") == Names{"server"});
  CHECK(listeners_not_ready(
            "failed to be ready for connections after 1ms: route, leafNode, gateway(listen tcp :7222: "
            "bind: address already in use)") == Names{"gateway", "leafnode", "route"});
  CHECK(listeners_not_ready("JetStream not enabled").empty());
}
