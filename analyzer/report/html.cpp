#include "analyzer/report/html.hpp"

#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/markdown.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/track.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

constexpr std::size_t most_affected = 8;
constexpr std::size_t most_others = 200;
constexpr std::size_t most_sections = 200;
constexpr std::size_t title_width = 120;

void head(Markup& out, std::string_view title) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src "
         "data:; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
         "content=\"no-referrer\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>"
      << attribute(shorten(title, title_width)) << "</title>\n<style>\n";
}

/// All that any of the incidents touched, in byte order.
std::vector<std::string> affected_servers(const std::vector<const Incident*>& incidents) {
  std::set<std::string> out;
  for (const Incident* i : incidents) out.insert(i->servers.begin(), i->servers.end());
  return {out.begin(), out.end()};
}

Markup affected(const std::vector<const Incident*>& incidents) {
  std::set<std::string> clusters;
  std::set<std::pair<std::string, std::string>> links;
  std::set<GatewayRef> gateways;
  for (const Incident* i : incidents) {
    clusters.insert(i->clusters.begin(), i->clusters.end());
    links.insert(i->links.begin(), i->links.end());
    gateways.insert(i->gateways.begin(), i->gateways.end());
  }
  const std::vector<std::string> servers = affected_servers(incidents);
  Markup out;
  if (incidents.empty()) return out << "nothing";
  std::vector<std::string> counts;
  for (const auto& [n, noun] : {std::pair{clusters.size(), "cluster"},
                                {servers.size(), "server"},
                                {links.size(), "route"},
                                {gateways.size(), "gateway"}}) {
    if (n > 0) counts.push_back(counted(n, noun));
  }
  out << listed(counts, 4);
  if (!servers.empty()) out << "<div class=\"quiet\">" << names(servers, most_affected) << "</div>";
  return out;
}

Markup worst_severity(const std::vector<const Incident*>& incidents) {
  Severity severity = Severity::info;
  std::size_t open = 0;
  for (const Incident* i : incidents) {
    severity = std::max(severity, i->severity);
    open += i->open ? 1 : 0;
  }
  Markup out;
  if (incidents.empty()) return out << "<span class=\"pill ok\">none</span>";
  return out << pill(severity) << "<div class=\"quiet\">" << counted(incidents.size(), "incident") << ", "
             << (open == 0 ? std::string("none open") : fmt::format("{} open", open)) << "</div>";
}

Markup coverage(const RecordingInfo& recording) {
  Markup out;
  if (recording.epochs == 0) return out << "none";
  out << percent(recording.coverage) << "<div class=\"quiet\">";
  if (recording.gaps.empty()) {
    out << "no gaps";
  } else {
    Duration lost{};
    for (const Gap& gap : recording.gaps) lost += gap.by - gap.after;
    out << counted(recording.gaps.size(), "gap") << ", " << format_duration(lost)
        << "; what happened there is unknown";
  }
  return out << "</div>";
}

Markup recorded(const RecordingInfo& recording) {
  Markup out;
  if (!recording.first_epoch || !recording.last_epoch) return out << "nothing";
  out << span(*recording.first_epoch, *recording.last_epoch) << "<div class=\"quiet\">"
      << format_duration(*recording.last_epoch - *recording.first_epoch) << ", "
      << counted(static_cast<std::size_t>(recording.epochs), "epoch");
  if (recording.interval) out << ", one every " << format_duration(*recording.interval);
  return out << "</div>";
}

void banner(Markup& out, const PageContext& page, std::string_view said,
            const std::vector<const Incident*>& incidents) {
  const RecordingInfo& recording = page.analysis.recording;
  out << "<header><p class=\"kicker\">NATS Recorder · incident report · " << bdi(recording.name) << "</p><h1>"
      << bdi(said) << "</h1><dl class=\"facts first\">";
  fact(out, "Severity", worst_severity(incidents));
  if (incidents.size() == 1) fact(out, "Lasted", Markup{} << lasted(*incidents.front()));
  fact(out, "Affected", affected(incidents));
  fact(out, "Recorded", recorded(recording));
  fact(out, "Coverage", coverage(recording));
  out << "</dl></header>";
}

void timeline(Markup& out, const PageContext& page, const TimeScale& scale,
              const std::vector<const Incident*>& incidents) {
  if (page.analysis.recording.epochs == 0) return;
  std::vector<const Lane*> lanes;
  for (const Lane& lane : page.analysis.lanes) lanes.push_back(&lane);
  out << "<section id=\"timeline\" aria-labelledby=\"h-timeline\"><h2 id=\"h-timeline\">Timeline</h2>"
      << legend()
      << chart(page.analysis, page.lanes, page.annotations, {scale, std::move(lanes), incidents, true});
  if (!page.annotations.empty()) {
    out << "<h3>Notes</h3><ul class=\"notes\">";
    for (const Annotation& note : page.annotations) {
      out << "<li><time datetime=\"" << format_time(note.time) << "\">" << stamp(note.time) << "</time> "
          << bdi(note.text);
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

/// Those that get a section: all, or the worst if there are too many to read; in order of time.
std::vector<const Incident*> told(std::vector<const Incident*> incidents) {
  if (incidents.size() <= most_sections) return incidents;
  std::stable_sort(incidents.begin(), incidents.end(), [](auto* a, auto* b) { return worse(*a, *b); });
  incidents.resize(most_sections);
  std::sort(incidents.begin(), incidents.end());  // they lie in the analysis in order of time
  return incidents;
}

void whole(Markup& out, const PageContext& page) {
  const std::vector<const Incident*> all = every(page.analysis);
  const std::vector<const Incident*> incidents = told(all);
  banner(out, page, verdict(page.analysis), all);
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
  timeline(out, page, scale_of(page.analysis), incidents);
  if (!incidents.empty()) {
    out << "<section aria-labelledby=\"h-each\"><h2 id=\"h-each\">Each incident</h2>";
    for (const Incident* incident : incidents) out << incident_section(*incident, page);
    out << "</section>";
  }
  others(out, page);
}

void only(Markup& out, const PageContext& page, const Incident& incident) {
  banner(out, page, verdict(incident), {&incident});
  out << "<main id=\"main\"><section aria-labelledby=\"h-each\"><h2 id=\"h-each\">The incident</h2>"
      << incident_section(incident, page) << "</section>";
  timeline(out, page, scale_of(incident, page.analysis), {&incident});
}

}  // namespace

std::string report_html(const Analysis& analysis, const std::vector<Annotation>& annotations,
                        const HtmlOptions& options) {
  const Incident* one = options.incident ? &find_incident(analysis, *options.incident) : nullptr;
  const FindingIndex index(analysis);
  const LaneFindings lanes(analysis);
  const PageContext page{analysis, annotations, index, lanes};
  Markup start, body;
  head(start, (one ? verdict(*one) : verdict(analysis)) + " – " + analysis.recording.name);
  body << "\n</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the incidents</a>"
       << patterns();
  if (one) {
    only(body, page, *one);
  } else {
    whole(body, page);
  }
  body << recording_section(analysis.recording) << "</main>";
  footer(body);
  body << "\n</body>\n</html>\n";
  return start.str() + std::string(stylesheet()) + body.str();
}

}  // namespace natsrec
