#include "collector/discovery.hpp"

#include "collector/config.hpp"
#include "schema/file_bytes.hpp"
#include "tests/unit/fakes.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

struct Names {
  Found find(const std::string& toml) {
    return discover(parse_config(toml, "c.toml").sources, before, resolver, clock, 5s);
  }
  FakeClock clock;
  FakeResolver resolver;
  Before before;
};

std::vector<std::string> labels(const Found& found) {
  std::vector<std::string> out;
  for (const Target& target : found.targets) out.push_back(target.label);
  return out;
}

}  // namespace

TEST_CASE("a name's targets have its path, port and credentials, and its certificate") {
  Names names;
  names.resolver.names["nats.svc"].hosts = {{"10.0.0.1", ""}};
  const Found found = names.find(R"(
[[target]]
dns = "https://nats.svc:8443/monitor"
user = "me"
password_env = "P"
)");
  REQUIRE(found.targets.size() == 1);
  const Target& target = found.targets[0];
  CHECK(target.url == "https://10.0.0.1:8443/monitor");
  CHECK(target.via == "nats.svc_8443");
  CHECK(target.access.server_name == "nats.svc");
  CHECK(target.access.user == "me");
}

TEST_CASE("two names of one server are one target") {
  Names names;
  names.resolver.names["a.svc"].hosts = {{"10.0.0.1", ""}};
  names.resolver.names["b.svc"].hosts = {{"10.0.0.1", ""}, {"10.0.0.2", ""}};
  const Found found = names.find("[[target]]\ndns = \"a.svc:1\"\n[[target]]\ndns = \"b.svc:1\"\n");
  CHECK(labels(found) == std::vector<std::string>{"10.0.0.1_1", "10.0.0.2_1"});
}

TEST_CASE("a name that leads to thousands of servers is a failure, and some of them are asked") {
  Names names;
  auto& hosts = names.resolver.names["huge.svc"].hosts;
  for (int i = 0; i < 10'000; ++i)
    hosts.push_back({"10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), ""});
  const Found found = names.find("[[target]]\ndns = \"huge.svc:1\"\n");
  CHECK(found.targets.size() == 2000);
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].failure->text == "the name leads to 10000 servers, of which 2000 are asked");
}

TEST_CASE("files are read anew, and one that is wrong costs no other") {
  store::TemporaryFolder folder;
  Names names;
  write_bytes(folder.path() / "a.toml", "[[target]]\nurl = \"http://a:1\"\n");
  write_bytes(folder.path() / "b.toml", "[[target]]\nurl = 7\n");
  const std::string toml = "[[target]]\nfile = \"" + (folder.path() / "*.toml").string() + "\"\n";
  const Found found = names.find(toml);
  CHECK(labels(found) == std::vector<std::string>{"a_1"});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].target == "b.toml");
  CHECK(found.failures[0].failure->text.ends_with(
      "b.toml:2: url should be a text in quotes, as in \"http://10.0.0.1:8222\""));
  write_bytes(folder.path() / "b.toml", "[[target]]\nurl = \"http://b:1\"\n");
  CHECK(labels(names.find(toml)) == std::vector<std::string>{"a_1", "b_1"});
}
