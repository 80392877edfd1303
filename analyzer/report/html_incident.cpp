// The section of one incident.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/markdown.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/topology_svg.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace natsrec {
namespace {

constexpr std::size_t most_names = 12;
constexpr std::size_t most_lanes = 24;
constexpr std::size_t most_evidence = 20;
constexpr std::size_t first_evidence = 2;  // the rest is folded away

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

void evidence(Markup& out, const Cause& cause, const PageContext& page) {
  if (cause.evidence.empty()) return;
  const std::size_t shown = std::min(cause.evidence.size(), most_evidence);
  out << "<ul class=\"evidence\">";
  for (std::size_t i = 0; i < shown; ++i) {
    if (i == first_evidence)
      out << "</ul><details><summary>" << shown - i
          << " more pieces of evidence</summary><ul class=\"evidence\">";
    out << "<li>" << exhibit(cause.evidence[i], page) << "</li>";
  }
  out << "</ul>";
  if (shown < cause.evidence.size())
    out << "<p class=\"more\">and " << cause.evidence.size() - shown << " more</p>";
  if (shown > first_evidence) out << "</details>";
}

void causes(Markup& out, const Incident& incident, const PageContext& page) {
  if (incident.causes.empty()) return;
  out << "<h4>Why</h4><ol class=\"causes\">";
  for (const Cause& cause : incident.causes) {
    out << "<li><p><strong>" << bdi(capitalised(words(cause.cause)))
        << "</strong> <span class=\"confidence\">" << bdi(cause.confidence) << "</span></p><p>"
        << bdi(cause.why) << "</p>";
    evidence(out, cause, page);
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
  out << "<h4>Measured</h4><div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Measured "
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
    if (f) items << "<li>" << time_markup(f->began.best()) << ": " << bdi(told({f})) << "</li>";
  }
  const Time since = incident.began.earliest() - std::chrono::hours{24};
  for (const Annotation& note : page.annotations) {
    if (note.time < since || note.time > end_of(incident, page.analysis)) continue;
    items << "<li>" << time_markup(note.time) << ": " << bdi(note.text) << " <em>(note";
    if (!note.who.empty()) items << " by " << bdi(note.who);
    items << ")</em></li>";
  }
  if (!items.empty()) out << "<h4>In the 24 hours before</h4><ul>" << items << "</ul>";
}

/// Filled in as far as a machine can, the rest asked: to be copied, so every byte is as Markdown wants it.
void postmortem(Markup& out, const Incident& incident, const PageContext& page) {
  out << "<details class=\"postmortem\"><summary>Postmortem, as Markdown to copy</summary>"
         "<pre class=\"markdown\" tabindex=\"0\" role=\"group\" aria-label=\"Postmortem as Markdown\"><code>"
      << incident_markdown(page.analysis, incident, page.annotations) << "</code></pre></details>";
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
  if (!incident.impact.empty())
    out << "<p class=\"impact\"><strong>Impact:</strong> " << bdi(incident.impact) << "</p>";
  story(out, lines);
  const bool pictured = page.pictured.contains(&incident);
  if (pictured) {
    out << topology_triple(incident, page.analysis);
    zoom(out, incident, page);
  }
  causes(out, incident, page);
  next(out, incident);
  measured(out, incident);
  context(out, incident, page);
  if (pictured) {
    out << "<details class=\"all-findings\"><summary>All findings with their proof</summary>"
        << findings_table(lines, page) << "</details>";
  } else {
    out << "<p class=\"more\">Pictures and all findings are on a page of its own:</p>"
        << command(page_command(page.analysis.recording, incident));
  }
  postmortem(out, incident, page);
  return out << "</article>";
}

}  // namespace natsrec
