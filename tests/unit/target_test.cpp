#include "collector/target.hpp"

#include "schema/failure.hpp"
#include "schema/label.hpp"
#include "schema/printable.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {
std::string refusal(std::string_view url) {
  try {
    make_target(url);
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::usage);
    return failure.what();
  }
  return "not refused";
}
}  // namespace

TEST_CASE("a target is labelled by its name, else by host and port") {
  CHECK(make_target("http://10.0.0.1:8222", "a1").label == "a1");
  CHECK(make_target("http://10.0.0.1:8222").label == "10.0.0.1_8222");
  CHECK(make_target("http://nats.example").label == "nats.example_80");
  CHECK(make_target("https://nats.example").label == "nats.example_443");
  CHECK(make_target("http://[::1]:8222").label == "::1_8222");
}

TEST_CASE("a label is fit to name a folder") {
  CHECK(safe_label("east/a1") == "east_a1");
  CHECK(safe_label("a\\b\n") == "a_b_x0a");
  CHECK(safe_label("..") == "_..");
  CHECK(safe_label("epoch.json") == "_epoch.json");
  CHECK(safe_label("lost.json") == "_lost.json");
  CHECK(safe_label("") == "_");
  CHECK(safe_label("Zürich 1") == "Zürich 1");
}

TEST_CASE("a label that is too long is cut between two characters, and stays another than its like") {
  const std::string longest(longest_label, 'a');
  CHECK(safe_label(longest) == longest);
  const std::string cut = safe_label(longest + "1");
  CHECK(cut.size() == longest_label);
  CHECK(cut != safe_label(longest + "2"));
  std::string umlauts = "a";
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  CHECK(is_printable(safe_label(umlauts)));
  CHECK(safe_label(std::string(1'000'000, '\x01')).size() == longest_label);
  CHECK_THROWS_WITH(make_target("http://a", longest + "1"),
                    Catch::Contains("has a name longer than 200 bytes"));
}

TEST_CASE("a base path is kept and its last slash is not") {
  CHECK(make_target("http://proxy:80/nats/a1/").url == "http://proxy:80/nats/a1");
  CHECK(make_target("http://10.0.0.1:8222/").url == "http://10.0.0.1:8222");
  CHECK(make_target("HTTP://10.0.0.1:8222").url == "http://10.0.0.1:8222");
}

TEST_CASE("credentials go to the transport and nowhere else") {
  const Target target = make_target("http://me:s%40cret@10.0.0.1:8222");
  CHECK(target.access.user == "me");
  CHECK(target.access.password.read() == "s@cret");
  CHECK(target.url == "http://10.0.0.1:8222");
  CHECK(target.label == "10.0.0.1_8222");
}

TEST_CASE("malformed URLs are refused with what to do, without their secrets") {
  CHECK(refusal("localhost:8222") == "\"localhost:8222\" is not a URL; write http://localhost:8222");
  CHECK_THAT(refusal(""), Catch::Contains("is not a URL"));
  CHECK_THAT(refusal("http://"), Catch::Contains("is not a URL"));
  CHECK_THAT(refusal("http://host:99999"), Catch::Contains("is not a URL"));
  CHECK_THAT(refusal("http://ho st:8222"), Catch::Contains("is not a URL"));
  CHECK_THAT(refusal("nats://host:4222"), Catch::Contains("is not an http URL"));
  CHECK_THAT(refusal("file:///etc/passwd"), Catch::Contains("is not an http URL"));
  CHECK_THAT(refusal("http://host:8222/?x=1"), Catch::Contains("query"));
  CHECK(refusal("http://me:secret@ho st").find("secret") == std::string::npos);
  CHECK(refusal("me:secret@host:8222").find("secret") == std::string::npos);
}

TEST_CASE("redaction hides what stands before the last @") {
  CHECK(redacted("http://u:p@h:1/x") == "http://***@h:1/x");
  CHECK(redacted("http://u:p@q@h") == "http://***@h");
  CHECK(redacted("http://u:p/q@h") == "http://***@h");
  CHECK(redacted("u:p@h") == "***@h");
  CHECK(redacted("http://h/x") == "http://h/x");
}
