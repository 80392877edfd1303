#include "analyzer/report/text.hpp"

#include "analyzer/report/outline.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

constexpr std::size_t most_names = 8;
constexpr std::size_t widest_name = 60;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

/// Names are for recognising here; whoever needs a very long one in full finds it in every other format.
std::string brief(std::vector<std::string> names) {
  for (std::string& name : names) name = shorten(name, widest_name);
  return listed(names, most_names);
}

void affected(TextWriter& out, const Incident& incident) {
  if (!incident.servers.empty()) out.field("servers", brief(incident.servers));
  if (!incident.links.empty()) out.field("routes", brief(link_names(incident)));
  if (!incident.gateways.empty()) out.field("gateways", brief(gateway_names(incident)));
}

void what(TextWriter& out, const Incident& incident, const FindingIndex& index) {
  bool first = true;
  for (const OutlineLine& line : outline(incident, index)) {
    out.field(first ? "what" : "", clock(line.findings.front()->began.best()) + "  " + told(line.findings));
    first = false;
    for (const OutlineLine& under : line.consequences) {
      out.line("↳ " + told(under.findings), TextWriter::label_width + 13, 2);
    }
  }
}

void causes(TextWriter& out, const Incident& incident) {
  for (std::size_t i = 0; i < incident.causes.size(); ++i) {
    const Cause& cause = incident.causes[i];
    out.field(i == 0 ? "cause" : "", fmt::format("{}{} ({}): {}", i == 0 ? "" : "or ", words(cause.cause),
                                                 cause.confidence, cause.why));
  }
}

void next(TextWriter& out, const Analysis& analysis, const Incident& incident) {
  std::vector<std::string> commands = next_commands(incident);
  if (!incident.causes.empty() && !incident.causes.front().evidence.empty()) {
    commands.push_back(show_command(analysis.recording, incident.causes.front().evidence.front()));
  }
  if (commands.empty()) return;
  out.line("next", 2, 0, TextWriter::Style::dim);
  for (const std::string& command : commands) out.verbatim(command, 6);
}

/// Whoever looks in the middle of an outage asks how long ago, not when.
std::string before_end(const Analysis& analysis, const Moment& m) {
  if (!analysis.as_of || *analysis.as_of <= m.best()) return "";
  return "; " + format_duration(*analysis.as_of - m.best()) + " before the recording ends";
}

}  // namespace

void write_incident(TextWriter& out, const Analysis& analysis, const Incident& incident,
                    const FindingIndex& index) {
  out.row(upper(name(incident.severity)) + " " + incident.id, style_of(incident.severity),
          incident.title + (incident.open ? " (open)" : ""), TextWriter::Style::bold);
  out.field("began", moment(incident.began) + before_end(analysis, incident.began));
  if (incident.ended && !at_once(incident)) out.field("ended", moment(*incident.ended));
  out.field("lasted", lasted(incident) + (incident.observed_share < 1
                                              ? ", " + percent(incident.observed_share) + " of it observed"
                                              : ""));
  causes(out, incident);
  what(out, incident, index);
  affected(out, incident);
  if (!incident.impact.empty()) out.field("impact", incident.impact);
  next(out, analysis, incident);
}

std::string incidents_text(const Analysis& analysis, const TextOptions& options) {
  TextWriter out(options);
  const Incident* first = worst(analysis);
  out.line(verdict(analysis) + ".", 0, 0, first ? style_of(first->severity) : TextWriter::Style::green);
  out.line(analysis.recording.name + ": " + covered(analysis.recording) + ".");
  if (!analysis.recording.gaps.empty()) {
    out.line(fmt::format("Not observed: {}; what happened there is unknown.",
                         counted(analysis.recording.gaps.size(), "gap")));
  }
  if (analysis.recording.damage > 0) {
    out.line(fmt::format("Damaged: {} could not be restored and count as unknown.",
                         counted(static_cast<std::size_t>(analysis.recording.damage), "snapshot")));
  }
  const FindingIndex index(analysis);
  for (const Incident& incident : analysis.incidents) write_incident(out.blank(), analysis, incident, index);
  return out.take();
}

}  // namespace natsrec
