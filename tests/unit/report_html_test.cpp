#include "analyzer/report/html.hpp"
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "schema/failure.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <algorithm>
#include <set>
#include <tuple>

using namespace natsrec;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The page without its stylesheet and script.
std::string body(const Analysis& analysis, const HtmlOptions& options = {}) {
  const std::string page = report_html(analysis, fixture::notes(), options);
  const std::size_t from = page.find("</style>");
  return page.substr(from, page.rfind("<script>") - from);
}

/// Every tag of the page, without its attributes' values.
std::set<std::string> elements(const std::string& html) {
  std::set<std::string> out;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos; ++at) {
    out.insert(html.substr(at + 1, html.find_first_of(" >/", at + 2) - at - 1));
  }
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("literals are markup and everything else is text") {
  const std::string name = "<b>&\"'";
  Markup out;
  out << "<p>" << name << 3 << "</p>";
  CHECK(out.str() == "<p>&lt;b&gt;&amp;&quot;&#39;3</p>");
}

TEST_CASE("names are isolated from the direction of the text around them") {
  CHECK(bdi("\u202ex").str() == "<bdi>\u202ex</bdi>");
  CHECK(attribute("\u202ex").str() == "\\u202ex");
}

TEST_CASE("a position that is no number is zero") {
  CHECK(at_percent(std::nan("")).str() == "0.000%");
  CHECK(at_percent(12.3456).str() == "12.346%");
  CHECK(at_percent(-0.0).str() == "0.000%");
}

TEST_CASE("the page loads nothing and runs nothing but its own script") {
  const std::string page = report_html(fixture::rich(), fixture::notes());
  CHECK(contains(page, "content=\"default-src &#39;none&#39;; script-src &#39;sha256-"));
  CHECK_FALSE(contains(page, "unsafe"));
  CHECK(count(page, "<script") == 2);
  CHECK(count(page, "<script type=\"application/json\"") == 1);
  CHECK_FALSE(contains(page, "http://"));
  CHECK_FALSE(contains(page, "https://"));
  CHECK_FALSE(contains(page, " src="));
  CHECK_FALSE(contains(page, "@import"));
  CHECK(count(page, "url(") == count(page, "url(#"));
}

TEST_CASE("hostile names add no element to the page") {
  auto plain = elements(report_html(fixture::rich(), fixture::notes()));
  plain.insert({"details", "/details", "summary", "/summary"});
  for (const std::string& element : elements(report_html(fixture::hostile(), fixture::notes()))) {
    INFO(element);
    CHECK(plain.contains(element));
  }
}

TEST_CASE("hostile names add no attribute to the page") {
  const std::string page = body(fixture::hostile());
  for (std::size_t at = 0; (at = page.find("onerror", at)) != std::string::npos; ++at) {
    const std::size_t open = page.rfind('<', at);
    const std::size_t close = page.rfind('>', at);
    const std::string tag = page.substr(open, at - open);
    // Inside a tag only within a quoted value: an odd number of quotes before it.
    if (close == std::string::npos || close < open) CHECK(std::count(tag.begin(), tag.end(), '"') % 2 == 1);
  }
  CHECK(contains(page, "onerror"));
}

TEST_CASE("names are shown in full") { CHECK(contains(body(fixture::hostile()), std::string(10000, 'x'))); }

TEST_CASE("the page begins with the verdict, coverage and what was affected") {
  const std::string page = body(fixture::rich());
  const std::string header = page.substr(0, page.find("</header>"));
  CHECK(contains(header, "4 incidents, one still open. Server west/b3 was drained and is down"));
  CHECK(contains(header, "91.9 %"));
  CHECK(contains(header, "2 clusters, 6 servers, 3 routes, 3 gateways"));
  CHECK(contains(header, "2026-11-21 05:23:00 – 05:24:12 UTC"));
  CHECK(contains(header, "<span class=\"pill critical\">critical</span>"));
}

TEST_CASE("each incident has a section that list and chart link to") {
  const std::string page = body(fixture::rich());
  for (const Incident& incident : fixture::rich().incidents) {
    CHECK(count(page, "id=\"i-" + incident.id + "\"") == 1);
    CHECK(count(page, "href=\"#i-" + incident.id + "\"") >= 3);
  }
}

TEST_CASE("every link leads to a place on the page") {
  for (const HtmlOptions& options : {HtmlOptions{}, HtmlOptions{"m4tz0c8p"}}) {
    const std::string page = body(fixture::rich(), options);
    for (std::size_t at = 0; (at = page.find("href=\"#", at)) != std::string::npos; ++at) {
      const std::string id = page.substr(at + 7, page.find('"', at + 7) - at - 7);
      INFO(id);
      CHECK(contains(page, "id=\"" + id + "\""));
    }
  }
}

TEST_CASE("ids are unique") {
  const std::string page = body(fixture::rich());
  std::set<std::string> seen;
  for (std::size_t at = 0; (at = page.find(" id=\"", at)) != std::string::npos; ++at) {
    const std::string id = page.substr(at + 5, page.find('"', at + 5) - at - 5);
    INFO(id);
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("evidence has its command and its pointer") {
  const std::string page = body(fixture::rich());
  CHECK(contains(page,
                 "nats-analyzer show history.db <span>--epoch </span>6 <span>--server </span>east/a1 "
                 "<span>--endpoint </span>routez</code>"));
  CHECK(contains(page, "at <code><bdi>/routes</bdi></code>"));
}

TEST_CASE("what evidence points to is shown, and whole bodies if they are wanted") {
  HtmlOptions options;
  options.object = [](const Evidence& e) { return e.pointer == "/routes" ? "[\n  1\n]" : ""; };
  CHECK(contains(body(fixture::rich(), options), "<code>[\n  1\n]</code>"));
  CHECK_FALSE(contains(body(fixture::rich(), options), "Evidence in full"));
  options.body = [](const Evidence&) { return "{\"whole\": \"<b>\"}"; };
  const std::string page = body(fixture::rich(), options);
  CHECK(contains(page, "<code>{&quot;whole&quot;: &quot;&lt;b&gt;&quot;}</code>"));
  CHECK(count(page, "<details id=\"b-6-a1-routez\">") == 1);
  CHECK(contains(page, "href=\"#b-6-a1-routez\""));
}

TEST_CASE("advice about the configuration is kept apart from what happened") {
  HtmlOptions options;
  options.advice = {{"east", "It has 12 servers."}};
  const std::string page = body(fixture::rich(), options);
  CHECK(page.find("It has 12 servers.") > page.find("Across the whole span"));
  CHECK_FALSE(contains(body(fixture::rich()), "About the configuration"));
}

TEST_CASE("an incident comes with a postmortem to copy") {
  CHECK(contains(body(fixture::rich(), {"m4tz0c8p"}), "- What did users see?"));
}

TEST_CASE("data for the script cannot end its element") {
  CHECK(inert({{"a", "</script><!--&"}}).str() == R"({"a":"\u003c/script\u003e\u003c!--\u0026"})");
}

TEST_CASE("a page for one incident has that one only") {
  const std::string page = body(fixture::rich(), {"m4tz0c8p"});
  CHECK(contains(page, "id=\"i-m4tz0c8p\""));
  CHECK_FALSE(contains(page, "k3v9qm2a"));
}

TEST_CASE("a page for an unknown incident is a usage failure") {
  CHECK_THROWS_AS(report_html(fixture::rich(), {}, {"nobody"}), Failure);
}

TEST_CASE("the same analysis gives the same page") {
  CHECK(report_html(fixture::rich(), fixture::notes()) == report_html(fixture::rich(), fixture::notes()));
}

TEST_CASE("pages of empty analyses are whole") {
  for (const Analysis& analysis : {Analysis{}, fixture::quiet()}) {
    const std::string page = report_html(analysis);
    CHECK(page.substr(page.size() - 8) == "</html>\n");
  }
  CHECK(contains(report_html({}), "Nothing was recorded"));
}

TEST_CASE("many of one kind are one row that opens") {
  Analysis analysis = fixture::rich();
  Incident& incident = analysis.incidents[2];
  for (int i = 0; i < 500; ++i) {
    fixture::add(analysis, &incident,
                 fixture::finding(Kind::gateway_down, Severity::critical, "east", "x" + std::to_string(i),
                                  "west", fixture::seen(34.3), ""));
  }
  const std::string page = body(analysis);
  CHECK(contains(page, "503 servers of east lost west") != contains(page, "500 servers of east lost west"));
  CHECK(contains(page, "and 400 more"));
}

TEST_CASE("very many incidents: the worst get a section, the rest are counted") {
  Analysis analysis = fixture::rich();
  const Incident one = analysis.incidents[1];
  for (int i = 0; i < 300; ++i) {
    Incident more = one;
    more.id = "n" + std::to_string(i);
    analysis.incidents.push_back(more);
  }
  const std::string page = body(analysis);
  CHECK(count(page, "<article") == 200);
  CHECK(contains(page, "These are the worst; 104 more"));
  CHECK(contains(page, "id=\"i-w2d6rj3s\""));
}

TEST_CASE("a month of fifty incidents among thirty servers is a page that a browser can bear") {
  Analysis month = fixture::rich();
  const Incident crash = month.incidents[0];
  std::vector<Finding> findings;
  for (const Finding& f : month.findings)
    if (f.incident == crash.id) findings.push_back(f);
  month.lanes.clear();
  for (const char* cluster : {"east", "west", "north"}) {
    for (int a = 1; a <= 10; ++a) {
      const std::string name = "a" + std::to_string(a);
      month.lanes.push_back(fixture::lane(LaneKind::server, cluster, name));
      for (int b = a + 1; b <= 10; ++b)
        month.lanes.push_back(fixture::lane(LaneKind::route, cluster, name + " – a" + std::to_string(b)));
      for (const char* remote : {"east", "west", "north"})
        if (std::string_view(remote) != cluster)
          month.lanes.push_back(fixture::lane(LaneKind::gateway, cluster, name + " → " + remote));
    }
  }
  std::stable_sort(month.lanes.begin(), month.lanes.end(), [](const Lane& a, const Lane& b) {
    return std::tie(a.cluster, a.kind, a.label) < std::tie(b.cluster, b.kind, b.label);
  });
  for (int i = 0; i < 50; ++i) {
    Incident more = crash;
    more.id = "m" + std::to_string(i);
    more.findings.clear();
    for (Finding f : findings) {
      f.id += more.id;
      f.incident = more.id;
      if (!f.consequence_of.empty()) f.consequence_of += more.id;
      more.findings.push_back(f.id);
      month.findings.push_back(f);
    }
    month.incidents.push_back(more);
  }
  const std::string page = body(month);
  const auto tags = static_cast<std::size_t>(std::count(page.begin(), page.end(), '<')) - count(page, "</");
  CHECK(tags < 15000);
  CHECK(page.size() < 2'000'000);
  CHECK(contains(page,
                 "nats-analyzer report history.db <span>--incident </span>m49 <span>--html </span>m49.html"));
}
