#include "analyzer/report/markdown.hpp"
#include "schema/failure.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

namespace {
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("Markdown in text is shown, not obeyed") {
  CHECK(markdown_text("*a* _b_ `c` [d](e) ~f~ |g|") == "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\~f\\~ \\|g\\|");
  CHECK(markdown_text("<b>&") == "&lt;b&gt;&amp;");
  CHECK(markdown_text("# a") == "\\# a");
  CHECK(markdown_text("1. a") == "1\\. a");
  CHECK(markdown_text("- a") == "\\- a");
}

TEST_CASE("names make no links and mention nobody") {
  CHECK(markdown_text("http://x") == "http\\://x");
  CHECK(markdown_text("www.x") == "www\\.x");
  CHECK(markdown_text("@team") == "\\@team");
}

TEST_CASE("ordinary names and numbers are left readable") {
  CHECK(markdown_text("east/a-1 took 8.1s (2 times).") == "east/a-1 took 8.1s (2 times).");
  CHECK(markdown_text("8.1s") == "8.1s");
}

TEST_CASE("text is one line") { CHECK(markdown_text("a\n\n# b") == "a  \\# b"); }

TEST_CASE("a code span holds backticks and bars") {
  CHECK(markdown_code("a1") == "`a1`");
  CHECK(markdown_code("a`b") == "``a`b``");
  CHECK(markdown_code("`") == "`` ` ``");
  CHECK(markdown_code("a|b") == "`a\\|b`");
  CHECK(markdown_code("") == "`  `");
}

TEST_CASE("a postmortem has the facts and asks the rest") {
  const Analysis analysis = fixture::rich();
  const std::string text = incident_markdown(analysis, analysis.incidents[0], fixture::notes());
  CHECK(contains(text, "## Server east/a2 died and was restarted\n"));
  CHECK(contains(text, "| Began | by 2026-11-21 05:23:10.300 UTC, after 05:23:08.200 |"));
  CHECK(contains(text, "- **process down** (certain): "));
  CHECK(contains(
      text, "`nats-analyzer show history.db --epoch 6 --server east/a1 --endpoint routez` at `/routes`"));
  CHECK(contains(text, "What did users see?"));
}

TEST_CASE("a postmortem has what was measured and what changed before, where there is any") {
  Analysis analysis = fixture::rich();
  Incident& incident = analysis.incidents[0];
  incident.impact_measured = {{"east/a|2", {120.0, 0.0, {}}, {9.25, 1.0, 9.0}, {{}, {}, {}}}};
  incident.context = {analysis.findings[0].id, "gone"};
  const std::string text = incident_markdown(analysis, incident, {});
  CHECK(contains(text, "| `east/a\\|2` | 120, 0, – | 9.25, 1, 9 | –, –, – |\n"));
  CHECK(contains(text, "### In the 24 hours before\n\n- 2026-11-21 "));
  incident.impact_measured.clear();
  incident.context.clear();
  const std::string less = incident_markdown(analysis, incident, {});
  CHECK_FALSE(contains(less, "### Measured"));
  CHECK_FALSE(contains(less, "24 hours before"));
}

TEST_CASE("notes up to the end of an incident are part of its postmortem, later ones are not") {
  const Analysis analysis = fixture::rich();
  CHECK(contains(incident_markdown(analysis, analysis.incidents[2], fixture::notes()),
                 "deploy orders-service 4.2"));
  CHECK_FALSE(contains(incident_markdown(analysis, analysis.incidents[0], fixture::notes()), "deploy"));
}

TEST_CASE("without incidents the Markdown says so") {
  CHECK(contains(incidents_markdown(fixture::quiet()), "No incidents"));
}

TEST_CASE("an incident is found by its id, and by that of one it has taken in") {
  Analysis analysis = fixture::rich();
  analysis.incidents[1].merged = {"aaaaaaaa"};
  CHECK(find_incident(analysis, "m4tz0c8p").title == analysis.incidents[2].title);
  CHECK(find_incident(analysis, "aaaaaaaa").id == analysis.incidents[1].id);
}

TEST_CASE("an unknown incident is a usage failure that names those there are") {
  try {
    find_incident(fixture::rich(), "nobody");
    FAIL("found");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::usage);
    CHECK(std::string(failure.what()) ==
          "no incident nobody in history.db: there are k3v9qm2a, 7hq2xw5d, m4tz0c8p, w2d6rj3s");
  }
}
