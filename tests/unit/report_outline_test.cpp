#include "analyzer/report/outline.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {

/// An incident of three findings that name each other as causes, by index; -1 for none.
struct Chain {
  Analysis analysis;
  explicit Chain(const std::array<int, 3>& causes) {
    analysis.incidents.emplace_back();
    for (std::size_t i = 0; i < 3; ++i) {
      Finding f;
      f.id = "f" + std::to_string(i);
      f.kind = static_cast<Kind>(i);
      if (causes[i] >= 0) f.consequence_of = "f" + std::to_string(causes[i]);
      analysis.incidents[0].findings.push_back(f.id);
      analysis.findings.push_back(f);
    }
  }
  std::vector<OutlineLine> outline() const {
    return natsrec::outline(analysis.incidents[0], FindingIndex(analysis));
  }
};

}  // namespace

TEST_CASE("consequences stand under their cause") {
  const auto lines = Chain({-1, 0, -1}).outline();
  REQUIRE(lines.size() == 2);
  REQUIRE(lines[0].consequences.size() == 1);
  CHECK(lines[1].consequences.empty());
}

TEST_CASE("consequences of consequences stand under the first cause") {
  const auto lines = Chain({-1, 0, 1}).outline();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].consequences.size() == 2);
}

TEST_CASE("findings that explain each other in a circle are all told") {
  CHECK(Chain({2, 0, 1}).outline().size() == 3);
  CHECK(Chain({0, 1, 2}).outline().size() == 3);
}

TEST_CASE("a consequence of something outside the incident is told on its own") {
  Chain chain({-1, 0, -1});
  chain.analysis.incidents[0].findings.erase(chain.analysis.incidents[0].findings.begin());
  CHECK(chain.outline().size() == 2);
}

TEST_CASE("findings of one kind, cluster and remote are one line") {
  const Analysis analysis = fixture::rich();
  const auto lines = outline(analysis.incidents[2], FindingIndex(analysis));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].findings.size() == 3);
  REQUIRE(lines[0].consequences.size() == 1);
  CHECK(lines[0].consequences[0].findings.size() == 3);
}

TEST_CASE("ids that no finding has are left out") {
  Analysis analysis;
  analysis.incidents.emplace_back().findings = {"nobody"};
  CHECK(outline(analysis.incidents[0], FindingIndex(analysis)).empty());
}
