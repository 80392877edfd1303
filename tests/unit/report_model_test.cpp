#include "analyzer/incident/model.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

TEST_CASE("kinds carry Synadia Insights' codes") {
  CHECK(info(Kind::route_count_low).check == "CLUSTER_005");
  CHECK(info(Kind::gateway_down).check == "CLUSTER_007");
  CHECK(info(Kind::server_not_ready).check == "SERVER_001");
  CHECK(info(Kind::server_restarted).check == "SERVER_008");
  CHECK(info(Kind::jetstream_unhealthy).check == "SERVER_014");
  CHECK(info(Kind::route_down).check.empty());
}

TEST_CASE("every kind has the name of its enumerator") {
  CHECK(info(Kind::route_down).name == "route_down");
  CHECK(info(Kind::gateway_failover).name == "gateway_failover");
  CHECK(info(Kind::server_down).name == "server_down");
  CHECK(info(Kind::config_reloaded).name == "config_reloaded");
  CHECK(info(Kind::collection_gap).name == "collection_gap");
}

TEST_CASE("restarts and reconnects are events, outages and gaps are conditions") {
  CHECK(info(Kind::server_restarted).event);
  CHECK(info(Kind::route_reconnected).event);
  CHECK_FALSE(info(Kind::server_down).event);
  CHECK_FALSE(info(Kind::collection_gap).event);
}
