#include "analyzer/report/markdown.hpp"

#include "analyzer/report/chronicle.hpp"
#include "analyzer/report/outline.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"
#include "schema/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace natsrec {
namespace {

constexpr std::size_t most_names = 12;

/// `a`, `b` and 3 more.
std::string codes(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const std::string& name : names) out.push_back(markdown_code(name));
  return listed(out, most_names);
}

void fact(std::string& out, std::string_view label, const std::string& markdown) {
  if (!markdown.empty()) out += fmt::format("| {} | {} |\n", label, markdown);
}

void facts(std::string& out, const Analysis& analysis, const Incident& incident) {
  out += "| | |\n|---|---|\n";
  fact(out, "Severity", std::string(name(incident.severity)));
  fact(out, "Status", incident.open ? "open" : "resolved");
  fact(out, "Began", markdown_text(moment(incident.began)));
  if (incident.ended && !at_once(incident)) fact(out, "Ended", markdown_text(moment(*incident.ended)));
  fact(out, "Lasted", markdown_text(lasted(incident)));
  fact(out, "Observed", percent(incident.observed_share) + " of it");
  fact(out, "Servers", codes(incident.servers));
  fact(out, "Routes", codes(link_names(incident)));
  fact(out, "Gateways", codes(gateway_names(incident)));
  fact(out, "Checks", codes(incident.checks));
  fact(out, "Recording", markdown_code(analysis.recording.name) + ", incident " + markdown_code(incident.id));
}

void story(std::string& out, const Incident& incident, const FindingIndex& index) {
  out += "\n### What happened\n\n";
  for (const OutlineLine& line : outline(incident, index)) {
    out += fmt::format("- {} UTC: {}\n", clock(line.findings.front()->began.best()),
                       markdown_text(told(line.findings)));
    for (const OutlineLine& under : line.consequences)
      out += "  - " + markdown_text(told(under.findings)) + "\n";
  }
}

void causes(std::string& out, const Analysis& analysis, const Incident& incident) {
  out += "\n### Why\n\n";
  for (const Cause& cause : incident.causes) {
    out += fmt::format("- **{}** ({}): {}\n", markdown_text(words(cause.cause)),
                       markdown_text(cause.confidence), markdown_text(cause.why));
    for (const Evidence& e : cause.evidence) {
      out += "  - " + markdown_code(show_command(analysis.recording, e)) +
             (e.pointer.empty() ? "" : " at " + markdown_code(e.pointer)) + "\n";
    }
  }
}

std::string number(const std::optional<double>& n) {
  if (!n || !std::isfinite(*n)) return "–";
  return std::abs(*n) < 10 ? fmt::format("{:.3g}", *n) : fmt::format("{:.0f}", *n);
}

std::string measured(const Measured& m) {
  return fmt::format("{}, {}, {}", number(m.before), number(m.worst), number(m.after));
}

void measured(std::string& out, const Incident& incident) {
  if (incident.impact_measured.empty()) return;
  out +=
      "\n### Measured\n\nEach before, at the worst, and after; – was not observed.\n\n"
      "| Server | Connections | Subscriptions | Messages/s |\n|---|---|---|---|\n";
  for (const ServerImpact& i : incident.impact_measured)
    out += fmt::format("| {} | {} | {} | {} |\n", markdown_code(i.server), measured(i.connections),
                       measured(i.subscriptions), measured(i.msgs_per_s));
}

/// What changed shortly before it, which is where a trigger is looked for first.
void context(std::string& out, const Incident& incident, const FindingIndex& index) {
  std::string list;
  for (const std::string& id : incident.context)
    if (const Finding* f = index.find(id))
      list += fmt::format("- {}: {}\n", stamp(f->began.best()), markdown_text(told({f})));
  if (!list.empty()) out += "\n### In the 24 hours before\n\n" + list;
}

void notes(std::string& out, const Incident& incident, const std::vector<Annotation>& annotations) {
  const Time end = incident.ended ? incident.ended->by : Time::max();
  std::string list;
  for (const Annotation& note : annotations) {
    if (note.time < incident.began.earliest() - std::chrono::hours{24} || note.time > end) continue;
    list += fmt::format("- {}: {}{}\n", stamp(note.time), markdown_text(note.text),
                        note.who.empty() ? "" : " (" + markdown_text(note.who) + ")");
  }
  if (!list.empty()) out += "\n### Notes\n\n" + list;
}

constexpr std::string_view questions =
    "\n### To be answered by people\n\n"
    "- Who noticed it, when, and how? Which alert fired, and which should have?\n"
    "- What did users see?\n"
    "- What was done, by whom, and what helped?\n"
    "- What triggered it, if the recording does not prove it?\n"
    "- What went well? What made it worse, and where were we lucky?\n"
    "- What will be changed, by whom, until when?\n";

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]|~!#@$^{}";
  std::string out;
  const std::string line = plain(text);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      const bool link = (c == ':' && line.compare(i, 3, "://") == 0) ||
                        (c == '.' && i >= 3 && line.compare(i - 3, 3, "www") == 0);
      const bool marker = (i == 0 && (c == '-' || c == '+' || c == '=')) ||
                          ((c == '.' || c == ')') && i > 0 && line.find_first_not_of("0123456789") == i &&
                           line.compare(i + 1, 1, " ") <= 0);
      if (link || marker || special.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string line = plain(text);
  // A bar ends a table's cell even inside a code span, and GitHub takes "\|" there for the bar itself.
  for (std::size_t at = 0; (at = line.find('|', at)) != std::string::npos; at += 2) line.insert(at, 1, '\\');
  std::size_t longest = 0;
  for (std::size_t i = 0, run = 0; i < line.size(); ++i) {
    run = line[i] == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const bool touches = line.empty() || line.front() == '`' || line.back() == '`' || line.front() == ' ';
  const std::string space = touches ? " " : "";
  return fence + space + line + space + fence;
}

std::string incident_markdown(const Analysis& analysis, const Incident& incident,
                              const std::vector<Annotation>& annotations) {
  const FindingIndex index(analysis);
  std::string out = "## " + markdown_text(incident.title) + "\n\n";
  facts(out, analysis, incident);
  story(out, incident, index);
  if (!incident.impact.empty()) out += "\n### Impact\n\n" + markdown_text(incident.impact) + "\n";
  measured(out, incident);
  causes(out, analysis, incident);
  context(out, incident, index);
  notes(out, incident, annotations);
  return out += questions;
}

std::string incidents_markdown(const Analysis& analysis, const std::vector<Annotation>& annotations) {
  if (analysis.incidents.empty()) {
    return markdown_text(verdict(analysis)) + ".\n\n" + markdown_code(analysis.recording.name) + ": " +
           markdown_text(covered(analysis.recording)) + ".\n";
  }
  std::string out;
  for (const Incident& incident : analysis.incidents) {
    out += (out.empty() ? "" : "\n") + incident_markdown(analysis, incident, annotations);
  }
  return out;
}

std::string timeline_markdown(const Analysis& analysis, const std::vector<Annotation>& annotations) {
  std::string out = "| Time (UTC) | | Severity | What | Incident |\n|---|---|---|---|---|\n";
  for (const Happening& h : chronicle(analysis, annotations)) {
    out +=
        fmt::format("| {} {}{} | {} | {} | {} | {} |\n", day(h.at), h.moment.exact ? "" : "by ", clock(h.at),
                    name(h.what), h.finding ? name(h.finding->severity) : "", markdown_text(h.text),
                    h.finding && !h.finding->incident.empty() ? markdown_code(h.finding->incident) : "");
  }
  return out;
}

const Incident& find_incident(const Analysis& analysis, std::string_view id) {
  std::vector<std::string> known;
  for (const Incident& incident : analysis.incidents) {
    const auto& merged = incident.merged;
    if (incident.id == id || std::find(merged.begin(), merged.end(), id) != merged.end()) return incident;
    known.push_back(incident.id);
  }
  throw Failure(Exit::usage,
                fmt::format("no incident {} in {}: {}", plain(id), plain(analysis.recording.name),
                            known.empty() ? "there are none" : "there are " + listed(known, 20)));
}

}  // namespace natsrec
