#include "analyzer/report/metrics.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("metrics tell incidents, the recording, and what is up") {
  const std::string text = metrics(fixture::rich());
  CHECK(contains(text, "# TYPE nats_recorder_incidents_open gauge\n"));
  CHECK(contains(text, "nats_recorder_incidents_open{severity=\"critical\"} 0\n"));
  CHECK(contains(text, "nats_recorder_incidents_open{severity=\"warning\"} 1\n"));
  CHECK(contains(text, "nats_recorder_coverage_ratio 0.919\n"));
  CHECK(contains(text, "nats_recorder_server_up{cluster=\"west\",server=\"b3\"} 0\n"));
  CHECK(contains(text, "nats_recorder_gateway_up{cluster=\"east\",gateway=\"a1 → west\"} 1\n"));
  CHECK(text.substr(text.size() - 6) == "# EOF\n");
}

TEST_CASE("a name can neither end its label nor its line") {
  Analysis analysis;
  analysis.lanes = {fixture::lane(LaneKind::server, "e", "a\"\n\\} 1")};
  CHECK(contains(metrics(analysis), "{cluster=\"e\",server=\"a\\\" \\\\} 1\"} 1\n"));
}
