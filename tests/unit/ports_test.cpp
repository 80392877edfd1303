#include "collector/ports.hpp"

#include "collector/port_prober.hpp"
#include "tests/unit/fakes.hpp"
#include "tests/unit/stub_server.hpp"
#include "tests/unit/test.hpp"

#include <nlohmann/json.hpp>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

nlohmann::json probed(const std::vector<Listener>& listeners) {
  const FakeClock clock;
  const auto snapshots = probe_ports({{"a1", listeners}}, 200ms, clock);
  REQUIRE(snapshots.size() == 1);
  CHECK(snapshots[0].target == "a1");
  CHECK(snapshots[0].endpoint == Endpoint::ports);
  CHECK_FALSE(snapshots[0].failure);
  return nlohmann::json::parse(snapshots[0].body.value());
}

int port_of_url(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

}  // namespace

TEST_CASE("ports are those that varz names, on the host that was asked where they listen on any") {
  const auto found = listeners_in(
      R"({"server_id":"N","host":"0.0.0.0","port":4222,"http_host":"0.0.0.0","http_port":8222,
          "cluster":{"name":"east","addr":"10.0.0.7","cluster_port":6222},"gateway":{"port":7222,"host":"::"}})",
      "n1.example.com");
  CHECK(found == std::vector<Listener>{{"client", "n1.example.com", 4222},
                                       {"route", "10.0.0.7", 6222},
                                       {"gateway", "n1.example.com", 7222}});
}

TEST_CASE("without a host only addresses count, and a loopback is the server's own") {
  const char* varz = R"({"host":"0.0.0.0","port":4222,"cluster":{"addr":"127.0.0.1","cluster_port":6222},
                         "gateway":{"host":"fd00::1","port":7222}})";
  CHECK(listeners_in(varz, "") == std::vector<Listener>{{"gateway", "fd00::1", 7222}});
  CHECK(listeners_in(varz, "127.0.0.2").size() == 3);
}

TEST_CASE("a varz that names no ports, or is none, has none") {
  for (const char* varz : {"", "[]", "{}", "<html>", R"({"host":7,"port":"4222","cluster":[],"gateway":{}})",
                           R"({"port":0,"cluster":{"cluster_port":65536}})", R"({"host":"a","port":422)"}) {
    CHECK(listeners_in(varz, "a").empty());
  }
  const std::string long_name(1u << 20, 'x');
  CHECK(listeners_in(R"({"host":")" + long_name + R"(","port":4222})", "a").empty());
}

TEST_CASE("what a body of ports tells is what it was made of") {
  const std::vector<Listener> listeners{{"client", "fd00::1", 4222}, {"gateway", "b\x01", 7222}};
  CHECK(listeners_before(ports_body({{listeners[0], 1ms, {}}, {listeners[1], 2ms, {}}})) == listeners);
  for (const char* body : {"", "[]", R"({"client":7})", R"({"client":{"host":"a","port":"1"}})"})
    CHECK(listeners_before(body).empty());
}

TEST_CASE("a listener, a closed port and a full one are told apart") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  FullServer full;
  const int closed = closed_port();
  const auto ports = probed({{"client", "127.0.0.1", server.port()},
                             {"route", "127.0.0.1", closed},
                             {"gateway", "127.0.0.1", port_of_url(full.url())}});
  CHECK(ports["client"]["connected"] == true);
  CHECK(ports["client"]["port"] == server.port());
  CHECK_FALSE(ports["client"].contains("failure"));
  CHECK(ports["route"]["connected"] == false);
  CHECK(ports["route"]["failure"] == "refused");
  CHECK(ports["gateway"]["failure"] == "timeout");
  CHECK(server.requests().empty());
}

TEST_CASE("a host that is none is told") {
  const auto ports = probed({{"client", "b\x01 c", 4222}, {"route", "no-such-host.invalid", 6222}});
  CHECK(ports["client"]["failure"] == "other");
  CHECK(ports["route"]["failure"] == "dns");
}

TEST_CASE("a target without ports has no snapshot") {
  const FakeClock clock;
  CHECK(probe_ports({{"a1", {}}}, 1s, clock).empty());
}
