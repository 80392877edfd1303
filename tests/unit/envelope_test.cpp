#include "collector/envelope.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;

TEST_CASE("an envelope is opened without changing a byte") {
  const auto envelope = parse_envelope(
      R"({"server":{"name":"a1","host":"h","id":"NAB","cluster":"east","seq":7}, "data": { "status" : "ok" } })");
  REQUIRE(envelope);
  CHECK(envelope->name == "a1");
  CHECK(envelope->cluster == "east");
  CHECK(envelope->id == "NAB");
  CHECK(envelope->server == R"({"name":"a1","host":"h","id":"NAB","cluster":"east","seq":7})");
  CHECK(envelope->data == R"({ "status" : "ok" })");
  CHECK(envelope->status == 200);
}

TEST_CASE("readiness has the status that the monitoring port would have given it") {
  const auto status = [](const std::string& data) {
    return parse_envelope(R"({"server":{"name":"a1","id":"N"},"data":)" + data + "}")->status;
  };
  CHECK(status(R"({"status":"error","status_code":503})") == 503);
  CHECK(status(R"({"status":"unavailable","error":"x"})") == 503);
  CHECK(status(R"({"status":"ok"})") == 200);
  CHECK(status(R"({"server_id":"N"})") == 200);
}

TEST_CASE("an error is told, and what is no envelope is none") {
  const auto failed = parse_envelope(
      R"({"server":{"name":"a1","id":"N"},"error":{"code":500,"description":"no such thing"}})");
  REQUIRE(failed);
  CHECK_FALSE(failed->data);
  CHECK(failed->error == "no such thing");
  for (const char* reply : {"", "[]", "{}", "{\"server\":7}", "{\"server\":{\"name\":\"a\"}}",
                            "{\"server\":{\"name\":1,\"id\":2}}", "{\"server\":{", "\xff", "{\"data\":{}}"})
    CHECK_FALSE(parse_envelope(reply));
}
