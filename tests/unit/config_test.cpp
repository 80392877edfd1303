#include "collector/config.hpp"

#include "schema/codec.hpp"
#include "schema/command_line.hpp"
#include "schema/failure.hpp"
#include "schema/nearest.hpp"
#include "schema/size.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace std::chrono_literals;

namespace {
std::string complaint(std::string_view toml) {
  try {
    parse_config(toml, "c.toml");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::usage);
    const std::string sentence = failure.what();
    CHECK(sentence.find('\n') == std::string::npos);
    return sentence;
  }
  return "none";
}
}  // namespace

TEST_CASE("a configuration is read whole") {
  const Config config = parse_config(R"(
store = "/var/lib/history.db"
interval = "15s"
timeout = "2s"
budget = "8s"
jitter = "2s"
probe_ports = true
log_format = "json"
log_level = "warning"
max_body = "1 MiB"
endpoints = ["varz", "healthz"]
[[target]]
url = "http://10.0.0.1:8222"
name = "a1"
[[target]]
url = "http://10.0.0.2:8222"
[[cluster]]
name = "east"
members = ["a1", "a2"]
retired = ["a0"]
)",
                                     "c.toml");
  CHECK(config.store == "/var/lib/history.db");
  CHECK(config.interval == 15s);
  CHECK(config.timeout == 2s);
  CHECK(config.budget == 8s);
  CHECK(config.jitter == 2s);
  CHECK(config.probe_ports);
  CHECK(config.log_format == LogFormat::json);
  CHECK(config.log_level == LogLevel::warning);
  CHECK(config.max_body == 1u << 20);
  CHECK(config.endpoints == std::vector{Endpoint::varz, Endpoint::healthz});
  REQUIRE(config.sources.size() == 2);
  CHECK(config.sources[0].target.label == "a1");
  CHECK(config.sources[1].target.label == "10.0.0.2_8222");
  CHECK(config.clusters == std::vector<Deployment::Cluster>{{"east", {"a1", "a2"}, {"a0"}}});
}

TEST_CASE("an empty configuration says nothing") {
  const Config config = parse_config("", "c.toml");
  CHECK_FALSE(config.store);
  CHECK_FALSE(config.interval);
  CHECK_FALSE(config.endpoints);
  CHECK(config.sources.empty());
}

TEST_CASE("the sample configuration is one") {
  CHECK(load_config(std::string{SOURCE_DIR} + "/samples/collector.toml").sources.size() == 3);
}

TEST_CASE("an unknown key is told with its line and the nearest known one") {
  CHECK(complaint("\nintervall = \"15s\"") == "c.toml:2: unknown key intervall; did you mean interval?");
  CHECK(complaint("[[target]]\nurl = \"http://a\"\nnmae = \"a\"") ==
        "c.toml:3: unknown key nmae; did you mean name?");
  CHECK(complaint("[[cluster]]\nname = \"a\"\nmember = []") ==
        "c.toml:3: unknown key member; did you mean members?");
  CHECK_THAT(complaint("[logging]\nx = 1"),
             Catch::StartsWith("c.toml:1: unknown key logging; known are store, "));
}

TEST_CASE("a wrong type is told with its line and what is right") {
  CHECK(complaint("store = 5") ==
        "c.toml:1: store should be a text in quotes, as in \"/var/lib/nats-recorder/history.db\"");
  CHECK(complaint("interval = 15") == "c.toml:1: interval should be a text in quotes, as in \"15s\"");
  CHECK(complaint("endpoints = \"varz\"") == "c.toml:1: endpoints should be a list, as in [\"varz\"]");
  CHECK(complaint("endpoints = [\n1]") == "c.toml:2: endpoints should be a text in quotes, as in \"varz\"");
  CHECK(complaint("target = \"http://a\"") == "c.toml:1: target should be tables, each headed [[target]]");
  CHECK(complaint("[target]\nurl = \"http://a\"") ==
        "c.toml:1: target should be tables, each headed [[target]]");
  CHECK(complaint("target = [1]") == "c.toml:1: target should be tables, each headed [[target]]");
  CHECK(complaint("[[cluster]]\nname = \"a\"\nmembers = \"b\"") ==
        "c.toml:3: members should be a list, as in [\"a1\"]");
}

TEST_CASE("a bad value is told with its line") {
  for (const char* bad : {"\"15\"", "\"0s\"", "\"soon\"", "\"\""}) {
    CHECK(complaint(std::string{"interval = "} + bad) ==
          "c.toml:1: interval should be a length of time above 0, as in \"500ms\", \"15s\" or \"1m\"");
  }
  for (const char* bad : {"0", "-1", "\"64 MB\"", "\"2GiB\"", "true", "99999999999999"}) {
    CHECK_THAT(complaint(std::string{"max_body = "} + bad),
               Catch::StartsWith("c.toml:1: max_body should be a size"));
  }
  CHECK(complaint("endpoints = [\"gateways\"]") ==
        "c.toml:1: unknown endpoint gateways; did you mean gatewayz?");
  CHECK(complaint("endpoints = [\"varz\", \"varz\"]") == "c.toml:1: endpoint varz is named twice");
  CHECK(complaint("endpoints = [\"ports\"]") ==
        "c.toml:1: unknown endpoint ports; known are varz, routez, gatewayz, healthz, leafz, jsz");
  CHECK(complaint("log_format = \"xml\"") == "c.toml:1: log_format is \"text\" or \"json\"");
  CHECK(complaint("log_level = \"loud\"") ==
        "c.toml:1: log_level is \"debug\", \"info\", \"warning\" or \"error\"");
  CHECK(complaint("probe_ports = \"yes\"") == "c.toml:1: probe_ports should be true or false");
  CHECK_THAT(complaint("endpoints = []"), Catch::StartsWith("c.toml:1: endpoints is empty"));
  CHECK_THAT(complaint("store = \"\""), Catch::StartsWith("c.toml:1: store is empty"));
}

TEST_CASE("a target without a proper URL is told with its line") {
  CHECK_THAT(complaint("[[target]]\nname = \"a\""), Catch::StartsWith("c.toml:1: url is missing"));
  CHECK(complaint("[[target]]\nurl = \"localhost:8222\"") ==
        "c.toml:2: \"localhost:8222\" is not a URL; write http://localhost:8222");
  CHECK_THAT(complaint("[[target]]\nurl = \"http://h:99999\""),
             Catch::StartsWith("c.toml:2: \"http://h:99999\" is not"));
  CHECK(complaint("[[target]]\nurl = \"http://u:secret@h h\"").find("secret") == std::string::npos);
}

TEST_CASE("names are given once") {
  CHECK_THAT(complaint("[[target]]\nurl=\"http://a\"\nname=\"x\"\n[[target]]\nurl=\"http://b\"\nname=\"x\""),
             Catch::StartsWith("c.toml:4: a second target is called x"));
  CHECK_THAT(complaint("[[target]]\nurl=\"http://a:80/x\"\n[[target]]\nurl=\"http://a:80/y\""),
             Catch::StartsWith("c.toml:3: a second target is called a_80"));
  CHECK_THAT(complaint("[[cluster]]\nname=\"a\"\n[[cluster]]\nname=\"a\""),
             Catch::StartsWith("c.toml:3: a second cluster is called a"));
  CHECK_THAT(complaint("[[cluster]]\nname=\"a\"\nmembers=[\"b\"]\nretired=[\"b\"]"),
             Catch::StartsWith("c.toml:1: b is both among members and retired"));
}

TEST_CASE("what is no TOML is told with its line") {
  CHECK_THAT(complaint("a = 1\n= 2"), Catch::StartsWith("c.toml:2: not valid TOML: "));
  CHECK_THAT(complaint("store = \"x"), Catch::StartsWith("c.toml:1: not valid TOML: "));
  CHECK_THAT(complaint("store = \"\xff\""), Catch::StartsWith("c.toml:1: not valid TOML: "));
  CHECK_THAT(complaint("x = " + std::string(100'000, '[')), Catch::StartsWith("c.toml:1: not valid TOML: "));
  CHECK_THAT(complaint("interval = \"1s\"\ninterval = \"2s\""),
             Catch::StartsWith("c.toml:2: not valid TOML: "));
}

TEST_CASE("a configuration that cannot be read is said so") {
  CHECK_THROWS_WITH(load_config("/nowhere/c.toml"), Catch::StartsWith("/nowhere/c.toml cannot be read: "));
  CHECK_THROWS_WITH(load_config("/"), Catch::StartsWith("/ cannot be read: "));
}

TEST_CASE("sizes are read as people write them") {
  CHECK(parse_size("4096") == 4096);
  CHECK(parse_size("4096B") == 4096);
  CHECK(parse_size("64KiB") == 65536);
  CHECK(parse_size("64 MiB") == 64u << 20);
  CHECK(parse_size("1GiB") == 1u << 30);
  for (const char* bad :
       {"", "MiB", "-1", "1.5MiB", "64MB", "1 TiB", "99999999999999999999", "9999999999999GiB"}) {
    CHECK_FALSE(parse_size(bad));
  }
}

TEST_CASE("a flag's size and count are refused with the flag's name") {
  CHECK(size_flag("--backlog", "512KiB") == 524288u);
  CHECK_FALSE(size_flag("--backlog", ""));
  CHECK_THROWS_WITH(size_flag("--backlog", "0"), Catch::StartsWith("--backlog \"0\" is no number of bytes"));
  CHECK(count_flag("--flap-count", "5", 2) == 5);
  for (const char* bad : {"1", "3x", "-4", "many"})
    CHECK_THROWS_WITH(count_flag("--flap-count", bad, 2), Catch::EndsWith("is no number of at least 2"));
}

TEST_CASE("the nearest word is suggested, or all where none is near") {
  CHECK(suggestion("intreval", {"store", "interval"}) == "; did you mean interval?");
  CHECK(suggestion("--stroe", {"--store", "--interval"}) == "; did you mean --store?");
  CHECK(suggestion("xyzzy", {"store", "interval"}) == "; known are store, interval");
  CHECK(suggestion("x", {}) == "");
}

TEST_CASE("a target says how it is reached; files are looked for beside the configuration") {
  const auto source = parse_config(R"(
[[target]]
url = "https://10.0.0.1:8222/nats/a"
ca = "/etc/ca.pem"
cert = "client.pem"
key = "client-key.pem"
server_name = "a.example.com"
tls_min = "1.3"
user = "recorder"
password_env = "MONITOR_PASSWORD"
proxy = "http://proxy:3128"
)",
                                   "c.toml")
                          .sources.at(0);
  const Access& access = source.target.access;
  CHECK(source.target.url == "https://10.0.0.1:8222/nats/a");
  CHECK(access.ca == "/etc/ca.pem");
  CHECK(access.cert == "client.pem");
  CHECK(access.server_name == "a.example.com");
  CHECK(access.tls_1_3);
  CHECK(access.password.from == Secret::From::environment);
  CHECK(access.proxy == "http://proxy:3128");
}

TEST_CASE("a system account is reached through one server or the first of several") {
  const auto account = [](const std::string& system) {
    return parse_config("[[target]]\nsystem = " + system, "c.toml").sources.at(0).target;
  };
  const Target one = account(R"("nats://10.0.0.1")");
  CHECK(one.url == "nats://10.0.0.1:4222");
  CHECK(one.others.empty());
  const Target several = account(R"(["tls://u:p@a:1", "tls://u:p@b"])");
  CHECK(several.label == "a_1");
  CHECK(several.url == "tls://a:1");
  CHECK(several.access.user == "u");
  CHECK(several.others == std::vector<std::string>{"tls://b:4222"});
  const auto refused = [](const std::string& system) { return complaint("[[target]]\nsystem = " + system); };
  CHECK(refused("[]") == "c.toml:2: system is empty; name a server, as in [\"nats://10.0.0.1:4222\"]");
  CHECK(refused("[1]") == "c.toml:2: system should be a text in quotes, as in \"nats://10.0.0.1:4222\"");
  CHECK(refused(R"(["nats://a", "tls://b"])") ==
        "c.toml:2: \"tls://b\" does not begin like the first one, with nats://");
  CHECK_THAT(refused(R"(["nats://u:p@a", "nats://u:q@b"])"),
             Catch::Contains("\"nats://***@b\" has other credentials than the first one"));
}

TEST_CASE("what cannot go together is refused") {
  const auto target = [](const std::string& lines) { return complaint("[[target]]\n" + lines); };
  CHECK(target("url = \"http://a:1\"\nca = \"ca.pem\"") ==
        "c.toml:1: has settings for TLS, but its URL does not begin with https://");
  CHECK(target("url = \"https://a:1\"\ncert = \"c.pem\"") ==
        "c.toml:1: cert and key go together: one is missing");
  CHECK(target("url = \"http://a:1\"\ntoken_env = \"T\"\nuser = \"u\"") ==
        "c.toml:1: has both a token and a user; give one of them");
  CHECK(target("url = \"http://a:1\"\npassword_env = \"P\"") == "c.toml:1: has a password, but no user");
  CHECK(target("url = \"http://a:1\"\ndns = \"b:1\"") == "c.toml:1: a target is a url or dns, not both");
  CHECK(target("file = \"t.toml\"\nname = \"a\"") ==
        "c.toml:1: a target that is files has no other key: they are in the files");
  CHECK(target("url = \"https://a:1\"\ntls_min = \"1.1\"") == "c.toml:3: tls_min is \"1.2\" or \"1.3\"");
}
