#include "analyzer/report/json.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <fstream>

using namespace natsrec;
using Json = nlohmann::ordered_json;

namespace {

Json parsed(const Analysis& analysis) { return Json::parse(incidents_json(analysis)); }

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> out;
  for (const auto& [key, value] : object.items()) out.push_back(key);
  return out;
}
using Keys = std::vector<std::string>;

Json schema() {
  std::ifstream file(SOURCE_DIR "/schema/incidents.schema.json");
  return Json::parse(file);
}

/// Every key is one that the schema knows, and every key that the schema requires is there.
void check_against(const Json& object, const Json& definition) {
  for (const std::string& key : keys(object)) {
    INFO(key);
    CHECK(definition["properties"].contains(key));
  }
  for (const std::string key : definition["required"]) {
    INFO(key);
    CHECK(object.contains(key));
  }
}

}  // namespace

TEST_CASE("incidents JSON has the keys of the contract, in their order") {
  const Json json = parsed(fixture::rich());
  CHECK(keys(json) == Keys{"schema", "generator", "as_of", "recording", "incidents", "findings"});
  CHECK(keys(json["recording"]) == Keys{"id", "name", "first_epoch", "last_epoch", "epochs", "interval_s",
                                        "coverage", "damage", "gaps", "servers"});
  CHECK(keys(json["incidents"][0]) ==
        Keys{"id",      "merged",     "severity",       "title",          "status",         "began",
             "ended",   "duration_s", "duration_min_s", "duration_max_s", "observed_share", "clusters",
             "servers", "links",      "gateways",       "checks",         "impact",         "impact_measured",
             "context", "findings",   "causes"});
  CHECK(keys(json["incidents"][0]["causes"][0]) == Keys{"cause", "confidence", "why", "evidence", "next"});
}

TEST_CASE("a finding has its optional keys only where they say something") {
  const Json findings = parsed(fixture::rich())["findings"];
  CHECK(keys(findings[0]) == Keys{"id", "kind", "check", "severity", "cluster", "server", "began", "ended",
                                  "instant", "text", "details", "epochs"});
  CHECK(keys(findings[2]) == Keys{"id", "kind", "check", "severity", "incident", "cluster", "server", "peer",
                                  "began", "ended", "ended_by", "instant", "text", "consequence_of",
                                  "details", "epochs", "ended_epochs"});
}

TEST_CASE("a kind without a code has a null check") {
  const Json findings = parsed(fixture::rich())["findings"];
  CHECK(findings[1]["check"].is_null());
  CHECK(findings[4]["check"] == "SERVER_008");
}

TEST_CASE("a moment without bounds is null where it is unknown") {
  Analysis analysis = fixture::rich();
  analysis.incidents[0].began = {std::nullopt, fixture::at(0), std::nullopt, std::nullopt};
  const Json began = parsed(analysis)["incidents"][0]["began"];
  CHECK(keys(began) == Keys{"after", "by", "exact"});
  CHECK(began["after"].is_null());
  CHECK(began["by"] == "2026-11-21T05:23:00.000000Z");
  CHECK(began["exact"].is_null());
}

TEST_CASE("an open incident has no end") {
  const Json incident = parsed(fixture::rich())["incidents"][3];
  CHECK(incident["status"] == "open");
  CHECK(incident["ended"].is_null());
}

TEST_CASE("an empty analysis is a whole document") {
  const Json json = parsed({});
  CHECK(json["as_of"].is_null());
  CHECK(json["recording"]["interval_s"].is_null());
  CHECK(json["incidents"] == Json::array());
  CHECK(json["findings"] == Json::array());
}

TEST_CASE("details that are no object become one") {
  Analysis analysis = fixture::rich();
  analysis.findings[0].details = nullptr;
  CHECK(parsed(analysis)["findings"][0]["details"] == Json::object());
}

TEST_CASE("the same analysis gives the same bytes, ending in a newline") {
  const std::string text = incidents_json(fixture::rich());
  CHECK(text == incidents_json(fixture::rich()));
  CHECK(text.substr(text.size() - 3) == "\n}\n");
  CHECK(text.substr(0, 15) == "{\n  \"schema\": 1");
}

TEST_CASE("names that are no UTF-8 do not break the document") {
  CHECK(parsed(fixture::hostile())["findings"].size() == fixture::hostile().findings.size());
}

TEST_CASE("the schema knows every key, and requires those that are always there") {
  const Json definitions = schema()["$defs"];
  for (const Analysis& analysis : {fixture::rich(), fixture::quiet(), fixture::hostile(), Analysis{}}) {
    const Json json = parsed(analysis);
    check_against(json, schema());
    check_against(json["recording"], definitions["recording"]);
    for (const Json& incident : json["incidents"]) check_against(incident, definitions["incident"]);
    for (const Json& finding : json["findings"]) {
      check_against(finding, definitions["finding"]);
      check_against(finding["began"], definitions["moment"]);
    }
  }
}

TEST_CASE("the schema lists every kind of finding") {
  const Json kinds = schema()["$defs"]["finding"]["properties"]["kind"]["enum"];
  const auto last = static_cast<std::size_t>(Kind::collection_gap);
  REQUIRE(kinds.size() == last + 1);
  for (std::size_t i = 0; i <= last; ++i) CHECK(kinds[i] == info(static_cast<Kind>(i)).name);
}
