#include "collector/http_fetcher.hpp"

#include "tests/unit/stub_server.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

/// Each look at it is a microsecond later, so that the order of events is in the times.
class TickingClock : public Clock {
 public:
  Time now() const override { return Time{Duration{++ticks_}}; }
  Wake wait(Duration) override { return Wake::time; }

 private:
  mutable std::int64_t ticks_ = 0;
};

const FetchOptions patient{
    {Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz}, 20s, 60s, 1 << 20};

/// Where something has to come in before the time is up, also on a machine that is out of breath.
constexpr auto enough = 500ms;

FetchOptions only_varz() {
  FetchOptions options = patient;
  options.endpoints = {Endpoint::varz};
  return options;
}

std::vector<Snapshot> fetch(const std::string& url, const FetchOptions& options = patient) {
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  return fetcher.fetch({make_target(url, "a")}, options);
}

Snapshot varz(const std::string& url, FetchOptions options = only_varz()) {
  const auto snapshots = fetch(url, options);
  REQUIRE(snapshots.size() == 1);
  return snapshots[0];
}

Snapshot varz_of(const Reply& reply, const FetchOptions& options = only_varz()) {
  StubServer server{[&](const std::string&) { return reply; }};
  return varz(server.url(), options);
}

std::optional<FailureClass> failure_of(const Snapshot& snapshot) {
  return snapshot.failure ? std::optional{snapshot.failure->failure} : std::nullopt;
}

}  // namespace

TEST_CASE("every endpoint is asked, in order, healthz with details") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  const auto snapshots = fetch(server.url());
  CHECK(server.paths() == std::vector<std::string>{"/varz", "/routez", "/gatewayz", "/healthz?details=true"});
  REQUIRE(snapshots.size() == 4);
  for (const Snapshot& snapshot : snapshots) {
    CHECK(snapshot.target == "a");
    CHECK(snapshot.status == 200);
    CHECK(snapshot.body == "{}");
    CHECK_FALSE(snapshot.failure);
  }
}

TEST_CASE("a request says who asks, and asks for no compression") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  fetch(server.url(), only_varz());
  const std::string request = server.requests().at(0);
  CHECK_THAT(request, Catch::Contains("User-Agent: nats-recorder/" NATSREC_VERSION "\r\n"));
  CHECK_THAT(request, !Catch::Contains("Accept-Encoding", Catch::CaseSensitive::No));
  CHECK_THAT(request, !Catch::Contains("Authorization", Catch::CaseSensitive::No));
}

TEST_CASE("a base path is honoured") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  fetch(server.url() + "/nats/a1/");
  CHECK(server.paths().at(0) == "/nats/a1/varz");
  CHECK(server.paths().at(3) == "/nats/a1/healthz?details=true");
}

TEST_CASE("credentials of the URL are sent") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  fetch("http://me:secret@127.0.0.1:" + std::to_string(server.port()), only_varz());
  CHECK_THAT(server.requests().at(0), Catch::Contains("Authorization: Basic bWU6c2VjcmV0\r\n"));
}

TEST_CASE("a server has one connection, also in later fetches") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  for (int i = 0; i < 3; ++i) fetcher.fetch({make_target(server.url())}, patient);
  CHECK(server.requests().size() == 12);
  CHECK(server.connections() == 1);
}

TEST_CASE("the last fetch lets go of a server, and not before it has told all") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  FetchOptions options = patient;
  options.last = true;
  for (const int connections : {1, 2}) {
    fetcher.fetch({make_target(server.url())}, options);
    CHECK(server.connections() == connections);
  }
}

TEST_CASE("what is asked late has less time, but never by more than a tenth") {
  CHECK(patience_when(0ms, 5s) == 5s);
  CHECK(patience_when(120ms, 5s) == 4880ms);
  CHECK(patience_when(3s, 5s) == 4500ms);
}

TEST_CASE("a crowd is asked whole, and over the same connections in later fetches") {
  // A server for each: what is done could leave its connection to another that is the same server's.
  std::deque<StubServer> servers;
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  std::vector<Target> crowd;
  for (int i = 0; i < 200; ++i) {
    servers.emplace_back([](const std::string&) { return http("{}"); });
    crowd.push_back(make_target(servers.back().url()));
  }
  for (int round = 0; round < 3; ++round) {
    const auto snapshots = fetcher.fetch(crowd, patient);
    CHECK(snapshots.size() == 4 * crowd.size());
    CHECK(std::none_of(snapshots.begin(), snapshots.end(), [](const auto& each) { return each.failure; }));
    CHECK(std::all_of(servers.begin(), servers.end(),
                      [](const auto& each) { return each.connections() == 1; }));
  }
}

TEST_CASE("a server is asked one thing at a time, and the times tell") {
  StubServer server{[](const std::string&) { return http("{}"); }};
  const auto snapshots = fetch(server.url());
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    CHECK(snapshots[i].asked.value() < snapshots[i].answered.value());
    if (i > 0) CHECK(snapshots[i - 1].answered.value() < snapshots[i].asked.value());
  }
}

TEST_CASE("targets are asked at the same time") {
  StubServer slow{[](const std::string&) { return Reply{"", Reply::hang}; }};
  StubServer quick{[](const std::string&) { return http("{}"); }};
  FetchOptions options = only_varz();
  options.timeout = 200ms;
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  const auto snapshots = fetcher.fetch({make_target(slow.url()), make_target(quick.url())}, options);
  REQUIRE(snapshots.size() == 2);
  CHECK(failure_of(snapshots[0]) == FailureClass::timeout);
  CHECK(snapshots[1].body == "{}");
  CHECK(snapshots[1].asked.value() < snapshots[0].answered.value());
}

TEST_CASE("an answer of any status is an answer") {
  const Snapshot snapshot = varz_of(http(R"({"status":"unavailable"})", "503 Service Unavailable"));
  CHECK(snapshot.status == 503);
  CHECK(snapshot.body == R"({"status":"unavailable"})");
  CHECK_FALSE(snapshot.failure);
}

TEST_CASE("an answer of any content is an answer") {
  const Snapshot html = varz_of(http("<html>", "200 OK", "Content-Type: text/html\r\n"));
  CHECK(html.body == "<html>");
  CHECK_FALSE(html.failure);
  const std::string bytes{"\0\xff\r\n\r\n", 6};
  CHECK((varz_of(http(bytes)).body == bytes));
  CHECK(varz_of(http("")).body == "");
}

TEST_CASE("a body without length ends with its connection") {
  const Snapshot snapshot = varz_of({"HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", Reply::close});
  CHECK(snapshot.body == "{\"a\":1}");
  CHECK_FALSE(snapshot.failure);
}

TEST_CASE("where nobody listens every endpoint is refused") {
  const auto snapshots = fetch("http://127.0.0.1:" + std::to_string(closed_port()));
  REQUIRE(snapshots.size() == 4);
  for (const Snapshot& snapshot : snapshots) {
    CHECK(failure_of(snapshot) == FailureClass::refused);
    CHECK_THAT(snapshot.failure->text, Catch::Contains("Connection refused"));
    CHECK_FALSE(snapshot.status);
    CHECK_FALSE(snapshot.body);
    CHECK(snapshot.asked.value() < snapshot.answered.value());
  }
}

TEST_CASE("a server that accepts and never answers is asked once, and that stands for all its endpoints") {
  StubServer server{[](const std::string&) { return Reply{"", Reply::hang}; }};
  FetchOptions options = patient;
  options.timeout = 80ms;
  const auto snapshots = fetch(server.url(), options);
  REQUIRE(snapshots.size() == 4);
  for (const Snapshot& snapshot : snapshots) CHECK(failure_of(snapshot) == FailureClass::timeout);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a server that answered and let one request time out gets less time for the others") {
  StubServer server{[](const std::string& request) {
    return request.starts_with("GET /varz") ? http("{}") : Reply{"", Reply::hang};
  }};
  FetchOptions options = patient;
  options.endpoints = {Endpoint::varz, Endpoint::routez, Endpoint::gatewayz};
  options.timeout = 400ms;
  const auto milliseconds = [](const Snapshot& snapshot) {
    const std::string prefix = "Operation timed out after ";
    REQUIRE_THAT(snapshot.failure->text, Catch::StartsWith(prefix));
    return std::stoi(snapshot.failure->text.substr(prefix.size()));
  };
  const auto snapshots = fetch(server.url(), options);
  CHECK(milliseconds(snapshots[2]) < milliseconds(snapshots[1]));
}

TEST_CASE("a host that cannot be reached is tried once, and that stands for all its endpoints") {
  FullServer server;
  FetchOptions options = patient;
  options.timeout = 150ms;
  const auto snapshots = fetch(server.url(), options);
  REQUIRE(snapshots.size() == 4);
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    CHECK(snapshots[i].endpoint == patient.endpoints[i]);
    CHECK(failure_of(snapshots[i]) == FailureClass::timeout);
    CHECK(snapshots[i].asked == snapshots[0].asked);
    CHECK(snapshots[i].answered == snapshots[0].answered);
  }
}

TEST_CASE("a name that does not resolve is tried once") {
  FetchOptions options = patient;
  options.timeout = 300ms;  // where the resolver itself does not answer
  const auto snapshots = fetch("http://no-such-host.invalid:8222", options);
  REQUIRE(snapshots.size() == 4);
  for (const Snapshot& snapshot : snapshots) CHECK(failure_of(snapshot) == FailureClass::dns);
}

TEST_CASE("a connection that closes without an answer is reset") {
  const Snapshot snapshot = varz_of({"", Reply::close});
  CHECK(failure_of(snapshot) == FailureClass::reset);
  CHECK_FALSE(snapshot.body);
}

TEST_CASE("of a body that is cut what came is kept") {
  const Snapshot snapshot = varz_of({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"serv", Reply::close});
  CHECK(failure_of(snapshot) == FailureClass::truncated);
  CHECK(snapshot.status == 200);
  CHECK(snapshot.body == "{\"serv");
}

TEST_CASE("of a body that stalls what came is kept") {
  FetchOptions options = only_varz();
  options.timeout = enough;
  const Snapshot snapshot =
      varz_of({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"serv", Reply::hang}, options);
  CHECK(failure_of(snapshot) == FailureClass::timeout);
  CHECK(snapshot.body == "{\"serv");
}

TEST_CASE("a body is cut at the cap") {
  FetchOptions options = only_varz();
  options.max_body = 100'000;
  const Snapshot endless = varz_of({"HTTP/1.1 200 OK\r\n\r\n", Reply::endless}, options);
  CHECK(failure_of(endless) == FailureClass::too_large);
  CHECK(endless.body->size() == 100'000);
  CHECK_FALSE(varz_of(http(std::string(100'000, 'x')), options).failure);
  CHECK(failure_of(varz_of(http(std::string(100'001, 'x')), options)) == FailureClass::too_large);
}

TEST_CASE("of a body that is too large no more than the beginning is kept") {
  FetchOptions options = only_varz();
  options.max_body = 3u << 20;
  const Snapshot endless = varz_of({"HTTP/1.1 200 OK\r\n\r\n", Reply::endless}, options);
  CHECK(failure_of(endless) == FailureClass::too_large);
  CHECK(endless.failure->text == "more than 3145728 bytes; the rest was not read");
  CHECK(endless.body->size() == 1u << 20);
}

TEST_CASE("bodies that take too much together are cut, and not those of a usual size") {
  FetchOptions options = patient;
  options.max_body = 2u << 20;
  const std::string large(1'500'000, 'x'), usual(900'000, 'x');
  StubServer talker{[&](const std::string&) { return http(large); }};
  StubServer other{[&](const std::string&) { return http(usual); }};
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  const auto first = fetcher.fetch({make_target(talker.url(), "talker")}, options);
  CHECK_FALSE(first[1].failure);
  for (const std::size_t late : {2u, 3u}) {
    CHECK(failure_of(first[late]) == FailureClass::too_large);
    CHECK_THAT(first[late].failure->text,
               Catch::StartsWith("more than 1048576 bytes, where the whole epoch"));
    CHECK(first[late].body->size() == 1u << 20);
  }
  const auto both =
      fetcher.fetch({make_target(talker.url(), "talker"), make_target(other.url(), "other")}, options);
  for (const Snapshot& snapshot : both)
    if (snapshot.target == "other") CHECK(snapshot.body == usual);
}

TEST_CASE("an answer that is no HTTP is a failure of that class") {
  const Snapshot snapshot = varz_of({"INFO {\"server_id\":\"NAAA\"}\r\n", Reply::close});
  CHECK(failure_of(snapshot) == FailureClass::http);
  CHECK_FALSE(snapshot.body);
}

TEST_CASE("a server that speaks HTTP/2 only is a failure of that class") {
  const std::string settings{"\0\0\0\x04\0\0\0\0\0", 9};
  const Snapshot snapshot = varz_of({settings, Reply::close});
  CHECK(failure_of(snapshot) == FailureClass::http);
  CHECK_FALSE(snapshot.body);
}

TEST_CASE("HTTP/1.0 is understood") {
  const Snapshot snapshot = varz_of({"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n{}", Reply::close});
  CHECK(snapshot.body == "{}");
  CHECK_FALSE(snapshot.failure);
}

TEST_CASE("a body that comes byte by byte ends with the request's time") {
  FetchOptions options = only_varz();
  options.timeout = enough;
  const Snapshot snapshot = varz_of({"HTTP/1.1 200 OK\r\n\r\n", Reply::drip}, options);
  CHECK(failure_of(snapshot) == FailureClass::timeout);
  CHECK_THAT(snapshot.body.value(), Catch::StartsWith("xx"));
}

TEST_CASE("headers that come byte by byte end with the request's time") {
  FetchOptions options = only_varz();
  options.timeout = 150ms;
  const Snapshot snapshot = varz_of({"HTTP/1.1 200 OK\r\nX-Long: ", Reply::drip}, options);
  CHECK(failure_of(snapshot) == FailureClass::timeout);
}

TEST_CASE("headers without end are no HTTP") {
  CHECK(failure_of(varz_of({"HTTP/1.1 200 OK\r\nX-Long: ", Reply::endless})) == FailureClass::http);
}

TEST_CASE("a compressed body is kept as it came: none that swells can be sent") {
  // 1 GiB of zeros make 1 MB of these; what it holds does not matter, for it is never looked at.
  const std::string gzip{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10};
  const Snapshot snapshot = varz_of(http(gzip, "200 OK", "Content-Encoding: gzip\r\n"));
  CHECK((snapshot.body == gzip));
  CHECK_FALSE(snapshot.failure);
}

TEST_CASE("chunks that are none are no HTTP, and a chunk that is cut is truncated") {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Snapshot garbage = varz_of({head + "2\r\n{}\r\nxyz\r\n", Reply::close});
  CHECK(failure_of(garbage) == FailureClass::http);
  CHECK(garbage.body == "{}");
  const Snapshot cut = varz_of({head + "2\r\n{}\r\n99\r\n{\"a", Reply::close});
  CHECK(failure_of(cut) == FailureClass::truncated);
  CHECK(cut.body == "{}{\"a");
}

TEST_CASE("a length that is none is no HTTP") {
  for (const char* length : {"-5", "abc"}) {
    CAPTURE(length);
    const auto failure = failure_of(
        varz_of({fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{{}}", length), Reply::close}));
    CHECK(failure == FailureClass::http);
  }
}

TEST_CASE("a length beyond all numbers is none: the body ends with its connection") {
  const Snapshot snapshot =
      varz_of({"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}", Reply::close});
  CHECK(snapshot.body == "{}");
  CHECK_FALSE(snapshot.failure);
}

TEST_CASE("what comes after the announced length is not taken for the next answer") {
  StubServer server{[](const std::string& request) {
    if (request.starts_with("GET /varz"))
      return Reply{
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"};
    return http("{\"a\":1}");
  }};
  const auto snapshots = fetch(server.url());
  CHECK(snapshots[0].body == "{}");
  CHECK(snapshots[1].body == "{\"a\":1}");
}

TEST_CASE("a redirect to itself is asked once") {
  StubServer server{
      [](const std::string&) { return http("", "301 Moved Permanently", "Location: /varz\r\n"); }};
  CHECK(failure_of(varz(server.url())) == FailureClass::http);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a redirect is kept and not followed") {
  StubServer other{[](const std::string&) { return http("{}"); }};
  const Snapshot snapshot = varz_of(http("moved", "302 Found", "Location: " + other.url() + "/varz\r\n"));
  CHECK(failure_of(snapshot) == FailureClass::http);
  CHECK(snapshot.failure->text == "a redirect to " + other.url() + "/varz, not followed");
  CHECK(snapshot.status == 302);
  CHECK(snapshot.body == "moved");
  CHECK(other.connections() == 0);
}

TEST_CASE("what is not answered when the budget is used up says so") {
  StubServer server{[](const std::string& request) {
    return request.starts_with("GET /varz") ? http("{}") : Reply{"", Reply::hang};
  }};
  FetchOptions options = patient;
  options.budget = enough;
  const auto snapshots = fetch(server.url(), options);
  REQUIRE(snapshots.size() == 4);
  CHECK_FALSE(snapshots[0].failure);
  CHECK(snapshots[1].failure ==
        FetchFailure{FailureClass::over_budget, "no answer before the epoch's 0.5s were used up"});
  CHECK(snapshots[2].failure ==
        FetchFailure{FailureClass::over_budget, "not asked: the epoch's 0.5s were used up"});
  CHECK(failure_of(snapshots[3]) == FailureClass::over_budget);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("after a fetch that ran over budget the next one asks afresh") {
  std::atomic<bool> hang = true;
  StubServer server{[&](const std::string&) { return hang ? Reply{"", Reply::hang} : http("{}"); }};
  FetchOptions options = only_varz();
  options.budget = 50ms;
  const TickingClock clock;
  HttpFetcher fetcher{clock};
  CHECK(failure_of(fetcher.fetch({make_target(server.url())}, options).at(0)) == FailureClass::over_budget);
  hang = false;
  CHECK(fetcher.fetch({make_target(server.url())}, only_varz()).at(0).body == "{}");
}

TEST_CASE("a connection that the server closed meanwhile is replaced without a failure") {
  StubServer server{[](const std::string&) {
    Reply reply = http("{}");
    reply.then = Reply::close;
    return reply;
  }};
  for (const Snapshot& snapshot : fetch(server.url())) CHECK(snapshot.body == "{}");
  CHECK(server.connections() == 4);
}

TEST_CASE("no endpoints are no snapshots") {
  FetchOptions options = patient;
  options.endpoints.clear();
  CHECK(fetch("http://127.0.0.1:1", options).empty());
}
