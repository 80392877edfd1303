#include "analyzer/report/html.hpp"

#include "analyzer/report/assets.hpp"
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/legend.hpp"
#include "analyzer/report/markdown.hpp"
#include "analyzer/report/page_data.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/topology_svg.hpp"
#include "analyzer/report/track.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

constexpr std::size_t most_others = 200;
constexpr std::size_t most_sections = 200;
constexpr std::size_t most_pictured = 12;  // a month of incidents is still a page that scrolls
constexpr std::size_t title_width = 120;

void head(Markup& out, std::string_view title) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\""
      << attribute(content_policy())
      << "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
         "content=\"no-referrer\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>"
      << attribute(shorten(title, title_width)) << "</title>\n<style>";
}

void timeline(Markup& out, const PageContext& page, const std::vector<const Incident*>& incidents) {
  if (page.analysis.recording.epochs == 0) return;
  std::vector<const Lane*> lanes;
  for (const Lane& lane : page.analysis.lanes) lanes.push_back(&lane);
  out << "<section id=\"timeline\" aria-labelledby=\"h-timeline\"><h2 id=\"h-timeline\">Timeline</h2>"
      << legend() << "<div id=\"chart-controls\" class=\"controls\"></div>"
      << chart(page.analysis, page.lanes, page.annotations,
               {scale_of(page.analysis), std::move(lanes), incidents, true});
  if (!page.annotations.empty()) {
    out << "<h3>Notes</h3><ul class=\"notes\">";
    for (const Annotation& note : page.annotations) {
      out << "<li>" << time_markup(note.time) << " " << bdi(note.text);
      if (!note.who.empty()) out << " (" << bdi(note.who) << ")";
      out << "</li>";
    }
    out << "</ul>";
  }
  out << "</section>";
}

/// Findings that belong to no incident: what happened without breaking anything.
void others(Markup& out, const PageContext& page) {
  std::vector<OutlineLine> lines;
  std::size_t left = 0;
  for (const Finding& f : page.analysis.findings) {
    if (!f.incident.empty()) continue;
    if (lines.size() < most_others) {
      lines.push_back({{&f}, {}});
    } else {
      ++left;
    }
  }
  if (lines.empty()) return;
  out << "<section aria-labelledby=\"h-others\"><h2 id=\"h-others\">Not part of any incident</h2>"
      << findings_table(lines, page);
  if (left > 0) out << "<p class=\"more\">and " << left << " more</p>";
  out << "</section>";
}

void footer(Markup& out) {
  out << "<footer><p>All times are UTC. A time marked <em>exact</em> was told by a server itself and "
         "corrected to the "
         "recorder’s clock; <em>by</em> means no later than that: it is when the proving answer was in, and "
         "<em>after</em> is when the last answer that proves the contrary was asked for.</p><p>Written by "
         "nats-analyzer "
      << std::string_view(NATSREC_VERSION) << ".</p></footer>";
}

std::vector<const Incident*> every(const Analysis& analysis) {
  std::vector<const Incident*> out;
  for (const Incident& i : analysis.incidents) out.push_back(&i);
  return out;
}

/// All of them, or so many of the worst; in order of time.
std::vector<const Incident*> worst_incidents(std::vector<const Incident*> incidents, std::size_t most) {
  if (incidents.size() <= most) return incidents;
  std::stable_sort(incidents.begin(), incidents.end(), [](auto* a, auto* b) { return worse(*a, *b); });
  incidents.resize(most);
  std::sort(incidents.begin(), incidents.end());  // they lie in the analysis in order of time
  return incidents;
}

void whole(Markup& out, const PageContext& page) {
  const std::vector<const Incident*> all = every(page.analysis);
  const std::vector<const Incident*> incidents = worst_incidents(all, most_sections);
  out << first_screen(page, verdict(page.analysis), all);
  out << "<main id=\"main\">";
  if (!incidents.empty()) {
    out << "<section id=\"incidents\" aria-labelledby=\"h-incidents\"><h2 id=\"h-incidents\">Incidents</h2>"
        << incident_list(incidents, page.analysis);
    if (incidents.size() < all.size()) {
      out << "<p class=\"more\">These are the worst; " << all.size() - incidents.size()
          << " more are in incidents.csv, and each has a page of its own with --incident.</p>";
    }
    out << "</section>";
  }
  timeline(out, page, incidents);
  out << topology_section(page.analysis, all);
  if (!incidents.empty()) {
    out << "<section aria-labelledby=\"h-each\"><h2 id=\"h-each\">Each incident</h2>";
    for (const Incident* incident : incidents) out << incident_section(*incident, page);
    out << "</section>";
  }
  others(out, page);
  out << across_section(page) << advice_section(page.options.advice);
}

void only(Markup& out, const PageContext& page, const Incident& incident) {
  out << first_screen(page, verdict(incident), {&incident});
  out << "<main id=\"main\"><section aria-labelledby=\"h-each\"><h2 id=\"h-each\">The incident</h2>"
      << incident_section(incident, page) << "</section>";
  timeline(out, page, {&incident});
  out << topology_section(page.analysis, {&incident});
}

}  // namespace

std::string report_html(const Analysis& analysis, const std::vector<Annotation>& annotations,
                        const HtmlOptions& options) {
  const Incident* one = options.incident ? &find_incident(analysis, *options.incident) : nullptr;
  const FindingIndex index(analysis);
  const LaneFindings lanes(analysis);
  const std::vector<const Incident*> shown =
      one ? std::vector{one} : worst_incidents(every(analysis), most_sections);
  const std::vector<const Incident*> pictured = worst_incidents(shown, most_pictured);
  const PageContext page{analysis, annotations, index, lanes, options, {pictured.begin(), pictured.end()}};
  Markup start, body;
  head(start, (one ? verdict(*one) : verdict(analysis)) + " – " + analysis.recording.name);
  body << "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the incidents</a>"
       << patterns() << topology_signs();
  if (one) {
    only(body, page, *one);
  } else {
    whole(body, page);
  }
  body << recording_section(analysis.recording) << bodies_section(page) << "</main>";
  footer(body);
  body << "\n<script type=\"application/json\" id=\"data\">" << page_data(analysis, shown)
       << "</script>\n<script>";
  return start.str() + std::string(stylesheet()) + body.str() + std::string(script()) +
         "</script>\n</body>\n</html>\n";
}

}  // namespace natsrec
