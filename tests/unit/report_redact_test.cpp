#include "analyzer/report/html.hpp"
#include "analyzer/report/json.hpp"
#include "analyzer/report/redact.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Analysis redacted(Analysis analysis) {
  Redactor(analysis).analysis(analysis);
  return analysis;
}

}  // namespace

TEST_CASE("no name is left anywhere in a redacted report") {
  const Analysis analysis = redacted(fixture::rich());
  const std::string json = incidents_json(analysis);
  for (const char* name : {"east", "west", "a1", "a2", "a3", "b1", "b2", "b3", "history.db"}) {
    INFO(name);
    for (std::size_t at = 0; (at = json.find(name, at)) != std::string::npos; ++at) {
      const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
      CHECK((word(json[at - 1]) || word(json[at + std::string(name).size()])));
    }
  }
  CHECK(contains(json, "cluster-1/server-1"));
}

TEST_CASE("findings still belong to their incidents and lanes") {
  const Analysis before = fixture::rich();
  const Analysis after = redacted(before);
  const std::string page = report_html(after);
  CHECK(contains(page, "server cluster-1/server-2"));
  for (const Incident& incident : after.incidents) {
    for (const std::string& id : incident.findings)
      CHECK(std::any_of(after.findings.begin(), after.findings.end(),
                        [&](const Finding& f) { return f.id == id; }));
  }
}

TEST_CASE("names are replaced as words only, the longest first, and addresses everywhere") {
  Analysis analysis;
  analysis.lanes = {fixture::lane(LaneKind::server, "eu", "n1"),
                    fixture::lane(LaneKind::server, "eu", "n1-b")};
  Redactor redactor(analysis);
  CHECK(redactor.text("eu/n1 and n1-b of europe, not xn1") ==
        "cluster-1/server-1 and server-2 of europe, not xn1");
  CHECK(redactor.text("nc 10.0.0.7 4222; curl http://10.0.0.7:8222/varz") ==
        "nc host-1 4222; curl http://host-1:8222/varz");
  CHECK(redactor.text("curl http://db.example.org:8222 https://[2001:db8::1]:8222") ==
        "curl http://host-2:8222 https://host-3:8222");
}
