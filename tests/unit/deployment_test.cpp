#include "schema/deployment.hpp"

#include "schema/failure.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace std::chrono_literals;

namespace {
Deployment example() {
  return {15s, {{"a1", "http://10.0.0.1:8222", ""}}, {{"east", {"a1", "a2"}, {"a0"}}, {"west", {}, {}}}};
}

std::string complaint(std::string_view json) {
  try {
    parse_deployment(json);
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::usage);
    return failure.what();
  }
  return "none";
}
}  // namespace

TEST_CASE("a deployment survives its document") { CHECK(parse_deployment(to_json(example())) == example()); }

TEST_CASE("an interval below a second survives its document") {
  Deployment deployment;
  deployment.interval = 2500ms;
  CHECK(parse_deployment(to_json(deployment)) == deployment);
}

TEST_CASE("an empty deployment is a document") { CHECK(parse_deployment("{}") == Deployment{}); }

TEST_CASE("the document is indented and ends its last line") {
  CHECK(to_json({15s, {}, {}}) == "{\n  \"interval_s\": 15,\n  \"targets\": [],\n  \"clusters\": []\n}\n");
}

TEST_CASE("what is no deployment is refused with its place") {
  CHECK_THAT(complaint("{"), Catch::Contains("not valid JSON"));
  CHECK(complaint("[]") == "the document should be an object");
  CHECK(complaint(R"({"interval_s":"1m"})") == "interval_s should be a number of seconds above 0");
  CHECK(complaint(R"({"interval_s":0})") == "interval_s should be a number of seconds above 0");
  CHECK(complaint(R"({"intervall":1})") == "the document has an unknown key \"intervall\"");
  CHECK(complaint(R"({"targets":{}})") == "targets should be an array");
  CHECK(complaint(R"({"targets":[{"name":"a"}]})") == "targets[0] lacks \"url\"");
  CHECK(complaint(R"({"clusters":[{"name":"a","members":[1]}]})") ==
        "clusters[0].members[0] should be a string");
}
