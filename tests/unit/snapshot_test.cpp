#include "schema/snapshot.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;

TEST_CASE("every endpoint's name parses to itself") {
  for (const Endpoint endpoint : all_endpoints) CHECK(parse_endpoint(name(endpoint)) == endpoint);
  CHECK_FALSE(parse_endpoint("connz"));
  CHECK_FALSE(parse_endpoint(""));
}

TEST_CASE("every failure class parses to itself") {
  for (const char* text : {"dns", "refused", "timeout", "reset", "tls", "http", "too_large", "truncated",
                           "over_budget", "other"}) {
    const auto failure = parse_failure_class(text);
    REQUIRE(failure);
    CHECK(name(*failure) == text);
  }
  CHECK_FALSE(parse_failure_class("timed out"));
}
