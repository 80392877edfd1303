#include "analyzer/decode/known.hpp"

#include "analyzer/decode/decoder.hpp"
#include "tests/unit/test.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace natsrec;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The capture was printed by another program since, with four spaces and escapes where servers print two and
/// none.
std::string as_servers_print(const std::string& body) {
  std::string out;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line); out += "\n") {
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    out += line.substr(indent / 2);
    if (const auto escape = out.find("\\u00b5"); escape != std::string::npos) out.replace(escape, 6, "µ");
  }
  if (!out.empty()) out.pop_back();
  return out;
}

const fs::path captures = fs::path(SOURCE_DIR) / "samples/captures/supercluster-2.9.10";

std::vector<fs::path> inside(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// How one endpoint is read by the parser, as bodies of any servers are.
template <class T>
struct Reading {
  const char* file;
  Decoded<T> (Decoder::*parse)(std::string_view);
};
const Reading<Varz> varz{"varz.json", &Decoder::varz};
const Reading<Routez> routez{"routez.json", &Decoder::routez};
const Reading<Gatewayz> gatewayz{"gatewayz.json", &Decoder::gatewayz};

template <class T>
T parsed(const Reading<T>& reading, const std::string& body) {
  Decoder decoder;
  const auto decoded = (decoder.*reading.parse)(body);
  REQUIRE(decoded.value);
  return *decoded.value;
}

template <class T>
Known<T> learned(const Reading<T>& reading, const std::string& body) {
  Known<T> known;
  known.learn(body, parsed(reading, body));
  return known;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// A route of pooled connections, as 2.10 and later print one.
std::string route(int rid, const std::string& remote, const std::string& rest) {
  return R"(    {
      "rid": )" +
         std::to_string(rid) + R"(,
      "remote_id": ")" +
         remote + R"(",
      "remote_name": "a2",
      "did_solicit": true,
      "is_configured": false,
      "ip": "10.0.0.2",
      "port": 6222,
      "start": "2026-01-01T00:00:00Z",
      "last_activity": "2026-01-01T00:00:01.5Z",
      "rtt": "331µs",
      "uptime": "1m2s",
      "idle": "0s",
      )" +
         rest + R"(
    })";
}
std::string routes(const std::vector<std::string>& all) {
  std::string body = R"({
  "server_id": "N1",
  "server_name": "a1",
  "now": "2026-01-01T00:01:00Z",
  "num_routes": 3,
  "routes": [
)";
  for (const auto& one : all) body += (&one == &all.front() ? "" : ",\n") + one;
  return body + "\n  ]\n}";
}
const auto counters = R"("pending_size": 0,
      "in_msgs": 515254,
      "out_msgs": 560460,
      "in_bytes": 549706919,
      "out_bytes": 597828183,
      "subscriptions": 302,
      "account": "$SYS",
      "compression": "off")"s;
const auto other_counters = R"("pending_size": 17,
      "in_msgs": 9223372036854775807,
      "out_msgs": 0,
      "in_bytes": 1,
      "out_bytes": 2,
      "subscriptions": 0,
      "account": "$SYS",
      "compression": "off")"s;

/// Bytes of a body replaced, left out and put in, one at a time: whatever is known of it is what the parser
/// reads, and what the parser refuses is not known.
template <class T>
int known_in_spite_of_a_change(const Reading<T>& reading, const std::string& body) {
  const auto known = learned(reading, body);
  Decoder decoder;
  int still_known = 0;
  const auto check = [&](const std::string& changed) {
    const auto value = known.read(changed);
    if (!value) return;
    ++still_known;
    const auto expected = (decoder.*reading.parse)(changed);
    INFO(changed);
    REQUIRE(expected.value);
    REQUIRE(*value == *expected.value);
  };
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (const char byte : "\"\\,.:-+0e9x \n\t{}[]\x80\xc2\x7f") {
      auto changed = body;
      changed[at] = byte;
      check(changed);
      changed = body;
      check(changed.insert(at, 1, byte));
    }
    auto changed = body;
    check(changed.erase(at, 1));
    check(body.substr(0, at));
  }
  return still_known;
}

}  // namespace

TEST_CASE("a server's bodies mean what a parser reads in them, whatever was read before") {
  const auto check = [](const auto& reading, int expected) {
    int known = 0;
    for (const auto& target : inside(inside(captures).front())) {
      LastBodies last;
      Decoder following;
      following.follow(&last);
      std::string before;
      for (const auto& epoch : inside(captures)) {
        const auto path = epoch / target.filename() / reading.file;
        if (!fs::exists(path)) continue;
        const auto body = as_servers_print(read_file(path));
        Decoder alone;
        const auto one = (alone.*reading.parse)(body);
        const auto other = (following.*reading.parse)(body);
        INFO(path);
        CHECK(one.value == other.value);
        CHECK(one.problem == other.problem);
        if (one.value && !before.empty() && learned(reading, before).read(body)) ++known;
        before = one.value ? body : "";
      }
    }
    CHECK(known >= expected);
  };
  check(varz, 1);
  check(routez, 1);
  check(gatewayz, 1);
}

TEST_CASE("routes are known again in another order, with other counters") {
  const auto known =
      learned(routez, routes({route(4, "N2", counters), route(5, "N2", counters), route(6, "N3", counters)}));
  const auto body =
      routes({route(6, "N3", other_counters), route(4, "N2", counters), route(5, "N2", other_counters)});
  const auto value = known.read(body);
  REQUIRE(value);
  CHECK(*value == parsed(routez, body));
  CHECK(value->routes[0].in_msgs == 9223372036854775807);
  CHECK(value->routes[0].index == 0);
}

TEST_CASE("what was not there before is not known") {
  const auto known = learned(routez, routes({route(4, "N2", counters), route(5, "N2", counters)}));
  CHECK(known.read(routes({route(5, "N2", counters)})));
  CHECK_FALSE(known.read(routes({route(5, "N2", counters), route(7, "N2", counters)})));
  CHECK_FALSE(known.read(replaced(routes({route(5, "N2", counters)}), "10.0.0.2", "10.0.0.3")));
  CHECK_FALSE(known.read(replaced(routes({route(5, "N2", counters)}), "$SYS", "A")));
  CHECK_FALSE(learned(routez, routes({route(5, "N2", counters), route(5, "N2", other_counters)}))
                  .read(routes({route(5, "N2", counters)})));  // which of the two it is, is not told
}

TEST_CASE("many routes are known again") {
  std::vector<std::string> all;
  for (int rid = 1; rid <= 300; ++rid) all.push_back(route(rid, "N2", counters));
  const auto known = learned(routez, routes(all));
  std::reverse(all.begin(), all.end());
  CHECK(known.read(routes(all)) == parsed(routez, routes(all)));
}

TEST_CASE("values that are no plain ones are left to the parser") {
  const auto body = routes({route(4, "N2", counters)});
  const auto known = learned(routez, body);
  CHECK(known.read(body));
  for (const auto* odd : {"5e3", "05", "-", "1.", "null", "\"5\"", "9223372036854775808", "5.5", "{}", ""}) {
    INFO(odd);
    CHECK_FALSE(known.read(replaced(body, "515254", odd)));
  }
  CHECK(known.read(replaced(body, "515254", "-5")));
  CHECK(known.read(replaced(body, "549706919", "5.5")));  // nobody reads it
  for (const auto* odd : {"33\\u0031us", "ä", "331\xb5s", "3\n"})
    CHECK_FALSE(known.read(replaced(body, "331µs", odd)));
  CHECK(known.read(replaced(body, "331µs", ""))->routes[0].rtt == std::nullopt);
}

TEST_CASE("a body in which any byte is another is read as the parser reads it, or left to it") {
  CHECK(known_in_spite_of_a_change(routez, routes({route(4, "N2", counters), route(5, "N2", counters)})) >
        100);
  const auto east1 = inside(captures).front() / "east1";
  CHECK(known_in_spite_of_a_change(varz, as_servers_print(read_file(east1 / "varz.json"))) > 100);
  CHECK(known_in_spite_of_a_change(gatewayz, as_servers_print(read_file(east1 / "gatewayz.json"))) > 100);
}

TEST_CASE("what looks like an entry's value outside of one is nobody's") {
  const auto body =
      replaced(routes({route(4, "N2", counters)}), R"(  "num_routes": 3,)", "      \"rtt\": \"5s\",");
  CHECK(*learned(routez, body).read(body) == parsed(routez, body));
  const auto gateways = R"({
  "server_id": "N1",
  "now": "2026-01-01T00:01:00Z",
        "rtt": "5s",
          "pending_bytes": 5,
  "outbound_gateways": {},
  "inbound_gateways": {}
})"s;
  CHECK(*learned(gatewayz, gateways).read(gateways) == parsed(gatewayz, gateways));
}

TEST_CASE("nothing is learned of a body that means something else to the parser") {
  const auto twice = R"({
  "server_id": "N1",
  "start": "2026-01-01T00:00:00Z",
  "now": "2026-01-01T00:01:00Z",
  "connections": 1,
  "connections": 2
})"s;
  CHECK_FALSE(learned(varz, twice).read(twice));

  // Of two routes one is on a line, and the other has what looks like one inside.
  auto nested = replaced(route(5, "N3", counters), R"(      "idle": "0s",)", R"(      "idle": "0s",
      "nested": [
    {
      "rtt": "1s"
    }
      ],)");
  auto flat = route(4, "N2", counters);
  std::erase(flat, '\n');
  const auto odd = routes({flat, nested});
  CHECK(parsed(routez, odd).routes.size() == 2);
  CHECK_FALSE(learned(routez, odd).read(odd));
}
