// The section of one incident.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace natsrec {
namespace {

constexpr std::size_t most_names = 12;
constexpr std::size_t most_lanes = 24;
constexpr std::size_t most_evidence = 20;

Markup text_of(std::string_view text) {
  Markup out;
  out << text;
  return out;
}

Markup ended(const Incident& incident) {
  Markup out;
  if (!incident.ended) return out << "not yet";
  return out << moment_markup(*incident.ended);
}

void facts(Markup& out, const Incident& incident) {
  out << "<dl class=\"facts\">";
  fact(out, "Began", moment_markup(incident.began, true));
  if (!at_once(incident)) fact(out, "Ended", ended(incident));
  fact(out, "Lasted", text_of(lasted(incident)));
  if (incident.observed_share < 1)
    fact(out, "Observed", text_of(percent(incident.observed_share) + " of it"));
  fact(out, "Servers", names(incident.servers, most_names));
  fact(out, "Routes", names(link_names(incident), most_names));
  fact(out, "Gateways", names(gateway_names(incident), most_names));
  fact(out, "Checks", names(incident.checks, most_names));
  out << "</dl>";
}

void story(Markup& out, const std::vector<OutlineLine>& lines) {
  if (lines.empty()) return;
  out << "<h4>What happened</h4><ol class=\"story\">";
  for (const OutlineLine& line : lines) {
    const Time at = line.findings.front()->began.best();
    out << "<li><time datetime=\"" << format_time(at) << "\">" << clock(at) << "</time><div>"
        << bdi(told(line.findings));
    if (!line.consequences.empty()) {
      out << "<ul>";
      for (const OutlineLine& under : line.consequences)
        out << "<li>" << bdi(told(under.findings)) << "</li>";
      out << "</ul>";
    }
    out << "</div></li>";
  }
  out << "</ol>";
}

bool up_throughout(const Lane& lane, const TimeScale& scale) {
  return std::all_of(lane.spans.begin(), lane.spans.end(), [&](const LaneSpan& span) {
    return span.state == LaneState::up || !scale.overlaps(span.from, span.to);
  });
}

void zoom(Markup& out, const Incident& incident, const PageContext& page) {
  const TimeScale scale = scale_of(incident, page.analysis);
  std::vector<const Lane*> lanes = lanes_of(incident, page.analysis, page.lanes);
  if (lanes.empty()) return;
  const std::size_t all = lanes.size();
  if (all > most_lanes) std::erase_if(lanes, [&](const Lane* lane) { return up_throughout(*lane, scale); });
  lanes.resize(std::min(lanes.size(), most_lanes));
  const std::size_t left = all - lanes.size();
  out << chart(page.analysis, page.lanes, page.annotations, {scale, std::move(lanes), {&incident}, false});
  if (left > 0) out << "<p class=\"more\">and " << left << " more lanes, see the timeline</p>";
}

void evidence(Markup& out, const Cause& cause, const RecordingInfo& recording) {
  if (cause.evidence.empty()) return;
  out << "<details open><summary>Evidence</summary><ul class=\"evidence\">";
  for (std::size_t i = 0; i < cause.evidence.size() && i < most_evidence; ++i) {
    const Evidence& e = cause.evidence[i];
    out << "<li>" << bdi(e.server.empty() ? e.target : e.server) << ", epoch " << e.epoch << ", "
        << name(e.endpoint);
    if (!e.pointer.empty()) out << " at <code>" << bdi(e.pointer) << "</code>";
    out << command(show_command(recording, e)) << "</li>";
  }
  out << "</ul>";
  if (cause.evidence.size() > most_evidence) {
    out << "<p class=\"more\">and " << cause.evidence.size() - most_evidence << " more</p>";
  }
  out << "</details>";
}

void causes(Markup& out, const Incident& incident, const RecordingInfo& recording) {
  if (incident.causes.empty()) return;
  out << "<h4>Why</h4><ol class=\"causes\">";
  for (const Cause& cause : incident.causes) {
    out << "<li><p><strong>" << bdi(words(cause.cause)) << "</strong> <span class=\"confidence\">"
        << bdi(cause.confidence) << "</span></p><p>" << bdi(cause.why) << "</p>";
    evidence(out, cause, recording);
    out << "</li>";
  }
  out << "</ol>";
}

void next(Markup& out, const Incident& incident) {
  Markup commands;
  for (const std::string& each : next_commands(incident)) commands << command(each);
  if (!commands.empty()) out << "<h4>What to run next</h4>" << commands;
}

Markup number(const std::optional<double>& n) {
  Markup out;
  if (!n || !std::isfinite(*n)) return out << "<td class=\"n\"><span title=\"not observed\">–</span></td>";
  const std::string text = std::abs(*n) < 10 ? fmt::format("{:.3g}", *n) : fmt::format("{:.0f}", *n);
  return out << "<td class=\"n\">" << text << "</td>";
}

void measured(Markup& out, const Incident& incident) {
  if (incident.impact_measured.empty()) return;
  out << "<h4>Measured</h4><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Measured "
         "impact\"><table "
         "class=\"measured\"><thead><tr><th rowspan=\"2\" scope=\"col\">Server</th><th colspan=\"3\" "
         "scope=\"colgroup\">Connections</th><th colspan=\"3\" scope=\"colgroup\">Subscriptions</th><th "
         "colspan=\"3\" "
         "scope=\"colgroup\">Messages/s</th></tr><tr>";
  for (int i = 0; i < 3; ++i) {
    out << "<th scope=\"col\">before</th><th scope=\"col\">worst</th><th scope=\"col\">after</th>";
  }
  out << "</tr></thead><tbody>";
  for (const ServerImpact& i : incident.impact_measured) {
    out << "<tr><th scope=\"row\">" << bdi(i.server) << "</th>";
    for (const Measured* m : {&i.connections, &i.subscriptions, &i.msgs_per_s}) {
      out << number(m->before) << number(m->worst) << number(m->after);
    }
    out << "</tr>";
  }
  out << "</tbody></table></div>";
}

void context(Markup& out, const Incident& incident, const PageContext& page) {
  Markup items;
  for (const std::string& id : incident.context) {
    const Finding* f = page.index.find(id);
    if (f) items << "<li>" << stamp(f->began.best()) << ": " << bdi(told({f})) << "</li>";
  }
  const Time since = incident.began.earliest() - std::chrono::hours{24};
  for (const Annotation& note : page.annotations) {
    if (note.time < since || note.time > end_of(incident, page.analysis)) continue;
    items << "<li>" << stamp(note.time) << ": " << bdi(note.text) << " <em>(note";
    if (!note.who.empty()) items << " by " << bdi(note.who);
    items << ")</em></li>";
  }
  if (!items.empty()) out << "<h4>In the 24 hours before</h4><ul>" << items << "</ul>";
}

}  // namespace

Markup incident_section(const Incident& incident, const PageContext& page) {
  const Markup id = attribute(incident.id);
  Markup out;
  out << "<article class=\"incident " << name(incident.severity) << "\" id=\"i-" << id
      << "\" aria-labelledby=\"h-" << id << "\"><p class=\"tag\">" << pill(incident.severity) << " "
      << (incident.open ? std::string_view("open") : std::string_view("resolved")) << " · incident <code>"
      << incident.id << "</code></p><h3 id=\"h-" << id << "\">" << bdi(incident.title) << "</h3>";
  facts(out, incident);
  const std::vector<OutlineLine> lines = outline(incident, page.index);
  story(out, lines);
  if (!incident.impact.empty())
    out << "<p class=\"impact\"><strong>Impact:</strong> " << bdi(incident.impact) << "</p>";
  zoom(out, incident, page);
  causes(out, incident, page.analysis.recording);
  next(out, incident);
  measured(out, incident);
  context(out, incident, page);
  out << "<h4>Findings</h4>" << findings_table(lines, page);
  return out << "</article>";
}

}  // namespace natsrec
